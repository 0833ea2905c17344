/// Tells which nodes are slow: next to others of their role, as an edge that answers from its cache and a proxy that
/// fetches have nothing in common.
struct NodeSlowness {
    /// With fewer requests a node's p95 is that of one or two of them.
    static let requestsMin = 20
    /// With fewer others there is nothing to be held against.
    static let othersMin = 2
    /// How often the median of the others.
    static let factor = 3.0
    /// A difference that no build notices is none.
    static let differenceMinNanos = 100_000_000.0

    /// By role, of the nodes that have enough requests, in order.
    private var p95s: [NodeRole?: [Int64]] = [:]

    init(_ nodes: [NodeReport]) {
        for node in nodes where node.traffic.requests >= Self.requestsMin {
            guard let p95 = node.traffic.p95Nanos else { continue }
            p95s[node.node.role, default: []].append(p95)
        }
        for role in p95s.keys { p95s[role]?.sort() }
    }

    /// Marks the slow ones.
    func mark(_ nodes: inout [NodeReport]) {
        for place in nodes.indices {
            let node = nodes[place]
            guard node.traffic.requests >= Self.requestsMin, let p95 = node.traffic.p95Nanos,
                let usual = usual(node.node.role, besides: p95)
            else { continue }
            nodes[place].isSlow =
                Double(p95) >= Self.factor * usual && Double(p95) - usual >= Self.differenceMinNanos
        }
    }

    /// The median p95 of others of a role; nil where there are too few.
    private func usual(_ role: NodeRole?, besides own: Int64) -> Double? {
        guard var others = p95s[role], others.count > Self.othersMin,
            let place = others.firstIndex(of: own)
        else { return nil }
        others.remove(at: place)
        let middle = others.count / 2
        return others.count % 2 == 1
            ? Double(others[middle]) : (Double(others[middle - 1]) + Double(others[middle])) / 2
    }
}
