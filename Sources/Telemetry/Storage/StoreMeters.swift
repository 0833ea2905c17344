import NIOConcurrencyHelpers

/// What a store counts while it works: written by its writer, read from anywhere by `TelemetryStore.statistics`.
final class StoreMeters: Sendable {
    /// What there is at the moment.
    struct Moment: Sendable {
        var outage: Outage?
        /// Memory for what waits to be sealed.
        var unsealedBytes = 0
        /// When the writer last had its turn, which it has once a second.
        var tickedAt = monotonicNanos()
    }

    let commitTime = LatencyHistogram()
    let committedBytes = Counter()
    let failedCommits = Counter()
    let sealTime = LatencyHistogram()
    let sealedSegments = Counter()
    let sealedItems = Counter()
    let sealedBytes = Counter()
    let duplicateItems = Counter()
    let merges = Counter()
    let mergedSegments = Counter()
    let mergeCPUNanos = Counter()
    let expiredSegments = Counter()
    let expiredItems = Counter()
    private let now = NIOLockedValueBox(Moment())

    var moment: Moment { now.withLockedValue { $0 } }

    func noteOutage(_ outage: Outage?) {
        now.withLockedValue { $0.outage = outage }
    }

    func noteTick(unsealedBytes: Int) {
        now.withLockedValue { moment in
            moment.unsealedBytes = unsealedBytes
            moment.tickedAt = monotonicNanos()
        }
    }

    func noteSeal(_ sealed: SealedSegments) {
        sealedSegments.add(sealed.segments.count)
        sealedItems.add(sealed.spans)
        sealedBytes.add(sealed.byteCount)
        duplicateItems.add(sealed.duplicates)
    }

    func noteMerge(_ merged: MergedSegment) {
        merges.add()
        mergedSegments.add(merged.replaced.count)
        duplicateItems.add(merged.duplicates)
    }

    func noteExpired(_ expired: ExpiredSegments) {
        expiredSegments.add(expired.segments)
        expiredItems.add(Int(clamping: expired.spans))
    }
}
