/// One request of a client as everybody on its way lived through it, in true time.
struct Exchange: Sendable {
    /// Counts from 0 in the order in which the requests start.
    let number: Int
    /// Nil for an orchestrator's probe of a proxy.
    let client: Client?
    let target: RequestTarget
    /// Nil when the request did not pass an edge.
    let edge: EdgeLeg?
    /// Nil when the edge answered alone.
    let proxy: ProxyLeg?
    /// What the go command did; nil where nobody tells, and nothing hangs on it.
    var goCommand: GoCommandLeg?

    /// When the request began.
    var start: UInt64 { edge?.interval.start ?? proxy?.interval.start ?? goCommand?.interval.start ?? 0 }

    /// When the client had its answer.
    var answered: UInt64 { edge?.interval.end ?? proxy?.interval.end ?? goCommand?.interval.end ?? 0 }

    /// When the client had what it wanted, or knew that it does not get it.
    var over: UInt64 { max(answered, goCommand?.bypass?.end ?? 0) }

    /// Whether a go command that asks for this stops here.
    var endsSession: Bool { status != 200 && target.exists && goCommand?.bypass == nil }

    /// Whether anybody on the way tells of it but the go command.
    var isServed: Bool { edge != nil || proxy != nil }

    /// When the last span of it ended: a proxy may go on working after the edge gave up.
    var finished: UInt64 {
        max(over, proxy?.interval.end ?? 0, proxy?.stash?.interval.end ?? 0)
    }

    /// The status that the client saw.
    var status: Int { edge?.status ?? proxy?.status ?? goCommand?.status ?? 0 }
}

/// The part of the go command.
struct GoCommandLeg: Sendable {
    /// The machine that keeps its log; nil for none.
    let machine: FleetNode?
    /// Tells the runs of the go command apart.
    let session: Int
    /// What it waited.
    let interval: Interval
    let status: Int
    /// When it got the module from where it comes from, after a proxy had it not.
    var bypass: Interval?
}

/// The part of an edge node.
struct EdgeLeg: Sendable {
    let node: FleetNode
    var interval: Interval
    /// What the client got.
    var status: Int
    /// Bytes of the body that the client got.
    var bodyBytes: Int64
    /// nginx's word for it: `HIT`, `MISS`, `EXPIRED`; empty at an edge that does not cache.
    let cacheStatus: String
    /// The attempts to reach the proxy, in their order; none for a cache hit.
    let attempts: [UpstreamAttempt]
    /// True when the edge made the answer up, as it does when the proxy cannot be reached.
    var isOwnAnswer: Bool
    /// From the first byte that went to the proxy to the last that came from it, or to when the edge gave up; nil
    /// for a cache hit.
    var asked: Interval?
    /// How long the body took from the edge to the client, in nanoseconds.
    var sendingNanos: UInt64 = 0
}

/// One attempt of an edge to get an answer from its proxy.
struct UpstreamAttempt: Hashable, Sendable {
    /// The status that the edge took it for.
    let status: Int
    /// Time to the first byte of the answer in milliseconds; nil when none came.
    let headerMilliseconds: Double?
    /// Time to the end of the answer or of the attempt in milliseconds.
    let responseMilliseconds: Double
}

/// The part of a module proxy.
struct ProxyLeg: Sendable {
    let node: FleetNode
    let interval: Interval
    let status: Int
    let bodyBytes: Int64
    let work: ProxyWork

    /// The fetch that this request caused or waited for.
    var stash: StashWork? {
        guard case .miss(_, _, let stash, _) = work else { return nil }
        return stash
    }
}

/// What a proxy did for a request inside its HTTP handler.
enum ProxyWork: Sendable {
    /// Nothing that it traces: health probes, and the sum database, which it only passes on.
    case none
    /// The file was in storage: one read.
    case hit(read: Interval, protocol: Interval)
    /// The file was not: a read that fails, a fetch, and a second read when the fetch succeeded.
    case miss(first: Interval, second: Interval?, stash: StashWork, protocol: Interval)
    /// The known versions from storage and the repository's tags, at the same time.
    case list(read: Interval, versions: Interval, protocol: Interval)
    /// The newest version from the repository.
    case latest(versions: Interval, protocol: Interval)
}

/// The fetch of one version, which runs in a trace of its own.
struct StashWork: Sendable {
    let interval: Interval
    /// Nil for a request that only waited for a fetch that another one had begun.
    let fetch: FetchWork?
}

/// The steps of the request that leads a fetch, each within the one before.
struct FetchWork: Sendable {
    let pool: Interval
    let stasher: Interval
    let download: Interval
    /// Nil when the download failed.
    let save: Interval?
}
