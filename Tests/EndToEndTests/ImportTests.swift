import Foundation
import OTLPModel
import TestSupport
import Testing

@Suite("Traces come from files into the database", .timeLimit(.minutes(15)))
struct ImportTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = folder.file(name)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private static func request(_ trace: UInt8, spans: Int = 2) -> ExportTraceServiceRequest {
        let all = (0..<spans).map { number in
            var span = Span()
            span.traceID = [UInt8](repeating: trace, count: 16)
            span.spanID = [0, 0, 0, 0, 0, 0, trace, UInt8(number + 1)]
            span.name = "span \(number)"
            span.startTimeUnixNano = 1_790_000_000_000_000_000
            span.endTimeUnixNano = 1_790_000_000_001_000_000
            return span
        }
        return ExportTraceServiceRequest(resourceSpans: [ResourceSpans(scopeSpans: [ScopeSpans(spans: all)])])
    }

    private static func json(_ trace: UInt8, _ name: String = "from JSON") -> String {
        let id = String(repeating: "0\(trace)", count: 16)
        return #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"\#(id)","spanId":"00000000000000ff","#
            + #""name":"\#(name)","startTimeUnixNano":"1790000000000000000"}]}]}]}"#
    }

    private static func fixed(_ body: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) } + body
    }

    @Test("E12: Protobuf and JSON lines, plain and compressed, in one go, and nothing twice")
    func manyFiles() async throws {
        let database = try Database()
        let files = [
            try write("a.otlp", Self.request(1).protobufBytes()),
            try write(
                "b.otlp",
                Self.fixed(Self.request(2).protobufBytes()) + Self.fixed(Self.request(3).protobufBytes())),
            try write("c.jsonl", Array("\(Self.json(4))\n\(Self.json(5))\n".utf8)),
        ]
        let zipped = folder.file("d.jsonl.gz")
        _ = try await FinishedProgram.run(
            "/bin/bash", ["-c", "printf '%s\\n' \"$0\" | gzip > \"$1\"", Self.json(6), zipped]
        ).succeeded()
        let command = ["import"] + files + [zipped, "--json"]
        let first = try await database.ask(command).succeeded()
        #expect(first.standardOutput.contains(#""format":"protobuf""#))
        #expect(try await database.spanCount() == 9)
        let again = try await database.ask(command).succeeded()
        #expect(!again.standardOutput.contains(#""stored_spans":1"#))
        #expect(try await database.spanCount() == 9)
        let trace = try await database.rows(["trace", String(repeating: "04", count: 16)])
        #expect(trace.first?["peer_address"] == .string("import"))
        #expect(trace.first?["name"] == .string("from JSON"))
    }

    @Test("From standard input") func standardInput() async throws {
        let database = try Database()
        let file = try write("a.otlp", Self.request(1).protobufBytes())
        let line = "cat \"$1\" | \"$0\" import - --db \"$2\""
        _ = try await FinishedProgram.run(
            "/bin/bash", ["-c", line, try BuiltProgram.traceq.path(), file, database.path]
        ).succeeded()
        #expect(try await database.spanCount() == 2)
    }

    @Test("A bad request stops the import and is named; with --skip-bad it is passed over")
    func badRequest() async throws {
        let database = try Database()
        let text = "\(Self.json(1))\n{\"resourceSpans\":[{]\n\(Self.json(2))\n"
        let file = try write("bad.jsonl", Array(text.utf8))
        let stopped = try await database.ask(["import", file])
        #expect(stopped.status == .exited(1))
        #expect(stopped.standardError.contains("request 2 at byte"))
        #expect(stopped.standardError.contains("--skip-bad"))
        let skipped = try await database.ask(["import", file, "--skip-bad"])
        #expect(skipped.status == .exited(0))
        #expect(skipped.standardError.contains("skipped"))
        #expect(try await database.spanCount() == 2)
    }

    @Test(
        "Nothing behind a bad request is stored, however many are read at a time; --skip-bad stores the rest")
    func nothingBehind() async throws {
        let text =
            "\(Self.json(1))\n{\"bad\":1\n"
            + (2...9).map { Self.json(UInt8($0)) + "\n" }.joined()
            + "{\"worse\"\n"
        let file = try write("bad.jsonl", Array(text.utf8))
        for _ in 0..<5 {
            let database = try Database()
            let stopped = try await database.ask(["import", file, "--json"])
            #expect(stopped.status == .exited(1))
            #expect(stopped.standardError.contains("request 2 at byte"))
            #expect(stopped.standardError.contains("1 span of what came before it"))
            #expect(stopped.standardOutput.contains(#""bad_requests":1"#))
            #expect(try await database.spanCount() == 1)
            let skipped = try await database.ask(["import", file, "--skip-bad", "--json"]).succeeded()
            #expect(skipped.standardOutput.contains(#""bad_requests":2"#))
            #expect(skipped.standardOutput.contains(#""stored_spans":8"#))
            #expect(try await database.spanCount() == 9)
        }
    }

    @Test("The same spans in other requests are counted as stored before, and once in the database")
    func otherFraming() async throws {
        let database = try Database()
        let both = try write(
            "both.otlp",
            Self.fixed(Self.request(1, spans: 5).protobufBytes() + Self.request(2).protobufBytes()))
        let apart = try write(
            "apart.otlp",
            Self.fixed(Self.request(1, spans: 5).protobufBytes())
                + Self.fixed(Self.request(2).protobufBytes()))
        _ = try await database.ask(["import", both]).succeeded()
        for _ in 0..<2 {
            let again = try await database.ask(["import", apart, "--json"]).succeeded()
            #expect(again.standardOutput.contains(#""stored_spans":0"#), "\(again.standardOutput)")
            #expect(again.standardOutput.contains(#""known_spans":7"#))
            let info = try await database.rows(["db", "info"]).first
            #expect(info?["spans"]?.number == 7)
            #expect(info?["journal_rows"]?.number == 0)
        }
        let new = try write("new.otlp", Self.request(3, spans: 3).protobufBytes())
        let mixed = try await database.ask(["import", apart, new, "--json"]).succeeded()
        #expect(mixed.standardOutput.contains(#""stored_spans":3,"known_spans":0"#))
        #expect(try await database.spanCount() == 10)
    }

    @Test("What holds no traces is told, and leaves no new database behind")
    func noTraces() async throws {
        let whole = Self.json(1)
        for (name, text, words) in [
            ("foreign", #"{"foo":"bar"}"#, "no OTLP"),
            ("logs", #"{"resourceLogs":[{"scopeLogs":[]}]}"#, "holds logs without a record"),
            ("metrics", #"{"resourceMetrics":[]}"#, "holds metrics without a point"),
            ("none", #"{"resourceSpans":[]}"#, "without a span"),
            ("empty", "", "is empty"), ("blank", " \n\n", "is empty"),
            ("bad", #"{"resourceSpans":[{]}"# + "\n", "request 1 at byte 0"),
            ("cut", String(whole.dropLast()), "the file ends in the middle of request 1"),
            ("database", "SQLite format 3\0" + String(repeating: "x", count: 90), "this is an SQLite file"),
        ] {
            let database = try Database()
            let file = try write(name, Array(text.utf8))
            let answer = try await database.ask(["import", file])
            #expect(answer.status == .exited(1), "\(name)")
            #expect(answer.standardError.contains(words), "\(name): \(answer.standardError)")
            #expect(!FileManager.default.fileExists(atPath: database.path), "\(name)")
        }
        let database = try Database()
        let file = try write("some.jsonl", Array("\(whole)\n{\"resourceLogs\":[]}\n".utf8))
        let some = try await database.ask(["import", file]).succeeded()
        #expect(some.standardError.contains("holds logs without a record"))
        // One that was there stays, though nothing comes into it.
        let empty = try write("empty.jsonl", [])
        #expect(try await database.ask(["import", empty]).status == .exited(1))
        #expect(try await database.spanCount() == 1)
    }

    @Test("Logs alone are something to import")
    func onlyLogs() async throws {
        let database = try Database()
        let logs =
            #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"5","body":{"stringValue":"x"}}]}]}]}"#
        let file = try write("logs.jsonl", Array(logs.utf8))
        let answer = try await database.ask(["import", file]).succeeded()
        #expect(answer.standardOutput.contains("1 log record stored"))
        let again = try await database.ask(["import", file]).succeeded()
        #expect(again.standardOutput.contains("1 known already"))
    }

    @Test(
        "Secrets in URLs are not brought into the database, unless they are wanted", arguments: [false, true])
    func secretsAreRedacted(areWanted: Bool) async throws {
        let database = try Database()
        let url = "https://user:pass@proxy.example/mod?token=geheim&v=1"
        let traces = Self.json(1, "GET").replacing(
            #""name":"GET""#,
            with: #""name":"GET","attributes":[{"key":"url.full","value":{"stringValue":"\#(url)"}}]"#)
        let logs =
            #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"5","body":{"stringValue":"\#(url)"}}]}]}]}"#
        let file = try write("secrets.jsonl", Array("\(traces)\n\(logs)\n".utf8))
        let options = areWanted ? ["--no-redact"] : []
        _ = try await database.ask(["import", file] + options).succeeded()
        let kept = areWanted ? url : "https://REDACTED:REDACTED@proxy.example/mod?token=REDACTED&v=1"
        let spans = try await database.rows(["sql", "SELECT attr(spans, 'url.full') AS url FROM spans"])
        #expect(spans.map { $0["url"] } == [.string(kept)])
        let records = try await database.rows(["sql", "SELECT body FROM logs"])
        #expect(records.map { $0["body"] } == [.string(kept)])
    }

    @Test("Files that are missing, folders and foreign files are refused")
    func refusals() async throws {
        let database = try Database()
        let junk = try write("junk", Array("hello, world".utf8))
        for file in ["/nonexistent", "/tmp", junk] {
            let refused = try await database.ask(["import", file])
            #expect(refused.status == .exited(1), "\(file)")
            #expect(refused.standardError.contains(file), "\(file)")
        }
        #expect(try await database.ask(["import"]).status == .exited(1))
        #expect(try await database.ask(["import", "-", "-"]).status == .exited(1))
    }

    @Test("While a collector holds the file, the way leads through it")
    func throughCollector() async throws {
        let database = try Database()
        let file = try write("a.otlp", Self.request(1).protobufBytes())
        let lines = try write("b.jsonl", Array("\(Self.json(4))\n\(Self.json(5))\n".utf8))
        try await Collector.running(on: database) { collector in
            let refused = try await database.ask(["import", file])
            #expect(refused.status == .exited(3))
            #expect(refused.standardError.contains("--to http://127.0.0.1:4318"))
            let sent = try await FinishedProgram.run(
                BuiltProgram.traceq.path(),
                ["import", "--to", "http://127.0.0.1:\(collector.httpPort)", file, lines])
            #expect(sent.status == .exited(0), "\(sent.standardError)")
            #expect(try await database.spanCount() == 4)
            try await collector.stop()
        }
        let nobody = try await FinishedProgram.run(
            BuiltProgram.traceq.path(), ["import", "--to", "http://127.0.0.1:1", file])
        #expect(nobody.status == .exited(3))
        #expect(nobody.standardError.contains("127.0.0.1:1"))
    }
}
