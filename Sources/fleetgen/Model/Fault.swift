/// What goes wrong in the fleet.
enum Fault: String, CaseIterable, Sendable {
    /// Nothing beyond the few failures that every fleet has.
    case none
    /// Repositories answer slowly: cold fetches and version lists take many times longer, some run
    /// into the time limit of the edge in front.
    case slowUpstream = "slow-upstream"
    /// One edge node takes eight times as long for its own work.
    case slowNode = "slow-node"
    /// Edges and proxies start empty: every first request of a version fetches it.
    case coldCache = "cold-cache"
    /// The edge nodes of one region fail to reach their proxy for a third of what they ask it.
    case edgeErrors = "edge-errors"
    /// One edge node's clock is 45 s ahead and one proxy's is 8 s behind.
    case clockSkew = "clock-skew"
}
