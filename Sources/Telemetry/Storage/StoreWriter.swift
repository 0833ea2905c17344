import Dispatch

/// Commits what waits in the queue and has segments sealed. One for a database, on a thread of its own.
actor StoreWriter {
    private let executor = SerialExecutorQueue(label: "traceq.writer", qos: .userInitiated)
    private let queue: IngestQueue
    private let sealer = Sealer()
    private let encoder = SegmentEncoder()
    private let options: StoreOptions
    private let onEvent: @Sendable (StoreEvent) -> Void

    /// Nil once closed.
    private var database: StoreDatabase?
    private let path: String
    private var nextCommitID: Int64
    private var receipts: ReceiptWindow

    /// What is in the journal and in no segment, oldest first, and what of it is being sealed.
    private var unsealed: [SpanBatch] = []
    private var unsealedSpans = 0
    private var unsealedSince: UnixNanos?
    private var sealingSpans = 0
    /// A segment that could not be written; it is tried again.
    private var waitingSegment: SealedSegment?
    private var isSealing: Bool { sealingSpans > 0 }
    private var sealing: Task<Void, Never>?
    /// Whether there is something for `tidyUp` to do.
    private var isUntidy = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Opens the database and takes up what an earlier run left in the journal.
    /// - Throws: `StoreError`
    init(
        path: String, queue: IngestQueue, options: StoreOptions,
        onEvent: @escaping @Sendable (StoreEvent) -> Void
    ) throws(StoreError) {
        let database = try StoreDatabase.open(path: path, durability: options.durability)
        let now = UnixNanos.now()
        receipts = ReceiptWindow(now: now)
        do {
            nextCommitID = try database.lastCommitID() + 1
            let since = now.advanced(byNanos: -ReceiptWindow.nanos)
            for digest in try database.receipts(since: since) { receipts.insert(digest) }
            for row in try database.journal() {
                guard let batches = row.batches else {
                    onEvent(StoreEvent(.error, "store.journal.damaged", ["row": "\(row.id)", "path": path]))
                    continue
                }
                unsealed += batches
                unsealedSpans += batches.reduce(0) { $0 + $1.spanCount }
            }
        } catch {
            throw StoreError(error, path: path)
        }
        unsealedSince = unsealed.isEmpty ? nil : .distantPast
        isUntidy = true
        if unsealedSpans > 0 {
            onEvent(StoreEvent(.info, "store.journal.replayed", ["spans": "\(unsealedSpans)"]))
        }
        self.database = consume database
        self.path = path
        self.queue = queue
        self.options = options
        self.onEvent = onEvent
    }
}

// MARK: - Commits

extension StoreWriter {
    /// Commits group after group until nothing waits.
    func drain() {
        // While the sealer is far behind, what waits stays in the queue, which refuses when it is full.
        guard unsealedSpans + sealingSpans < options.unsealedSpansMax else { return }
        let group = queue.takeGroup(bytesMax: options.groupBytesMax, waitsForMore: true)
        guard !group.isEmpty else { return }
        commit(group)
        queue.release(group)
        if unsealedSpans >= options.segmentSpans { startSealing() }
        // As a new job, so that a finished segment gets its turn between two groups.
        Task { drain() }
    }

    private func commit(_ group: [IngestQueue.Item]) {
        var fresh: [IngestQueue.Item] = []
        var repeated: [IngestQueue.Item] = []
        var digests: Set<BodyDigest> = []
        for item in group {
            if receipts.contains(item.digest) || !digests.insert(item.digest).inserted {
                repeated.append(item)
            } else {
                fresh.append(item)
            }
        }
        var outcome: Result<AppendOutcome, StoreError> = .success(.stored)
        if !fresh.isEmpty {
            do throws(StoreError) {
                try write(fresh)
            } catch {
                outcome = .failure(error)
                onEvent(StoreEvent(.error, "store.commit.failed", ["error": error.message]))
            }
        }
        for item in fresh { item.acknowledgement.resume(returning: outcome) }
        for item in repeated {
            // A repetition of a request in this very group shares its fate; else it is stored already.
            let isOfThisGroup = !receipts.contains(item.digest)
            item.acknowledgement.resume(returning: isOfThisGroup ? outcome : .success(.duplicate))
        }
    }

    private func write(_ items: [IngestQueue.Item]) throws(StoreError) {
        let now = UnixNanos.now()
        receipts.expire(now: now)
        var commit = StoreDatabase.Commit(
            id: nextCommitID, at: now, spans: 0, minStart: nil, maxStart: nil,
            data: JournalRow.encode(items.map(\.encoded)), digests: items.map(\.digest))
        for item in items {
            commit.spans += item.batch.spanCount
            guard let first = item.batch.starts.min(), let last = item.batch.starts.max() else { continue }
            commit.minStart = min(commit.minStart ?? .distantFuture, UnixNanos(clamping: first))
            commit.maxStart = max(commit.maxStart ?? .distantPast, UnixNanos(clamping: last))
        }
        // A number is used once even when its commit fails: whether a failed commit is in the file is
        // known only after the next start.
        nextCommitID += 1
        do {
            try database?.append(commit)
        } catch {
            throw StoreError(error, path: path)
        }
        for item in items {
            receipts.insert(item.digest)
            if item.batch.spanCount > 0 { unsealed.append(item.batch) }
        }
        unsealedSpans += commit.spans
        unsealedSince = unsealedSince ?? now
        isUntidy = true
    }
}

// MARK: - Segments

extension StoreWriter {
    /// What has to be done from time to time: once a second.
    func tick() {
        let now = UnixNanos.now()
        if let waiting = waitingSegment {
            waitingSegment = nil
            install(waiting)
        }
        if let since = unsealedSince, isDue(since, now) {
            startSealing()
        }
        if isUntidy, unsealed.isEmpty, !isSealing {
            isUntidy = false
            do {
                try database?.tidyUp()
            } catch {
                onEvent(StoreEvent(.warning, "store.tidy.failed", ["error": error.description]))
            }
        }
        Task { drain() }
    }

    /// Whether the oldest span has waited long enough. A clock that was set back must not make it wait on.
    private func isDue(_ since: UnixNanos, _ now: UnixNanos) -> Bool {
        since <= now.advanced(byNanos: -options.sealAfterNanos) || since > now
    }

    private func startSealing() {
        guard !isSealing, !unsealed.isEmpty else { return }
        let batches = unsealed
        let lastJournalID = nextCommitID - 1
        sealingSpans = unsealedSpans
        unsealed = []
        unsealedSpans = 0
        unsealedSince = nil
        sealing = Task { [sealer] in
            let sealed = await sealer.seal(batches, lastJournalID: lastJournalID)
            install(sealed)
        }
    }

    private func install(_ sealed: SealedSegment) {
        do {
            try database?.install(sealed, encoder: encoder, now: .now())
        } catch {
            // The spans stay in the journal, where readers see them; the segment is tried again.
            onEvent(StoreEvent(.error, "store.seal.failed", ["error": error.description]))
            waitingSegment = sealed
            return
        }
        onEvent(
            StoreEvent(
                .debug, "store.sealed", ["spans": "\(sealed.summary.spans)", "bytes": "\(sealed.byteCount)"]))
        sealingSpans = 0
        isUntidy = true
        if unsealedSpans >= options.segmentSpans { startSealing() }
        Task { drain() }
    }

    /// Commits what still waits, lets the segment that is being made be finished, and closes the file.
    func close() async throws(StoreError) {
        while true {
            let group = queue.takeGroup(bytesMax: options.groupBytesMax, waitsForMore: false)
            if group.isEmpty { break }
            commit(group)
            queue.release(group)
        }
        await sealing?.value
        do {
            try database?.tidyUp()
        } catch {
            database = nil
            throw StoreError(error, path: path)
        }
        database = nil
    }
}
