import NIOConcurrencyHelpers

/// What waits to be committed: bounded in bytes, and refusing at once when full, so that memory is
/// bounded whatever arrives and back-pressure reaches the sender. Sources take turns, and none may fill it alone.
final class IngestQueue: Sendable {
    /// A batch that waits, and the request that waits for it.
    struct Item {
        var queued: QueuedBatch
        /// The batch as the journal keeps it.
        var encoded: [UInt8]
        var digest: BodyDigest
        /// What the request holds; nil when nobody counts it.
        var charge: InFlightBytes.Charge?
        /// Tells the request what became of it: once, and from the writer's thread, which it must not hold up.
        var acknowledge: @Sendable (Result<AppendOutcome, StoreError>) -> Void

        var byteCount: Int { encoded.count }

        /// Tells the request what became of it. Before that it pays only for what stays in memory of it: who has the
        /// answer may send the next one at once.
        func finish(_ result: Result<AppendOutcome, StoreError>) {
            switch result {
            case .success(.stored): charge?.settle(at: queued.batch.heldBytes)
            case .success(.duplicate), .failure: charge?.release()
            }
            acknowledge(result)
        }
    }

    private struct State {
        var items = FairQueue<Item>()
        /// Bytes of the items and of the group that is being committed.
        var bytes = 0
        var isClosed = false
        /// Whether the writer knows that there is something to do.
        var isWriterWoken = false
        /// Whether the writer waits for more, and is told when it need not any longer.
        var isWriterWaiting = false
        /// Requests that are being decoded and come in a moment.
        var expected = 0
        /// When the first of the items came; what waits for more must not wait for long.
        var waitingSince: MonotonicNanos = 0
        /// How many requests were here at once when the last group was done: committed, waiting, or expected.
        var requestsAtOnce = 0
        /// When the last group was done.
        var lastGroupAt: MonotonicNanos = 0
        /// Since when the writer had something to do when it took the group that it is working at.
        var groupSince: MonotonicNanos = 0
        var drainRate = DrainRate()
        /// For how many groups more nobody is waited for who does not send already: it was in vain.
        var hastyGroups = 0

        /// Whether a commit is better made in a moment.
        ///
        /// A commit costs the same for one small batch as for several. So it waits for requests that are being
        /// decoded, and, while it is busy, for those whose senders have just got their last answer: most send
        /// the next one at once.
        func shouldWaitForMore(_ now: MonotonicNanos) -> Bool {
            guard bytes < IngestQueue.worthwhileBytes, now - waitingSince < IngestQueue.waitNanosMax else {
                return false
            }
            if expected > 0 { return true }
            return hastyGroups == 0 && items.count < requestsAtOnce
                && now - lastGroupAt < IngestQueue.busyNanosMax
        }

        /// Since when something waits that the writer has not come to.
        var busySince: MonotonicNanos { max(waitingSince, lastGroupAt) }

        /// Whether the writer waits and need not any longer; true once a wait.
        mutating func endsWait(_ now: MonotonicNanos) -> Bool {
            guard isWriterWaiting, !shouldWaitForMore(now) else { return false }
            isWriterWaiting = false
            return true
        }
    }

    /// 128 KiB: from here on the cost of the commit itself hardly counts.
    private static let worthwhileBytes = 128 << 10
    /// 2 ms: as long as a commit takes on a slow disk.
    private static let waitNanosMax: MonotonicNanos = 2_000_000
    /// 4 ms: who has not sent again by then is not sending one request after another.
    private static let busyNanosMax: MonotonicNanos = 4_000_000

    /// 2: where senders come and go, every third group at the most waits in vain.
    private static let hastyGroupsAfterWait = 2

    private let state = NIOLockedValueBox(State())
    /// True when what the writer waited for has come.
    private let isRipe = ConditionLock(value: false)
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Bytes of what waits and of the group that is being committed.
    var waitingBytes: Int { state.withLockedValue { $0.bytes } }

    enum Submission {
        /// The writer must be told.
        case wake
        /// The writer knows already.
        case queued
        case refused(StoreError)
    }

    /// - Parameter wasExpected: whether `expect` announced it
    func submit(_ item: Item, wasExpected: Bool = false) -> Submission {
        let (submission, endsWait) = state.withLockedValue { state -> (Submission, Bool) in
            if wasExpected { state.expected -= 1 }
            if state.isClosed {
                return (.refused(StoreError(.shuttingDown, "the collector is shutting down")), false)
            }
            guard hasRoom(state, for: item.byteCount, of: item.charge?.source) else {
                return (.refused(StoreError(.queueFull, Self.fullMessage)), false)
            }
            let now = monotonicNanos()
            if state.items.isEmpty { state.waitingSince = now }
            state.items.append(item, byteCount: item.byteCount, source: item.charge?.source)
            state.bytes += item.byteCount
            if state.isWriterWoken { return (.queued, state.endsWait(now)) }
            state.isWriterWoken = true
            return (.wake, false)
        }
        if endsWait { tellWriter() }
        return submission
    }

    private static let fullMessage = "the queue before the database is full"

    /// How many times the room that is left the requests of one source may fill: it leaves a quarter to others.
    private static let timesRest = 3
    /// This part of the queue is beside it, for sources of which nothing waits and that send little: what others filled
    /// it with is no reason to refuse them.
    private static let spareParts = 4
    /// Little is less than this part of the queue: of 24 MiB, the batch of 10,000 spans.
    private static let littleParts = 32

    /// Whether a batch finds room, so that no source fills the queue alone, and any batch, however large, is taken
    /// sometime: where nothing else waits, or hardly anything.
    private func hasRoom(_ state: State, for bytes: Int, of source: RequestSource?) -> Bool {
        let filled = state.bytes + bytes
        let own = source.map { state.items.byteCount(of: $0) } ?? 0
        let share = source == nil ? bytesMax : Self.timesRest * (bytesMax - filled)
        if filled <= bytesMax, own + bytes <= share { return true }
        guard own == 0 else { return false }
        if state.bytes <= bytesMax / Self.littleParts { return true }
        return source != nil && bytes <= bytesMax / Self.littleParts
            && filled <= bytesMax + bytesMax / Self.spareParts
    }

    /// Whether the smallest request of a source would be taken at this moment.
    func hasRoom(for source: RequestSource?) -> Bool {
        state.withLockedValue { hasRoom($0, for: 1, of: source) }
    }

    /// How long it will take until all that waits is committed, in seconds; nil when nothing is known yet.
    var backlogSeconds: Double? {
        state.withLockedValue { state in
            let stalled = state.items.isEmpty ? 0 : monotonicNanos() - state.busySince
            return state.drainRate.seconds(for: state.bytes, stalledNanos: stalled)
        }
    }

    private func tellWriter() {
        isRipe.lock()
        isRipe.unlock(withValue: true)
    }

    /// Announces a request that will be submitted in a moment, or withdrawn.
    func expect() { state.withLockedValue { $0.expected += 1 } }

    /// Withdraws an announcement: the writer may have been waiting for this one.
    func withdraw() {
        let endsWait = state.withLockedValue { state in
            state.expected -= 1
            return state.endsWait(monotonicNanos())
        }
        if endsWait { tellWriter() }
    }

    /// The next group, after a short wait when more is about to come that fits into the same commit; empty when
    /// there is nothing, and the writer sleeps then. Blocks the writer's thread, and nobody else's, for the
    /// length of the wait: to put it to sleep and have a timer wake it costs as much as the commit that is saved.
    func nextGroup(bytesMax: Int) -> [Item] {
        let wait = state.withLockedValue { state -> MonotonicNanos in
            let now = monotonicNanos()
            guard !state.items.isEmpty, state.shouldWaitForMore(now) else { return 0 }
            state.isWriterWaiting = true
            return state.waitingSince + Self.waitNanosMax - now
        }
        let isComplete = wait <= 0 || isRipe.lock(whenValue: true, timeoutSeconds: Double(wait) / 1e9)
        if wait > 0, isComplete { isRipe.unlock(withValue: false) }
        return state.withLockedValue { state in
            state.isWriterWaiting = false
            if !isComplete {
                state.requestsAtOnce = state.items.count
                state.hastyGroups = Self.hastyGroupsAfterWait
            } else if state.hastyGroups > 0, !state.items.isEmpty {
                state.hastyGroups -= 1
            }
            return Self.takeGroup(from: &state, bytesMax: bytesMax)
        }
    }

    /// Takes what waits, up to about `bytesMax` bytes; the writer sleeps again when that is nothing.
    func takeGroup(bytesMax: Int) -> [Item] {
        state.withLockedValue { Self.takeGroup(from: &$0, bytesMax: bytesMax) }
    }

    private static func takeGroup(from state: inout State, bytesMax: Int) -> [Item] {
        var bytes = 0
        var columns = 0
        var group: [Item] = []
        while let item = state.items.first() {
            bytes += item.byteCount
            columns += item.queued.batch.columns?.count ?? 0
            // A commit goes into one segment whole, so it must not have too many columns either.
            if !group.isEmpty, bytes > bytesMax || columns > PendingSegment.columnsMax { break }
            _ = state.items.popFirst()
            group.append(item)
        }
        if group.isEmpty { state.isWriterWoken = false } else { state.groupSince = state.busySince }
        return group
    }

    /// Puts a group back to where it was taken from: it is the next one again, and the writer knows of it.
    func putBack(_ group: [Item]) { state.withLockedValue { $0.items.putBack(group) } }

    /// Gives back the room of a group that was committed or refused.
    func release(_ group: [Item]) {
        state.withLockedValue { state in
            let bytes = group.reduce(0) { $0 + $1.byteCount }
            state.bytes -= bytes
            state.requestsAtOnce = max(state.requestsAtOnce, group.count + state.items.count + state.expected)
            let now = monotonicNanos()
            state.drainRate.note(bytes: bytes, nanos: now - state.groupSince)
            state.lastGroupAt = now
        }
    }

    /// Refuses whatever comes from now on; what waits is still taken.
    func close() { state.withLockedValue { $0.isClosed = true } }
}
