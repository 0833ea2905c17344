/// What limits an answer about the fleet: counted while its requests are looked at.
package struct FleetQuality: Sendable {
    /// What clients faced, in the window and asked for.
    package var requests = 0
    /// Of these, requests for files that never change.
    package var immutableRequests = 0
    /// Of these, those of which nobody says what a cache did.
    package var unknownCache = 0
    /// Of these, those whose result was read off the spans around them.
    package var inferredCache = 0
    /// Requests at a node whose parent is stored nowhere: what lies around them is not known.
    package var orphans = 0
    /// Of these, requests for modules at proxies, that edges asked of which others tell and these do not: no answer about
    /// clients counts them.
    package var behindLostEdges = 0
    /// Of the requests, those that the client tells of, as the log of a go command does.
    package var clientSide = 0
    /// Requests without an address of who asked.
    package var withoutClient = 0
    /// "Not found" for paths that are no modules, which is healthy.
    package var probes = 0
    /// Requests at proxies that were brought together with one at an edge by what was asked for and when.
    package var hopsByTime = 0
    /// Answers 200 for a file of which nobody says a size, while their nodes say it of others.
    package var falseSuccesses = 0
    /// Server spans with a duration or a size that cannot be.
    package var unbelievable = 0
    /// Requests for files whose result was read off how fast they were.
    package var timedCache = 0
    var fetches = HeldExchanges.FetchCounts()
    /// In which it is counted, by start of the request; nil for all that was asked for.
    private var window: TimeWindow?

    package init() {}

    init(in window: TimeWindow?) { self.window = window }

    mutating func add(_ segment: SegmentExchanges) {
        for exchange in segment.exchanges where exchange.flags.isDisjoint(with: [.leftOut, .held]) {
            add(exchange)
        }
    }

    mutating func add(held group: ExchangeGroup) {
        for place in group.counted { add(group.exchanges[place]) }
    }

    private mutating func add(_ exchange: Exchange) {
        if let window, !window.contains(UnixNanos(clamping: exchange.start)) { return }
        if exchange.flags.contains(.orphan) { orphans += 1 }
        if exchange.flags.contains(.unbelievable) { unbelievable += 1 }
        guard exchange.isRequest else { return }
        requests += 1
        if exchange.client == 0 { withoutClient += 1 }
        if exchange.flags.contains(.clientSide) { clientSide += 1 }
        if exchange.flags.contains(.behindLostEdge), exchange.moduleKind?.isModuleRequest == true {
            behindLostEdges += 1
            // What their caches did is in no ratio, whether it is known or not.
            return
        }
        guard exchange.moduleKind?.isImmutable == true else { return }
        immutableRequests += 1
        if exchange.facingResult == 0 {
            unknownCache += 1
        } else if exchange.cacheEvidence == CacheEvidence.duration.rawValue {
            timedCache += 1
        } else if exchange.cacheEvidence >= CacheEvidence.traceShape.rawValue, exchange.cacheEvidence != .max
        {
            inferredCache += 1
        }
    }

    mutating func merge(_ other: FleetQuality) {
        requests += other.requests
        immutableRequests += other.immutableRequests
        unknownCache += other.unknownCache
        inferredCache += other.inferredCache
        orphans += other.orphans
        behindLostEdges += other.behindLostEdges
        withoutClient += other.withoutClient
        clientSide += other.clientSide
        timedCache += other.timedCache
        unbelievable += other.unbelievable
    }
}
