/// One segment that holds what several hold.
struct MergedSegment: Sendable {
    var chunks: [EncodedChunk]
    var origins: [SegmentOriginReference]
    var summary: SegmentSummary
    var level: Int
    /// When the newest of its spans were sealed.
    var createdAt: UnixNanos
    /// The segments that it replaces.
    var replaced: [Replaced]
    /// Spans that more than one of them had.
    var duplicates: Int

    /// A segment that a merge read. Its number alone does not tell: when retention takes out the newest segment,
    /// the next one that is sealed gets its number.
    struct Replaced: Hashable, Sendable {
        var id: Int64
        var createdAt: UnixNanos
        var spans: Int
    }

    /// What became of an attempt to merge.
    enum Attempt: Sendable {
        case merged(MergedSegment)
        /// There is nothing to be gained.
        case nothing
        /// A segment cannot be read whole: it must be left as it is.
        case damaged(segment: Int64, StoreError)
    }

    /// Finds the next segments to merge, reads them and makes one of them.
    /// - Parameters:
    ///   - excluded: segments that are known to be damaged
    ///   - isForced: see `MergePlan.next`
    /// - Throws: `StoreError` when the file cannot be read
    static func next(
        _ plan: MergePlan, isForced: Bool, excluding excluded: Set<Int64>, _ catalogue: SegmentCatalogue,
        _ encoder: borrowing SegmentEncoder
    ) throws(StoreError) -> Attempt {
        var entries: [SegmentCatalogue.Entry] = []
        var segments: [SegmentColumns] = []
        do {
            try catalogue.snapshot { () throws(StoreError) in
                let small = try catalogue.entries(ofFewerSpansThan: plan.spansEnough)
                    .filter { !excluded.contains($0.id) }
                // In the order in which they came: of a span that comes twice the first one stays.
                entries = (plan.next(small, isForced: isForced) ?? []).sorted { $0.id < $1.id }
                for entry in entries { segments.append(try catalogue.view(entry).segmentColumns()) }
            }
        } catch {
            guard error.code == .damaged, segments.count < entries.count else { throw error }
            return .damaged(segment: entries[segments.count].id, error)
        }
        if entries.isEmpty { return .nothing }
        let columns = SegmentBuilder(merging: segments).build()
        return .merged(
            MergedSegment(
                chunks: encoder.chunks(columns), origins: columns.storedOrigins, summary: columns.summary(),
                level: (entries.map(\.level).max() ?? 0) + 1,
                createdAt: entries.map(\.createdAt).max() ?? .distantPast,
                replaced: entries.map {
                    Replaced(id: $0.id, createdAt: $0.createdAt, spans: $0.summary.spans)
                },
                duplicates: columns.duplicates))
    }
}
