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

    /// Whether the answer is about some of the spans only, besides the window.
    var isFiltered: Bool { !predicates.isEmpty || name != nil }
}
