/// How long something took, counted in buckets: recorded from any thread without a lock.
package final class LatencyHistogram: Sendable {
    /// What was recorded up to a moment. Threads that record meanwhile may show in one number and not yet in another.
    package struct Snapshot: Sendable {
        /// One count a bound, and one for what took longer than all of them.
        package var counts: [Int]
        package var sumNanos: Int

        package var count: Int { counts.reduce(0, +) }

        /// The upper end, in nanoseconds, of the bucket that holds a quantile: nothing that this part of the
        /// durations was took longer. Nil when nothing was recorded, and when it lies above all bounds.
        /// - Parameter part: from 0 to 1
        package func quantileNanos(_ part: Double) -> Int64? {
            let rank = max(1, Int((Double(count) * part).rounded(.up)))
            var seen = 0
            for (bound, count) in zip(LatencyHistogram.boundsNanos, counts) {
                seen += count
                if seen >= rank { return bound }
            }
            return nil
        }
    }

    /// Upper ends of the buckets, in nanoseconds. From 0.25 ms, less than any commit takes that waits for a disk, to
    /// 10 s, when senders have long given up; each is twice to two and a half times the one before.
    package static let boundsNanos: [Int64] = [
        250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private let counters = (0...boundsNanos.count).map { _ in Counter() }
    private let sum = Counter()

    package init() {}

    package func record(nanos: Int64) {
        let bucket = Self.boundsNanos.firstIndex { nanos <= $0 } ?? Self.boundsNanos.count
        counters[bucket].add()
        sum.add(Int(max(0, nanos)))
    }

    package var snapshot: Snapshot { Snapshot(counts: counters.map(\.count), sumNanos: sum.count) }
}
