/// Segments on their way into the file: a few chunks at a time, so that commits between them wait for a millisecond and
/// not for a whole segment. What is written is in no query until all of it is there (`Schema.unseenSignal`).
struct SegmentWriting: Sendable {
    struct Segment: Sendable {
        let summary: SegmentSummary
        let level: Int
        let createdAt: UnixNanos
        let chunks: [EncodedChunk]
        /// Its number in the catalogue, as soon as anything of it is written.
        var id: Int64?
        var chunksWritten = 0

        init(_ summary: SegmentSummary, level: Int, createdAt: UnixNanos, chunks: [EncodedChunk]) {
            self.summary = summary
            self.level = level
            self.createdAt = createdAt
            self.chunks = chunks
        }
    }

    var segments: [Segment]

    init(_ segments: [Segment]) { self.segments = segments }

    /// The numbers that it has in the catalogue so far.
    var ids: [Int64] { segments.compactMap(\.id) }

    var isWritten: Bool { segments.allSatisfy { $0.id != nil && $0.chunksWritten == $0.chunks.count } }

    /// Bytes that are written at once, or one chunk if it has more: 256 KiB take about as long as the commit of a
    /// request with 1,000 spans.
    static let bytesAtOnce = 256 << 10
}
