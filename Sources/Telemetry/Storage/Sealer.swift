import Dispatch

/// Builds and compresses segments, on a thread of its own: it takes some 50 ms for 65,536 spans, which
/// commits must not wait for.
actor Sealer {
    private let executor = SerialExecutorQueue(label: "traceq.sealer", qos: .utility, letsOthersPass: true)
    private let encoder = SegmentEncoder()
    private let path: String
    /// Made when it is first needed; nil again after a failure.
    private var catalogue: SegmentCatalogue?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// - Parameter path: the database, which somebody else has made
    init(path: String) { self.path = path }

    /// Makes segments of batches, without the spans that segments have already.
    ///
    /// All segments that were made before must be installed: what is not in the file cannot be found there.
    func seal(_ batches: [TelemetryBatch], lastJournalID: Int64) -> SealedSegments {
        var sealed = SealedSegments(lastJournalID: lastJournalID)
        sealSpans(batches.compactMap(\.spanBatch), into: &sealed)
        for columns in PointSegmentBuilder.columns(of: batches.compactMap(\.pointBatch)) {
            sealed.duplicatePoints += columns.duplicates
            sealed.segments.append(
                SealedSegments.Segment(
                    signal: .metrics, chunks: encoder.chunks(columns), origins: columns.table.origins,
                    series: columns.table, summary: columns.summary()))
        }
        for part in SealParts.parts(of: batches.compactMap { $0.rows(of: .logs) }) {
            let columns = SegmentBuilder(part, signal: .logs).build()
            guard columns.spanCount > 0 else { continue }
            sealed.segments.append(
                SealedSegments.Segment(
                    signal: .logs, chunks: encoder.chunks(columns), origins: columns.origins,
                    summary: columns.summary()))
        }
        return sealed
    }

    private func sealSpans(_ batches: [SpanBatch], into sealed: inout SealedSegments) {
        var made: [SegmentColumns] = []
        let parts = SealParts.parts(of: batches)
        for part in parts {
            let columns: SegmentColumns
            do {
                columns = try columnsOfNewSpans(part, beside: made)
            } catch {
                // Rather a span twice than not at all; merging may find it yet.
                catalogue = nil
                sealed.uncheckedBecause = error
                columns = SegmentBuilder(part).build()
            }
            sealed.duplicates += columns.duplicates
            guard columns.spanCount > 0 else { continue }
            sealed.segments.append(
                SealedSegments.Segment(
                    chunks: encoder.chunks(columns), origins: columns.origins, summary: columns.summary()))
            if parts.count > 1 { made.append(columns) }
        }
    }

    /// - Parameter made: what is sealed together with it
    private func columnsOfNewSpans(
        _ batches: [SpanBatch], beside made: [SegmentColumns]
    ) throws(StoreError) -> SegmentColumns {
        let starts = SpanStarts(batches)
        guard let range = starts.range else { return SegmentBuilder(batches).build() }
        let catalogue = try openCatalogue()
        return try catalogue.snapshot { () throws(StoreError) in
            let stored = try catalogue.entries(from: range.lowerBound, through: range.upperBound)
                .filter { starts.meet($0.summary) }
            // Each is opened when its turn has come, and no longer than that.
            let views = stored.map { entry in { catalogue.view(entry) } }
            let others = made.filter { starts.meet($0.summary()) }.map { columns in { SegmentView(columns) } }
            return try SegmentBuilder(batches).build(leavingOutThoseIn: (views + others).lazy.map { $0() })
        }
    }

    /// Makes one segment of the next ones that are worth it.
    /// - Parameter excluded: segments that are known not to be mergeable
    /// - Returns: what became of it, and how long the processor worked on it
    func merge(
        _ plan: MergePlan, excluding excluded: Set<SegmentIdentity>
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
