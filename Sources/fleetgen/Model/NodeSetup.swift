/// How the software of a node is configured, as far as it shows in telemetry.
struct NodeSetup: Hashable, Sendable {
    /// What keeps an Athens from fetching a version twice at a time: the name of its span comes from it.
    enum StashLock: String, Sendable {
        case singleflight
        /// Shared by several Athens: getting it takes a moment.
        case redis
    }

    /// The host name by which clients ask.
    var host = "goproxy.example.net"
    /// Whether an edge answers from a cache.
    var caches = false
    /// Whether an edge's spans say what its cache did.
    var tellsCache = false
    /// Whether an edge hands its trace context on; `ngx_otel_module` does not unless it is told to.
    var propagates = true
    var lock = StashLock.singleflight
    /// Athens' asynchronous download mode: a file that is not there is 404, and is fetched in the background.
    var isAsynchronous = false

    init() {}

    /// What the fleet's own nodes are like unless a scenario says otherwise.
    init(kind: EmitterKind) {
        caches = kind == .nginx
        tellsCache = caches
    }

    /// Edges as one finds them in the field, taken in turn.
    static let field: [(kind: EmitterKind, setup: NodeSetup)] = [
        (.nginx, edge(caches: true, tells: true)),
        // With Souin.
        (.caddy, edge(caches: true, tells: true)),
        // With the cache filter, whose hits have a flag.
        (.envoy, edge(caches: true, tells: true)),
        (.traefik, edge()),
        // As the package installs it.
        (.nginx, edge(caches: true, propagates: false)),
        (.caddy, edge()),
        (.nginx, edge(caches: true, tells: true)),
    ]

    private static func edge(caches: Bool = false, tells: Bool = false, propagates: Bool = true) -> NodeSetup
    {
        var setup = NodeSetup()
        setup.caches = caches
        setup.tellsCache = tells
        setup.propagates = propagates
        return setup
    }
}
