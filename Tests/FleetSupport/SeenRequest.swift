package import Telemetry
package import fleetgen

/// A request as far as it shows in a database: by the outermost of its server spans that arrived.
package struct SeenRequest: Sendable {
    package let truth: RequestTruth
    /// The node of that span: the edge, unless it fell silent or there was none.
    package let node: String
    /// `edge`, `proxy` or `mirror`.
    package let role: String
    package let region: String
    /// By the node's clock, as its span says.
    package let start: UnixNanos
    package let durationNanos: Int64
    /// Nil where the span says none.
    package let status: Int?
    /// As far as the spans of the fleet show it.
    package internal(set) var outcome: String
    /// What the outermost hop says that says anything; nil when none does.
    package let cacheResult: String?
    /// What that span says of its body; nil where it says nothing.
    package let bodyBytes: Int64?
    /// Whether an edge passed the request on that tells nothing any more: the span has a parent that nobody has.
    package let isOrphan: Bool

    /// Nil when nothing of it arrived.
    init?(_ truth: RequestTruth, nodes: [String: NodeTruth]) {
        self.truth = truth
        if truth.edgeIsDelivered == true, let name = truth.edge, let node = nodes[name] {
            self.node = name
            role = node.role
            region = node.region
            start = UnixNanos(clamping: truth.reportedStartNs)
            durationNanos = Int64(truth.reportedDurationNs)
            status = truth.reportedStatus
            outcome = truth.outcome
            cacheResult =
                SeenHop.edgeResult(truth, node) ?? SeenHop(proxyOf: truth, nodes: nodes)?.cacheResult
            bodyBytes = truth.reportedBodyBytes
            isOrphan = false
            return
        }
        guard truth.proxyIsDelivered == true, let hop = SeenHop(proxyOf: truth, nodes: nodes) else {
            return nil
        }
        node = hop.node
        role = "proxy"
        region = nodes[hop.node]?.region ?? ""
        start = hop.start
        durationNanos = hop.durationNanos
        status = hop.status
        outcome = hop.outcome
        cacheResult = hop.cacheResult
        bodyBytes = hop.bodyBytes
        isOrphan = truth.edge.flatMap { nodes[$0]?.propagates } ?? false
    }
}
