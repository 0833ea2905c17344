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
        /// Requests that are being decoded and come in a moment.
        var expected = 0
        /// When the first of the items came; what waits for more must not wait for long.
        var waitingSince: MonotonicNanos = 0

        /// Whether a commit is better made in a moment.
        ///
        /// A commit costs the same for one small batch as for several. While requests are being decoded
        /// that fit into the same commit, it waits for them: for each of them it is asked again.
        var shouldWaitForMore: Bool {
            expected > 0 && bytes < IngestQueue.worthwhileBytes
                && monotonicNanos() - waitingSince < IngestQueue.waitNanosMax
        }
    }

    /// 128 KiB: from here on the cost of the commit itself hardly counts.
    private static let worthwhileBytes = 128 << 10
    /// 2 ms: as long as a commit takes on a slow disk.
    private static let waitNanosMax: MonotonicNanos = 2_000_000

    private let state = NIOLockedValueBox(State())
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    enum Submission {
        /// The writer must be told.
        case wake
        /// The writer knows already.
        case queued
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
            if state.items.isEmpty { state.waitingSince = monotonicNanos() }
            state.items.append(item)
            state.bytes += item.byteCount
            if state.isWriterWoken { return .queued }
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
            state.isWriterWoken = true
            return true
        }
    }

    /// Takes what waits, up to about `bytesMax` bytes; the writer sleeps again when that is nothing.
    /// - Parameter waitsForMore: whether to take nothing while a better moment is near; the writer is then
    ///   woken for it
    func takeGroup(bytesMax: Int, waitsForMore: Bool) -> [Item] {
        state.withLockedValue { state in
            if waitsForMore, state.shouldWaitForMore {
                state.isWriterWoken = false
                return []
            }
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
    }

    /// Gives back the room of a group that was committed or refused.
    func release(_ group: [Item]) {
        state.withLockedValue { state in state.bytes -= group.reduce(0) { $0 + $1.byteCount } }
    }

    /// Refuses whatever comes from now on; what waits is still taken.
    func close() { state.withLockedValue { $0.isClosed = true } }
}
