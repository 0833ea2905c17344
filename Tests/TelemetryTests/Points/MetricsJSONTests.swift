import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Metrics as OTLP/JSON")
struct MetricsJSONTests {
    private func decoded(_ json: String) throws -> ExportMetricsServiceRequest {
        try decodeMetricsRequest(json: Array(json.utf8).span)
    }

    @Test("What is written is what protobuf says", arguments: 0..<2)
    func roundTrip(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<150 {
            let request = generator.metricsRequest()
            let json = JSONNode(request).text
            #expect(try decoded(json).protobufBytes() == request.protobufBytes(), "seed \(seed): \(json)")
        }
    }

    private func metric(_ data: String) throws -> Metric {
        let json = #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m",\#(data)}]}]}]}"#
        return try #require(try decoded(json).resourceMetrics.first?.scopeMetrics.first?.metrics.first)
    }

    @Test("E3, E5, E6: enums as names or numbers, snake_case, 64-bit numbers as text or not")
    func spellings() throws {
        let camel = try metric(
            #""sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"asInt":"7","timeUnixNano":"9"}]}"#
        )
        let snake = try metric(
            #""sum":{"aggregation_temporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","is_monotonic":true,"#
                + #""data_points":[{"as_int":7,"time_unix_nano":9}]}"#)
        #expect(camel == snake)
        #expect(camel.temporality == .cumulative && camel.isMonotonic)
        #expect(camel.points == [MetricPoint(.int(7), time: 9)])
        let histogram = try metric(
            #""histogram":{"dataPoints":[{"count":"3","bucketCounts":["1",2],"explicitBounds":[0.5],"sum":"NaN"}]}"#
        )
        guard case .histogram(let value) = histogram.points[0].value else {
            Issue.record("\(histogram)")
            return
        }
        #expect(value.count == 3 && value.bucketCounts == [1, 2] && value.explicitBounds == [0.5])
        #expect(value.sum?.isNaN == true && value.min == nil)
    }

    @Test("E4, E7: unknown fields and null are passed over")
    func unknown() throws {
        let metric = try metric(
            #""unit":null,"new":[{}],"gauge":{"other":1,"dataPoints":[null,{"asDouble":1.5,"flags":null,"x":{}}]}"#
        )
        #expect(metric.points == [MetricPoint(.double(1.5), time: 0)])
    }

    @Test("E1: exemplars have hex ids of any case")
    func exemplars() throws {
        let metric = try metric(
            #""gauge":{"dataPoints":[{"asInt":1,"exemplars":[{"traceId":"ABcd","spanId":"01","asDouble":"-Infinity"}]}]}"#
        )
        let exemplar = try #require(metric.points[0].exemplars.first)
        #expect(exemplar.traceID == [0xab, 0xcd] && exemplar.spanID == [1])
        #expect(exemplar.value == .double(-.infinity))
        #expect(throws: DecodeError.self) { try decoded(#"{"resourceMetrics":[{"scopeMetrics":3}]}"#) }
    }
}
