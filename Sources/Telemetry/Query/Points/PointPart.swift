/// A part of all points: a segment, or what is in the journal.
struct PointPart: Sendable {
    /// Nil for the journal.
    var segment: Int64?
    var summary: SegmentSummary
    /// The points of the journal; those of a segment are read.
    var columns: PointColumns?
}
