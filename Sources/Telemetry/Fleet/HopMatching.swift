/// Brings together what an edge was asked for and what a proxy was asked for by it, where the edge does not hand on its
/// trace: only what was asked for and when connects the two.
struct HopMatching {
    /// How far the clocks of two nodes may be apart, beyond what is known of them, for their spans to be brought
    /// together.
    static let clocksNanos: UInt64 = 500_000_000

    /// No request outlasts the longest time-out of the field, 15 minutes, by much.
    private static let longestNanos: UInt64 = 1_000_000_000_000

    private struct Passed {
        var start: UInt64
        var end: UInt64
        var module: UInt32
        var kind: UInt8
        /// Among the exchanges.
        var place: Int
    }

    /// Whether an edge may have asked a proxy for what it was asked for, and its trace does not show it.
    static func mayHaveHop(_ exchange: Exchange) -> Bool {
        exchange.isRequest && exchange.flags.contains(.atEdge)
            && exchange.flags.isDisjoint(with: [.hasHops, .hasOrigin, .clientSide])
            && exchange.moduleKind?.isModuleRequest == true
            && !(CacheResult(rawValue: exchange.cacheResult) ?? .unknown).isHit
    }

    /// Whether an exchange may be the hop of a request in another trace.
    static func mayBeHop(_ exchange: Exchange) -> Bool {
        // What has a parent that is not stored was passed on with its trace.
        exchange.isRequest && exchange.flags.contains(.behindEdge)
            && exchange.flags.isDisjoint(with: [.clientSide, .orphan])
            && exchange.moduleKind?.isModuleRequest == true
    }

    /// Finds for each hop the request around it: but for the clocks it lies within it, and each request has one.
    /// - Parameter clocks: what is known of the nodes' clocks
    /// - Returns: pairs of places
    static func pairs(_ exchanges: [Exchange], _ clocks: NodeClocks) -> [(hop: Int, outer: Int)] {
        let passed = exchanges.indices.lazy.filter { mayHaveHop(exchanges[$0]) }.map { place in
            let exchange = exchanges[place]
            return Passed(
                start: clocks.corrected(exchange.start, node: exchange.node),
                end: clocks.corrected(exchange.end, node: exchange.node), module: exchange.module,
                kind: exchange.kind, place: place)
        }.sorted {
            ($0.module, $0.kind, $0.start, $0.end, $0.place) < (
                $1.module, $1.kind, $1.start, $1.end, $1.place
            )
        }
        guard !passed.isEmpty else { return [] }
        var isTaken = [Bool](repeating: false, count: passed.count)
        var found: [(hop: Int, outer: Int)] = []
        let hops = exchanges.indices.filter { mayBeHop(exchanges[$0]) }.map { place in
            (start: clocks.corrected(exchanges[place].start, node: exchanges[place].node), place: place)
        }.sorted { $0 < $1 }
        for (start, place) in hops {
            let hop = exchanges[place]
            guard let best = nearest(start, start &+ hop.durationNanos, hop, passed, isTaken) else {
                continue
            }
            isTaken[best] = true
            found.append((place, passed[best].place))
        }
        return found
    }

    private static func nearest(
        _ start: UInt64, _ end: UInt64, _ hop: Exchange, _ passed: [Passed], _ isTaken: [Bool]
    ) -> Int? {
        var best: (place: Int, distance: UInt64)?
        var place = lowerBound(passed, hop, start > longestNanos ? start - longestNanos : 0)
        while place < passed.count, passed[place].module == hop.module, passed[place].kind == hop.kind,
            passed[place].start <= start &+ clocksNanos
        {
            defer { place += 1 }
            guard !isTaken[place], passed[place].end &+ clocksNanos >= end else { continue }
            let other = passed[place].start
            let distance = other > start ? other - start : start - other
            if best.map({ distance < $0.distance }) ?? true { best = (place, distance) }
        }
        return best?.place
    }

    private static func lowerBound(_ passed: [Passed], _ hop: Exchange, _ time: UInt64) -> Int {
        passed.firstPlace { ($0.module, $0.kind, $0.start) >= (hop.module, hop.kind, time) }
    }
}
