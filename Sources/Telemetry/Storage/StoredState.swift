/// What the file says was stored: from this a writer starts, and goes on after it had to open the file anew.
struct StoredState {
    var nextCommitID: Int64
    var receipts: ReceiptWindow
    /// What is in the journal and in no segment, oldest first.
    var pending: [PendingSegment] = []
    /// Rows of the journal that cannot be read.
    var damagedJournalIDs: [Int64] = []

    /// What there is to tell of it.
    func events(path: String) -> [StoreEvent] {
        var events = damagedJournalIDs.map { row in
            StoreEvent(.error, "store.journal.damaged", ["row": "\(row)", "path": path])
        }
        if !pending.isEmpty {
            let spans = pending.reduce(0) { $0 + $1.spans }
            let others = pending.reduce(0) { $0 + $1.items } - spans
            events.append(
                StoreEvent(
                    .info, "store.journal.replayed",
                    others == 0 ? ["spans": "\(spans)"] : ["spans": "\(spans)", "others": "\(others)"]))
        }
        return events
    }

    /// - Throws: `SQLiteError`
    init(
        of database: borrowing StoreDatabase, now: UnixNanos, options: StoreOptions
    ) throws(SQLiteError) {
        nextCommitID = try database.lastCommitID() + 1
        receipts = ReceiptWindow(now: now)
        for digest in try database.receipts(since: now.advanced(byNanos: -ReceiptWindow.nanos)) {
            receipts.insert(digest)
        }
        for row in try database.journal() {
            if let batches = row.batches {
                // Old enough to be sealed at once.
                PendingSegment.add(
                    batches.map { QueuedBatch($0) }, journalID: row.id, at: .distantPast, to: &pending,
                    spansMax: options.segmentSpans)
            } else {
                damagedJournalIDs.append(row.id)
            }
        }
    }
}
