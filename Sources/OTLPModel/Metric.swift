/// A metric with its points (OTLP `metrics.v1.Metric`).
///
/// OTLP has a message for each type of metric, which differ in the messages of their points. Here a metric has a
/// type, and a point a value of whatever kind: what does not fit together is for whoever stores it to refuse.
package struct Metric: Hashable, Sendable {
    package var name = ""
    package var description = ""
    package var unit = ""
    package var metadata: [KeyValue] = []
    package var type = MetricType.none
    /// Of sums and histograms.
    package var temporality = AggregationTemporality.unspecified
    /// Of sums: whether they only rise.
    package var isMonotonic = false
    package var points: [MetricPoint] = []

    package init() {}

    package init(_ name: String, _ type: MetricType, _ points: [MetricPoint] = []) {
        self.name = name
        self.type = type
        self.points = points
    }
}

/// Which of OTLP's messages a metric's points come in. The numbers are stored: they are the field numbers in
/// `Metric.data`.
package enum MetricType: Int32, Hashable, Sendable, CaseIterable {
    /// The metric has no data.
    case none = 0
    case gauge = 5
    case sum = 7
    case histogram = 9
    case exponentialHistogram = 10
    case summary = 11
}

/// How points follow one another (OTLP `AggregationTemporality`). Open: a number that OTLP has no name for is kept.
package struct AggregationTemporality: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = AggregationTemporality(rawValue: 0)
    package static let delta = AggregationTemporality(rawValue: 1)
    package static let cumulative = AggregationTemporality(rawValue: 2)
}
