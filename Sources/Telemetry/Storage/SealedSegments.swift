/// Segments that are ready to be written in place of some rows of the journal: nearly always one, none when all
/// of the spans are stored already.
struct SealedSegments: Sendable {
    struct Segment: Sendable {
        var chunks: [EncodedChunk]
        var origins: SegmentOrigins
        var summary: SegmentSummary
    }

    var segments: [Segment] = []
    /// The last journal row that is in them.
    var lastJournalID: Int64
    /// Spans that were left out because they came twice or are stored already.
    var duplicates = 0
    /// Why segments could not be asked for spans that are there already; nil when they could.
    var uncheckedBecause: StoreError?

    init(lastJournalID: Int64) { self.lastJournalID = lastJournalID }

    var spans: Int { segments.reduce(0) { $0 + $1.summary.spans } }

    var byteCount: Int {
        segments.reduce(0) { sum, segment in segment.chunks.reduce(sum) { $0 + $1.bytes.count } }
    }
}
