/// What goes wrong in the fleet.
enum Fault: String, CaseIterable, Sendable {
    /// Nothing beyond the few failures that every fleet has.
    case none
    /// Repositories answer slowly: cold fetches and version lists take many times longer, some run
    /// into the time limit of the edge in front.
    case slowUpstream = "slow-upstream"
    /// Only lists of versions do.
    case slowList = "slow-list"
    /// The checksum database answers slowly.
    case slowSumdb = "sumdb-slow"
    /// A proxy no longer hands on questions to the checksum database.
    case sumdbUnsupported = "sumdb-unsupported"
    /// Fetches fail.
    case upstreamErrors = "upstream-errors"
    /// Repositories refuse fetches, as there were too many (429).
    case rateLimited = "rate-limited"
    /// Fetches are given up after a minute, and told of as "not found".
    case maskedTimeout = "masked-timeout"
    /// Who asks for a version that is being fetched starts a fetch of his own.
    case stampede
    /// One edge node takes eight times as long for its own work.
    case slowNode = "slow-node"
    /// A proxy takes long to read what it has stored.
    case slowStorage = "slow-storage"
    /// A proxy fails in a part of what it is asked for.
    case nodeErrors = "node-errors"
    /// A proxy shares a lock with others, and does not get it for a part of what it fetches.
    case lockFailure = "lock-failure"
    /// A proxy shares a lock with others, and a part of what it fetches takes longer than the lock is kept.
    case lockTTL = "lock-ttl"
    /// A part of what a proxy fetches never comes to its end, and is given up after a quarter of an hour.
    case noCompletion = "no-completion"
    /// Requests wait for a worker of a proxy.
    case queue
    /// What lies between the edges of a region and their proxy takes long.
    case slowLink = "slow-link"
    /// Edges and proxies start empty: every first request of a version fetches it.
    case coldCache = "cold-cache"
    /// All caches lose what they have, once.
    case cacheFlush = "cache-flush"
    /// The cache of one edge node does not find a part of what it has.
    case cacheDegraded = "cache-degraded"
    /// The edge nodes of one region fail to reach their proxy for a third of what they ask it.
    case edgeErrors = "edge-errors"
    /// An edge node gives out archives with nothing in them.
    case emptyZip = "empty-zip"
    /// An edge node gives out archives that are cut short.
    case truncated
    /// An edge node gives out other archives than all others.
    case sizeDivergence = "size-divergence"
    /// An edge node gives out tiles of the checksum database that are cut short.
    case badTile = "bad-tile"
    /// An edge node gives out redirects for files that its cache kept.
    case cachedRedirect = "cached-redirect"
    /// An edge node refuses versions that all others have.
    case semanticDivergence = "semantic-divergence"
    /// Clients of an edge node go away before they have their archive.
    case clientAborts = "client-aborts"
    /// Nodes go over to a new version of their software, one after the other, which fails or is slow.
    case versionRegression = "version-regression"
    /// An edge node goes on refusing versions that were published after somebody had asked it for them.
    case negativeCache = "negative-cache"
    /// An edge node goes on giving lists from before new versions were published.
    case staleList = "stale-list"
    /// A proxy fetches again what it has stored, a part of all times that it is asked.
    case originHammering = "origin-hammering"
    /// Far more requests than usual come, from addresses and of a user agent that nobody has seen before.
    case rateAnomaly = "rate-anomaly"
    /// Proxies call what they have "not found", a part of all times that they are asked, and go commands go on to where
    /// modules come from.
    case fallbackStorm = "fallback-storm"
    /// Something on the way to the edges of a region refuses a part of what clients ask for.
    case ghostStatus = "ghost-status"
    /// Clients ask the checksum database for modules that are private.
    case privateLeak = "private-leak"
    /// Nothing that a node tells arrives any more, though it serves on.
    case nodeLost = "node-lost"
    /// Nothing that a node tells arrives for a part of every ten minutes, though it serves on.
    case nodeFlapping = "node-flapping"
    /// Nothing that a node tells arrives for five minutes, and long after that it is said not to be ready.
    case slowRecovery = "slow-recovery"
    /// A part of the clients of a region are sent to edges of other regions.
    case misrouted
    /// What a node tells arrives late.
    case lateTelemetry = "late-telemetry"
    /// The storage of a node fills, and nobody cleans it.
    case diskFull = "disk-full"
    /// One edge node's clock is 45 s ahead and one proxy's is 8 s behind.
    case clockSkew = "clock-skew"

    /// Of what it is, when nobody says where it is.
    enum Place: Sendable {
        case edge, proxy, region, upstream, everywhere
        /// Any node.
        case node
        /// `edges`, `proxies`, or the edges of a region.
        case role
        /// All edges, those of a region, or one.
        case edges
    }

    var place: Place {
        switch self {
        case .none, .coldCache, .cacheFlush, .clockSkew, .fallbackStorm: .everywhere
        case .slowUpstream, .slowList, .slowSumdb, .upstreamErrors, .rateLimited, .maskedTimeout, .stampede:
            .upstream
        case .slowNode, .cacheDegraded, .emptyZip, .truncated, .sizeDivergence, .clientAborts, .negativeCache,
            .staleList, .badTile, .cachedRedirect, .semanticDivergence:
            .edge
        case .nodeLost, .nodeFlapping, .slowRecovery, .lateTelemetry, .diskFull: .node
        case .versionRegression: .role
        case .rateAnomaly, .privateLeak: .edges
        case .slowStorage, .nodeErrors, .queue, .sumdbUnsupported, .lockFailure, .lockTTL, .noCompletion,
            .originHammering:
            .proxy
        case .slowLink, .edgeErrors, .misrouted, .ghostStatus: .region
        }
    }

    /// How strong it is when nobody says it: a factor of times or of requests, milliseconds of a way, seconds of a queue,
    /// of silence, of lateness or until a node is ready, requests an hour, hours until a disk is full, or the part of requests that it is about.
    var usualStrength: Double {
        switch self {
        case .slowUpstream, .slowList: 14
        case .rateAnomaly: 10
        case .slowSumdb: 30
        case .slowNode: 8
        case .slowStorage: 25
        case .slowLink: 60
        case .queue: 2
        case .lateTelemetry: 300
        case .diskFull: 5
        case .nodeFlapping: 240
        case .privateLeak: 12
        case .slowRecovery: 600
        case .versionRegression: 0.4
        case .edgeErrors: 0.33
        case .nodeErrors, .cacheDegraded, .upstreamErrors, .rateLimited, .maskedTimeout: 0.4
        case .emptyZip, .truncated, .sizeDivergence, .clientAborts, .badTile, .cachedRedirect: 0.3
        case .lockFailure, .lockTTL, .noCompletion, .misrouted, .fallbackStorm: 0.5
        case .semanticDivergence, .ghostStatus: 0.2
        case .originHammering: 0.8
        case .none, .coldCache, .cacheFlush, .clockSkew, .stampede, .sumdbUnsupported, .negativeCache,
            .staleList, .nodeLost:
            1
        }
    }

    /// Whether its strength is a part of requests. A version fails in a part of them, or is slower by more than one.
    var isShare: Bool { usualStrength < 1 && self != .versionRegression }

    /// Whether it needs versions that are published meanwhile.
    var needsPublications: Bool { self == .negativeCache || self == .staleList }

    /// Whether it shows only in what go commands tell.
    var needsBuildMachines: Bool { self == .fallbackStorm || self == .ghostStatus }

    /// Whether it is of how telemetry arrives, or of metrics, which only recordings have; and not of requests.
    var isOfReporting: Bool {
        switch self {
        case .nodeLost, .nodeFlapping, .slowRecovery, .lateTelemetry, .diskFull: true
        default: false
        }
    }

    /// Whether it can begin and end, or be somewhere else.
    var isPlaced: Bool { self != .coldCache && self != .clockSkew && self != .none }
}
