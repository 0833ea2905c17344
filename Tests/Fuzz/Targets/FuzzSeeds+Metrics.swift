import OTLPModel

extension FuzzSeeds {
    /// None, a number, and one of every kind of metric.
    static var metrics: [ExportMetricsServiceRequest] {
        [
            ExportMetricsServiceRequest(), request([gauge]),
            request([gauge, sum, histogram, exponentialHistogram, summary, Metric("nothing", .none)]),
        ]
    }

    private static func request(_ metrics: [Metric]) -> ExportMetricsServiceRequest {
        let scope = ScopeMetrics(
            scope: InstrumentationScope(name: "s", version: "1"), metrics: metrics, schemaURL: "u")
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(resource: resource, scopeMetrics: [scope], schemaURL: "r")
        ])
    }

    private static let time: UInt64 = 1_790_000_000_000_000_000

    private static func point(_ value: PointValue) -> MetricPoint {
        MetricPoint(value, time: time, start: time - 60_000_000_000)
    }

    private static var gauge: Metric {
        var metric = Metric("cache.size", .gauge, [point(.int(-7)), point(.double(0.5))])
        metric.points[1].attributes = values
        metric.unit = "By"
        return metric
    }

    private static var sum: Metric {
        var metric = Metric("requests", .sum, [point(.int(7)), point(.none)])
        metric.points[0].exemplars = [exemplar]
        metric.points[1].flags = MetricPoint.noRecordedValueMask
        metric.description = "d"
        metric.metadata = [KeyValue("m", .bool(true))]
        metric.temporality = .cumulative
        metric.isMonotonic = true
        return metric
    }

    private static var exemplar: Exemplar {
        var exemplar = Exemplar()
        exemplar.timeUnixNano = time
        exemplar.value = .double(1)
        exemplar.spanID = [UInt8](repeating: 2, count: 8)
        exemplar.traceID = [UInt8](repeating: 1, count: 16)
        exemplar.filteredAttributes = [KeyValue("k", .string("v"))]
        return exemplar
    }

    private static var histogram: Metric {
        var value = HistogramValue()
        (value.count, value.sum, value.min, value.max) = (3, 6, 1, 3)
        value.bucketCounts = [1, 2, 0]
        value.explicitBounds = [1, 2.5]
        var metric = Metric("latency", .histogram, [point(.histogram(value))])
        metric.temporality = .delta
        return metric
    }

    private static var exponentialHistogram: Metric {
        var value = ExponentialHistogramValue()
        (value.count, value.sum, value.scale) = (9, 20, 3)
        (value.zeroCount, value.zeroThreshold) = (1, 0.01)
        value.positive = ExponentialBuckets(offset: -2, bucketCounts: [1, 0, 300])
        value.negative = ExponentialBuckets(offset: 1, bucketCounts: [1])
        var metric = Metric("sizes", .exponentialHistogram, [point(.exponentialHistogram(value))])
        metric.temporality = .cumulative
        return metric
    }

    private static var summary: Metric {
        var value = SummaryValue()
        (value.count, value.sum) = (5, 2.5)
        value.quantiles = [QuantileValue(quantile: 0.5, value: 1), QuantileValue(quantile: 1, value: 2)]
        return Metric("gc", .summary, [point(.summary(value))])
    }
}
