import Foundation
import OTLPModel
import TestSupport
import Testing

@Suite("Spans go from the database into files", .timeLimit(.minutes(15)))
struct ExportTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// A database with a few traces of a proxy.
    private func filled() async throws -> Database {
        let database = try Database()
        let file = folder.file("in.otlp")
        try Data(Self.request.protobufBytes()).write(to: URL(filePath: file))
        _ = try await database.ask(["import", file]).succeeded()
        return database
    }

    private static let request: ExportTraceServiceRequest = {
        let resource = Resource(attributes: [
            KeyValue("service.name", .string("proxy")), KeyValue("service.instance.id", .string("edge-1")),
        ])
        let spans = (0..<200).map { number in
            var span = Span()
            span.traceID = [UInt8](repeating: UInt8(number / 4 + 1), count: 16)
            span.spanID = [0, 0, 0, 0, 0, 0, 1, UInt8(number)]
            if number % 4 > 0 { span.parentSpanID = [0, 0, 0, 0, 0, 0, 1, UInt8(number - 1)] }
            span.name = number % 4 == 0 ? "GET" : "=work \(number % 4), \"quoted\""
            span.kind = number % 4 == 0 ? .server : .internal
            span.startTimeUnixNano = 1_790_000_000_000_000_000 + UInt64(number) * 1_000_000
            span.endTimeUnixNano = span.startTimeUnixNano + UInt64(number * number % 7_919) * 100_000
            span.attributes = [
                KeyValue("url.path", .string("/a.b/m\(number % 5)/@v/v1.0.\(number % 3).zip")),
                KeyValue("http.response.status_code", .int(number % 9 == 0 ? 502 : 200)),
                KeyValue("ratio", .double(Double(number) / 7)), KeyValue("ok", .bool(number % 2 == 0)),
            ]
            span.events = [SpanEvent(timeUnixNano: span.startTimeUnixNano, name: "event")]
            span.status.code = number % 9 == 0 ? .error : .unset
            return span
        }
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: spans)])
        ])
    }()

    @Test(
        "What is exported and imported elsewhere gives the same answers",
        arguments: ["x.jsonl", "x.otlp", "x.jsonl.gz", "x.jsonl.zst", "x.otlp.gz", "x.otlp.zst"])
    func roundTrip(name: String) async throws {
        let database = try await filled()
        let file = folder.file(name)
        _ = try await database.ask(["export", "-o", file]).succeeded()
        let other = try Database()
        _ = try await other.ask(["import", file]).succeeded()
        #expect(try await other.spanCount() == 200)
        let window = ["--since", "2026-09-01", "--until", "2026-10-30", "--limit", "100"]
        #expect(try await database.rows(["slowest"] + window) == other.rows(["slowest"] + window))
        for trace in ["01", "17", "32"] {
            let id = String(repeating: trace, count: 16)
            let expected = try await database.ask(["trace", id, "--format", "jsonl"]).succeeded()
                .standardOutput
            let found = try await other.ask(["trace", id, "--format", "jsonl"]).succeeded().standardOutput
            #expect(Self.withoutArrival(found) == Self.withoutArrival(expected))
            #expect(!expected.isEmpty)
        }
    }

    private static func withoutArrival(_ text: String) -> String {
        text.replacing(/"received_at":"[^"]*"/, with: "")
    }

    @Test("A file that is there stays, unless --force; what is written is for its owner alone")
    func overwriting() async throws {
        let database = try await filled()
        let file = folder.file("x.csv")
        _ = try await database.ask(["export", "-o", file]).succeeded()
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let refused = try await database.ask(["export", "-o", file])
        #expect(refused.status == .exited(1))
        #expect(refused.standardError.contains("--force"))
        _ = try await database.ask(["export", "-o", file, "--force"]).succeeded()
        let itself = try await database.ask(["export", "-o", database.path, "--force", "--format", "csv"])
        #expect(itself.status == .exited(1))
        #expect(itself.standardError.contains("the database itself"))
        #expect(try await database.spanCount() == 200)
        let nowhere = try await database.ask(["export", "-o", "/nonexistent/x.csv"])
        #expect(nowhere.status == .exited(1))
        let left = try FileManager.default.contentsOfDirectory(
            atPath: (file as NSString).deletingLastPathComponent)
        #expect(!left.contains { $0.contains(".part-") })
    }

    @Test("Standard output takes text; SQLite and unknown words are refused")
    func standardOutput() async throws {
        let database = try await filled()
        let csv = try await database.ask(["export", "--format", "csv", "-o", "-"]).succeeded()
        #expect(csv.standardOutput.split(separator: "\r\n").count == 201)
        #expect(csv.standardOutput.contains("\"'=work 1, \"\"quoted\"\"\""))
        let json = try await database.ask(["export", "-o", "-", "--trace", "0101"]).succeeded()
        #expect(json.standardOutput.split(separator: "\n").count == 1)
        for words in [
            ["-o", "-", "--format", "sqlite"], ["-o", folder.file("x.db.gz")], ["-o", ""], [],
            ["-o", folder.file("a.csv"), "--since", "1h", "--until", "2h"],
            ["-o", folder.file("b.csv"), "--trace", "ff"],
        ] {
            #expect(try await database.ask(["export"] + words).status == .exited(1), "\(words)")
        }
        let missing = try Database()
        #expect(try await missing.ask(["export", "-o", "-"]).status == .exited(3))
    }

    /// Eleven aggregates; `{spans}` is where the rows come from, and all of it is SQL that three engines understand.
    private static let aggregates = [
        "SELECT count(*) FROM {spans}",
        "SELECT sum(duration_ns) FROM {spans}",
        "SELECT min(start_ns) FROM {spans}",
        "SELECT max(end_ns) FROM {spans}",
        "SELECT count(DISTINCT trace_id) FROM {spans}",
        "SELECT count(*) FROM {spans} WHERE status = 'error'",
        "SELECT count(*) FROM {spans} WHERE parent_span_id IS NULL",
        "SELECT max(duration_ns) FROM {spans} WHERE kind = 'server'",
        "SELECT count(*) FROM {spans} WHERE duration_ns BETWEEN 100000000 AND 400000000",
        "SELECT count(*) FROM {spans} WHERE module_kind = 'zip' AND cache_result IS NULL AND outcome = 'ok'",
        "SELECT sum(start_ns % 1000003) FROM {spans} WHERE node = 'edge-1' AND service = 'proxy'",
    ]

    @Test("SQLite and DuckDB find in exported files what traceq sql finds")
    func aggregates() async throws {
        let database = try await filled()
        let tables = folder.file("x.db")
        let csv = folder.file("x.csv")
        _ = try await database.ask(["export", "-o", tables]).succeeded()
        _ = try await database.ask(["export", "-o", csv]).succeeded()
        let python = try Repository.pythonEnvironmentProgram("python")
        let script = """
            import duckdb, sys
            path, *questions = sys.argv[1:]
            duckdb.sql("CREATE TABLE spans AS FROM read_csv('" + path + "', header=true)")
            for question in questions:
                print(duckdb.sql(question).fetchall()[0][0])
            """
        let questions = Self.aggregates.map { $0.replacing("{spans}", with: "spans") }
        let duck = try await FinishedProgram.run(python, ["-c", script, csv] + questions).succeeded()
            .standardOutput.split(separator: "\n").map(String.init)
        try #require(duck.count == questions.count)
        for (question, other) in zip(questions, duck) {
            let answer = try await database.ask(["sql", question, "--format", "csv"]).succeeded()
            let expected = answer.standardOutput.split(separator: "\r\n").last.map(String.init)
            #expect(other == expected, "\(question)")
            let lite = try await FinishedProgram.run("/usr/bin/sqlite3", [tables, question]).succeeded()
            #expect(
                lite.standardOutput.split(separator: "\n").first.map(String.init) == expected, "\(question)")
        }
    }

    @Test("The exported SQLite file is whole and its tables refer to each other") func tables() async throws {
        let database = try await filled()
        let tables = folder.file("x.sqlite")
        _ = try await database.ask(["export", "-o", tables]).succeeded()
        func ask(_ question: String) async throws -> String {
            try await FinishedProgram.run("/usr/bin/sqlite3", [tables, question]).succeeded()
                .standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        #expect(try await ask("PRAGMA integrity_check") == "ok")
        #expect(try await ask("PRAGMA foreign_key_check").isEmpty)
        #expect(try await ask("SELECT count(*) FROM events JOIN spans ON spans.id = events.span") == "200")
        #expect(try await ask("SELECT attributes ->> '$.\"service.name\"' FROM resources") == "proxy")
        let failed = "attributes ->> '$.\"http.response.status_code\"' = 502"
        #expect(try await ask("SELECT count(*) FROM spans WHERE \(failed)") == "23")
        #expect(try await ask("SELECT count(DISTINCT module) FROM spans WHERE module_kind = 'zip'") == "5")
    }
}
