/// How much memory the answer to a statement may take, besides what SQLite takes and the segments that are open.
struct SQLLimits: Hashable, Sendable {
    /// Values of a group that `quantile` keeps: 1 GiB, enough for 134 million spans.
    var quantileValues = 1 << 27
    /// Rows that are put in order at a time, 24 bytes each; the next ones take another look at all segments.
    var orderedRows = 1 << 20
}
