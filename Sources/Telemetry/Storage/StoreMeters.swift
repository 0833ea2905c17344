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
    let sealedItems = PerSignal { _ in Counter() }
    let sealedBytes = Counter()
    /// Log records are never compared.
    let duplicateItems = PerSignal { _ in Counter() }
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
        for signal in Signal.allCases { sealedItems[signal].add(sealed.rows(of: signal)) }
        sealedBytes.add(sealed.byteCount)
        duplicateItems[.traces].add(sealed.duplicates)
        duplicateItems[.metrics].add(sealed.duplicatePoints)
    }

    func noteMerge(_ merged: MergedSegment) {
        merges.add()
        mergedSegments.add(merged.replaced.count)
        duplicateItems[merged.signal].add(merged.duplicates)
    }

    func noteExpired(_ expired: ExpiredSegments) {
        expiredSegments.add(expired.segments)
        expiredItems.add(Int(clamping: expired.spans &+ expired.others))
    }
}
