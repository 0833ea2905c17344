import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The cursor and the reference decoder agree on metrics")
struct MetricsDifferentialTests {
    @Test("On generated requests, to the byte", arguments: 0..<3)
    func generated(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<200 {
            let body = generator.metricsRequest().protobufBytes()
            let cursor = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival)
            let reference = try DecodedMetrics.fromProtobuf(
                body.span, arrival: someArrival, decoder: .reference)
            #expect(cursor.rejectedPoints == 0, "seed \(seed): \(cursor.rejectionReason ?? "")")
            #expect(
                try cursor.batch.canonicalPoints() == reference.batch.canonicalPoints(), "seed \(seed)")
        }
    }

    @Test("On mutated requests: both refuse, or both read the same", arguments: 0..<4)
    func mutated(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<400 {
            var body = generator.metricsRequest(pointsMax: 2).protobufBytes()
            DifferentialTests().mutate(&body, &generator)
            let cursor = try? DecodedMetrics.fromProtobuf(body.span, arrival: someArrival)
            let reference = try? DecodedMetrics.fromProtobuf(
                body.span, arrival: someArrival, decoder: .reference)
            #expect((cursor == nil) == (reference == nil), "seed \(seed), body \(body)")
            guard let cursor, let reference else { continue }
            accepted += 1
            #expect(cursor.rejectedPoints == reference.rejectedPoints, "seed \(seed), body \(body)")
            #expect(
                try cursor.batch.canonicalPoints() == reference.batch.canonicalPoints(),
                "seed \(seed), body \(body)")
        }
        // A mutation that breaks every body would test one half only.
        #expect(accepted > 20)
    }

    @Test("hostile 41: metrics cut short at every byte are refused, or are a shorter request")
    func cutShort() throws {
        let body = RequestGenerator.sampleMetrics().protobufBytes()
        for count in 0..<body.count {
            let cut = Array(body[..<count])
            let cursor = try? DecodedMetrics.fromProtobuf(cut.span, arrival: someArrival)
            let reference = try? DecodedMetrics.fromProtobuf(
                cut.span, arrival: someArrival, decoder: .reference)
            #expect((cursor == nil) == (reference == nil), "cut at \(count)")
        }
    }

    @Test("A batch comes back from its bytes, and damaged bytes come back as damage")
    func coding() throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<100 {
            let body = generator.metricsRequest().protobufBytes()
            let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival).batch
            var bytes = JournalRow.encode([batch.encoded()])
            let read = try #require(try JournalRow.decode(bytes.span).first?.pointBatch)
            #expect(try read.canonicalPoints() == batch.canonicalPoints(), "seed \(seed)")
            #expect(read.arrival == someArrival)
            DifferentialTests().mutate(&bytes, &generator)
            for damaged in (try? JournalRow.decode(bytes.span)) ?? [] {
                _ = try? damaged.pointBatch?.canonicalPoints()
            }
        }
    }
}

extension RequestGenerator {
    /// A request with a point of each kind.
    static func sampleMetrics() -> ExportMetricsServiceRequest {
        let time: UInt64 = 1_790_000_000_000_000_000
        var histogram = HistogramValue()
        histogram.count = 6
        histogram.sum = 7.5
        histogram.min = 0.5
        histogram.max = 4
        histogram.explicitBounds = [1, 2.5]
        histogram.bucketCounts = [3, 2, 1]
        var exponential = ExponentialHistogramValue()
        exponential.count = 4
        exponential.scale = 3
        exponential.zeroCount = 1
        exponential.positive = ExponentialBuckets(offset: -2, bucketCounts: [1, 0, 2])
        var summary = SummaryValue()
        summary.count = 9
        summary.sum = 45
        summary.quantiles = [QuantileValue(quantile: 0.5, value: 5), QuantileValue(quantile: 1, value: 9)]
        var sum = Metric(
            "cache.hits", .sum, [MetricPoint(.int(42), time: time, start: time - 60_000_000_000)])
        sum.temporality = .cumulative
        sum.isMonotonic = true
        sum.unit = "{hit}"
        var duration = Metric(
            "http.server.request.duration", .histogram, [MetricPoint(.histogram(histogram), time: time)])
        duration.temporality = .delta
        duration.unit = "s"
        duration.description = "Duration of HTTP server requests."
        let gauge = MetricPoint(
            .double(0.75), time: time, attributes: [KeyValue("device", .string("/dev/sda1"))])
        let resource = Resource(attributes: [
            KeyValue("service.name", .string("edge")), KeyValue("service.instance.id", .string("edge-1")),
        ])
        let metrics = [
            Metric("disk.used", .gauge, [gauge]), sum, duration,
            Metric(
                "sizes", .exponentialHistogram, [MetricPoint(.exponentialHistogram(exponential), time: time)]),
            Metric("pauses", .summary, [MetricPoint(.summary(summary), time: time)]),
        ]
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(
                resource: resource,
                scopeMetrics: [ScopeMetrics(scope: InstrumentationScope(name: "demo"), metrics: metrics)])
        ])
    }
}
