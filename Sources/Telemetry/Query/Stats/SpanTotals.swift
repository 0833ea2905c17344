/// What can be added up of spans.
package struct SpanTotals: Hashable, Sendable {
    package var spans = 0
    /// Spans whose status is an error.
    package var errors = 0
    /// Nanoseconds of all durations together, negative ones as 0; stays at the highest number.
    package var sumNanos: Int64 = 0
    package var longestNanos: Int64 = 0
    /// Spans that have the key of the ratio that was asked for, and those of them that pass its test.
    package var ratioSpans = 0
    package var ratioPassed = 0

    package init() {}

    package var errorShare: Double { spans == 0 ? 0 : Double(errors) / Double(spans) }

    /// Nil when no span has the key.
    package var ratio: Double? { ratioSpans == 0 ? nil : Double(ratioPassed) / Double(ratioSpans) }

    mutating func add(_ other: SpanTotals) {
        spans += other.spans
        errors += other.errors
        addDuration(other.sumNanos)
        longestNanos = max(longestNanos, other.longestNanos)
        ratioSpans += other.ratioSpans
        ratioPassed += other.ratioPassed
    }

    @inline(__always)
    mutating func addDuration(_ nanos: Int64) {
        let (sum, overflow) = sumNanos.addingReportingOverflow(nanos)
        sumNanos = overflow ? .max : sum
    }
}
