import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What a metrics request may say")
struct MetricsDecodingTests {
    private static let time = Sample.baseNanos

    private func decoded(_ metrics: [Metric]) throws -> DecodedMetrics {
        let request = ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(scopeMetrics: [ScopeMetrics(metrics: metrics)])
        ])
        let body = request.protobufBytes()
        let cursor = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival)
        let reference = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival, decoder: .reference)
        #expect(cursor.rejectedPoints == reference.rejectedPoints)
        #expect(cursor.rejectionReason == reference.rejectionReason)
        return cursor
    }

    /// Decodes one point beside a good one.
    private func rejected(_ value: PointValue, _ type: MetricType) throws -> String? {
        let good = MetricPoint(.double(1), time: Self.time)
        let decoded = try decoded([
            Metric("odd", type, [MetricPoint(value, time: Self.time)]), Metric("good", .gauge, [good]),
        ])
        #expect(decoded.batch.pointCount + decoded.rejectedPoints == 2)
        #expect(decoded.rejectedPoints <= 1)
        return decoded.rejectionReason
    }

    private func histogram(_ counts: Int, _ bounds: [Double]) -> PointValue {
        var value = HistogramValue()
        value.bucketCounts = [UInt64](repeating: 1, count: counts)
        value.explicitBounds = bounds
        return .histogram(value)
    }

    @Test(
        "G: a histogram has one bucket more than bounds, or neither",
        arguments: [(0, 0, true), (1, 0, true), (0, 1, false), (2, 2, false), (3, 2, true), (4, 2, false)])
    func buckets(counts: Int, bounds: Int, isGood: Bool) throws {
        let reason = try rejected(histogram(counts, (0..<bounds).map(Double.init)), .histogram)
        #expect((reason == nil) == isGood, "\(reason ?? "stored")")
    }

    @Test(
        "hostile 61: bounds that do not rise, or are no numbers, cost their point alone",
        arguments: [[1, 1], [2, 1], [.nan], [0, .nan], [.nan, 1]])
    func bounds(bounds: [Double]) throws {
        #expect(try rejected(histogram(bounds.count + 1, bounds), .histogram)?.contains("rise") == true)
    }

    @Test("hostile 61: infinite bounds that rise are stored")
    func infiniteBounds() throws {
        #expect(try rejected(histogram(4, [-.infinity, 0, .infinity]), .histogram) == nil)
    }

    @Test("hostile 61: a negative count in JSON is not a number of the field: 400, with its place")
    func negativeCount() throws {
        let body = Array(
            #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"h","histogram":{"dataPoints":[{"bucketCounts":[-1]}]}}]}]}]}"#
                .utf8)
        let error = #expect(throws: DecodeError.self) {
            try DecodedMetrics.fromJSON(body.span, arrival: someArrival)
        }
        #expect(error?.message.contains("bucketCounts") == true)
    }

    @Test(
        "G, hostile 62: an exponential histogram has a scale from -10 to 20",
        arguments: [
            (-11, false), (-10, true), (0, true), (20, true), (21, false), (.max, false), (.min, false),
        ])
    func scale(scale: Int32, isGood: Bool) throws {
        var value = ExponentialHistogramValue()
        value.scale = scale
        #expect((try rejected(.exponentialHistogram(value), .exponentialHistogram) == nil) == isGood)
    }

    @Test("hostile 62: numbers of buckets that do not fit 32 bits cost their point alone")
    func offsets() throws {
        for (offset, isGood) in [(Int32.max - 2, true), (.max - 1, true), (.max, false)] {
            var value = ExponentialHistogramValue()
            value.negative = ExponentialBuckets(offset: offset, bucketCounts: [1, 1])
            let reason = try rejected(.exponentialHistogram(value), .exponentialHistogram)
            #expect((reason == nil) == isGood)
        }
        var value = ExponentialHistogramValue()
        value.positive = ExponentialBuckets(offset: .min, bucketCounts: [1])
        #expect(try rejected(.exponentialHistogram(value), .exponentialHistogram) == nil)
        value.zeroThreshold = -0.5
        #expect(try rejected(.exponentialHistogram(value), .exponentialHistogram) != nil)
        value.zeroThreshold = .nan
        #expect(try rejected(.exponentialHistogram(value), .exponentialHistogram) != nil)
    }

    @Test(
        "G: quantiles of a summary are from 0 to 1",
        arguments: [(-0.1, false), (0, true), (1, true), (1.1, false), (.nan, false)])
    func quantiles(quantile: Double, isGood: Bool) throws {
        var value = SummaryValue()
        value.quantiles = [QuantileValue(quantile: quantile, value: 1)]
        #expect((try rejected(.summary(value), .summary) == nil) == isGood)
    }

    @Test("hostile 64, G: numbers may be anything, and come back bit by bit")
    func numbers() throws {
        let values: [PointValue] = [
            .double(.nan), .double(.infinity), .double(-.infinity), .double(-0.0), .double(1e308),
            .double(Double(bitPattern: 0x7ff0_0000_0000_0002)), .int(.min), .int(.max), .none,
        ]
        for value in values {
            var point = MetricPoint(value, time: Self.time)
            // Prometheus writes "stale" so; OTLP with the flag.
            point.flags = MetricPoint.noRecordedValueMask
            let batch = try decoded([Metric("g", .gauge, [point])]).batch
            let read = try #require(batch.rows.point(0, distribution: 0, of: .gauge))
            #expect(read.flags == 1)
            switch (read.value, value) {
            case (.double(let left), .double(let right)): #expect(left.bitPattern == right.bitPattern)
            default: #expect(read.value == value)
            }
        }
    }

    @Test(
        "hostile 63, G: sums that fall, start times that change or lie behind the time, unknown temporality: all stored"
    )
    func sums() throws {
        var points = [10, 20, 5].enumerated().map { index, value in
            MetricPoint(.int(Int64(value)), time: Self.time + UInt64(index), start: Self.time)
        }
        points.append(MetricPoint(.int(1), time: Self.time + 9, start: Self.time + 100))
        var metrics: [Metric] = []
        for (number, temporality) in [0, 1, 2, 9].enumerated() {
            var metric = Metric("sum\(number)", .sum, points)
            metric.temporality = AggregationTemporality(rawValue: Int32(temporality))
            metric.isMonotonic = number % 2 == 0
            metrics.append(metric)
        }
        let decoded = try decoded(metrics)
        #expect(decoded.rejectedPoints == 0)
        #expect(decoded.batch.pointCount == 16)
        #expect(decoded.batch.table.series.count == 4)
        #expect(
            (0..<4).map {
                Metric(canonicalBytes: Array(decoded.batch.table.metrics[$0]))?.temporality.rawValue
            }
                == [0, 1, 2, 9])
    }

    @Test("A metric without a name is refused, one without data is nothing")
    func names() throws {
        let point = MetricPoint(.int(1), time: Self.time)
        let decoded = try decoded([
            Metric("", .gauge, [point, point]), Metric("none", .none), Metric("empty", .sum),
            Metric("good", .gauge, [point]),
        ])
        #expect(decoded.rejectedPoints == 2)
        #expect(decoded.rejectionReason == "a metric must have a name")
        #expect(decoded.batch.pointCount == 1)
    }

    @Test("Of a key that comes twice the last one counts, and it is counted")
    func repeatedKeys() throws {
        let pairs = [KeyValue("a", .int(1)), KeyValue("b", .int(2)), KeyValue("a", .int(3))]
        let decoded = try decoded([Metric("g", .gauge, [MetricPoint(.int(1), time: 1, attributes: pairs)])])
        #expect(decoded.repeatedKeys == 1)
        let read = [KeyValue](canonicalBytes: Array(decoded.batch.table.attributes[0]))
        #expect(read == [KeyValue("a", .int(3)), KeyValue("b", .int(2))])
    }

    @Test("Empty requests, and empty envelopes, are requests without points")
    func empty() throws {
        #expect(try DecodedMetrics.fromProtobuf([UInt8]().span, arrival: someArrival).batch.pointCount == 0)
        #expect(
            try DecodedMetrics.fromJSON(Array("{}".utf8).span, arrival: someArrival).batch.pointCount == 0)
        #expect(try decoded([]).batch.pointCount == 0)
    }

    @Test("More points than a batch can hold are refused, before they fill the memory")
    func tooMany() throws {
        // Three bytes each: a body of 64 MiB has twenty million of them.
        var data = ProtobufWriter()
        for _ in 0...PointBatch.pointsMax { data.repeatedBytes(1, []) }
        var metric = ProtobufWriter()
        metric.string(1, "g")
        metric.repeatedBytes(5, data.bytes)
        var body = ProtobufWriter()
        body.message(1) { $0.message(2) { $0.repeatedBytes(2, metric.bytes) } }
        let error = #expect(throws: DecodeError.self) {
            try DecodedMetrics.fromProtobuf(body.bytes.span, arrival: someArrival)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("hostile 45: attributes that nest too deep are refused")
    func depth() throws {
        var value = AnyValue.int(1)
        for _ in 0..<64 { value = .array([value]) }
        let point = MetricPoint(.int(1), time: 1, attributes: [KeyValue("a", value)])
        let body = ExportMetricsServiceRequest.of(Metric("g", .gauge, [point])).protobufBytes()
        let error = #expect(throws: DecodeError.self) {
            try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival)
        }
        #expect(error?.code == .tooDeep)
    }

    @Test("hostile 47, hostile 70: names may be any text; what is not UTF-8 is repaired")
    func texts() throws {
        var metric = ProtobufWriter()
        metric.repeatedBytes(1, [0x3c, 0x69, 0x6d, 0x67, 0xff, 0x3e])
        metric.message(5) { $0.message(1) { $0.message(7) { $0.repeatedBytes(1, [0xc0, 0x61]) } } }
        var body = ProtobufWriter()
        body.message(1) { $0.message(2) { $0.repeatedBytes(2, metric.bytes) } }
        for decoder in ProtobufDecoder.allCases {
            let batch = try DecodedMetrics.fromProtobuf(
                body.bytes.span, arrival: someArrival, decoder: decoder
            ).batch
            #expect(Metric(canonicalBytes: Array(batch.table.metrics[0]))?.name == "<img\u{fffd}>")
            let pairs = [KeyValue](canonicalBytes: Array(batch.table.attributes[0]))
            #expect(pairs?.first?.key == "\u{fffd}a")
        }
    }
}
