extension TelemetryReader {
    /// Counts and durations of spans, by what they are grouped by.
    /// - Throws: `StoreError`
    package func stats(_ query: StatsQuery) throws(StoreError) -> StatsResult {
        try snapshot { () throws(StoreError) in
            let segments = try self.segments { $0.overlaps(query.window) }
            var result = try StatsSearch(query, segments, self).run()
            if query.isApproximate, let key = RollupStats.obstacle(query) {
                result.notes.append(
                    QualityNote(
                        code: "exact", message: "rollups do not keep \(key), so spans were read: exact"))
            }
            result.notes += try silence(
                segments, query.window, now: query.isFiltered ? nil : query.now)
            result.notes += damageNotes()
            return result
        }
    }
}
