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
                guard let first = node.firstSuccessStartNs else { return nil }
                let published = publication.publishedNs
                return VisibilityBracket(
                    module: publication.module, version: publication.version, node: node.node,
                    lowerNanos: node.lastRefusalEndNs.map { $0 - published },
                    // Who asked before the publication has had it at once.
                    upperNanos: first > published ? first - published : 0,
                    trueNanos: node.visibleNs.map { $0 - published })
            }
        }
    }

    /// How much longer each edge took than the proxy behind it, as the spans of both say: of requests whose spans are in
    /// one trace, smallest first.
    package var edgeOverheads: [String: [Int64]] {
        var found: [String: [Int64]] = [:]
        for request in truth.requests
        where request.edgeIsDelivered == true && request.proxyIsDelivered == true {
            guard let edge = request.edge, nodes[edge]?.propagates == true,
                let proxy = request.proxyDurationNs
            else { continue }
            found[edge, default: []].append(Int64(request.reportedDurationNs) - Int64(proxy))
        }
        return found.mapValues { $0.sorted() }
    }

    /// How long requests waited for a worker of a proxy, smallest first.
    package var queueTimes: [String: [UInt64]] {
        var found: [String: [UInt64]] = [:]
        for request in truth.requests where request.proxyIsDelivered == true {
            guard let proxy = request.proxy else { continue }
            found[proxy, default: []].append(request.stages.queueNs)
        }
        return found.mapValues { $0.sorted() }
    }
}
