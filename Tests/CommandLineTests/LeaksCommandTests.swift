import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq leaks lists private modules that somebody in public was asked for")
struct LeaksCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000
    private static let secret = "git.example.com/team/secret"

    private func ask(_ words: [String], environment: [String: String] = [:]) -> InMemoryCommandLine {
        InMemoryCommandLine(["leaks", "--db", path] + words, environment: environment)
    }

    private func document(_ words: [String], environment: [String: String] = [:]) throws -> JSONValue {
        try JSONValue(parsing: ask(words + ["--json"], environment: environment).output)
    }

    /// A request for a file of the private module.
    private func secret(
        _ minutes: Int64, status: Int64 = 404, host: String, node: String = "cn-1", version: Int = 1
    ) -> StoredRequest {
        StoredRequest(
            ago: minutes * Self.minute, status: status, cache: "", node: node, version: version,
            module: Self.secret, host: host)
    }

    @Test("1.3: who was asked, by whom, how often, when, and what the answer was; exit code 2")
    func found() async throws {
        try await StoredRequest.store(
            [
                secret(30, host: "goproxy.cn"), secret(20, host: "goproxy.cn"),
                secret(10, status: 200, host: "goproxy.cn"), secret(5, host: "proxy.golang.org", version: 2),
                secret(4, status: 200, host: "athens.example.com"),
                StoredRequest(ago: 3 * Self.minute, node: "cn-1", host: "goproxy.cn"),
            ], in: path)
        let answer = ask(["--private", "git.example.com"])
        #expect(answer.status == .conditionFound, "\(answer.diagnostics)")
        #expect(
            answer.output.contains(
                "1 private module, asked of goproxy.cn, proxy.golang.org in 4 requests, by 2 known clients"))
        #expect(answer.output.contains("not_found 2, ok 1"))
        #expect(answer.output.contains("private by --private=git.example.com"))
        let found = try document(["--private", "git.example.com"])
        let rows = found["rows"]?.elements ?? []
        #expect(rows.count == 2)
        #expect(rows[0]["module"]?.text == Self.secret && rows[0]["host"]?.text == "goproxy.cn")
        #expect(rows[0]["requests"]?.number == 3 && rows[0]["outcomes"]?["not_found"]?.number == 2)
        #expect(rows[0]["node"]?.text == "cn-1" && rows[0]["client"]?.text == "10.0.0.1")
        let now = InMemoryCommandLine.now
        #expect(rows[0]["first"]?.text == now.advanced(byNanos: -30 * Self.minute).rfc3339)
        #expect(rows[0]["last"]?.text == now.advanced(byNanos: -10 * Self.minute).rfc3339)
        #expect(rows[0]["kinds"]?.elements.map(\.text) == ["zip"] && rows[0]["via"] == .null)
        #expect(rows[0]["trace_id"]?.text == TraceID(high: 1, low: 3).hex)
        #expect(found["verdict"]?.text == "leaked")
        #expect(
            found["totals"]?["requests"]?.number == 6 && found["totals"]?["private_requests"]?.number == 5)
    }

    @Test("what a proxy asks of a public one is its client's leak; what both tell of counts once")
    func passedOn() async throws {
        try await StoredRequest.store(
            [
                secret(30, host: "athens.example.com", node: "athens-1", version: 7),
                StoredRequest(
                    ago: 30 * Self.minute - 1_000_000, millis: 50, status: 404, cache: "", node: "athens-1",
                    module: Self.secret, host: "goproxy.cn", kind: .client, parent: 0),
                secret(20, host: "athens.example.com", node: "athens-1", version: 8),
                StoredRequest(
                    ago: 20 * Self.minute - 1_000_000, millis: 50, status: 404, cache: "", node: "athens-1",
                    version: 8, module: Self.secret, host: "goproxy.cn", kind: .client, parent: 2),
                // The server that this one was sent to tells of it as well.
                StoredRequest(
                    ago: 20 * Self.minute - 2_000_000, millis: 40, status: 404, cache: "", node: "cn-1",
                    version: 8, module: Self.secret, host: "goproxy.cn", parent: 3, trace: 2),
            ], in: path)
        let found = try document(["--private", "git.example.com"])
        let rows = found["rows"]?.elements ?? []
        #expect(rows.map { $0["client"]?.text } == ["10.0.0.7", "10.0.0.8"])
        #expect(rows.map { $0["node"]?.text } == ["athens-1", "cn-1"])
        #expect(rows.allSatisfy { $0["host"]?.text == "goproxy.cn" })
        #expect(rows.map { $0["requests"]?.number } == [1, 1])
    }

    @Test("edge and proxy of one public service are one leak")
    func once() async throws {
        var hop = secret(30, host: "goproxy.cn", node: "cn-2")
        hop.parent = 0
        try await StoredRequest.store([secret(30, host: "goproxy.cn", node: "cn-1"), hop], in: path)
        let rows = try document(["--private", "git.example.com"])["rows"]?.elements ?? []
        #expect(rows.map { $0["requests"]?.number } == [1] && rows[0]["node"]?.text == "cn-1")
    }

    @Test("1.3: a proxy that is asked for a checksum asks the database, unless it refuses")
    func checksums() async throws {
        func lookup(_ minutes: Int64, status: Int64, host: String, database: String) -> StoredRequest {
            StoredRequest(
                ago: minutes * Self.minute, status: status, cache: "", node: host, version: 1, host: host,
                path: "/sumdb/\(database)/lookup/\(Self.secret)@v1.0.0")
        }
        try await StoredRequest.store(
            [
                lookup(30, status: 404, host: "athens.example.com", database: "sum.golang.org"),
                lookup(29, status: 403, host: "athens.example.com", database: "sum.golang.org"),
                lookup(28, status: 200, host: "other.example.com", database: "sum.example.com"),
            ], in: path)
        let rows = try document(["--private", "git.example.com"])["rows"]?.elements ?? []
        #expect(rows.count == 1 && rows[0]["host"]?.text == "sum.golang.org")
        #expect(rows[0]["via"]?.text == "athens.example.com" && rows[0]["requests"]?.number == 1)
        #expect(rows[0]["kinds"]?.elements.map(\.text) == ["sumdb_lookup"])
    }

    @Test("1.3: GONOPROXY is about proxies and GONOSUMDB about checksums; what was used is said")
    func environment() async throws {
        try await StoredRequest.store(
            [
                secret(30, host: "goproxy.cn"),
                StoredRequest(
                    ago: 20 * Self.minute, cache: "", node: "cn-1", version: 1, host: "goproxy.cn",
                    path: "/sumdb/sum.golang.org/lookup/\(Self.secret)@v1.0.0"),
            ], in: path)
        func kinds(_ environment: [String: String]) throws -> [[String?]] {
            try (document([], environment: environment)["rows"]?.elements ?? []).map {
                $0["kinds"]?.elements.map(\.text) ?? []
            }
        }
        #expect(try kinds(["GOPRIVATE": "git.example.com"]) == [["zip", "sumdb_lookup"]])
        #expect(try kinds(["GONOPROXY": "git.example.com"]) == [["zip"]])
        #expect(try kinds(["GONOSUMDB": "git.example.com"]) == [["sumdb_lookup"]])
        #expect(
            try kinds(["GOPRIVATE": "git.example.com", "GONOPROXY": "none"]) == [["zip", "sumdb_lookup"]])
        let answer = ask([], environment: ["GOPRIVATE": "git.example.com", "GONOSUMDB": "a.com"])
        #expect(answer.output.contains("private by GOPRIVATE=git.example.com and GONOSUMDB=a.com"))
        // The option stands alone.
        let other = ask(["--private", "a.com"], environment: ["GOPRIVATE": "git.example.com"])
        #expect(other.status == .success && other.output.contains("private by --private=a.com"))
    }

    @Test("routes.yaml says what is private, and mirrors.yaml who is public")
    func files() async throws {
        try await StoredRequest.store([secret(30, host: "proxy.example.org")], in: path)
        try folder.write("routes:\n  - modules: git.example.com\n", to: "routes.yaml")
        try folder.write(
            """
            mirrors:
              - {name: other, url: "https://proxy.example.org", visibility: public}
            """, to: "mirrors.yaml")
        let routes = ["--routes", folder.file("routes.yaml")]
        #expect(ask(routes).status == .success)
        let answer = ask(routes + ["--mirrors", folder.file("mirrors.yaml")])
        #expect(answer.status == .conditionFound)
        #expect(answer.output.contains("private by routes.yaml=git.example.com"))
        // One that cannot be read is not left out, though another option says what is private.
        for broken in [folder.file("nowhere.yaml"), folder.file("mirrors.yaml")] {
            #expect(ask(["--private", "git.example.com", "--routes", broken]).status == .usage)
        }
    }

    @Test("nothing leaked, nothing to judge by, nothing there: a sentence each, and exit code 0")
    func nothing() async throws {
        try await StoredRequest.store(
            [secret(30, host: "athens.example.com"), secret(29, host: "athens.example.com")], in: path)
        let elsewhere = ask(["--private", "git.example.com"])
        #expect(elsewhere.status == .success)
        #expect(
            elsewhere.output.contains(
                "no private module was asked of a public proxy or checksum database: of 2 requests, 2 for private "
                    + "modules went elsewhere"))
        #expect(ask(["--private", "a.com"]).output.contains("of 2 requests none was for a private module"))
        #expect(try document(["--private", "a.com"])["verdict"]?.text == "none")
        #expect(
            ask(["--private", "a.com", "--since", "2m"]).output.contains("no module requests in the window"))
        let blind = folder.file("blind.db")
        try await StoredRequest.store([secret(30, host: "")], in: blind)
        let answer = InMemoryCommandLine(["leaks", "--db", blind, "--private", "git.example.com"])
        #expect(answer.status == .success)
        #expect(answer.output.contains("nothing can be said: no request of the window tells which host"))
        #expect(
            InMemoryCommandLine(["leaks", "--db", folder.file("none.db"), "--private", "a"]).status
                == .database)
    }

    @Test("a node that is called like a public proxy is one, where its spans do not say who was asked")
    func byNode() async throws {
        try await StoredRequest.store([secret(30, host: "", node: "goproxy.cn")], in: path)
        #expect(ask(["--private", "git.example.com"]).status == .conditionFound)
    }

    @Test("filters leave out what others saw, client spans too")
    func filtered() async throws {
        try await StoredRequest.store(
            [
                secret(30, host: "athens.example.com", node: "athens-1", version: 7),
                StoredRequest(
                    ago: 30 * Self.minute - 1_000_000, millis: 50, status: 404, cache: "", node: "athens-1",
                    module: Self.secret, host: "goproxy.cn", kind: .client, parent: 0),
            ], in: path)
        let words = ["--private", "git.example.com"]
        #expect(ask(words + ["--node", "athens-*"]).status == .conditionFound)
        #expect(ask(words + ["--node", "edge-*"]).status == .success)
        #expect(ask(words + ["--kind", "zip", "--module", "git.*"]).status == .conditionFound)
        #expect(ask(words + ["--kind", "mod"]).status == .success)
        #expect(ask(words + ["--module", "github.com/*"]).status == .success)
        #expect(ask(words + ["--until", "30m"]).status == .success)
    }

    @Test("a table fits 80 columns", arguments: [80, 160])
    func width(columns: Int) async throws {
        try await StoredRequest.store(
            [
                secret(30, host: "goproxy.cn"), secret(20, status: 502, host: "goproxy.cn"),
                secret(5, host: "proxy.golang.org", version: 2),
            ], in: path)
        let answer = ask(["--private", "git.example.com", "--width", String(columns)])
        for line in answer.output.split(separator: "\n") { #expect(line.count <= columns, "\(line)") }
        #expect(answer.output.contains("git.example.com/team/secret"))
    }

    @Test(
        "wrong input gets a sentence",
        arguments: [
            ([], "nothing says which modules are private: give --private, set GOPRIVATE"),
            (["--private", ""], "--private names no module"),
            (["--private", ","], "--private names no module"),
            (["--private", "https://git.example.com"], "write it without https://"),
            (["--private", "a.com, b.com"], "the space is part of the pattern"),
            (["--private", "a.com/[x"], "a broken pattern"),
            (["--private", "a", "--limit", "0"], "between 1 and 100000"),
            (["--private", "a", "--kind", "zpi"], "zpi"),
            (["--private", "a", "--mirrors", "/nonexistent.yaml"], "cannot read"),
            (["--private", "a", "--since", "1h", "--until", "2h"], "--since must lie before --until"),
        ])
    func wrong(words: [String], sentence: String) async throws {
        try await StoredRequest.store([secret(30, host: "goproxy.cn")], in: path)
        let answer = ask(words)
        #expect(answer.status == .usage)
        #expect(answer.diagnostics.contains(sentence), "\(answer.diagnostics)")
    }

    @Test("the examples of --help run")
    func examples() async throws {
        try await StoredRequest.store([secret(30, host: "goproxy.cn")], in: path)
        let help = InMemoryCommandLine(["leaks", "--help"]).output
        let examples = help.split(separator: "\n").filter { $0.hasPrefix("  traceq leaks") }
        #expect(examples.count == 2)
        for example in examples {
            let typed = example.firstRange(of: "    ").map { example[..<$0.lowerBound] } ?? example
            let words = typed.filter { $0 != "'" }.split(separator: " ").dropFirst().map(String.init)
            let answer = InMemoryCommandLine(
                words + ["--db", path], environment: ["GOPRIVATE": "git.example.com"])
            #expect(answer.status == .conditionFound, "\(words) \(answer.diagnostics)")
        }
    }
}
