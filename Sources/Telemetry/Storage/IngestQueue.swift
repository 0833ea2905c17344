import NIOConcurrencyHelpers

/// What waits to be committed: bounded in bytes, and refusing at once when full, so that memory is
/// bounded whatever arrives and back-pressure reaches the sender.
final class IngestQueue: Sendable {
    /// A batch that waits, and the request that waits for it.
    struct Item {
        var batch: SpanBatch
        /// The batch as the journal keeps it.
        var encoded: [UInt8]
        var digest: BodyDigest
        var acknowledgement: CheckedContinuation<Result<AppendOutcome, StoreError>, Never>

        var byteCount: Int { encoded.count }
    }

    private struct State {
        var items: [Item] = []
        /// Bytes of the items and of the group that is being committed.
        var bytes = 0
        var isClosed = false
        /// Whether the writer knows that there is something to do.
        var isWriterWoken = false
        /// Whether a timer will look after items that wait while the writer sleeps.
        var isTimerSet = false
        /// Requests that are being decoded and come in a moment.
        var expected = 0
        /// When the first of the items came; what waits for more must not wait for long.
        var waitingSince: MonotonicNanos = 0
        /// How many requests were here at once when the last group was done: committed, waiting, or expected.
        var requestsAtOnce = 0
        /// When the last group was done.
        var lastGroupAt: MonotonicNanos = 0

        /// Whether a commit is better made in a moment.
        ///
        /// A commit costs the same for one small batch as for several. So it waits for requests that are being
        /// decoded, and, while it is busy, for those whose senders have just got their last answer: most send
        /// the next one at once.
        func shouldWaitForMore(_ now: MonotonicNanos) -> Bool {
            guard bytes < IngestQueue.worthwhileBytes, now - waitingSince < IngestQueue.waitNanosMax else {
                return false
            }
            return expected > 0
                || (items.count < requestsAtOnce && now - lastGroupAt < IngestQueue.busyNanosMax)
        }
    }

    /// 128 KiB: from here on the cost of the commit itself hardly counts.
    private static let worthwhileBytes = 128 << 10
    /// 2 ms: as long as a commit takes on a slow disk.
    private static let waitNanosMax: MonotonicNanos = 2_000_000
    /// 4 ms: who has not sent again by then is not sending one request after another.
    private static let busyNanosMax: MonotonicNanos = 4_000_000

    private let state = NIOLockedValueBox(State())
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    enum Submission {
        /// The writer must be told.
        case wake
        /// The writer knows already, or will be told by a timer.
        case queued
        /// Somebody must ask `timer` soon: the writer is left alone until then.
        case startTimer
        case refused(StoreError)
    }

    /// - Parameter wasExpected: whether `expect` announced it
    func submit(_ item: Item, wasExpected: Bool = false) -> Submission {
        state.withLockedValue { state in
            if wasExpected { state.expected -= 1 }
            if state.isClosed { return .refused(StoreError(.shuttingDown, "the collector is shutting down")) }
            // The last one in may be larger than the room that is left, or a batch that is as large as the
            // queue could never be stored.
            if state.bytes >= bytesMax {
                return .refused(StoreError(.queueFull, "the queue before the database is full"))
            }
            let now = monotonicNanos()
            if state.items.isEmpty { state.waitingSince = now }
            state.items.append(item)
            state.bytes += item.byteCount
            if state.isWriterWoken { return .queued }
            if state.shouldWaitForMore(now) {
                if state.isTimerSet { return .queued }
                state.isTimerSet = true
                return .startTimer
            }
            state.isWriterWoken = true
            return .wake
        }
    }

    enum TimerOutcome {
        case wake
        /// To be asked again in so many nanoseconds.
        case again(MonotonicNanos)
        case done
    }

    /// Looks after items that wait for more while the writer sleeps.
    func timer() -> TimerOutcome {
        state.withLockedValue { state in
            state.isTimerSet = false
            if state.isWriterWoken || state.items.isEmpty { return .done }
            let rest = state.waitingSince + Self.waitNanosMax - monotonicNanos()
            guard rest <= 0 else {
                state.isTimerSet = true
                return .again(rest)
            }
            state.isWriterWoken = true
            return .wake
        }
    }

    /// Announces a request that will be submitted in a moment, or withdrawn.
    func expect() { state.withLockedValue { $0.expected += 1 } }

    /// Withdraws an announcement.
    /// - Returns: whether the writer must be told: it may have been waiting for this one
    func withdraw() -> Bool {
        state.withLockedValue { state in
            state.expected -= 1
            if state.items.isEmpty || state.isWriterWoken { return false }
            if state.isTimerSet, state.shouldWaitForMore(monotonicNanos()) { return false }
            state.isWriterWoken = true
            return true
        }
    }

    /// What the writer finds when it looks.
    enum Turn {
        case commit([Item])
        /// Nothing now: the writer sleeps, and is woken.
        case sleep
        /// The same, and somebody must ask `timer` soon.
        case sleepWithTimer
    }

    /// The next group, or none while there is nothing or a better moment is near.
    func nextTurn(bytesMax: Int) -> Turn {
        let (group, startsTimer) = state.withLockedValue { state -> ([Item], Bool) in
            let now = monotonicNanos()
            if !state.items.isEmpty {
                if state.shouldWaitForMore(now) {
                    state.isWriterWoken = false
                    defer { state.isTimerSet = true }
                    return ([], !state.isTimerSet)
                }
                // Waited for in vain: as many as there are now will do from here on.
                if now - state.waitingSince >= Self.waitNanosMax { state.requestsAtOnce = state.items.count }
            }
            return (Self.takeGroup(from: &state, bytesMax: bytesMax), false)
        }
        if startsTimer { return .sleepWithTimer }
        return group.isEmpty ? .sleep : .commit(group)
    }

    /// Takes what waits, up to about `bytesMax` bytes; the writer sleeps again when that is nothing.
    func takeGroup(bytesMax: Int) -> [Item] {
        state.withLockedValue { Self.takeGroup(from: &$0, bytesMax: bytesMax) }
    }

    private static func takeGroup(from state: inout State, bytesMax: Int) -> [Item] {
        var bytes = 0
        var columns = 0
        var count = 0
        for item in state.items {
            bytes += item.byteCount
            columns += item.batch.columns.count
            // A commit goes into one segment whole, so it must not have too many columns either.
            if count > 0, bytes > bytesMax || columns > PendingSegment.columnsMax { break }
            count += 1
        }
        let group = Array(state.items.prefix(count))
        state.items.removeFirst(count)
        if group.isEmpty { state.isWriterWoken = false }
        return group
    }

    /// Gives back the room of a group that was committed or refused.
    func release(_ group: [Item]) {
        state.withLockedValue { state in
            state.bytes -= group.reduce(0) { $0 + $1.byteCount }
            state.requestsAtOnce = max(state.requestsAtOnce, group.count + state.items.count + state.expected)
            state.lastGroupAt = monotonicNanos()
        }
    }

    /// Refuses whatever comes from now on; what waits is still taken.
    func close() { state.withLockedValue { $0.isClosed = true } }
}
