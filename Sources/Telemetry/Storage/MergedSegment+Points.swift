extension MergedSegment {
    /// As `next`, for segments of points.
    static func nextOfPoints(
        _ plan: MergePlan, isForced: Bool, excluding excluded: Set<SegmentIdentity>,
        _ catalogue: SegmentCatalogue, _ encoder: borrowing SegmentEncoder
    ) throws(StoreError) -> Attempt {
        var entries: [SegmentCatalogue.Entry] = []
        var segments: [PointColumns] = []
        var tooLarge: SegmentCatalogue.Entry?
        do {
            try catalogue.snapshot { () throws(StoreError) in
                let small = try catalogue.entries(of: .metrics, withFewerRowsThan: plan.spansEnough)
                    .filter { !excluded.contains($0.identity) }
                // In the order in which they came: of points of one time the last one stays.
                entries = (plan.next(small, isForced: isForced) ?? []).sorted { $0.id < $1.id }
                var bytes = 0
                for entry in entries {
                    let segment = try catalogue.pointColumns(entry)
                    guard bytes + segment.memoryBytes < plan.memoryBytesMax else {
                        let isFirst = segments.first.map { $0.memoryBytes > segment.memoryBytes }
                        tooLarge = isFirst == true ? entries[0] : entry
                        return
                    }
                    bytes += segment.memoryBytes
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
        let columns = PointSegmentBuilder.columns(merging: segments)
        return .merged(
            MergedSegment(
                signal: .metrics, chunks: encoder.chunks(columns), series: columns.storedSeries,
                summary: columns.summary(), level: (entries.map(\.level).max() ?? 0) + 1,
                createdAt: entries.map(\.createdAt).max() ?? .distantPast,
                replaced: entries.map(\.identity), duplicates: columns.duplicates))
    }
}
