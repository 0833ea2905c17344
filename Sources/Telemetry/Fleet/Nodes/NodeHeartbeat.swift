/// Whether a node is still heard of.
package enum NodeState: String, CaseIterable, Sendable {
    case ok
    /// Nothing came for longer than usual.
    case late
    /// Nothing came for so long that it is probably down, or cut off.
    case lost

    /// Silence up to this is healthy whatever the node's interval.
    static let lateNanos: Int64 = 40_000_000_000
    /// And up to this no reason to call it lost.
    static let lostNanos: Int64 = 120_000_000_000

    /// Fresh up to two intervals, late up to three; but no node is late within 40 s, or lost within 120 s.
    /// - Parameters:
    ///   - silence: since the last arrival, in nanoseconds
    ///   - interval: at which something arrives; nil when that is not known
    init(silence: Int64, interval: Int64?) {
        let interval = min(interval ?? 0, .max / 4)
        if silence > max(3 * interval, Self.lostNanos) {
            self = .lost
        } else if silence > max(2 * interval, Self.lateNanos) {
            self = .late
        } else {
            self = .ok
        }
    }
}

/// When a node was last heard of.
package struct NodeHeartbeat: Sendable {
    /// Of anything that came from it.
    package var lastSeen: UnixNanos
    /// From then to the end of the window, or now; never negative.
    package var silenceNanos: Int64
    /// At which something arrives: what the node declares, else the median of what came; nil when that is not known.
    package var intervalNanos: Int64?
    package var state: NodeState

    var alarm: LagAlarm {
        let excess = Double(silenceNanos) / Double(NodeState.lateNanos)
        return switch state {
        case .ok: LagAlarm(.fine, excess: min(excess, 1))
        case .late: LagAlarm(.warning, excess: excess)
        case .lost: LagAlarm(.error, excess: excess)
        }
    }
}
