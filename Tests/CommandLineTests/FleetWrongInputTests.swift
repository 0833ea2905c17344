import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

/// What makes no sense, or has no answer, is told in a sentence by every command about the fleet.
@Suite("traceq slowest, misses, lag and nodes: questions without an answer")
struct FleetWrongInputTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let commands = [
        ["slowest"], ["slowest", "--by", "request"], ["slowest", "--by", "fetch"],
        ["slowest", "--by", "session"], ["misses"], ["misses", "--by", "node"], ["misses", "--per", "5m"],
        ["lag"], ["lag", "--only", "visibility"], ["nodes"], ["nodes", "--by", "region"],
    ]

    private static let now = UInt64(InMemoryCommandLine.now.rawValue)

    /// Stores a request of two minutes ago of each path.
    private func store(_ paths: [String], client: String? = "192.0.2.9") async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        for (number, path) in paths.enumerated() {
            var span = OTLPModel.Span()
            span.traceID = [UInt8](repeating: UInt8(number + 1), count: 16)
            span.spanID = [UInt8](repeating: UInt8(number + 1), count: 8)
            span.kind = .server
            span.name = "GET"
            span.startTimeUnixNano = Self.now - 120_000_000_000
            span.endTimeUnixNano = span.startTimeUnixNano + 5_000_000
            span.attributes = [
                KeyValue("url.path", .string(path)), KeyValue("http.response.status_code", .int(200)),
            ]
            if let client { span.attributes.append(KeyValue("client.address", .string(client))) }
            let resource = Resource(attributes: [
                KeyValue("service.name", .string("edge")), KeyValue("service.instance.id", .string("n1")),
            ])
            let body = ExportTraceServiceRequest(
                resourceSpans: [ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: [span])])]
            ).protobufBytes()
            let arrival = Arrival(
                receivedAt: UnixNanos(clamping: span.endTimeUnixNano), peerAddress: "192.0.2.7")
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        }
        await store.close()
    }

    /// Without rows, the table is a sentence, and the document has it as a note.
    private func expectSentence(
        _ command: [String], _ part: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let table = InMemoryCommandLine(command + ["--db", path])
        #expect(table.status == .success, "\(command)", sourceLocation: sourceLocation)
        #expect(table.output.contains(part), "\(command): \(table.output)", sourceLocation: sourceLocation)
        let lines = table.output.split(separator: "\n")
        #expect(
            lines.first?.hasPrefix("no ") == true, "\(command): \(table.output)",
            sourceLocation: sourceLocation)
        let json = InMemoryCommandLine(command + ["--db", path, "--json"])
        #expect(
            json.output.contains(#""code":"empty_window""#) && json.output.contains(#""rows":[]"#),
            "\(command): \(json.output)", sourceLocation: sourceLocation)
    }

    @Test(
        "where nobody says who asked, there is no session, and asking for a longer time would not help",
        arguments: [("fetch", "no fetched version in the window"), ("session", "no session in the window")])
    func withoutClients(unit: String, beginning: String) async throws {
        try await store(["/github.com/a/b/@v/v1.0.0.zip"], client: nil)
        try expectSentence(
            ["slowest", "--by", unit], beginning + ": of none of its 1 request it is known who asked")
    }

    @Test("windows whose end lies before their begin are refused, with what to do", arguments: commands)
    func inverted(command: [String]) async throws {
        try await store(["/github.com/a/b/@v/v1.0.0.zip"])
        for window in [["--since", "1h", "--until", "2h"], ["--since", "10m", "--until", "10m"]] {
            let result = InMemoryCommandLine(command + window + ["--db", path])
            #expect(result.status == .usage, "\(command) \(window)")
            #expect(result.output.isEmpty)
            #expect(
                result.diagnostics.contains("--since") && result.diagnostics.contains("--until"),
                "\(result.diagnostics)")
        }
    }

    @Test("an empty database says how data gets there", arguments: commands)
    func noData(command: [String]) async throws {
        try await store([])
        try expectSentence(command, "the database is empty; let applications send OTLP")
    }

    @Test("a window without data says where there is some", arguments: commands)
    func otherTime(command: [String]) async throws {
        try await store(["/github.com/a/b/@v/v1.0.0.zip"])
        try expectSentence(command + ["--since", "2d", "--until", "1d"], "in the window")
        try expectSentence(command + ["--since", "30s"], "try --since 3m")
    }

    @Test("a filter that nothing fits is named", arguments: commands)
    func filtered(command: [String]) async throws {
        try await store(["/github.com/a/b/@v/v1.0.0.zip"])
        try expectSentence(command + ["--node", "nobody"], "fits --node")
    }

    @Test("spans that are no module requests are told apart from none", arguments: commands[1...6])
    func otherRequests(command: [String]) async throws {
        try await store(["/healthz", "/npm/@angular/core"])
        try expectSentence(command, "asks a Go module proxy for ")
    }

    @Test("lists alone have no hit ratio, and a sentence says why", arguments: commands[4...6])
    func noFiles(command: [String]) async throws {
        try await store(["/github.com/a/b/@v/list"])
        try expectSentence(command, "for a file of a version")
    }

    @Test("only unknown cache results: rows without a ratio, and how to get one", arguments: commands[4...6])
    func unknownOnly(command: [String]) async throws {
        try await store(["/github.com/a/b/@v/v1.0.0.zip"])
        let result = InMemoryCommandLine(command + ["--db", path])
        #expect(result.output.contains("note (no_cache_results): there is no hit ratio"), "\(result.output)")
        #expect(result.output.contains("unknown 1: in no ratio"))
        #expect(result.output.contains("request hit ratio -: 0 of 0 requests"), "\(result.output)")
        let json = InMemoryCommandLine(command + ["--db", path, "--json"])
        #expect(json.output.contains(#""request_hit_ratio":null"#))
    }

    @Test(
        "only unknown cache results: nodes and the slowest are shown without them",
        arguments: ["nodes", "slowest"])
    func unknownElsewhere(command: String) async throws {
        try await store(["/github.com/a/b/@v/v1.0.0.zip"])
        let json = InMemoryCommandLine(
            [command, "--db", path, "--json"] + (command == "slowest" ? ["--by", "request"] : []))
        let key = command == "nodes" ? "hit_ratio" : "cache_result"
        #expect(json.output.contains("\"\(key)\":null"), "\(json.output)")
    }
}
