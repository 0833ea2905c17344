/// Exchanges whose facts hang on what other segments have: traces that are put off until all have been read.
struct HeldExchanges: Sendable {
    /// Trace after trace; `outer` is a place here.
    var exchanges: [Exchange] = []
    /// By exchange, where stages are asked for.
    private(set) var stages: [StageTimes] = []
    private(set) var waits: [AthensWait] = []
    private(set) var fetches: [DetachedFetch] = []
    /// See `FleetQuestion`.
    var qualityWindow: TimeWindow?

    /// Takes over the exchanges of one trace.
    /// - Parameters:
    ///   - places: in the segment, in order
    ///   - reader: nil where nobody asks for stages
    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges, _ reader: inout StageReader?) {
        let first = exchanges.count
        for place in places {
            var exchange = segment.exchanges[place]
            exchange.flags.remove(.held)
            if exchange.outer >= 0 { exchange.outer += Int32(first - places.lowerBound) }
            exchanges.append(exchange)
            if reader != nil {
                // What clients faced is asked for, and what the innermost hops waited for. Those between may be as many
                // as spans, and each has all that lies below it.
                let isAskedFor = exchange.isRequest || !exchange.flags.contains(.hasHops)
                stages.append(
                    isAskedFor ? reader?.stages(of: place, in: segment) ?? StageTimes() : StageTimes())
            }
            guard let wait = segment.athensWait(of: place) else { continue }
            waits.append(AthensWait(place: first + place - places.lowerBound, from: wait.from, to: wait.to))
        }
    }

    mutating func add(_ fetch: DetachedFetch) { fetches.append(fetch) }

    mutating func merge(_ other: HeldExchanges) {
        let first = exchanges.count
        for var exchange in other.exchanges {
            if exchange.outer >= 0 { exchange.outer += Int32(first) }
            exchanges.append(exchange)
        }
        stages += other.stages
        waits += other.waits.map { AthensWait(place: $0.place + first, from: $0.from, to: $0.to) }
        fetches += other.fetches
    }

    // MARK: Resolving

    /// What became of waits for detached fetches.
    struct FetchCounts: Sendable {
        var matched = 0
        /// Waits that several fetches fit.
        var ambiguous = 0
        /// Waits without a fetch: not sampled, or lost.
        var unmatched = 0
    }

    /// Joins waits and fetches: what was a miss may have been a wait for another one's fetch, and the time that went
    /// upstream divides into stages.
    /// - Returns: the fetches that were looked at, with who waited for them
    mutating func joinFetches() -> (FetchCounts, [DetachedFetch]) {
        let matching = FetchMatching(fetches)
        var counts = FetchCounts()
        for wait in waits {
            switch matching.match(node: exchanges[wait.place].node, wait) {
            case .none: counts.unmatched += 1
            case .ambiguous:
                counts.ambiguous += 1
                exchanges[wait.place].flags.insert(.ambiguousFetch)
            case .fetch(let index):
                counts.matched += 1
                join(wait, matching.fetches[index])
            }
        }
        return (counts, matching.fetches)
    }

    private mutating func join(_ wait: AthensWait, _ fetch: DetachedFetch) {
        if !fetch.isLeader, exchanges[wait.place].cacheResult == CacheResult.miss.rawValue {
            exchanges[wait.place].cacheResult = CacheResult.coalesced.rawValue
        }
        guard !stages.isEmpty else { return }
        // On the path of the hop itself, and of all that wait for it.
        var place = wait.place
        while true {
            Self.divide(&stages[place], fetch, within: wait.to &- wait.from)
            guard exchanges[place].outer >= 0 else { return }
            place = Int(exchanges[place].outer)
        }
    }

    /// Divides the time upstream as the fetch says. What the fetch took beyond the wait, a millisecond or two, is left
    /// out; what the wait took beyond it stays upstream.
    private static func divide(_ times: inout StageTimes, _ fetch: DetachedFetch, within wait: UInt64) {
        let available = min(times[.upstream], wait)
        let total = fetch.stages.total
        guard total > 0, available > 0 else { return }
        var given: UInt64 = 0
        var divided = StageTimes()
        for stage in Stage.allCases {
            let part =
                total <= available
                ? fetch.stages[stage]
                : UInt64(Double(fetch.stages[stage]) / Double(total) * Double(available))
            let taken = min(part, available - given)
            divided[stage] = taken
            given += taken
        }
        times[.upstream] -= given
        times += divided
    }

    /// Whether what turns out about an exchange is counted.
    func isCounted(_ place: Int) -> Bool {
        guard !exchanges[place].flags.contains(.leftOut) else { return false }
        return qualityWindow?.contains(UnixNanos(clamping: exchanges[place].start)) ?? true
    }

    /// Sets the outcome of what turned out to be probes, and of their hops.
    mutating func markProbes(_ asked: AskedModules, modules: [ModuleName]) -> Int {
        let places = exchanges.indices.filter { AskedModules.mayBeProbe(exchanges[$0]) }
        let isProbe = asked.probes(among: places.map { exchanges[$0] }, modules: modules)
        var count = 0
        for (place, isProbe) in zip(places, isProbe) where isProbe {
            exchanges[place].outcome = RequestOutcome.probe.rawValue
            if exchanges[place].isOfClient, isCounted(place) { count += 1 }
        }
        return count
    }

    /// Says what clients had, after results have changed.
    mutating func spreadResults() { ExchangeResults.spread(&exchanges) }

    /// Makes requests at proxies the hops of what edges were asked for that do not hand on their trace.
    /// - Returns: how many were
    mutating func joinHops(_ clocks: NodeClocks) -> Int {
        let pairs = HopMatching.pairs(exchanges, clocks)
        for (hop, outer) in pairs {
            exchanges[hop].outer = Int32(outer)
            exchanges[hop].flags.insert(.matchedByTime)
            exchanges[outer].flags.insert([.hasHops, .hasOrigin])
            guard !stages.isEmpty else { continue }
            // What the edge waited for is what the proxy did; the rest is the way there and back.
            let inner = stages[hop].total
            stages[outer] = stages[hop]
            stages[outer][.network] &+=
                exchanges[outer].durationNanos > inner ? exchanges[outer].durationNanos - inner : 0
        }
        return pairs.count { isCounted($0.0) }
    }
}

extension SegmentExchanges {
    /// The row of a trace's root if that is a fetch of Athens without its request.
    func detachedFetch(trace: Int) -> Int? {
        let rows = rows(ofTrace: trace)
        let tree = tree
        guard let root = rows.first(where: { tree.parents[$0] < 0 }) else { return nil }
        return tree.roles[root].beginsDetachedFetch ? root : nil
    }
}
