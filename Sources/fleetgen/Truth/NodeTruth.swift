/// What a node is, and what it did and told.
package struct NodeTruth: Codable, Hashable, Sendable {
    package var type = "node"
    /// `edge-fra-01`.
    package var instance = ""
    /// What telemetry calls it: what its resource says, else the address that it sends from.
    package var name = ""
    package var address = ""
    /// `nginx`, `caddy`, `envoy`, `traefik`, `athens`, `go`.
    package var implementation = ""
    /// `edge`, `proxy`, `mirror` or `client`.
    package var role = ""
    package var region = ""
    /// By which name clients ask it; nil for a proxy.
    package var host: String?
    /// How far its clock is ahead of true time; negative when behind.
    package var clockOffsetNs: Int64 = 0
    /// The cache of an edge, and whether its spans say what it did.
    package var caches = false
    package var tellsCache = false
    /// Whether the proxy's spans are in the same trace as the edge's.
    package var propagates = true
    /// `singleflight` or `redis`; nil but for Athens.
    package var lock: String?
    package var isAsynchronous = false

    /// Requests that it answered, and of these those whose server span reaches the collector. The figures that follow are
    /// of these.
    package var requests = 0
    package var deliveredRequests = 0
    /// By status as the client or the edge got it.
    package var statuses: [String: Int] = [:]
    /// By what its own cache did, whether its spans say so or not.
    package var cacheResults: [String: Int] = [:]
    package var bodyBytes: Int64 = 0
    /// Of its server spans, as they say it; nil without any. The value of rank ⌈q·n⌉.
    package var durationP50Ns: UInt64?
    package var durationP95Ns: UInt64?
    package var durationP99Ns: UInt64?
    package var durationMaxNs: UInt64?
    /// Spans of all kinds, and of these those that reach the collector.
    package var spans = 0
    package var deliveredSpans = 0
    /// How long after its end in true time a span arrives; nil for what is sent as it comes.
    package var arrivalLag: ArrivalLagTruth?
    package var heartbeats = 0
    /// When the node had no link, so that what it saw came later.
    package var lateFromNs: UInt64?
    package var lateUntilNs: UInt64?
    /// From when on it tells nothing.
    package var silentFromNs: UInt64?
    package var configurations: [ConfigurationTruth] = []

    package init() {}
}

extension NodeTruth {
    init(_ node: FleetNode, role: String) {
        self.init()
        self.role = role
        instance = node.instance
        name = node.reportedName
        address = node.address
        implementation = node.kind.rawValue
        region = node.region.name
        clockOffsetNs = node.clockOffsetNanos
        if node.kind == .athens {
            lock = node.setup.lock.rawValue
            isAsynchronous = node.setup.isAsynchronous
        } else {
            host = node.setup.host
            caches = node.setup.caches
            tellsCache = node.setup.tellsCache
            propagates = node.setup.propagates
        }
    }
}
