import Foundation
import TestSupport
import Testing

/// Programs are told by `OTEL_EXPORTER_OTLP_…` where to send: whatever combination is right, and those that are
/// nearly right, have to arrive.
@Suite("An SDK that is set up by its environment alone arrives", .serialized, .timeLimit(.minutes(15)))
struct ExporterEnvironmentTests {
    /// The variables of one program; `{http}` and `{grpc}` stand for the collector's addresses.
    struct Case: Sendable, CustomTestStringConvertible {
        var usesGRPC = false
        var variables: [String: String]

        var testDescription: String {
            variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
    }

    private static let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"

    static let cases = [
        Case(variables: [endpoint: "{http}"]),
        Case(variables: [endpoint: "{http}/"]),
        Case(variables: [tracesEndpoint: "{http}/v1/traces"]),
        // Mistakes: no path where one belongs, and one where none does.
        Case(variables: [tracesEndpoint: "{http}"]),
        Case(variables: [endpoint: "{http}/v1/traces"]),
        Case(variables: [tracesEndpoint: "{http}/v1/traces/"]),
        Case(variables: [endpoint: "{http}", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"]),
        Case(variables: [endpoint: "{http}", "OTEL_EXPORTER_OTLP_TIMEOUT": "5"]),
        Case(variables: [endpoint: "{http}", "OTEL_EXPORTER_OTLP_HEADERS": "x-team=edge,x-note=a%20b"]),
        Case(usesGRPC: true, variables: [endpoint: "{grpc}", "OTEL_EXPORTER_OTLP_INSECURE": "true"]),
        Case(
            usesGRPC: true,
            variables: [
                tracesEndpoint: "{grpc}", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip",
                "OTEL_EXPORTER_OTLP_HEADERS": "x-team=edge", "OTEL_EXPORTER_OTLP_TIMEOUT": "5",
            ]),
    ]

    @Test("K3, I: endpoints with and without a path, compression, time-outs and headers", arguments: cases)
    func arrives(sample: Case) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            var environment = ProcessInfo.processInfo.environment
            for (name, value) in sample.variables {
                environment[name] =
                    value
                    .replacingOccurrences(of: "{http}", with: "http://127.0.0.1:\(collector.httpPort)")
                    .replacingOccurrences(of: "{grpc}", with: "http://127.0.0.1:\(collector.grpcPort)")
            }
            let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/send_by_environment.py")
            _ = try await FinishedProgram.run(
                Repository.pythonEnvironmentProgram("python"),
                [script.path(percentEncoded: false), "--protocol", sample.usesGRPC ? "grpc" : "http"],
                environment: environment
            ).succeeded()
            #expect(try await database.spanCount() == 1)
        }
    }
}
