import OTLPModel

/// Which time is looked at, slot by slot, where a window is asked for.
enum IncidentTime {
    /// From so many requests before the window on it is known what is normal.
    static let baselineMin = 200
    private static let minute: UInt64 = 60_000_000_000

    /// A window that is longer than what is stored is looked at where something is: sixty slots of a week have none that
    /// shows ten minutes. Its end is that of the last request. A few spans with wrong clocks stretch nothing.
    /// - Parameter starts: of requests in the window and before it, in no order
    static func range(of window: TimeWindow, _ starts: [UInt64]) -> Range<UInt64> {
        guard window.since == .distantPast else {
            let since = UInt64(max(window.since.rawValue, 0))
            let last = min(starts.max() ?? since, UInt64(max(window.until.rawValue, 0)))
            let first = begin(since, starts)
            // Where something is asked for in its last slot, the window ends where it says, and its slots are even.
            if window.until.rawValue > Int64(clamping: last) {
                let end = UInt64(window.until.rawValue)
                if last > first, end - last <= (end - first) / IncidentData.slotsMax { return first..<end }
            }
            return first..<max(first, last) + 1
        }
        return stored(starts.sorted())
    }

    /// Where the first request of a window is, in whole minutes, unless more is known of the time before.
    private static func begin(_ since: UInt64, _ starts: [UInt64]) -> UInt64 {
        guard starts.count(where: { $0 < since }) < baselineMin else { return since }
        let within = starts.filter { $0 >= since }
        guard !within.isEmpty else { return since }
        let first = stored(within.sorted()).lowerBound
        return max(since, first - first % minute)
    }

    /// From the first request to the last. The first or last thousandth is left out where it lies further away than all
    /// others lie apart: that is a wrong clock.
    private static func stored(_ sorted: [UInt64]) -> Range<UInt64> {
        guard let begin = sorted.first, let end = sorted.last else { return 0..<1 }
        let few = sorted.count / 1_000
        let (first, last) = (sorted[few], sorted[sorted.count - 1 - few])
        return (first - begin > last - first ? first : begin)..<(end - last > last - first ? last : end) + 1
    }
}
