/// What a store has done since it was opened, and how it is at the moment.
package struct StoreStatistics: Sendable {
    /// A time in which nothing can be stored.
    package struct Outage: Hashable, Sendable {
        /// `space`, `file` or `disk`.
        package var cause: String
        package var message: String
        /// How long it lasts already.
        package var sinceNanos: Int64
    }

    package var path: String
    /// Nil in good times.
    package var outage: Outage?
    /// How long ago the writer had its last turn. It has one every second: much more, and it hangs, as on a disk that
    /// does not answer.
    package var writerSilentNanos: Int64

    /// Bytes of encoded batches that wait for the writer, with those that it is committing, and their limit.
    package var queueBytes: Int
    package var queueBytesMax: Int
    /// Memory for what is committed and waits to be sealed.
    package var unsealedBytes: Int

    /// One a group of requests.
    package var commits: LatencyHistogram.Snapshot
    package var committedBytes: Int
    package var failedCommits: Int

    /// From the beginning of a segment to its commit.
    package var seals: LatencyHistogram.Snapshot
    package var sealedSegments: Int
    package var sealedItems: PerSignal<Int>
    package var sealedBytes: Int
    /// Items that came twice and were left out: spans, and points of which another one of their series has the time.
    package var duplicateItems: PerSignal<Int>
    package var merges: Int
    /// Segments that became part of others.
    package var mergedSegments: Int
    package var mergeCPUNanos: Int
    /// What retention took out.
    package var expiredSegments: Int
    package var expiredItems: Int

    /// Bytes of the file and of the write-ahead log beside it.
    package var databaseBytes: Int64
    package var logBytes: Int64
    /// What is free on the file system; nil when it does not say.
    package var freeBytes: Int64?
    /// The limit of the file; nil for none.
    package var databaseBytesMax: Int64?
    package var retainNanos: Int64?
}

extension TelemetryStore {
    /// Asks the file system and takes no lock that a commit holds: for any thread, at any time.
    package var statistics: StoreStatistics {
        let meters = writer.meters
        let moment = meters.moment
        let options = writer.options
        let path = writer.path
        let outage = moment.outage.map {
            StoreStatistics.Outage(
                cause: $0.cause.rawValue, message: $0.error.message, sinceNanos: monotonicNanos() - $0.since)
        }
        return StoreStatistics(
            path: path, outage: outage, writerSilentNanos: monotonicNanos() - moment.tickedAt,
            queueBytes: writer.queue.waitingBytes, queueBytesMax: options.queueBytesMax,
            unsealedBytes: moment.unsealedBytes, commits: meters.commitTime.snapshot,
            committedBytes: meters.committedBytes.count, failedCommits: meters.failedCommits.count,
            seals: meters.sealTime.snapshot, sealedSegments: meters.sealedSegments.count,
            sealedItems: meters.sealedItems.map(\.count), sealedBytes: meters.sealedBytes.count,
            duplicateItems: meters.duplicateItems.map(\.count), merges: meters.merges.count,
            mergedSegments: meters.mergedSegments.count, mergeCPUNanos: meters.mergeCPUNanos.count,
            expiredSegments: meters.expiredSegments.count, expiredItems: meters.expiredItems.count,
            databaseBytes: FileStatus.size(path), logBytes: FileStatus.size(path + "-wal"),
            freeBytes: options.freeBytes(path), databaseBytesMax: options.databaseBytesMax,
            retainNanos: options.retainNanos)
    }
}
