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
    }

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

    func submit(_ item: Item) -> Submission {
        state.withLockedValue { state in
            if state.isClosed { return .refused(StoreError(.shuttingDown, "the collector is shutting down")) }
            // A batch that is larger than the queue is let in alone, or it could never be stored.
            if state.bytes > 0, state.bytes + item.byteCount > bytesMax {
                return .refused(StoreError(.queueFull, "the queue before the database is full"))
            }
            state.items.append(item)
            state.bytes += item.byteCount
            if state.isWriterWoken { return .queued }
            state.isWriterWoken = true
            return .wake
        }
    }

    /// Takes what waits, up to about `bytesMax` bytes; the writer sleeps again when that is nothing.
    func takeGroup(bytesMax: Int) -> [Item] {
        state.withLockedValue { state in
            var bytes = 0
            var count = 0
            for item in state.items {
                if count > 0, bytes + item.byteCount > bytesMax { break }
                bytes += item.byteCount
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
