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

    /// What is in the journal and in no segment, oldest first: each will be a segment.
    private var pending: [PendingSegment] = []
    /// What is being sealed.
    private var sealingNow: PendingSegment?
    private var sealing: Task<Void, Never>?
    /// Rows of the journal that cannot be read: they stay, so that somebody can look at them.
    private var damagedJournalIDs: [Int64] = []
    /// A segment that could not be written; it is tried again.
    private var waitingSegment: SealedSegment?
    private var isSealing: Bool { sealingNow != nil }
    private var failures: [String: Failure] = [:]
    /// Whether there is something for `tidyUp` to do.
    private var isUntidy = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Opens the database and takes up what an earlier run left in the journal.
    /// - Throws: `StoreError`
    init(
        path: String, queue: IngestQueue, options: StoreOptions,
        onEvent: @escaping @Sendable (StoreEvent) -> Void
    ) throws(StoreError) {
        if let name = try Failpoint.armedName() {
            onEvent(StoreEvent(.warning, "failpoint.armed", ["name": name]))
        }
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
                    damagedJournalIDs.append(row.id)
                    continue
                }
                Self.add(batches, journalID: row.id, at: .distantPast, to: &pending, options)
            }
        } catch {
            throw StoreError(error, path: path)
        }
        isUntidy = true
        if !pending.isEmpty {
            let spans = pending.reduce(0) { $0 + $1.spans }
            onEvent(StoreEvent(.info, "store.journal.replayed", ["spans": "\(spans)"]))
        }
        self.database = consume database
        self.path = path
        self.queue = queue
        self.options = options
        self.onEvent = onEvent
    }

    /// Adds a commit to the segment that it belongs to.
    private static func add(
        _ batches: [SpanBatch], journalID: Int64, at time: UnixNanos, to pending: inout [PendingSegment],
        _ options: StoreOptions
    ) {
        if pending.last?.isFull(spansMax: options.segmentSpans) ?? true {
            pending.append(PendingSegment(since: time, journalID: journalID))
        }
        pending[pending.count - 1].add(batches, journalID: journalID)
    }
}

// MARK: - Commits

extension StoreWriter {
    /// Commits group after group until nothing waits.
    func drain() {
        // While the sealer is far behind, what waits stays in the queue, which refuses when it is full.
        guard unsealedMemoryBytes < options.unsealedMemoryBytesMax else {
            if waitingSegment != nil { refuseWaiting() }
            return
        }
        let group: [IngestQueue.Item]
        switch queue.nextTurn(bytesMax: options.groupBytesMax) {
        case .commit(let next): group = next
        case .sleep: return
        case .sleepWithTimer:
            Task { await drainInTime() }
            return
        }
        commit(group)
        queue.release(group)
        if pending.first?.isFull(spansMax: options.segmentSpans) ?? false { startSealing() }
        // As a new job, so that a finished segment gets its turn between two groups.
        Task { drain() }
    }

    /// Waits until what waits in the queue must not wait longer, and commits it then.
    nonisolated func drainInTime() async {
        while true {
            switch queue.timer() {
            case .again(let nanos): try? await Task.sleep(for: .nanoseconds(nanos))
            case .wake: return await drain()
            case .done: return
            }
        }
    }

    /// A segment cannot be written, and there is no room for more until it can: whoever waits is told so, and
    /// asked to come back.
    private func refuseWaiting() {
        let group = queue.takeGroup(bytesMax: .max)
        let error = StoreError(
            .unavailable, "\(path): segments cannot be written at the moment; see the collector's log")
        for item in group { item.acknowledgement.resume(returning: .failure(error)) }
        queue.release(group)
        // Once more, so that the next request finds the writer asleep and wakes it.
        if !group.isEmpty { Task { drain() } } else { _ = queue.takeGroup(bytesMax: 0) }
    }

    private var unsealedMemoryBytes: Int {
        pending.reduce(sealingNow?.memoryBytes ?? 0) { $0 + $1.memoryBytes }
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
                report("store.commit.failed", error.message)
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
        // After the commit: a file that was removed in between would take the spans with it.
        guard database?.isInPlace() ?? false else {
            throw StoreError(
                .unavailable,
                "\(path) was removed or replaced while the collector runs: nothing can be stored; restart it")
        }
        for item in items { receipts.insert(item.digest) }
        Self.add(items.map(\.batch), journalID: commit.id, at: now, to: &pending, options)
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
        if let first = pending.first, isDue(first.since, now) {
            startSealing()
        }
        if isUntidy, pending.isEmpty, !isSealing {
            do {
                // Readers may keep it from being finished: then it is tried again.
                isUntidy = try !(database?.tidyUp() ?? true)
                if !isUntidy { HeapMemory.giveBack() }
            } catch {
                isUntidy = false
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
        guard !isSealing, !pending.isEmpty else { return }
        let next = pending.removeFirst()
        sealingNow = next
        sealing = Task { [sealer] in
            let sealed = await sealer.seal(next.batches, lastJournalID: next.lastJournalID)
            install(sealed)
        }
    }

    private func install(_ sealed: SealedSegment) {
        do {
            try database?.install(sealed, keeping: damagedJournalIDs, encoder: encoder, now: .now())
        } catch {
            // The spans stay in the journal, where readers see them; the segment is tried again.
            report("store.seal.failed", error.description)
            waitingSegment = sealed
            return
        }
        onEvent(
            StoreEvent(
                .debug, "store.sealed", ["spans": "\(sealed.summary.spans)", "bytes": "\(sealed.byteCount)"]))
        sealingNow = nil
        isUntidy = true
        if pending.first?.isFull(spansMax: options.segmentSpans) ?? false { startSealing() }
        Task { drain() }
    }

    /// Commits what still waits, lets the segment that is being made be finished, and closes the file.
    func close() async {
        while true {
            let group = queue.takeGroup(bytesMax: options.groupBytesMax)
            if group.isEmpty { break }
            commit(group)
            queue.release(group)
        }
        while isSealing, waitingSegment == nil { await sealing?.value }
        do {
            _ = try database?.tidyUp()
        } catch {
            // Nothing is lost by it: the log is taken up at the next start.
            onEvent(StoreEvent(.warning, "store.tidy.failed", ["error": error.description]))
        }
        database = nil
    }

    /// Tells of a failure: at once the first time, then every ten seconds with the number of those between.
    private func report(_ name: String, _ error: String) {
        let now = monotonicNanos()
        var failure = failures[name] ?? Failure(reportedAt: now - Failure.intervalNanos, unreported: 0)
        if now - failure.reportedAt >= Failure.intervalNanos {
            onEvent(StoreEvent(.error, name, ["error": error, "more_since_last": "\(failure.unreported)"]))
            failure = Failure(reportedAt: now, unreported: 0)
        } else {
            failure.unreported += 1
        }
        failures[name] = failure
    }
}

/// When a kind of failure was last told, and how often it happened since.
private struct Failure {
    static let intervalNanos: MonotonicNanos = 10_000_000_000

    var reportedAt: MonotonicNanos
    var unreported: Int
}
