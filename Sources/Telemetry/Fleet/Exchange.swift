/// One HTTP request as one node saw it, in the terms of the field: a server span, or a client's where nothing else is
/// known of it.
///
/// Small, as there are millions: names are numbers of `FleetNames`.
struct Exchange: Sendable {
    /// What is true of an exchange besides its numbers.
    struct Flags: OptionSet {
        let rawValue: UInt16
        /// The client's own view, from the log of its go command; no server reported it.
        static let clientSide = Flags(rawValue: 1)
        /// Its parent is stored nowhere: it may be an inner one.
        static let orphan = Flags(rawValue: 2)
        /// Its module and kind are those of an exchange inside or outside of it.
        static let inheritedModule = Flags(rawValue: 4)
        /// Another exchange of the same trace lies below it.
        static let hasHops = Flags(rawValue: 8)
        /// It passed the request on: a hop or the span of a client lies below it.
        static let hasOrigin = Flags(rawValue: 16)
        /// It is of the Athens proxy, whose spans tell what its cache did.
        static let hasProtocolCall = Flags(rawValue: 32)
        /// Started outside of the window, or does not pass the filter: there for the others only.
        static let leftOut = Flags(rawValue: 64)
        /// Waits for what other segments have, and is given to no aggregate before that.
        static let held = Flags(rawValue: 128)
        /// A hop without a common trace: what it was asked for, the exchange outside of it asked.
        static let matchedByTime = Flags(rawValue: 256)
        /// Several detached fetches could be the one that it waited for.
        static let ambiguousFetch = Flags(rawValue: 512)
        /// Its node stands at the edge.
        static let atEdge = Flags(rawValue: 1024)
        /// Its node stands behind edges: a proxy, or what a proxy fetches from.
        static let behindEdge = Flags(rawValue: 2048)
        /// Its 200 for a file says no size, and its node says that of others.
        static let lacksSize = Flags(rawValue: 4096)
        /// Its span says a duration or a size that cannot be.
        static let unbelievable = Flags(rawValue: 8192)
        /// An edge asked it whose own span is lost, where other edges tell of themselves: it is part of a request of which
        /// the rest is not known, and nothing that a client had.
        static let behindLostEdge = Flags(rawValue: 16384)
    }

    /// Nanoseconds since the Unix epoch, UTC, by the clock of the node.
    var start: UInt64
    /// Never negative: an end before the start counts as 0, and so does one that is more than a day behind it.
    var durationNanos: UInt64
    /// Bytes of the response's body; `RequestAttribute.nothing` where the span does not tell, or tells of
    /// more than can be.
    var responseBytes: UInt64
    /// Which of the segments of the scan it lies in.
    var segment: UInt32
    /// In the segment.
    var row: UInt32
    /// In the segment, too.
    var trace: UInt32
    /// Number of a `ModuleName`; 0 for none.
    var module: UInt32 = 0
    /// Number of a `FleetNode`.
    var node: UInt32
    /// Number of a `ClientName`; 0 when nobody says who asked.
    var client: UInt32 = 0
    /// Number of a text of the attribute that the question is about; 0 without one.
    var label: UInt32 = 0
    /// Number of who reported it, as `FleetNames` has them: a node may have several emitters, and another one its name.
    var emitter: UInt32 = 0
    /// The exchange that this is a hop of, by its place in its group; -1 for what the client faced.
    var outer: Int32 = -1
    /// 0 without one.
    var httpStatus: UInt16 = 0
    var flags: Flags = []
    /// `ModuleKind`; 0 without a path.
    var kind: UInt8 = 0
    /// `CacheResult`: what the cache of this node did.
    var cacheResult: UInt8 = 0
    /// `CacheEvidence` of that; `UInt8.max` without one.
    var cacheEvidence = UInt8.max
    /// `CacheResult` as the client had it: of the outermost of this exchange and its hops that says one.
    var facingResult: UInt8 = 0
    /// `RequestOutcome`; 0 where the span does not tell.
    var outcome: UInt8 = 0
    /// Which of its node's versions served it, from 1, as `FleetNames.versions` has them; 0 where nobody says it.
    var version: UInt8 = 0

    /// The longest that a request can take: no timeout is near it. A single one of centuries would be all of a mean.
    static let durationNanosMax: UInt64 = 86_400 * 1_000_000_000
    /// The largest that a response can be; modules have at most 500 MiB, toolchains half of that.
    static let responseBytesMax: UInt64 = 1 << 34
    /// And the fastest that it can be sent: 100 Gbit/s, in what a clock of milliseconds shows.
    static let bytesPerMillisecondMax: UInt64 = 12_500_000

    /// Whether so many bytes can be sent in a time.
    static func isBelievable(bytes: UInt64, nanos: UInt64) -> Bool {
        bytes <= responseBytesMax && bytes / bytesPerMillisecondMax <= max(nanos / 1_000_000, 1)
    }

    /// Durations without those that cannot be, and the places of these.
    static func believable(_ durations: [UInt64]) -> (durations: [UInt64], absurd: Set<Int>) {
        var durations = durations
        var absurd: Set<Int> = []
        var span = durations.mutableSpan
        for place in span.indices where span[place] > durationNanosMax {
            span[place] = 0
            absurd.insert(place)
        }
        return (durations, absurd)
    }

    /// What the client faced: no exchange lies around it.
    var isRequest: Bool { outer < 0 }

    /// What a client faced, as far as it is known: what an edge asked whose own span is lost is none. Of such, hits of the
    /// edge are missing, so that a ratio would be of its misses alone.
    var isOfClient: Bool { isRequest && !flags.contains(.behindLostEdge) }

    /// What an edge asked whose own span is lost: no client asked this node.
    var isBehindLostEdge: Bool {
        isRequest && flags.isSuperset(of: [.orphan, .behindEdge]) && !flags.contains(.clientSide)
    }

    /// An edge had no answer from behind it, and no node there has told of the request: it made up the error itself. What
    /// took the time lies between the two, or is not there at all; no stage of a fetch is to blame.
    var isCutOff: Bool {
        guard flags.contains(.atEdge), flags.isDisjoint(with: [.hasHops, .clientSide]) else { return false }
        switch RequestOutcome(rawValue: outcome) {
        case .upstreamError, .timeout, .false200: return true
        default: return false
        }
    }

    /// A start and its duration have a sum.
    var end: UInt64 { start &+ durationNanos }

    var moduleKind: ModuleKind? { ModuleKind(rawValue: kind) }

    var bytes: UInt64? { responseBytes == RequestAttribute.nothing ? nil : responseBytes }
}
