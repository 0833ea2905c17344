import Dispatch

/// A segment that is ready to be written.
struct SealedSegment: Sendable {
    var chunks: [EncodedChunk]
    var origins: SegmentOrigins
    var summary: SegmentSummary
    /// The last journal row that is in it.
    var lastJournalID: Int64

    var byteCount: Int { chunks.reduce(0) { $0 + $1.bytes.count } }
}

/// Builds and compresses segments, on a thread of its own: it takes some 50 ms for 65,536 spans, which
/// commits must not wait for.
actor Sealer {
    private let executor = SerialExecutorQueue(label: "traceq.sealer", qos: .utility)
    private let encoder = SegmentEncoder()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func seal(_ batches: [SpanBatch], lastJournalID: Int64) -> SealedSegment {
        let columns = SegmentBuilder(batches).build()
        return SealedSegment(
            chunks: encoder.chunks(columns), origins: columns.origins, summary: columns.summary(),
            lastJournalID: lastJournalID)
    }
}
