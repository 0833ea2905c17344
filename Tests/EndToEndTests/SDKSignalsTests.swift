import Foundation
import TestSupport
import Testing

/// The OpenTelemetry SDK for Python sends metrics and logs; SQL has to find what was measured and said.
@Suite("A real OpenTelemetry SDK's metrics and logs are found", .serialized, .timeLimit(.minutes(15)))
struct SDKSignalsTests {
    @Test("K1: a counter, a gauge, a histogram and 100 log records", arguments: PythonSDKTests.transports)
    func arrive(transport: PythonSDKTests.Transport) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            let port = transport.usesGRPC ? collector.grpcPort : collector.httpPort
            let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/send_signals.py")
            _ = try await FinishedProgram.run(
                Repository.pythonEnvironmentProgram("python"),
                [
                    script.path(percentEncoded: false), "--protocol", transport.usesGRPC ? "grpc" : "http",
                    "--endpoint", "http://127.0.0.1:\(port)", "--count", "100",
                ] + (transport.usesGzip ? ["--gzip"] : [])
            ).succeeded()
            try await expectFound(in: database)
            // The same again from the file alone.
            try await collector.stop()
            try await expectFound(in: database)
        }
    }

    private func expectFound(in database: Database) async throws {
        let points = try await database.rows([
            "sql", "SELECT name, type, unit, value, count, sum, service, node FROM points ORDER BY name",
        ])
        #expect(points.map { $0["name"]?.text } == ["test.duration", "test.free", "test.requests"])
        #expect(points.map { $0["type"]?.text } == ["histogram", "gauge", "sum"])
        #expect(points.first?["count"]?.number == 3)
        #expect(points.dropFirst().first?["value"]?.number == 0.5)
        #expect(points.last?["value"]?.number == 6)
        #expect(points.allSatisfy { $0["service"]?.text == "sdk" && $0["node"]?.text == "edge-1" })
        let logs = try await database.rows([
            "sql",
            """
            SELECT count(*) AS records, count(DISTINCT body) AS bodies, sum(severity_number >= 17) AS errors,
                sum(attr(logs, 'number')) AS numbers FROM logs
            """,
        ])
        #expect(logs.first?["records"]?.number == 100)
        #expect(logs.first?["bodies"]?.number == 100)
        #expect(logs.first?["errors"]?.number == 10)
        #expect(logs.first?["numbers"]?.number == 4_950)
    }
}
