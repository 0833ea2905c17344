import Collector
import OTLPModel
import TestSupport
import Testing

@Suite("A message that names a limit names the one that governs it", .timeLimit(.minutes(15)))
struct LimitMessageTests {
    private typealias Send = @Sendable (TestCollector) async throws -> String

    /// A limit, and a request that is over a small value of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var key: String
        var by: String
        /// Nothing else is changed between the two.
        var smaller: @Sendable (inout CollectorSettings) -> Void
        var larger: @Sendable (inout CollectorSettings) -> Void
        /// Sends it, and gives back what the answer says.
        var send: @Sendable (TestCollector) async throws -> String

        var testDescription: String { "\(key) by \(by)" }
    }

    private static func post(
        _ body: [UInt8], path: String = "/v1/traces", headers: [String] = []
    ) -> Send { { try await $0.post(body, path: path, headers: headers).text } }

    private static func call(_ message: [UInt8], path: String = GRPCClient.tracesPath) -> Send {
        { collector in
            let client = try await collector.connectGRPC()
            defer { client.close() }
            return try await client.call(GRPCClient.headers(path: path), parts: [GRPCClient.framed(message)])
                .message ?? ""
        }
    }

    private static let points: [UInt8] = {
        let points = (0..<3).map {
            MetricPoint(
                .double(1), time: 1_790_000_000_000_000_000, attributes: [KeyValue("n", .int(Int64($0)))])
        }
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(
                resource: Resource(), scopeMetrics: [ScopeMetrics(metrics: [Metric("a", .gauge, points)])])
        ]).protobufBytes()
    }()

    static let cases: [Case] = [
        Case(
            key: "limits.request_bytes", by: "HTTP", smaller: { $0.maxBodyBytes = 32 << 10 },
            larger: { $0.maxBodyBytes = 64 << 10 }, send: post(SampleRequest.protobuf(bytes: 40_000))),
        Case(
            key: "limits.request_bytes", by: "HTTP with gzip", smaller: { $0.maxBodyBytes = 32 << 10 },
            larger: { $0.maxBodyBytes = 64 << 10 },
            send: post(Gzip.zeros(40_000), headers: ["Content-Encoding: gzip"])),
        Case(
            key: "limits.request_bytes", by: "gRPC", smaller: { $0.maxBodyBytes = 32 << 10 },
            larger: { $0.maxBodyBytes = 64 << 10 }, send: call(SampleRequest.protobuf(bytes: 40_000))),
        Case(
            key: "limits.decompression_ratio", by: "gzip",
            smaller: { ($0.maxBodyBytes, $0.decompressionRatioMax) = (4 << 20, 10) },
            larger: { ($0.maxBodyBytes, $0.decompressionRatioMax) = (4 << 20, 2_000) },
            send: post(Gzip.zeros(3 << 20), headers: ["Content-Encoding: gzip"])),
        Case(
            key: "limits.series_per_source", by: "three series", smaller: { $0.seriesPerSourceMax = 2 },
            larger: { $0.seriesPerSourceMax = 3 }, send: post(points, path: "/v1/metrics")),
    ]

    @Test("a larger value of the key that the message names makes an end of the message", arguments: cases)
    func keysGovern(limit: Case) async throws {
        #expect(ConfigFile.knownKeys.contains(limit.key))
        for (change, isOver) in [(limit.smaller, true), (limit.larger, false)] {
            try await TestCollector.with(TestCollector.settings { change(&$0) }) { collector async throws in
                let message = try await limit.send(collector)
                #expect(message.contains(limit.key) == isOver, "\(message)")
            }
        }
    }

    @Test("a question about health that is too long has nothing to do with the limit of requests")
    func health() async throws {
        try await TestCollector.with { collector async throws in
            let name = [UInt8](repeating: UInt8(ascii: "a"), count: 5_000)
            let message = try await Self.call(name, path: "/grpc.health.v1.Health/Check")(collector)
            #expect(message == "no service has a name of more than 4096 bytes")
        }
    }
}
