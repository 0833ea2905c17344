/// Tells which nodes are slow themselves: by what they take for their own work, next to others of their role and
/// software. What they wait for is not theirs, and an edge that passes everything on waits a lot.
struct NodeSlowness {
    /// With fewer requests a median is that of one or two of them.
    static let requestsMin = 20
    /// With fewer others there is nothing to be held against.
    static let othersMin = 2
    /// How often the median of the others'.
    static let factor = 3.0
    /// nginx has whole milliseconds.
    static let differenceMinNanos = 2_000_000.0

    private struct Kind: Hashable {
        var role: NodeRole?
        var software: ProxySoftware?
        /// As which it is asked: a mirror of somebody else does other work, for clients elsewhere.
        var host: UInt32
        /// Whether most of what it does itself is to send files from its cache, which takes as long as the way to who asks:
        /// more than to pass them on.
        var isOfHits: Bool

        init(_ node: NodeReport) {
            role = node.node.role
            software = node.node.software
            host = node.host
            isOfHits = node.traffic.ownHits * 2 > node.traffic.ownCount
        }
    }

    /// Of the nodes of a kind that have enough requests, in order.
    private var medians: [Kind: [Int64]] = [:]

    init(_ nodes: [NodeReport]) {
        for node in nodes {
            guard let own = Self.own(node) else { continue }
            medians[Kind(node), default: []].append(own)
        }
        for kind in medians.keys { medians[kind]?.sort() }
    }

    /// Marks the slow ones.
    func mark(_ nodes: inout [NodeReport]) {
        for place in nodes.indices {
            guard let own = Self.own(nodes[place]), let usual = usual(nodes[place], besides: own)
            else { continue }
            nodes[place].isSlow =
                Double(own) >= Self.factor * usual && Double(own) - usual >= Self.differenceMinNanos
        }
    }

    private static func own(_ node: NodeReport) -> Int64? {
        node.traffic.ownCount >= requestsMin ? node.traffic.ownP50Nanos : nil
    }

    /// The median of others of its kind; nil where there are too few.
    private func usual(_ node: NodeReport, besides own: Int64) -> Double? {
        guard let all = medians[Kind(node)], all.count > Self.othersMin, let place = all.firstIndex(of: own)
        else { return nil }
        func other(_ index: Int) -> Double { Double(all[index < place ? index : index + 1]) }
        let count = all.count - 1
        let middle = count / 2
        return count % 2 == 1 ? other(middle) : (other(middle - 1) + other(middle)) / 2
    }
}
