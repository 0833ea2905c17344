/// One segment that holds what several hold.
struct MergedSegment: Sendable {
    var signal = Signal.traces
    var chunks: [EncodedChunk]
    var origins: [SegmentOriginReference] = []
    /// What points refer to.
    var series: [Int64] = []
    var summary: SegmentSummary
    var level: Int
    /// When the newest of its spans were sealed.
    var createdAt: UnixNanos
    /// The segments that it replaces.
    var replaced: [SegmentIdentity]
    /// Spans that more than one of them had.
    var duplicates: Int

    /// What became of an attempt to merge.
    enum Attempt: Sendable {
        case merged(MergedSegment)
        /// There is nothing to be gained.
        case nothing
        /// A segment cannot be read whole: it must be left as it is.
        case damaged(segment: SegmentIdentity, StoreError)
        /// Neighbours have together more than a segment may have; this is the larger of the first two.
        case tooLarge(segment: SegmentIdentity)
    }

    /// Finds the next segments to merge, reads them and makes one of as many of them as have room in one.
    /// - Parameters:
    ///   - excluded: segments that an earlier attempt found to be damaged or too large
    ///   - isForced: see `MergePlan.next`
    /// - Throws: `StoreError` when the file cannot be read
    static func next(
        _ plan: MergePlan, isForced: Bool, excluding excluded: Set<SegmentIdentity>,
        _ catalogue: SegmentCatalogue, _ encoder: borrowing SegmentEncoder
    ) throws(StoreError) -> Attempt {
        for signal in [Signal.traces, .logs] {
            let attempt = try next(
                of: signal, plan, isForced: isForced, excluding: excluded, catalogue, encoder)
            if case .nothing = attempt { continue }
            return attempt
        }
        return try nextOfPoints(plan, isForced: isForced, excluding: excluded, catalogue, encoder)
    }

    /// As `next`, for segments of traces or of logs.
    private static func next(
        of signal: Signal, _ plan: MergePlan, isForced: Bool, excluding excluded: Set<SegmentIdentity>,
        _ catalogue: SegmentCatalogue, _ encoder: borrowing SegmentEncoder
    ) throws(StoreError) -> Attempt {
        var entries: [SegmentCatalogue.Entry] = []
        var segments: [SegmentColumns] = []
        var tooLarge: SegmentCatalogue.Entry?
        do {
            try catalogue.snapshot { () throws(StoreError) in
                let small = try catalogue.entries(of: signal, withFewerRowsThan: plan.spansEnough)
                    .filter { !excluded.contains($0.identity) }
                // In the order in which they came: of a span that comes twice the first one stays.
                entries = (plan.next(small, isForced: isForced) ?? []).sorted { $0.id < $1.id }
                var size = MergeSize(plan)
                for entry in entries {
                    let segment = try catalogue.view(entry).segmentColumns()
                    guard size.add(segment) else {
                        let isFirst = segments.first.map { size.share(of: $0) > size.share(of: segment) }
                        tooLarge = isFirst == true ? entries[0] : entry
                        return
                    }
                    segments.append(segment)
                }
            }
        } catch {
            guard error.code == .damaged, segments.count < entries.count else { throw error }
            return .damaged(segment: entries[segments.count].identity, error)
        }
        if entries.isEmpty { return .nothing }
        if let tooLarge, segments.count < 2 { return .tooLarge(segment: tooLarge.identity) }
        entries.removeSubrange(segments.count...)
        let columns = SegmentBuilder(merging: segments).build()
        return .merged(
            MergedSegment(
                signal: signal, chunks: encoder.chunks(columns), origins: columns.storedOrigins,
                summary: columns.summary(),
                level: (entries.map(\.level).max() ?? 0) + 1,
                createdAt: entries.map(\.createdAt).max() ?? .distantPast,
                replaced: entries.map(\.identity), duplicates: columns.duplicates))
    }
}
