import Dispatch

/// Commits what waits in the queue and has segments sealed. One for a database, on a thread of its own.
actor StoreWriter {
    private let executor = SerialExecutorQueue(label: "traceq.writer", qos: .userInitiated)
    let queue: IngestQueue
    let sealer: Sealer
    let encoder = SegmentEncoder()
    let options: StoreOptions
    let onEvent: @Sendable (StoreEvent) -> Void
    nonisolated let meters = StoreMeters()

    /// Nil once closed, and while the file cannot be written to.
    var database: StoreDatabase?
    /// Held for longer than the database is open; nil once closed.
    var file: DatabaseFile?
    let path: String
    var nextCommitID: Int64
    /// The last commit that was acknowledged.
    var lastStoredCommitID: Int64
    var receipts: ReceiptWindow

    /// What is in the journal and in no segment, oldest first: each will be a segment.
    var pending: [PendingSegment] = []
    /// What is being sealed.
    var sealingNow: PendingSegment?
    var sealing: Task<Void, Never>?
    /// Rows of the journal that cannot be read: they stay, so that somebody can look at them.
    var damagedJournalIDs: [Int64] = []
    /// What could not be written; it is tried again.
    var waitingSegment: InstallableSegments?
    /// What no query sees because it is being written.
    var unfinished: Set<Int64> = []
    var isSealing: Bool { sealingNow != nil }
    /// Counts how often the file was opened: what was sealed for an earlier time does not count any more.
    var openings = 0
    /// Why nothing is taken at the moment; nil in good times.
    var outage: Outage? { didSet { meters.noteOutage(outage) } }
    var retrying: Task<Void, Never>?
    /// Of the file that was opened first: a retry is recognised across a restart.
    nonisolated let digestKey: DigestKey
    /// Failures of the file in a row.
    var failuresInARow = 0
    /// By name of the event, with the last error.
    var failureReports = RecurringReports<String, String>(intervalNanos: 10_000_000_000)
    var expiryReports = ExpiredSegments.reports()
    /// Whether there is something for `tidyUp` to do.
    var isUntidy = false
    var upkeep = Upkeep()

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
        onEvent(options.limitsEvent)
        let file = try DatabaseFile.claim(path)
        if let mode = FileStatus.modeOpenToOthers(path) {
            onEvent(
                StoreEvent(
                    .warning, "database.open_to_others",
                    ["path": path, "mode": mode, "advice": "chmod o-rwx it unless every user may read it"]))
        }
        let database = try StoreDatabase.open(
            file, durability: options.durability, logBytesMax: options.logBytesMax)
        let stored: StoredState
        do {
            digestKey = try database.digestKey() ?? .ofProcess
            stored = try StoredState(of: database, now: options.clock(), options: options)
            if let age = options.retainNanos {
                upkeep.retentionClock = RetentionClock(
                    retainNanos: age, lastKnown: try database.lastKnownTime(),
                    RetentionClock.Reading(wall: options.clock(), steady: options.steadyClock()))
            }
        } catch {
            throw StoreError(error, path: path)
        }
        nextCommitID = stored.nextCommitID
        lastStoredCommitID = stored.nextCommitID - 1
        receipts = stored.receipts
        pending = stored.pending
        damagedJournalIDs = stored.damagedJournalIDs
        isUntidy = true
        for event in stored.events(path: path) { onEvent(event) }
        self.database = consume database
        self.file = consume file
        sealer = Sealer(path: path)
        self.path = path
        self.queue = queue
        self.options = options
        self.onEvent = onEvent
    }
}

// MARK: - Commits

extension StoreWriter {
    /// Has what waits committed soon. Without a task: that would begin on another thread, and come from there.
    nonisolated func wake() { executor.run { self.assumeIsolated { $0.drain() } } }

    /// Commits group after group until nothing waits.
    private func drain() {
        if let outage { return refuseWaiting(outage.error) }
        // While the sealer is far behind, what waits stays in the queue, which refuses when it is full.
        guard unsealedMemoryBytes < unsealedMemoryMax else {
            if waitingSegment == nil { return startSealing() }
            return refuseWaiting(
                StoreError(
                    .unavailable,
                    "\(path): segments cannot be written at the moment; see the collector's log"))
        }
        let group = queue.nextGroup(bytesMax: options.groupBytesMax)
        guard !group.isEmpty else { return moveLogWhenIdle() }
        guard makeDiskRoom(for: group), makeRoom(for: group) else { return }
        let begin = monotonicNanos()
        commit(group)
        queue.release(group)
        options.throttle?.pause(afterWorkOf: monotonicNanos() - begin)
        if isSegmentDue { startSealing() }
        // As a new job, so that a finished segment gets its turn between two groups.
        wake()
    }

    /// Nothing can be taken for a while: whoever waits is told so, and asked to come back.
    private func refuseWaiting(_ error: StoreError) {
        let group = queue.takeGroup(bytesMax: .max)
        for item in group { item.finish(.failure(error)) }
        queue.release(group)
        // Until nothing waits: then the next request wakes the writer again.
        if !group.isEmpty { wake() }
    }

    var unsealedMemoryBytes: Int {
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
                meters.failedCommits.add()
                report("store.commit.failed", error.message)
            }
        }
        for item in fresh { item.finish(outcome) }
        for item in repeated {
            // A repetition of a request in this very group shares its fate; else it is stored already.
            let isOfThisGroup = !receipts.contains(item.digest)
            item.finish(isOfThisGroup ? outcome : .success(.duplicate))
        }
    }

    private func write(_ items: [IngestQueue.Item]) throws(StoreError) {
        let begun = monotonicNanos()
        try checkFile()
        // Making room may have lost it.
        guard database != nil else { throw outage?.error ?? StoreError(.unavailable, "\(path) is not open") }
        let now = options.clock()
        receipts.expire(now: now)
        var commit = StoreDatabase.Commit(
            id: nextCommitID, at: now, spans: 0, minStart: nil, maxStart: nil,
            data: JournalRow.encode(items.map(\.encoded)), digests: items.map(\.digest))
        for item in items {
            commit.spans += item.queued.spans
            guard let starts = item.queued.startRange else { continue }
            commit.minStart = min(commit.minStart ?? .distantFuture, starts.lowerBound)
            commit.maxStart = max(commit.maxStart ?? .distantPast, starts.upperBound)
        }
        // A number is used once even when its commit fails: whether a failed commit is in the file is
        // known only after the next start.
        nextCommitID += 1
        do {
            try database?.append(commit)
        } catch {
            throw failed(error)
        }
        // A file that was removed in between would take the spans with it. What is in it all the same is known when
        // it was opened anew.
        if database?.watch.problem != nil { try checkFile() }
        lastStoredCommitID = commit.id
        meters.commitTime.record(nanos: monotonicNanos() - begun)
        meters.committedBytes.add(commit.data.count)
        for item in items { receipts.insert(item.digest) }
        PendingSegment.add(
            items.map(\.queued), journalID: commit.id, at: now, to: &pending, spansMax: options.segmentSpans)
        isUntidy = true
        failuresInARow = 0
        confirmClock(by: items)
    }
}

// MARK: - The course of time

extension StoreWriter {
    /// What has to be done from time to time: once a second.
    func tick() {
        tellReports()
        meters.noteTick(unsealedBytes: unsealedMemoryBytes)
        guard database != nil, (try? checkFile()) != nil else { return }
        installWaiting()
        if let first = pending.first, isDue(first.since, options.clock()) { startSealing() }
        keepUp()
        wake()
    }

    /// Whether the oldest span has waited long enough. A clock that was set back must not make it wait on.
    private func isDue(_ since: UnixNanos, _ now: UnixNanos) -> Bool {
        since <= now.advanced(byNanos: -options.sealAfterNanos) || since > now
    }

    /// Commits what still waits, lets the segment that is being made be finished, and closes the file.
    func close() async {
        retrying?.cancel()
        if outage != nil { retry() }
        while true {
            let group = queue.takeGroup(bytesMax: options.groupBytesMax)
            if group.isEmpty { break }
            if let outage {
                for item in group { item.finish(.failure(outage.error)) }
            } else {
                // Without room too: there is no later for them.
                _ = makeRoom(bytes: group.reduce(0) { $0 + Int64($1.byteCount) })
                commit(group)
            }
            queue.release(group)
        }
        upkeep.working?.cancel()
        await settle()
        await sealer.close()
        try? checkFile()
        cleanUpAll()
        do {
            _ = try database?.tidyUp()
        } catch {
            // Nothing is lost by it: the log is taken up at the next start.
            onEvent(StoreEvent(.warning, "store.tidy.failed", ["error": error.description]))
        }
        tellReports(isLast: true)
        retrying?.cancel()
        outage = nil
        database = nil
        file = nil
    }

    /// Waits for what is being sealed, merged and deleted.
    func settle() async {
        while isSealing, waitingSegment == nil { await sealing?.value }
        while let work = upkeep.merging ?? upkeep.working { await work.value }
    }
}
