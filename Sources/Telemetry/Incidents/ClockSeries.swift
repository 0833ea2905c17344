/// What pairs of nodes say of each other's clocks, one part of a window after the other: a clock that was set amid it
/// makes all of it contradict itself, and shows in its parts.
struct ClockSeries: Sendable {
    /// So many parts are kept; where a window has more, they become twice as long.
    private static let partsMax = 24
    private static let shortestNanos: UInt64 = 300_000_000_000
    /// From fewer requests a part tells nothing of two nodes: one that is not waited for would.
    private static let pairsMin = 5

    private struct Key: Hashable {
        var part: UInt64
        var outer: UInt32
        var inner: UInt32
    }

    /// A part of the window with its pairs, by numbers of the outer and the inner node.
    struct Part: Sendable {
        /// Nanoseconds since the Unix epoch.
        var range: Range<UInt64>
        var pairs: [UInt64: ClockPair]
    }

    private let window: TimeWindow
    private var partNanos = Self.shortestNanos
    private var found: [Key: ClockPair] = [:]
    private var parts: Set<UInt64> = []

    /// - Parameter window: by start of the inner request
    init(window: TimeWindow) { self.window = window }

    mutating func add(_ group: ExchangeGroup) {
        NodeTelemetry.forEachPair(group) { outer, inner in
            guard window.contains(UnixNanos(clamping: inner.start)) else { return }
            let key = Key(part: inner.start / partNanos, outer: outer.node, inner: inner.node)
            found[key, default: ClockPair()].add(outer: outer, inner: inner)
            if parts.insert(key.part).inserted, parts.count > Self.partsMax { coarsen() }
        }
    }

    mutating func merge(_ other: ClockSeries) {
        var other = other
        while other.partNanos < partNanos { other.coarsen() }
        while partNanos < other.partNanos { coarsen() }
        found.merge(other.found) { own, more in
            var both = own
            both.merge(more)
            return both
        }
        parts.formUnion(other.parts)
        while parts.count > Self.partsMax { coarsen() }
    }

    private mutating func coarsen() {
        partNanos *= 2
        var coarse: [Key: ClockPair] = [:]
        for (key, pair) in found {
            coarse[Key(part: key.part / 2, outer: key.outer, inner: key.inner), default: ClockPair()]
                .merge(pair)
        }
        found = coarse
        parts = Set(parts.map { $0 / 2 })
    }

    /// In the order of time; parts of which nothing is known are not among them.
    var told: [Part] {
        var pairs: [UInt64: [UInt64: ClockPair]] = [:]
        for (key, pair) in found where pair.count >= Self.pairsMin {
            pairs[key.part, default: [:]][UInt64(key.outer) << 32 | UInt64(key.inner)] = pair
        }
        return pairs.keys.sorted().map { part in
            let start = part * partNanos
            return Part(range: start..<start + partNanos, pairs: pairs[part] ?? [:])
        }
    }
}
