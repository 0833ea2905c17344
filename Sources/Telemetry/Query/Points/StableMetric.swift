import OTLPModel

/// A metric under its stable name (OpenTelemetry's HTTP semantic conventions), with what it was called before, in the unit
/// of then: `docs/non-normative/http-migration.md` of the conventions.
struct StableMetric {
    let name: String
    let unit: String
    let old: String
    private let oldUnit: String
    /// What a value under the old name is multiplied by.
    private let factor: Double

    private init(_ name: String, seconds old: String) {
        (self.name, unit) = (name, "s")
        (self.old, oldUnit, factor) = (old, "ms", 0.001)
    }

    private init(_ name: String, bytes old: String) {
        (self.name, unit) = (name, "By")
        (self.old, oldUnit, factor) = (old, "By", 1)
    }

    private static let all = [
        StableMetric("http.server.request.duration", seconds: "http.server.duration"),
        StableMetric("http.client.request.duration", seconds: "http.client.duration"),
        StableMetric("http.server.request.body.size", bytes: "http.server.request.size"),
        StableMetric("http.server.response.body.size", bytes: "http.server.response.size"),
        StableMetric("http.client.request.body.size", bytes: "http.client.request.size"),
        StableMetric("http.client.response.body.size", bytes: "http.client.response.size"),
    ]

    /// Nil for a name that has no other.
    init?(_ name: String) {
        guard let known = Self.all.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// A point as the stable metric would have it; as it is where it is of another metric or unit, or where its buckets
    /// are powers of a base, which are others in another unit.
    func point(_ stored: StoredPoint) -> StoredPoint {
        let metric = stored.series.metric
        guard metric.name == old, metric.unit == oldUnit, metric.type != .exponentialHistogram || factor == 1
        else { return stored }
        var stored = stored
        stored.series.metric.name = name
        stored.series.metric.unit = unit
        if factor != 1 { stored.point.value = scaled(stored.point.value) }
        return stored
    }

    private func scaled(_ value: PointValue) -> PointValue {
        switch value {
        case .none, .exponentialHistogram: return value
        case .int(let number): return .double(Double(number) * factor)
        case .double(let number): return .double(number * factor)
        case .histogram(var histogram):
            histogram.sum = histogram.sum.map { $0 * factor }
            histogram.min = histogram.min.map { $0 * factor }
            histogram.max = histogram.max.map { $0 * factor }
            histogram.explicitBounds = histogram.explicitBounds.map { $0 * factor }
            return .histogram(histogram)
        case .summary(var summary):
            summary.sum *= factor
            summary.quantiles = summary.quantiles.map {
                QuantileValue(quantile: $0.quantile, value: $0.value * factor)
            }
            return .summary(summary)
        }
    }
}
