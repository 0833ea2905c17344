import Glibc

/// Makes commits take longer than they do, to see how the collector fares with a slow disk:
/// `TRACEQ_FAILPOINT=store.throttle` lets the writer work at a tenth of its speed, `store.throttle:25` at a quarter.
package struct StoreThrottle: Hashable, Sendable {
    package static let name = "store.throttle"
    private static let defaultPercent = 10

    /// Of its speed, 1 to 99.
    let percent: Int
    /// What the disk would be slower by at the least, for a test that must not depend on a fast one.
    let leastPauseNanos: MonotonicNanos

    /// - Parameter leastPauseMilliseconds: after each commit, however short it was
    package init(percent: Int, leastPauseMilliseconds: Int64 = 0) {
        self.percent = min(max(percent, 1), 99)
        leastPauseNanos = leastPauseMilliseconds * 1_000_000
    }

    /// - Parameter text: the name, or the name, a colon and a percentage from 1 to 99
    init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.first == Self.name[...],
            let percent = parts.count == 2 ? Int(parts[1]) : Self.defaultPercent, (1...99).contains(percent)
        else { return nil }
        self.init(percent: percent)
    }

    static let fromEnvironment = ArmedFailpoint.environmentText.flatMap { StoreThrottle(parsing: $0) }

    /// Blocks the writer's thread for the rest of the time that the work should have taken.
    func pause(afterWorkOf nanos: MonotonicNanos) {
        let rest = nanos * Int64(100 - percent) / Int64(percent)
        usleep(UInt32(clamping: max(rest, leastPauseNanos) / 1_000))
    }
}
