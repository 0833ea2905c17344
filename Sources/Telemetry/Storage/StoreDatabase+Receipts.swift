extension StoreDatabase {
    /// How many receipts go at once at the most.
    private static let receiptsPerStep = 8_192
    /// What a receipt takes beside its digests, in bytes.
    private static let receiptBytes: Int64 = 32

    /// Digests of the commits since a time.
    func receipts(since: UnixNanos) throws(SQLiteError) -> [BodyDigest] {
        let statement = try connection.prepare(
            """
            SELECT digests FROM receipt WHERE committed_at >= ?1
            UNION ALL SELECT digests FROM journal WHERE committed_at >= ?1
            """)
        try statement.bind(1, since.rawValue)
        var digests: [BodyDigest] = []
        while try statement.step() {
            statement.withBlob(0) { bytes in
                for start in stride(
                    from: 0, through: bytes.count - BodyDigest.byteCount, by: BodyDigest.byteCount)
                {
                    digests.append(
                        BodyDigest(high: bytes.loadUInt64(at: start), low: bytes.loadUInt64(at: start + 8)))
                }
            }
        }
        return digests
    }

    /// Takes out the oldest receipts, in a transaction of their own: see `deleteReceipts`.
    func takeOutReceipts(now: UnixNanos, bytesMax: Int64?) throws(SQLiteError) -> Int {
        guard try unneededReceipts(now: now, bytesMax: bytesMax) != nil else { return 0 }
        var count = 0
        try transaction(.retention) { () throws(SQLiteError) in
            count = try deleteReceipts(now: now, bytesMax: bytesMax)
        }
        return count
    }

    /// Takes out the oldest receipts, within a transaction: those that are as old as two windows, and, where they may
    /// take so much only, younger ones.
    /// - Parameter bytesMax: about what they may take; nil for no limit
    /// - Returns: how many went: only some, when there are many
    @discardableResult
    func deleteReceipts(now: UnixNanos, bytesMax: Int64?) throws(SQLiteError) -> Int {
        guard let end = try unneededReceipts(now: now, bytesMax: bytesMax) else { return 0 }
        try connection.execute("DELETE FROM receipt WHERE id < \(end)")
        return connection.changes
    }

    /// - Returns: the number before which receipts go; nil when none does
    private func unneededReceipts(now: UnixNanos, bytesMax: Int64?) throws(SQLiteError) -> Int64? {
        // The newest receipt stays: it holds the highest number of a commit.
        guard let first = try connection.integer("SELECT min(id) FROM receipt"),
            let newest = try connection.integer("SELECT max(id) FROM receipt"), first < newest
        else { return nil }
        // They lie in the order of their times; what a clock wrote that was ahead is not needed either.
        let keptFrom = now.advanced(byNanos: -2 * ReceiptWindow.nanos).rawValue
        let keptThrough = now.advanced(byNanos: 2 * ReceiptWindow.nanos).rawValue
        var end =
            try connection.integer(
                """
                SELECT id FROM receipt WHERE committed_at BETWEEN \(keptFrom) AND \(keptThrough)
                ORDER BY id LIMIT 1
                """) ?? newest
        if let bytesMax {
            // By what the latest take: to add all of them up would mean to read all of them.
            let mean = try connection.integer(
                """
                SELECT CAST(avg(length(digests)) AS INTEGER)
                FROM (SELECT digests FROM receipt ORDER BY id DESC LIMIT 64)
                """)
            let count = bytesMax / max(Self.receiptBytes + (mean ?? 0), 1)
            end = max(end, newest.subtractingReportingOverflow(count).partialValue)
        }
        let some = try connection.integer(
            "SELECT id FROM receipt ORDER BY id LIMIT 1 OFFSET \(Self.receiptsPerStep)")
        end = min(end, newest, some ?? newest)
        return first < end ? end : nil
    }
}
