/// Which nodes `traceq nodes` and `traceq lag` are about.
package struct NodeFilter: Sendable {
    /// By name; `*` stands for any characters, as in all of these.
    package var node: String?
    package var region: String?
    /// Nil for any.
    package var role: NodeRole?

    package init(node: String? = nil, region: String? = nil, role: NodeRole? = nil) {
        self.node = node
        self.region = region
        self.role = role
    }

    func passes(_ node: FleetNode) -> Bool {
        if let pattern = self.node, !GlobPattern(pattern).matches(node.identity.name) { return false }
        if let region, !GlobPattern(region).matches(node.region ?? "") { return false }
        return role.map { node.role == $0 } ?? true
    }
}

package struct FleetNodesQuery: Sendable {
    /// By start of requests and spans.
    package var window: TimeWindow
    package var filter: NodeFilter
    /// The time of asking: no node is silent before that.
    package var now: UnixNanos

    package init(window: TimeWindow, filter: NodeFilter = NodeFilter(), now: UnixNanos) {
        self.window = window
        self.filter = filter
        self.now = now
    }

    /// The moment that states are of.
    var end: UnixNanos { min(window.until, now) }
}

/// A node of the fleet, and how it does. Requests are those that its own spans tell of.
package struct NodeReport: Sendable {
    package var node: FleetNode
    /// Nil where nothing says when something arrived, as of spans that were imported.
    package var heartbeat: NodeHeartbeat?
    package var spans: Int
    package var traffic: TrafficReport
    /// Nil when nothing shows it.
    package var clock: ClockReading?
    /// Its own work takes far longer than that of others with its software and role.
    package var isSlow = false
    /// Number of the host as which it is asked mostly; 0 where nobody says it.
    var host: UInt32 = 0

    /// From what share of failures on a node is in trouble by them; what is below that any fleet has.
    private static let errorShareMin = 0.01

    /// Worst first: who is not heard of, who fails, whose clock is wrong, who is slow itself; then by the few failures
    /// that all have, by p95 and name.
    static func isWorse(_ left: NodeReport, _ right: NodeReport) -> Bool {
        if left.trouble != right.trouble {
            return left.trouble.lexicographicallyPrecedes(right.trouble) { $0 > $1 }
        }
        return (left.node.identity.name, left.node.service) < (right.node.identity.name, right.node.service)
    }

    /// What a node is ordered by, the most important first; more is worse.
    private var trouble: [Double] {
        let state: Double =
            switch heartbeat?.state {
            case .lost: 2
            case .late: 1
            case .ok, nil: 0
            }
        let skew = clock.map { $0.isWorthWarning ? Double($0.offsetNanos.magnitude) : 0 } ?? 0
        let errors = traffic.certainErrorShare
        return [
            state, errors >= Self.errorShareMin ? errors : 0, skew, isSlow ? 1 : 0, errors,
            Double(traffic.p95Nanos ?? 0),
        ]
    }
}

/// Requests in numbers.
package struct TrafficReport: Sendable {
    package var requests: Int
    package var failures: Int
    /// Without probes and requests whose clients went away: what failures are a share of.
    package var judged: Int
    /// For files that never change.
    package var hits: Int
    /// Of those whose result is known.
    package var lookups: Int
    package var p50Nanos: Int64?
    package var p95Nanos: Int64?
    /// The median of what nodes took for their own work, where it is known of requests.
    package var ownP50Nanos: Int64?
    var ownCount: UInt64
    /// How many of these were answers from a cache.
    var ownHits: UInt64

    init(_ counts: NodeTraffic.Counts) {
        requests = counts.requests
        failures = counts.failures
        judged = counts.requests - counts.excused
        hits = counts.hits
        lookups = counts.lookups
        p50Nanos = counts.durations.quantile(0.5)
        p95Nanos = counts.durations.quantile(0.95)
        ownP50Nanos = counts.ownDurations.quantile(0.5)
        ownCount = counts.ownDurations.count
        ownHits = counts.ownHits
    }

    package var errorShare: Double? { judged > 0 ? Double(failures) / Double(judged) : nil }
    package var hitRatio: Double? { lookups > 0 ? Double(hits) / Double(lookups) : nil }

    /// The least share of failures that so many requests make probable (Wilson's bound, 95 %): one of three is no
    /// trouble yet.
    var certainErrorShare: Double {
        guard judged > 0, failures > 0 else { return 0 }
        let (count, share, z) = (Double(judged), Double(failures) / Double(judged), 1.96)
        let middle = share + z * z / (2 * count)
        let spread = z * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
        return max(0, (middle - spread) / (1 + z * z / count))
    }
}

/// The nodes of a region together. A request that several of them had a hand in counts once: as the node told of it
/// that was asked from outside of the region.
package struct RegionReport: Sendable {
    /// Nil for nodes that name none.
    package var region: String?
    package var nodes: Int
    /// By state; nodes of which that is not known are in none.
    package var states: [NodeState: Int]
    package var traffic: TrafficReport
    /// Nodes whose clock is wrong by more than 250 ms.
    package var skewed: Int
}

package struct FleetNodesResult: Sendable {
    /// All that pass the filter, worst first.
    package var nodes: [NodeReport]
    /// Worst first.
    package var regions: [RegionReport]
    /// The time that rates are per: the window, or what is known of it where it is open.
    package var rateNanos: Int64
    /// Whether there are nodes at all, whatever the filter says.
    package var hasOthers: Bool
    package var quality: FleetQuality
    package var notes: [QualityNote]
}
