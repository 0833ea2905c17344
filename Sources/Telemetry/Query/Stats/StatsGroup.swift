/// Spans with equal values of the keys that were asked for.
package struct StatsGroup: Hashable, Sendable {
    package var key: [SpanValue]
    package var totals: SpanTotals
    package var quantiles: DurationQuantiles
}
