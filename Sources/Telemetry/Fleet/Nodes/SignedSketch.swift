/// A sketch of differences: durations that may be negative.
struct SignedSketch: Sendable {
    /// Of what is negative, without its sign.
    private var below = DurationSketch()
    private var above = DurationSketch()

    var count: UInt64 { below.count &+ above.count }

    mutating func add(_ nanos: Int64) {
        if nanos < 0 {
            below.add(nanos == .min ? .max : -nanos)
        } else {
            above.add(nanos)
        }
    }

    mutating func merge(_ other: SignedSketch) {
        below.merge(other.below)
        above.merge(other.above)
    }

    /// The value with the rank of a quantile (nearest rank), within 1 % of itself.
    /// - Parameter quantile: from 0 to 1
    /// - Returns: nanoseconds; nil when nothing was added
    func quantile(_ quantile: Double) -> Int64? {
        guard count > 0 else { return nil }
        let rank = DurationSketch.nearestRank(quantile, of: count)
        guard rank <= below.count else {
            return above.quantile(Double(rank - below.count) / Double(above.count))
        }
        // The least of all are the longest without their signs.
        return below.quantile(Double(below.count - rank + 1) / Double(below.count)).map { -$0 }
    }
}
