import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

@Suite("What one request and one source may bring", .timeLimit(.minutes(15)))
struct RequestLimitTests {
    private static let time: UInt64 = 1_790_000_000_000_000_000

    private func events(_ event: CollectorEvent, _ collector: TestCollector) -> Int {
        collector.server.service.counters.snapshot.events[event] ?? -1
    }

    @Test(
        "hostile 49: of a million attributes on one span and a value of 20 MiB the limits are kept, and it is taken"
    )
    func hugeSpan() async throws {
        let settings = TestCollector.settings { $0.maxBodyBytes = 64 << 20 }
        try await TestCollector.with(settings) { collector async throws in
            var request = SampleRequest.request()
            request.resourceSpans[0].scopeSpans[0].spans[0].attributes =
                [KeyValue("text", .string(String(repeating: "x", count: 20 << 20)))]
                + (1..<1_000_000).map { KeyValue("k\($0)", .int(1)) }
            let reply = try await collector.post(request.protobufBytes())
            #expect(reply.status == 200)
            #expect(events(.valueCut, collector) == 1)
            let held = collector.server.service.inFlight.usedBytes
            #expect(held < 1 << 20, "\(held) bytes are held for it")
            await collector.store.sealNow()
            let row = try collector.values(
                "SELECT dropped_attributes_count, length(CAST(attr(spans, 'text') AS BLOB)) FROM spans")
            #expect(row == ["998976", "262144"])
        }
    }

    private func post(
        _ labels: Range<Int>, from address: String, to collector: TestCollector
    ) async throws -> RawReply {
        let points = labels.map { label in
            var point = MetricPoint(.int(1), time: Self.time + UInt64(label))
            point.attributes = [KeyValue("user", .string("user-\(label)"))]
            return point
        }
        let request = ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(scopeMetrics: [ScopeMetrics(metrics: [Metric("requests", .gauge, points)])])
        ])
        let connection = try await WireConnection(port: collector.httpPort, from: address)
        defer { connection.close() }
        connection.post(request.protobufBytes(), path: "/v1/metrics")
        return try await connection.reply()
    }

    @Test(
        "hostile 65: a source with series without end is limited and told once, and others are not concerned")
    func seriesWithoutEnd() async throws {
        let settings = TestCollector.settings {
            $0.maxBodyBytes = 1 << 20
            $0.seriesPerSourceMax = 100
        }
        try await TestCollector.with(settings) { collector async throws in
            for part in 0..<10 {
                let reply = try await post(part * 50..<part * 50 + 50, from: "127.0.0.2", to: collector)
                #expect(reply.status == 200)
                let isTold = String(decoding: reply.body, as: UTF8.self).contains("limits.series_per_source")
                #expect(isTold == (part == 2))
            }
            #expect(events(.seriesLimited, collector) == 8)
            await collector.store.sealNow()
            #expect(try collector.values("SELECT count(*) FROM series") == ["101"])
            #expect(try collector.values("SELECT count(*) FROM points") == ["500"])
            // The same labels from somebody else are that one's own.
            #expect(try await post(0..<100, from: "127.0.0.3", to: collector).body == [])
            #expect(events(.seriesLimited, collector) == 8)
        }
    }

    @Test(
        "a body may become as many times as large as the configuration says",
        arguments: [(2, 413), (2_000, 400)])
    func ratioIsConfigurable(ratio: Int, status: Int) async throws {
        let settings = TestCollector.settings {
            $0.maxBodyBytes = 8 << 20
            $0.decompressionRatioMax = ratio
        }
        try await TestCollector.with(settings) { collector async throws in
            // Beyond the first MiB, which is free; a thousand times as large as what is sent, and no telemetry.
            let reply = try await collector.post(Gzip.zeros(3 << 20), headers: ["Content-Encoding: gzip"])
            #expect(reply.status == status)
        }
    }
}
