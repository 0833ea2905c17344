extension StoreDatabase {
    /// How many spans a step of retention takes out at the most: as many as the largest segment has.
    private static let expiredSpansMax: Int64 = 131_072
    /// How many segments: small ones cost little each.
    private static let expiredSegmentsMax = 16
    /// How many segments that cannot be taken out are passed over.
    private static let passedOverMax = 1_024

    /// Takes out some of the segments whose newest spans were sealed before a time.
    /// - Returns: what went, at most as much as takes a few milliseconds; no segments when there are none
    func deleteSegments(sealedBefore time: UnixNanos) throws(SQLiteError) -> ExpiredSegments {
        try deleteSegments("created_at < \(time.rawValue)", bytes: .max, effort: 1)
    }

    /// Takes out some of the oldest segments: as many as hold a number of bytes, but only a few at once.
    /// - Parameter effort: how many times as much may go at once as usual
    /// - Returns: as `deleteSegments(sealedBefore:)`
    func deleteOldestSegments(bytes: Int64, effort: Int) throws(SQLiteError) -> ExpiredSegments {
        try deleteSegments("TRUE", bytes: bytes, effort: effort)
    }

    private func deleteSegments(
        _ condition: String, bytes wanted: Int64, effort: Int
    ) throws(SQLiteError) -> ExpiredSegments {
        // Neither a clock that runs ahead nor one that lies years back may decide how long spans are kept: then
        // it counts when they were sealed.
        let oldest = try connection.prepare(
            """
            SELECT id, spans, min_start, max_start, signal FROM segment
            WHERE signal <> \(Schema.unseenSignal) AND \(condition)
            ORDER BY iif(max_end < created_at - \(BelievableStarts.beforeNanos), created_at,
                min(max_end, created_at)), id
            LIMIT \(Self.expiredSegmentsMax * effort + Self.passedOverMax)
            """)
        var chosen: [OldSegment] = []
        var spans: Int64 = 0
        var bytes: Int64 = 0
        while chosen.count < Self.expiredSegmentsMax * effort, try oldest.step() {
            let segment = OldSegment(oldest)
            let isEnough = spans &+ segment.spans > Self.expiredSpansMax * Int64(effort) || bytes >= wanted
            if !chosen.isEmpty, isEnough { break }
            // One on a broken page cannot be taken out: it stays, and others go.
            guard let size = try byteCount(ofSegment: segment.id) else { continue }
            chosen.append(segment)
            spans &+= segment.spans
            bytes &+= size
        }
        oldest.reset()
        return try delete(chosen)
    }

    private struct OldSegment {
        var id: Int64
        /// Spans, or points.
        var spans: Int64
        var isOfSpans: Bool
        var firstStart: UnixNanos
        var lastStart: UnixNanos

        init(_ row: borrowing Statement) {
            id = row.integer(0)
            spans = row.integer(1)
            isOfSpans = row.integer(4) == Schema.spanSignal
            firstStart = UnixNanos(rawValue: row.integer(2))
            lastStart = UnixNanos(rawValue: row.integer(3))
        }
    }

    /// - Returns: nil when SQLite cannot read a page of it
    private func byteCount(ofSegment id: Int64) throws(SQLiteError) -> Int64? {
        do throws(SQLiteError) {
            return try connection.integer(
                "SELECT sum(length(data)) FROM chunk WHERE id BETWEEN \(id << 16) AND \(id << 16 | 65_535)")
                ?? 0
        } catch {
            guard error.isDamage else { throw error }
            return nil
        }
    }

    private func delete(_ segments: [OldSegment]) throws(SQLiteError) -> ExpiredSegments {
        var expired = ExpiredSegments()
        if segments.isEmpty { return expired }
        do throws(SQLiteError) {
            try transaction(.retention) { () throws(SQLiteError) in
                for segment in segments { try deleteSegment(segment.id) }
            }
        } catch {
            // Taking one out changes its neighbours' pages, too: those go that can, one after another.
            guard error.isDamage, segments.count > 1 else { throw error }
            for segment in segments {
                do throws(SQLiteError) {
                    expired.add(try delete([segment]))
                } catch {
                    guard error.isDamage else { throw error }
                }
            }
            guard expired.segments > 0 else { throw error }
            return expired
        }
        for segment in segments {
            expired.add(
                spans: segment.isOfSpans ? segment.spans : 0, others: segment.isOfSpans ? 0 : segment.spans,
                firstStart: segment.firstStart, lastStart: segment.lastStart)
        }
        return expired
    }

    /// When something was stored last, as far as that can be believed: not by commits alone, which a clock that was
    /// wrong already dates wrongly, where segments agree with the times of their spans.
    /// - Returns: nil when nothing was stored
    func lastKnownTime() throws(SQLiteError) -> UnixNanos? {
        let committed = try connection.integer(
            """
            SELECT committed_at FROM (
                SELECT id, committed_at FROM journal WHERE id = (SELECT max(id) FROM journal)
                UNION ALL SELECT id, committed_at FROM receipt WHERE id = (SELECT max(id) FROM receipt))
            ORDER BY id DESC LIMIT 1
            """)
        let agreeing = try connection.integer(
            """
            SELECT max(time) FROM (
                SELECT max(created_at) AS time FROM segment
                    WHERE created_at BETWEEN min_start - ?1 AND max_end + ?1
                UNION ALL SELECT max(committed_at) FROM journal
                    WHERE committed_at BETWEEN min_start - ?1 AND max_start + ?1)
            """.replacing("?1", with: "\(RetentionClock.agreementNanos)"))
        guard let committed else { return agreeing.map { UnixNanos(rawValue: $0) } }
        return UnixNanos(rawValue: min(committed, agreeing ?? committed))
    }

    /// How large the file is.
    struct Space {
        var pageBytes: Int64
        var pages: Int64
        /// Pages that hold nothing.
        var freePages: Int64

        var usedBytes: Int64 { (pages - freePages) * pageBytes }
        var fileBytes: Int64 { pages * pageBytes }

        /// How many pages must become free before bytes can be written without making the file larger than it may
        /// be: none when it is not positive.
        func missingPages(forBytes bytes: Int64, bytesMax: Int64) -> Int64 {
            let needed = (bytes + pageBytes - 1) / max(pageBytes, 1) + Self.extraPages
            return needed - freePages - max(0, bytesMax / max(pageBytes, 1) - pages)
        }

        /// What a change takes beside its content: inner pages, and ends of pages that stay empty.
        private static let extraPages: Int64 = 16
    }

    func space() throws(SQLiteError) -> Space {
        Space(
            pageBytes: try connection.integer("PRAGMA page_size") ?? 0,
            pages: try connection.integer("PRAGMA page_count") ?? 0,
            freePages: try connection.integer("PRAGMA freelist_count") ?? 0)
    }

    /// Moves pages from the end of the file into free places, and shortens the file by them.
    func giveBack(pages: Int64) throws(SQLiteError) {
        defer { watch.noteChange() }
        try connection.execute("PRAGMA incremental_vacuum(\(pages))")
    }
}
