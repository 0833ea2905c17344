import Telemetry
import fleetgen

/// When a node had a version, as far as its answers tell: after `lowerNanos` and not after `upperNanos`, both from the
/// publication on.
package struct VisibilityBracket: Hashable, Sendable {
    package let module: String
    package let version: String
    package let node: String
    /// Nil when the node never refused the version after it was published: it may have had it for long.
    package let lowerNanos: UInt64?
    package let upperNanos: UInt64
    /// Of a proxy: how long its upstream took to have the version.
    package let trueNanos: UInt64?
}

extension TruthAnswers {
    /// Of every published version at every node that ever gave it out.
    package var visibility: [VisibilityBracket] {
        truth.publications.flatMap { publication in
            publication.nodes.compactMap { node -> VisibilityBracket? in
                guard let first = node.firstSuccessEndNs else { return nil }
                let published = publication.publishedNs
                return VisibilityBracket(
                    module: publication.module, version: publication.version, node: node.node,
                    // Whether the node has it is decided at some time between the two ends of an answer.
                    lowerNanos: node.lastRefusalStartNs.map { $0 - published }, upperNanos: first - published,
                    trueNanos: node.visibleNs.map { $0 - published })
            }
        }
    }

    /// How much longer each edge took than the proxy behind it, as the spans of both say: of requests whose spans are in
    /// one trace, and whose clients waited for the end, smallest first.
    package var edgeOverheads: [String: [Int64]] {
        var found: [String: [Int64]] = [:]
        for request in truth.requests
        where request.edgeIsDelivered == true && request.proxyIsDelivered == true
            && request.outcome != "aborted"
        {
            guard let edge = request.edge, nodes[edge]?.propagates == true,
                let proxy = request.proxyDurationNs
            else { continue }
            // An edge that gave up did not wait for its proxy.
            guard proxy <= request.reportedDurationNs + 2_000_000 else { continue }
            found[edge, default: []].append(Int64(request.reportedDurationNs) - Int64(proxy))
        }
        return found.mapValues { $0.sorted() }
    }

    /// How long requests waited for a worker of a proxy, smallest first; of those that need one.
    package var queueTimes: [String: [UInt64]] {
        var found: [String: [UInt64]] = [:]
        for request in truth.requests where request.proxyIsDelivered == true {
            guard let proxy = request.proxy, Self.workedOn.contains(request.kind) else { continue }
            found[proxy, default: []].append(request.stages.queueNs)
        }
        return found.mapValues { $0.sorted() }
    }

    /// What a proxy does not just pass on.
    private static let workedOn: Set = ["info", "mod", "zip", "query", "list", "latest"]

    /// By node: for how long it gave out a list that lacked a version which another node of the same software had
    /// given out before; the longest of all lists. Nodes without such a list are left out.
    package var listStaleness: [String: Int64] {
        var found: [String: Int64] = [:]
        let lists = hops.filter { $0.truth.kind == "list" && $0.status == 200 && $0.bodyBytes != nil }
        for (_, lists) in Dictionary(grouping: lists, by: \.truth.module) where lists.count > 1 {
            for list in lists {
                let fuller = lists.filter { other in
                    nodes[other.node]?.implementation == nodes[list.node]?.implementation
                        && (other.bodyBytes ?? 0) > (list.bodyBytes ?? 0)
                }
                guard let first = fuller.map({ trueStart(of: $0) }).min() else { continue }
                let stale = trueStart(of: list) - first
                if stale > 0 { found[list.node] = max(stale, found[list.node] ?? 0) }
            }
        }
        return found
    }

    /// When a hop began by a clock that is right, nanoseconds since the Unix epoch.
    package func trueStart(of hop: SeenHop) -> Int64 {
        hop.start.rawValue - (nodes[hop.node]?.clockOffsetNs ?? 0)
    }

    /// By node: how long after the first node each reports the newest configuration; nodes that never do are left out.
    package var configurationAdoption: [String: UInt64] {
        let newest = truth.nodes.compactMap { $0.configurations.last }.max { $0.version < $1.version }?
            .version
        let since = truth.nodes.compactMap { node in
            node.configurations.first { $0.version == newest }.map { (node.instance, $0.sinceNs) }
        }
        guard let first = since.map(\.1).min() else { return [:] }
        return Dictionary(uniqueKeysWithValues: since.map { ($0.0, $0.1 - first) })
    }
}
