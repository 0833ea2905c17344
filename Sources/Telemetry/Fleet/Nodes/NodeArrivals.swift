/// When telemetry of a node arrived: how often it is heard of, and when last.
struct NodeArrivals: Sendable {
    /// How many moments are kept: the newest.
    static let keptMax = 512

    /// The newest arrival; nil while nothing arrived.
    private(set) var last: UnixNanos?
    /// Whole seconds: batches that are sent together arrive within one.
    private var seconds: [Int64] = []

    mutating func add(_ time: UnixNanos) {
        last = max(last ?? time, time)
        let second = time.rawValue / 1_000_000_000
        guard seconds.last != second else { return }
        seconds.append(second)
        if seconds.count >= 4 * Self.keptMax { prune() }
    }

    mutating func merge(_ other: NodeArrivals) {
        guard let time = other.last else { return }
        last = max(last ?? time, time)
        seconds += other.seconds
        if seconds.count >= 4 * Self.keptMax { prune() }
    }

    private mutating func prune() { seconds = Array(Set(seconds).sorted().suffix(Self.keptMax)) }

    /// The median time between what arrives, in nanoseconds. What comes in the same second or the next is one arrival:
    /// exporters send several batches at once.
    /// - Returns: nil with less than three arrivals
    var intervalNanos: Int64? {
        var gaps: [Int64] = []
        var previous: Int64?
        for second in Set(seconds).sorted().suffix(Self.keptMax) {
            if let previous, second - previous > 1 { gaps.append(second - previous) }
            previous = second
        }
        guard gaps.count >= 2 else { return nil }
        gaps.sort()
        return gaps[(gaps.count - 1) / 2] * 1_000_000_000
    }
}
