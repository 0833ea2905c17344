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
        var free = FreePlaces(count: passed.count)
        var found: [(hop: Int, outer: Int)] = []
        let hops = exchanges.indices.filter { mayBeHop(exchanges[$0]) }.map { place in
            (start: clocks.corrected(exchanges[place].start, node: exchanges[place].node), place: place)
        }.sorted { $0 < $1 }
        for (start, place) in hops {
            let hop = exchanges[place]
            guard let best = nearest(start, start &+ hop.durationNanos, hop, passed, &free) else { continue }
            free.take(best)
            found.append((place, passed[best].place))
        }
        return found
    }

    /// Of requests for the same that began about the same time, so many are looked at for one hop: of thousands nobody can
    /// tell which it was, and each hop would take as long as all of them.
    private static let candidatesMax = 512

    /// The request that lasted as long as a hop, but for the clocks, and fits around it most closely at both ends: of two that
    /// began at once, one waited for the slow hop and one for the quick one. Of equally close ones the nearer begin counts.
    private static func nearest(
        _ start: UInt64, _ end: UInt64, _ hop: Exchange, _ passed: [Passed], _ free: inout FreePlaces
    ) -> Int? {
        let middle = passed.firstPlace { ($0.module, $0.kind, $0.start) > (hop.module, hop.kind, start) }
        var (before, after) = (free.last(before: middle), free.first(from: middle))
        var best: (place: Int, distance: UInt64)?
        for _ in 0..<candidatesMax {
            let back = before.flatMap { distanceBack(from: start, to: passed[$0], hop) }
            let ahead = after.flatMap { distanceAhead(from: start, to: passed[$0], hop) }
            let (place, distance): (Int, UInt64)
            if let candidate = before, let back, ahead.map({ back <= $0 }) ?? true {
                (place, distance) = (candidate, back)
                before = free.last(before: candidate)
            } else if let next = after, let ahead {
                (place, distance) = (next, ahead)
                after = free.first(from: next + 1)
            } else {
                break
            }
            // Whoever began still further away is no closer.
            if let best, distance >= best.distance { break }
            let other = passed[place].end
            guard other &+ clocksNanos >= end else { continue }
            let (whole, isAbsurd) = distance.addingReportingOverflow(other > end ? other - end : end - other)
            guard !isAbsurd else { continue }
            if best.map({ whole < $0.distance }) ?? true { best = (place, whole) }
        }
        return best?.place
    }

    /// Nil where it is another file, or began so long before that it was over.
    private static func distanceBack(from start: UInt64, to passed: Passed, _ hop: Exchange) -> UInt64? {
        guard passed.module == hop.module, passed.kind == hop.kind, start - passed.start <= longestNanos
        else {
            return nil
        }
        return start - passed.start
    }

    /// Nil where it is another file, or began later than clocks may be apart.
    private static func distanceAhead(from start: UInt64, to passed: Passed, _ hop: Exchange) -> UInt64? {
        guard passed.module == hop.module, passed.kind == hop.kind, passed.start - start <= clocksNanos else {
            return nil
        }
        return passed.start - start
    }
}

/// Places of a list of which some are taken: what is free next to one is found without going over those that are not.
private struct FreePlaces {
    /// By place and one more, and by place: where to look on; itself where it is free.
    private var backwards: [Int32]
    private var forwards: [Int32]

    init(count: Int) {
        backwards = (0...Int32(count)).map(\.self)
        forwards = backwards
    }

    mutating func take(_ place: Int) {
        backwards[place + 1] = Int32(place)
        forwards[place] = Int32(place + 1)
    }

    mutating func last(before place: Int) -> Int? {
        let found = Self.end(place, &backwards)
        return found > 0 ? found - 1 : nil
    }

    mutating func first(from place: Int) -> Int? {
        let found = Self.end(place, &forwards)
        return found < forwards.count - 1 ? found : nil
    }

    /// Each step shortens the way of those who come after.
    private static func end(_ place: Int, _ links: inout [Int32]) -> Int {
        var place = place
        while Int(links[place]) != place {
            links[place] = links[Int(links[place])]
            place = Int(links[place])
        }
        return place
    }
}
