package import Telemetry
package import fleetgen

/// What one node did for a request, as its own server span tells.
package struct SeenHop: Sendable {
    package let truth: RequestTruth
    package let node: String
    /// By the node's clock.
    package let start: UnixNanos
    package let durationNanos: Int64
    /// Nil where the span says none.
    package let status: Int?
    /// As far as the spans of the fleet show it.
    package internal(set) var outcome: String
    /// What its own cache did, if its spans say so.
    package let cacheResult: String?
    package let bodyBytes: Int64?

    /// Nil when there is no span of an edge.
    package init?(edgeOf truth: RequestTruth, nodes: [String: NodeTruth]) {
        guard truth.edgeIsDelivered == true, let name = truth.edge, let node = nodes[name] else { return nil }
        self.truth = truth
        self.node = name
        start = UnixNanos(clamping: truth.reportedStartNs)
        durationNanos = Int64(truth.reportedDurationNs)
        status = truth.reportedStatus
        outcome = truth.outcome
        cacheResult = Self.edgeResult(truth, node)
        bodyBytes = truth.reportedBodyBytes
    }

    /// What the spans of an edge say of its cache. Envoy marks hits alone: that it passed a request on tells of files
    /// that never change that they were misses.
    static func edgeResult(_ truth: RequestTruth, _ edge: NodeTruth) -> String? {
        guard truth.cache.edgeIsReported else {
            // A refusal that it keeps is one that comes again at once.
            let isRefusal = truth.reportedStatus == 404 || truth.reportedStatus == 410
            let isKept = truth.cache.edge == "hit" && truth.reportedDurationNs < 5_000_000
            return isRefusal && isKept ? "negative_hit" : nil
        }
        let isTold = edge.implementation != "envoy" || truth.cache.edge == "hit"
        return isTold || TruthAnswers.immutableKinds.contains(truth.kind) ? truth.cache.edge : nil
    }

    /// Nil when there is no span of a proxy.
    package init?(proxyOf truth: RequestTruth, nodes: [String: NodeTruth]) {
        guard truth.proxyIsDelivered == true, let name = truth.proxy, let node = nodes[name],
            let proxyStart = truth.proxyStartNs, let duration = truth.proxyDurationNs
        else { return nil }
        self.truth = truth
        self.node = name
        // Athens' times are exact, but for its clock.
        start = UnixNanos(clamping: proxyStart &+ UInt64(bitPattern: node.clockOffsetNs))
        durationNanos = Int64(duration)
        status = truth.proxyStatus
        outcome = Self.outcome(ofProxy: truth, duration)
        // A branch is resolved anew each time: that is no work of a cache.
        cacheResult = TruthAnswers.immutableKinds.contains(truth.kind) ? truth.cache.proxy : nil
        bodyBytes = truth.proxyBodyBytes.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func outcome(ofProxy truth: RequestTruth, _ duration: UInt64) -> String {
        switch truth.proxyStatus {
        case 200: "ok"
        case 404 where truth.isProbe: "probe"
        case 404: duration >= 10_000_000_000 ? "masked_timeout" : "not_found"
        case 429: "rate_limited"
        case 504: "timeout"
        default: "internal_error"
        }
    }
}
