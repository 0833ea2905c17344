/// Names spans that lie together: those of a segment, or those of the journal.
struct SegmentReference: Sendable {
    /// What the catalogue says.
    var summary: SegmentSummary
    /// The segment's row in the catalogue; nil for the journal.
    var segmentID: Int64?
    /// The version of what its chunks hold; nil for the journal.
    var format: Int?
    /// The spans themselves where they are in memory: the journal's.
    var columns: SegmentColumns?
}
