/// How far the clocks of nodes are ahead of the collector's: no span can come before it has ended.
struct NodeClocks: Sendable {
    /// What is less is no skew worth correcting.
    static let leastNanos: Int64 = 250_000_000

    /// By node: the least time between the end of a span and its arrival.
    private var leastLag = ByNumber(Int64.max)

    mutating func add(node: UInt32, end: UInt64, receivedAt: UnixNanos) {
        let lag = receivedAt.rawValue &- Int64(clamping: end)
        if lag < leastLag[node] { leastLag[node] = lag }
    }

    mutating func merge(_ other: NodeClocks) { leastLag.merge(other.leastLag) { $0 = min($0, $1) } }

    /// How far a node's clock is ahead at the least, in nanoseconds; 0 when nothing shows it.
    func aheadNanos(node: UInt32) -> Int64 {
        let lag = leastLag[node]
        guard lag < -Self.leastNanos else { return 0 }
        return lag == .min ? .max : -lag
    }

    /// A time of a node by the collector's clock.
    func corrected(_ time: UInt64, node: UInt32) -> UInt64 {
        let ahead = UInt64(aheadNanos(node: node))
        return time > ahead ? time - ahead : 0
    }
}
