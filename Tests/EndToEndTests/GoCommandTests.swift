import Foundation
import TestSupport
import Testing

@Suite("A real go command's requests are recorded and imported", .serialized, .timeLimit(.minutes(15)))
struct GoCommandTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// What the go command asks a proxy for to download two modules.
    private static let paths = ["alpha", "beta"].flatMap { name in
        ["info", "mod", "zip"].map { "/example.com/\(name)/@v/v1.0.0.\($0)" }
    }

    private var go: GoCommand { GoCommand(folder: folder) }

    @Test("traceq record passes output and exit code through, and stores each request with its time")
    func record() async throws {
        let proxy = try await ModuleProxyFiles.serve(
            [("example.com/alpha", "v1.0.0"), ("example.com/beta", "v1.0.0")], in: folder)
        defer { proxy.stop() }
        let environment = try go.environment(proxy: proxy.url, needs: ["alpha", "beta"])
        let database = try Database()
        let leading = [
            try BuiltProgram.traceq.path(), "record", "--db", database.path, "--node", "ci-1", "--",
        ]
        let before = Date().timeIntervalSince1970
        let run = try await go.run(["mod", "download", "-x", "-json"], by: leading, environment)
        #expect(run.status == .exited(0), "\(run.standardError)")
        #expect(run.standardOutput.contains(#""Path": "example.com/alpha""#))
        #expect(run.standardError.contains("# get \(proxy.url)/example.com/alpha/@v/v1.0.0.zip: 200 OK"))
        let rows = try await database.rows(["slowest", "--since", "1h", "--limit", "1000"])
        let found = Set(rows.compactMap { $0["path"]?.text })
        #expect(found.isSuperset(of: Self.paths))
        #expect(rows.allSatisfy { $0["kind"]?.text == "client" && $0["node"]?.text == "ci-1" })
        #expect(rows.allSatisfy { $0["http_status"]?.number == 200 })
        // As many as the command wrote of.
        let written = run.standardError.split(separator: "\n").filter { $0.hasSuffix("s)") }
        #expect(rows.count == written.count)
        let oldest = try await database.rows([
            "sql", "SELECT min(start_ns) / 1000000000 AS oldest FROM spans",
        ])
        #expect((oldest.first?["oldest"]?.number ?? 0) >= before - 1)

        let missing = try go.environment(proxy: proxy.url, needs: ["alpha", "gone"])
        let failed = try await go.run(["mod", "download", "-x"], by: leading, missing)
        #expect(failed.status == .exited(1))
        let stats = try await database.rows(["stats", "--by", "module,outcome", "--since", "1h"])
        #expect(
            stats.contains { $0["module"]?.text == "example.com/gone" && $0["outcome"]?.text == "not_found" })
    }

    @Test("traceq import gox reads the same from a log, once")
    func importLog() async throws {
        let proxy = try await ModuleProxyFiles.serve(
            [("example.com/alpha", "v1.0.0"), ("example.com/beta", "v1.0.0")], in: folder)
        defer { proxy.stop() }
        let environment = try go.environment(proxy: proxy.url, needs: ["alpha", "beta"])
        let run = try await go.run(["mod", "download", "-x"], environment).succeeded()
        try folder.write(run.standardError, to: "build.log")
        let database = try Database()
        let first = try await database.ask(["import", "gox", folder.file("build.log")]).succeeded()
        #expect(first.standardOutput.contains("go -x log"))
        #expect(first.standardError.contains("the log has no times"))
        let rows = try await database.rows(["slowest", "--since", "1h", "--limit", "1000"])
        let found = Set(rows.compactMap { $0["path"]?.text })
        #expect(found.isSuperset(of: Self.paths))
        let again = try await database.ask(["import", "gox", folder.file("build.log"), "--json"]).succeeded()
        #expect(again.standardOutput.contains(#""stored_spans":0"#), "\(again.standardOutput)")
        #expect(try await database.spanCount() == rows.count)
        // The durations are those of the log.
        let durations = rows.compactMap { $0["duration_ms"]?.number }.sorted()
        let logged = run.standardError.matches(of: /\(([0-9.]+)s\)/).compactMap { Double($0.output.1) }
        #expect(zip(durations, logged.sorted()).allSatisfy { abs($0 - $1 * 1000) < 0.001 })
    }

    @Test("--ended says when a log ended, --node where it was written, and standard input is read")
    func logOptions() async throws {
        let log =
            "# get https://p.example.com/a.com/@v/list\n# get https://p.example.com/a.com/@v/list: 200 OK (2.000s)\n"
        try folder.write(log, to: "x.log")
        let database = try Database()
        let line = "\"$0\" import gox - --ended 2026-01-01T00:00:10Z --node ci-7 --db \"$1\" < \"$2\""
        _ = try await FinishedProgram.run(
            "/bin/sh", ["-c", line, try BuiltProgram.traceq.path(), database.path, folder.file("x.log")]
        ).succeeded()
        let row = try #require(try await database.rows(["slowest", "--since", "all"]).first)
        #expect(row["start"]?.text == "2026-01-01T00:00:08.000000000Z")
        #expect(row["node"]?.text == "ci-7")
        let wrong = try await database.ask(["import", folder.file("x.log"), "--node", "x"])
        #expect(wrong.status == .exited(1))
        #expect(wrong.standardError.contains("traceq import gox"))
        try folder.write("nothing of it\n", to: "y.log")
        let nothing = try await database.ask(["import", "gox", folder.file("y.log")])
        #expect(nothing.status == .exited(1))
        #expect(nothing.standardError.contains("-x"))
    }

    @Test("traceq import index keeps publication times, once")
    func index() async throws {
        let feed = """
            {"Path":"golang.org/x/text","Version":"v0.3.0","Timestamp":"2019-04-10T19:08:52.997264Z"}
            {"Path":"a.com/b","Version":"v1.0.0","Timestamp":"2026-01-01T00:00:00Z"}
            {"Path":"a.com/b"}

            """
        try folder.write(feed, to: "index.jsonl")
        let database = try Database()
        let stopped = try await database.ask(["import", "index", folder.file("index.jsonl")])
        #expect(stopped.status == .exited(1))
        #expect(stopped.standardError.contains("index.jsonl: line 3"))
        let again = try await database.ask(
            ["import", "index", folder.file("index.jsonl"), "--skip-bad", "--json"]
        ).succeeded()
        #expect(again.standardOutput.contains(#""stored_versions":0,"known_versions":2,"bad_lines":1"#))
        let rows = try await database.rows(["sql", "SELECT module, published_at FROM publication ORDER BY 1"])
        #expect(rows.map { $0["module"]?.text } == ["a.com/b", "golang.org/x/text"])
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
        try await Collector.running(on: database) { _ in
            let held = try await database.ask(["import", "index", folder.file("index.jsonl")])
            #expect(held.status == .exited(3))
            #expect(held.standardError.contains("held by a collector"))
        }
    }

    @Test("traceq record through a collector; a program that is not there, and one that a signal ends")
    func recordEndings() async throws {
        let database = try Database()
        let traceq = try BuiltProgram.traceq.path()
        let script =
            "echo '# get https://p.example.com/a.com/@latest' >&2; "
            + "echo '# get https://p.example.com/a.com/@latest: 410 Gone (0.001s)' >&2; exit 7"
        try await Collector.running(on: database) { collector in
            let run = try await FinishedProgram.run(
                traceq,
                ["record", "--to", "http://127.0.0.1:\(collector.httpPort)", "--", "sh", "-c", script])
            #expect(run.status == .exited(7), "\(run.standardError)")
            #expect(run.standardError.contains("1 request recorded"))
            let rows = try await database.rows(["slowest", "--since", "1h"])
            #expect(rows.first?["http_status"]?.number == 410)
            let held = try await FinishedProgram.run(traceq, ["record", "--db", database.path, "--", "true"])
            #expect(held.status == .exited(3))
            #expect(held.standardError.contains("traceq record --to"), "\(held.standardError)")
        }
        let absent = try await FinishedProgram.run(
            traceq, ["record", "--db", database.path, "--", "no-such-program"])
        #expect(absent.status == .exited(1))
        #expect(absent.standardError.contains("cannot run no-such-program"))
        let ended = try await FinishedProgram.run(
            traceq, ["record", "--db", database.path, "--", "sh", "-c", "kill -TERM $$"])
        #expect(ended.status == .exited(143))
        let background = try await FinishedProgram.run(
            traceq, ["record", "--db", database.path, "--", "sh", "-c", "sleep 30 >/dev/null & exit 3"],
            within: .seconds(20))
        #expect(background.status == .exited(3))
    }
}
