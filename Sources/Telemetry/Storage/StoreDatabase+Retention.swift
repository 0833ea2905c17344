extension StoreDatabase {
    /// How many spans a step of retention takes out at the most: as many as the largest segment has.
    private static let expiredSpansMax: Int64 = 131_072
    /// How many segments: small ones cost little each.
    private static let expiredSegmentsMax = 16

    /// Takes out some of the segments whose newest spans were sealed before a time.
    /// - Returns: how many there were, at most as many as take a few milliseconds; 0 when there are none
    func deleteSegments(sealedBefore time: UnixNanos) throws(SQLiteError) -> Int {
        try deleteSegments("created_at < \(time.rawValue)", bytes: .max)
    }

    /// Takes out some of the oldest segments: as many as hold a number of bytes, but only a few at once.
    /// - Returns: as `deleteSegments(sealedBefore:)`
    func deleteOldestSegments(bytes: Int64) throws(SQLiteError) -> Int {
        try deleteSegments("TRUE", bytes: bytes)
    }

    private func deleteSegments(_ condition: String, bytes wanted: Int64) throws(SQLiteError) -> Int {
        // A clock that runs ahead must not make spans outlive those that came later. The sizes are asked of the
        // few that are chosen, and not of all that there are.
        let oldest = try connection.prepare(
            """
            SELECT id, spans,
                (SELECT sum(length(data)) FROM chunk
                    WHERE chunk.id BETWEEN oldest.id << 16 AND oldest.id << 16 | 65535)
            FROM (
                SELECT id, spans FROM segment WHERE \(condition) ORDER BY min(max_end, created_at), id
                LIMIT \(Self.expiredSegmentsMax)
            ) AS oldest
            """)
        var ids: [Int64] = []
        var spans: Int64 = 0
        var bytes: Int64 = 0
        while try oldest.step() {
            spans &+= oldest.integer(1)
            if !ids.isEmpty, spans > Self.expiredSpansMax || bytes >= wanted { break }
            ids.append(oldest.integer(0))
            bytes &+= oldest.integer(2)
        }
        oldest.reset()
        if ids.isEmpty { return 0 }
        try transaction(.retention) { () throws(SQLiteError) in
            for id in ids { try deleteSegment(id) }
        }
        return ids.count
    }

    /// How large the file is.
    struct Space {
        var pageBytes: Int64
        var pages: Int64
        /// Pages that hold nothing.
        var freePages: Int64

        var usedBytes: Int64 { (pages - freePages) * pageBytes }
    }

    func space() throws(SQLiteError) -> Space {
        Space(
            pageBytes: try connection.integer("PRAGMA page_size") ?? 0,
            pages: try connection.integer("PRAGMA page_count") ?? 0,
            freePages: try connection.integer("PRAGMA freelist_count") ?? 0)
    }

    /// Moves pages from the end of the file into free places, and shortens the file by them.
    func giveBack(pages: Int64) throws(SQLiteError) {
        try connection.execute("PRAGMA incremental_vacuum(\(pages))")
    }
}
