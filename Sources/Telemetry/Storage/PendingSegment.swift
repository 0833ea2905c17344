/// What is committed and sealed together: its spans will make a segment, and its points another one.
///
/// Whole commits only: a journal row goes when its segment is written, so no row may lie in two.
struct PendingSegment: Sendable {
    /// What a segment takes at the most before the next one begins: 64 MiB in memory, where 65,536 spans of a
    /// real fleet take about ten, and 16,384 columns, where a fleet has 200. Together with what one commit
    /// adds it stays far below what a segment can hold.
    static let memoryBytesMax = 64 << 20
    static let columnsMax = 16_384

    private(set) var batches: [QueuedBatch] = []
    private(set) var spans = 0
    /// Spans, points and log records.
    private(set) var items = 0
    private(set) var memoryBytes = 0
    private var columns: Set<UInt64> = []
    /// The column sets that are in `columns`; the batches keep them.
    private var columnSets: Set<ObjectIdentifier> = []
    /// The last journal row that is in it.
    private(set) var lastJournalID: Int64
    /// When the first of it was committed.
    let since: UnixNanos

    init(since: UnixNanos, journalID: Int64) {
        self.since = since
        lastJournalID = journalID
    }

    /// Whether the next commit belongs into another segment.
    func isFull(spansMax: Int) -> Bool {
        items >= spansMax || memoryBytes >= Self.memoryBytesMax || columns.count >= Self.columnsMax
    }

    /// Takes the batches of one commit.
    mutating func add(_ commit: [QueuedBatch], journalID: Int64) {
        for queued in commit where queued.timeRange != nil {
            let batch = queued.batch
            batches.append(queued)
            spans += queued.spans
            items += batch.count
            memoryBytes += batch.memoryBytes
            if let set = batch.columns, columnSets.insert(ObjectIdentifier(set)).inserted {
                for hash in set.hashes.dropFirst(FieldColumn.count) { columns.insert(hash) }
            }
        }
        lastJournalID = journalID
    }

    /// Adds a commit to the last of the segments, or to a new one when that is full.
    static func add(
        _ commit: [QueuedBatch], journalID: Int64, at time: UnixNanos, to pending: inout [PendingSegment],
        spansMax: Int
    ) {
        if pending.last?.isFull(spansMax: spansMax) ?? true {
            pending.append(PendingSegment(since: time, journalID: journalID))
        }
        pending[pending.count - 1].add(commit, journalID: journalID)
    }
}
