/// What `stats` is asked.
package struct StatsQuery: Sendable {
    /// By start of the span.
    package var window: TimeWindow
    /// What spans are grouped by; none makes one group.
    package var keys: [SpanKey]
    /// All of them must hold.
    package var predicates: [SpanPredicate]
    /// Span name or URL path, exact; `*` stands for any characters.
    package var name: String?
    /// A share to work out: of the spans in a group that have the key, those that pass.
    package var ratio: SpanPredicate?
    package var order: StatsOrder
    /// How many groups to give at the most; at least 1.
    package var limit: Int
    /// Whether quantiles may come from sketches, which are within 1 %.
    package var isApproximate: Bool
    /// The time of asking; nodes that fell silent are noted only for windows that end about then.
    package var now: UnixNanos?
    /// How many groups there may be: each takes about 500 bytes.
    package var groupsMax = 2_000_000

    package init(
        window: TimeWindow, keys: [SpanKey] = [], predicates: [SpanPredicate] = [], name: String? = nil,
        ratio: SpanPredicate? = nil, order: StatsOrder = .count, limit: Int = .max,
        isApproximate: Bool = false, now: UnixNanos? = nil
    ) {
        self.window = window
        self.keys = keys
        self.predicates = predicates
        self.name = name
        self.ratio = ratio
        self.order = order
        self.limit = limit
        self.isApproximate = isApproximate
        self.now = now
    }

    /// How long a period is as far as it lies in the window, and before the time of asking: nanoseconds, at least 1.
    /// - Parameter start: of the period
    /// - Returns: nil for all of it
    func partNanos(ofPeriod start: UnixNanos) -> Int64? {
        guard let nanos = periodNanos else { return nil }
        let (end, overflow) = start.rawValue.addingReportingOverflow(nanos)
        let until = min(window.until, max(now ?? window.until, window.since))
        // Where a window begins that has no begin, nobody knows.
        let from = max(start, window.since)
        let to = min(overflow ? .distantFuture : UnixNanos(rawValue: end), until)
        let (part, isLong) = to.rawValue.subtractingReportingOverflow(from.rawValue)
        return isLong || part >= nanos ? nil : max(part, 1)
    }

    /// Whether it is asked how requests ended.
    var asksForOutcomes: Bool {
        keys.contains(.outcome) || predicates.contains { $0.key == .outcome } || ratio?.key == .outcome
    }

    /// Whether the answer is about some of the spans only, besides the window.
    var isFiltered: Bool { !predicates.isEmpty || name != nil }
}
