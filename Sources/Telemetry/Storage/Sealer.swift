import Dispatch

/// A segment that is ready to be written.
struct SealedSegment: Sendable {
    var chunks: [EncodedChunk]
    var origins: SegmentOrigins
    var summary: SegmentSummary
    /// The last journal row that is in it.
    var lastJournalID: Int64
    /// Spans that were left out because they came twice or are stored already.
    var duplicates: Int
    /// Why segments could not be asked for spans that are there already; nil when they could.
    var uncheckedBecause: StoreError?

    var byteCount: Int { chunks.reduce(0) { $0 + $1.bytes.count } }
}

/// Builds and compresses segments, on a thread of its own: it takes some 50 ms for 65,536 spans, which
/// commits must not wait for.
actor Sealer {
    private let executor = SerialExecutorQueue(label: "traceq.sealer", qos: .utility)
    private let encoder = SegmentEncoder()
    private let path: String
    /// Made when it is first needed; nil again after a failure.
    private var catalogue: SegmentCatalogue?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// - Parameter path: the database, which somebody else has made
    init(path: String) { self.path = path }

    /// Makes a segment of batches, without the spans that segments have already.
    ///
    /// All segments that were made before must be installed: what is not in the file cannot be found there.
    func seal(_ batches: [SpanBatch], lastJournalID: Int64) -> SealedSegment {
        var problem: StoreError?
        let columns: SegmentColumns
        do {
            columns = try columnsOfNewSpans(batches)
        } catch {
            // Rather a span twice than not at all; merging may find it yet.
            catalogue = nil
            problem = error
            columns = SegmentBuilder(batches).build()
        }
        return SealedSegment(
            chunks: columns.spanCount == 0 ? [] : encoder.chunks(columns), origins: columns.origins,
            summary: columns.summary(), lastJournalID: lastJournalID, duplicates: columns.duplicates,
            uncheckedBecause: problem)
    }

    private func columnsOfNewSpans(_ batches: [SpanBatch]) throws(StoreError) -> SegmentColumns {
        guard let starts = SpanBatch.startRange(batches) else { return SegmentBuilder(batches).build() }
        let catalogue = try openCatalogue()
        return try catalogue.snapshot { () throws(StoreError) in
            let overlapping = try catalogue.entries(from: starts.lowerBound, through: starts.upperBound)
            return SegmentBuilder(batches).build(leavingOutThoseIn: overlapping.lazy.map(catalogue.view))
        }
    }

    /// Makes one segment of the next ones that are worth it.
    /// - Parameter excluded: segments that are known to be damaged
    /// - Returns: what became of it, and how long the processor worked on it
    func merge(
        _ plan: MergePlan, excluding excluded: Set<Int64>
    ) throws(StoreError) -> (attempt: MergedSegment.Attempt, cpuNanos: Int64) {
        let before = threadCPUNanos()
        do {
            let attempt = try MergedSegment.next(
                plan, isForced: false, excluding: excluded, try openCatalogue(), encoder)
            return (attempt, threadCPUNanos() - before)
        } catch {
            catalogue = nil
            throw error
        }
    }

    private func openCatalogue() throws(StoreError) -> SegmentCatalogue {
        // Not one of a file that was there before.
        if let catalogue, catalogue.identity == FileStatus.identity(path) { return catalogue }
        let opened = try SegmentCatalogue(path: path)
        catalogue = opened
        return opened
    }

    /// Lets go of the file and of what was kept of it, until it is needed again. When a store closes, the connection
    /// that writes must be the last one.
    func close() { catalogue = nil }
}
