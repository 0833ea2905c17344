// How the file is kept from growing beyond its limit: what is written finds free pages, or waits, or is refused.

extension StoreWriter {
    /// Deletes the oldest segments until bytes can be written without making the file larger than it may be.
    /// - Returns: false when nothing is left to delete, or deleting fails
    func makeRoom(bytes: Int64) -> Bool {
        guard let bytesMax = options.databaseBytesMax else { return true }
        do {
            while let space = try database?.space() {
                let missing = space.missingPages(forBytes: bytes, bytesMax: bytesMax)
                if missing <= 0 { return true }
                if try cleanUpStep() { continue }
                let expired = try database?.deleteOldestSegments(
                    bytes: missing * space.pageBytes, effort: Upkeep.effortMax)
                if let expired, expired.segments > 0 {
                    noteExpired(expired, .size)
                    // What it leaves behind takes room, too, and a second is long for a full collector.
                    if upkeep.isSweepDue { workInSteps() }
                } else if try !deleteLeftovers() {
                    return false
                }
            }
            return false
        } catch {
            failedUpkeep("store.retention.failed", error)
            return false
        }
    }

    /// Whether bytes can be written without making the file larger than it may be, and nothing be deleted for it.
    func fitsInLimit(bytes: Int64) throws(SQLiteError) -> Bool {
        guard let bytesMax = options.databaseBytesMax, let space = try database?.space() else { return true }
        return space.missingPages(forBytes: bytes, bytesMax: bytesMax) <= 0
    }

    /// Makes room for a group of requests. Where there is none, they wait as long as sealing may give some: a segment
    /// is a fraction of the journal rows that it replaces. After that they are refused.
    func makeRoom(for group: [IngestQueue.Item]) -> Bool {
        if makeRoom(bytes: group.reduce(0) { $0 + Int64($1.byteCount) }) { return true }
        if outage == nil, waitingSegment == nil, isSealing || !pending.isEmpty {
            queue.putBack(group)
            startSealing()
            return false
        }
        let error = outage?.error ?? StoreError(.unavailable, noRoomMessage)
        if outage == nil { report("store.limit.reached", error.message) }
        for item in group { item.finish(.failure(error)) }
        queue.release(group)
        wake()
        return false
    }

    private var noRoomMessage: String {
        let limit = HumanUnits.bytes(options.databaseBytesMax ?? 0)
        return "\(path) may take \(limit), and there is nothing left to delete for what comes: "
            + "give it more with --max-db-size"
    }

    /// What may wait to be sealed, in bytes of memory: about twice what it takes in the journal, which must leave room
    /// for segments.
    var unsealedMemoryMax: Int {
        min(options.unsealedMemoryBytesMax, options.databaseBytesMax.map { Int(clamping: $0) } ?? .max)
    }

    /// Whether it is time for the next segment: it is full, or the journal takes much of what the file may.
    var isSegmentDue: Bool {
        guard let first = pending.first else { return false }
        if first.isFull(spansMax: options.segmentSpans) { return true }
        return options.databaseBytesMax.map { Int64(unsealedMemoryBytes) > $0 / 2 } ?? false
    }
}
