/// Segments that are ready to be written in place of some rows of the journal: nearly always one, none when all
/// of the spans are stored already.
struct SealedSegments: Sendable {
    struct Segment: Sendable {
        var signal = Signal.traces
        var chunks: [EncodedChunk]
        var origins: SegmentOrigins
        /// The series of points; nil for other signals.
        var series: PointSeriesTable?
        var summary: SegmentSummary
    }

    var segments: [Segment] = []
    /// The last journal row that is in them.
    var lastJournalID: Int64
    /// Spans that were left out because they came twice or are stored already.
    var duplicates = 0
    /// Points that were left out because a later one of the same series has the same time.
    var duplicatePoints = 0
    /// Why segments could not be asked for spans that are there already; nil when they could.
    var uncheckedBecause: StoreError?

    init(lastJournalID: Int64) { self.lastJournalID = lastJournalID }

    var spans: Int { rows(of: .traces) }

    /// How many rows segments of a signal have.
    func rows(of signal: Signal) -> Int {
        segments.reduce(0) { $0 + ($1.signal == signal ? $1.summary.spans : 0) }
    }

    var byteCount: Int {
        segments.reduce(0) { sum, segment in segment.chunks.reduce(sum) { $0 + $1.bytes.count } }
    }
}
