import Foundation
import TestSupport
import Testing

/// The OpenTelemetry SDK for Python sends; `traceq trace` has to give back every value.
@Suite("A real OpenTelemetry SDK's spans come back whole", .serialized, .timeLimit(.minutes(15)))
struct PythonSDKTests {
    struct Transport: Sendable, CustomStringConvertible {
        var usesGRPC: Bool
        var usesGzip: Bool

        var description: String {
            (usesGRPC ? "grpc" : "http/protobuf") + (usesGzip ? " with gzip" : "")
        }
    }

    static let transports = [
        Transport(usesGRPC: true, usesGzip: false), Transport(usesGRPC: true, usesGzip: true),
        Transport(usesGRPC: false, usesGzip: false), Transport(usesGRPC: false, usesGzip: true),
    ]

    @Test("K1: 1,000 spans with nested attributes, events and links", arguments: transports)
    func everyValueComesBack(transport: Transport) async throws {
        let seed = UInt32.random(in: .min ... .max)
        let database = try Database()
        try await Collector.running(on: database) { collector in
            let sent = try await send(1_000, over: transport, seed: seed, to: collector)
            #expect(sent.count == 1_000)
            try await expectStored(sent, in: database, seed: seed)
            #expect(try await database.spanCount() == 1_000)
            // The same again from the file alone.
            try await collector.stop()
            try await expectStored(sent, in: database, seed: seed)
        }
    }

    /// Lets the SDK send, and gives the rows that it has to become.
    private func send(
        _ count: Int, over transport: Transport, seed: UInt32, to collector: Collector
    ) async throws -> [JSONValue] {
        let folder = try TemporaryDirectory()
        let port = transport.usesGRPC ? collector.grpcPort : collector.httpPort
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/send_spans.py")
        _ = try await FinishedProgram.run(
            Repository.pythonEnvironmentProgram("python"),
            [
                script.path(percentEncoded: false), "--protocol", transport.usesGRPC ? "grpc" : "http",
                "--endpoint", "http://127.0.0.1:\(port)", "--count", "\(count)", "--seed", "\(seed)",
                "--record", folder.file("sent.json"),
            ] + (transport.usesGzip ? ["--gzip"] : [])
        ).succeeded()
        return try JSONValue(parsing: String(contentsOfFile: folder.file("sent.json"), encoding: .utf8))
            .elements
    }

    private func expectStored(_ sent: [JSONValue], in database: Database, seed: UInt32) async throws {
        let traces = Dictionary(grouping: sent) { $0["trace_id"]?.text ?? "" }
        var found: [String] = []
        for (trace, spans) in traces.sorted(by: { $0.key < $1.key }) {
            let rows = try await database.rows(["trace", trace])
            if rows.count != spans.count {
                found.append("trace \(trace): \(spans.count) spans were sent, \(rows.count) came back")
            }
            let byID = Dictionary(rows.map { ($0["span_id"]?.text ?? "", $0) }, uniquingKeysWith: { $1 })
            for span in spans {
                let id = span["span_id"]?.text ?? ""
                found += differences(expected: span, actual: byID[id], at: "span \(id)")
            }
        }
        #expect(found.isEmpty, "seed \(seed): \(found.prefix(20).joined(separator: "\n"))")
    }
}
