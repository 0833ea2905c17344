import OTLPModel

/// Which points `traceq metrics NAME` shows.
package struct MetricsQuery: Sendable {
    package var name: String
    /// By time of the point.
    package var window: TimeWindow
    package var predicates: [PointPredicate]
    /// The newest so many.
    package var limit: Int

    package init(name: String, window: TimeWindow, predicates: [PointPredicate] = [], limit: Int) {
        self.name = name
        self.window = window
        self.predicates = predicates
        self.limit = limit
    }
}

/// The points of a metric.
package struct MetricsResult: Sendable {
    /// By time; of equal times by series.
    package var points: [StoredPoint]
    /// How many there are, those that are not among `points` included.
    package var pointCount: Int
    /// How many series they are of.
    package var seriesCount: Int
    /// Points that were left out because the series has a later one of the same time.
    package var duplicates: Int
    package var notes: [QualityNote]
}

/// A condition on points: what `--where` says. Keys are `service`, `node`, `value`, attributes, and attributes of the
/// resource with `resource.` before them.
package struct PointPredicate: Hashable, Sendable {
    private let key: SpanKey
    private let test: ValueTest
    private let isOnValue: Bool

    init(_ key: SpanKey, _ test: ValueTest) {
        self.key = key
        self.test = test
        isOnValue = false
    }

    /// - Throws: `PredicateError`
    package init(parsing text: String) throws(PredicateError) {
        let predicate = try SpanPredicate(parsing: text)
        key = predicate.key
        test = predicate.test
        isOnValue = predicate.key == .attribute("value")
        switch key {
        case .service, .node, .scope, .attribute, .resource: break
        default:
            throw PredicateError(
                text, at: 0,
                "points have no \(key.text): keys are service, node, scope, value and attributes; "
                    + "attr.\(key.text) is an attribute")
        }
    }

    /// Whether the condition is about the point and not about its series alone.
    func isOnPoint(_ series: StoredSeries) -> Bool {
        isOnValue || key == .node && series.origin.declaredNode == nil
    }

    /// - Parameter point: nil while only the series is known
    func passes(_ series: StoredSeries, _ point: StoredPoint?) -> Bool {
        if isOnPoint(series), point == nil { return true }
        switch key {
        case .service: return test.passes(.text(series.service))
        case .node:
            let node = point?.node ?? series.origin.declaredNode
            return node.map { test.passes(.text($0.name)) } ?? false
        case .scope: return test.passes(.text(series.scope.name))
        case .resource(let name):
            return test.passes(series.resource.attributes.value(of: name).map { SpanValue($0) } ?? .missing)
        case .attribute(let name):
            if isOnValue, let point { return test.passes(point.point.number) }
            return test.passes(series.attributes.value(of: name).map { SpanValue($0) } ?? .missing)
        default: return false
        }
    }
}

extension MetricPoint {
    /// Its number; for distributions their sum.
    fileprivate var number: SpanValue {
        switch value {
        case .none: .missing
        case .int(let number): .integer(number)
        case .double(let number): .decimal(number.bitPattern)
        case .histogram(let histogram): histogram.sum.map { .decimal($0.bitPattern) } ?? .missing
        case .exponentialHistogram(let histogram): histogram.sum.map { .decimal($0.bitPattern) } ?? .missing
        case .summary(let summary): .decimal(summary.sum.bitPattern)
        }
    }
}
