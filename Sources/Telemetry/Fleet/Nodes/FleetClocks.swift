/// What is known of a node's clock.
package struct ClockReading: Hashable, Sendable {
    /// What shows it.
    package enum Basis: String, Sendable {
        /// Requests that two nodes tell of, in both directions: the offset is within the error.
        case pairs
        /// Spans that came before they had ended: the clock is ahead by the offset at the least.
        case arrival
        /// The node says so itself (`edge.clock.offset`).
        case declared
    }

    /// From when on an offset is worth a warning, in nanoseconds.
    package static let warnNanos: Int64 = 250_000_000
    /// And from when on it is an error.
    package static let errorNanos: Int64 = 2_000_000_000

    /// How far the clock is ahead of the collector's, in nanoseconds; negative for one that is behind.
    package var offsetNanos: Int64
    /// How far that may be off, in nanoseconds.
    package var errorNanos: Int64
    package var basis: Basis
    /// False where pairs contradict each other: the clock drifts, or was set.
    package var isSteady = true
    /// Whether it may as well be the others' clocks that are wrong: as many agree with those, and no arrival tells.
    package var isUndecided = false

    /// Whether the clock is wrong for certain.
    package var isSkewed: Bool { offsetNanos.magnitude > errorNanos.magnitude }

    package var isWorthWarning: Bool { isSkewed && offsetNanos.magnitude > Self.warnNanos.magnitude }
}

/// The clocks of the fleet against each other, and against the collector's.
///
/// Requests that two nodes tell of give the difference of their clocks; that of the collector is only known from below,
/// as no span arrives before it has ended. Among nodes that are connected by requests, the clocks that agree with each
/// other are taken to be right: that offset which makes most of them so, of those that arrivals allow. Where no more
/// than one is right, the one is that from which telemetry comes fastest.
struct FleetClocks: Sendable {
    /// Clocks that differ by less agree.
    static let agreementNanos: Int64 = 5_000_000

    private var readings: [UInt32: ClockReading] = [:]
    private let ranks: [UInt32]

    /// What connects two nodes: the difference is that of the second to the first.
    private struct Link {
        var from: UInt32
        var to: UInt32
        var nanos: Int64
        var error: Int64
        var isSteady: Bool
    }

    /// - Parameters:
    ///   - leastLag: by node, the least time between the end of a span and its arrival
    ///   - pairs: by numbers of the outer and the inner node
    ///   - declared: by node, what it says itself
    ///   - several: nodes that may be several under one name, each with a clock of its own
    ///   - ranks: by number, the place of a node in an order that the same data always have; of equally good answers it
    ///     decides, which numbers must not: they hang on who was seen first
    init(
        leastLag: [UInt32: Int64], pairs: [UInt64: ClockPair], declared: [UInt32: Int64] = [:],
        several: Set<UInt32> = [], ranks: [UInt32] = []
    ) {
        self.ranks = ranks
        // The closest bounds first; each node is reached along these.
        var links = pairs.compactMap { key, pair -> Link? in
            guard let estimate = pair.estimate else { return nil }
            return Link(
                from: UInt32(truncatingIfNeeded: key >> 32), to: UInt32(truncatingIfNeeded: key),
                nanos: estimate.nanos, error: estimate.error, isSteady: estimate.isSteady)
        }.sorted { [self] in
            ($0.error, rank($0.from), rank($0.to)) < ($1.error, rank($1.from), rank($1.to))
        }
        if !several.isEmpty { forget(&links, ofSeveral: several) }
        for component in components(links) { settle(component, leastLag) }
        for (node, lag) in leastLag where readings[node] == nil && lag < -ClockReading.warnNanos {
            readings[node] = ClockReading(
                offsetNanos: lag == .min ? .max : -lag, errorNanos: 0, basis: .arrival)
        }
        for (node, offset) in declared where readings[node]?.basis != .pairs {
            readings[node] = ClockReading(offsetNanos: offset, errorNanos: 0, basis: .declared)
        }
    }

    private func rank(_ node: UInt32) -> UInt32 { node < ranks.count ? ranks[Int(node)] : node }

    func reading(_ node: UInt32) -> ClockReading? { readings[node] }

    /// How far a node's clock is ahead, as far as that is known, in nanoseconds; 0 otherwise.
    func offset(_ node: UInt32) -> Int64 {
        guard let reading = readings[node], reading.isSkewed else { return 0 }
        return reading.offsetNanos
    }

    /// A time of a node by the collector's clock.
    func corrected(_ time: UInt64, node: UInt32) -> Int64 {
        let (sum, overflow) = Int64(clamping: time).subtractingReportingOverflow(offset(node))
        return overflow ? Int64(clamping: time) : sum
    }

    // MARK: Differences

    /// A node with the difference of its clock to that of the component's first.
    private struct Place {
        var node: UInt32
        var nanos: Int64
        var error: Int64
        var isSteady: Bool
    }

    /// Leaves out what nodes that may be several tell where they contradict themselves, and all of those that would connect
    /// two groups of other nodes: these would be held against each other by clocks that may not be the same one.
    private func forget(_ links: inout [Link], ofSeveral several: Set<UInt32>) {
        func isOfSeveral(_ link: Link) -> Bool { several.contains(link.from) || several.contains(link.to) }
        links.removeAll { isOfSeveral($0) && !$0.isSteady }
        var groupOf: [UInt32: Int] = [:]
        for (group, places) in components(links.filter { !isOfSeveral($0) }).enumerated() {
            for place in places { groupOf[place.node] = group }
        }
        var groups: [UInt32: Set<Int>] = [:]
        for link in links {
            for (node, other) in [(link.from, link.to), (link.to, link.from)] where several.contains(node) {
                if let group = groupOf[other] { groups[node, default: []].insert(group) }
            }
        }
        links.removeAll { link in
            [link.from, link.to].contains { (groups[$0]?.count ?? 0) > 1 }
        }
    }

    /// Nodes that are connected, each along the closest bounds.
    private func components(_ links: [Link]) -> [[Place]] {
        var roots: [UInt32: UInt32] = [:]
        func root(_ node: UInt32) -> UInt32 {
            var node = node
            while let next = roots[node], next != node { node = next }
            return node
        }
        var near: [UInt32: [(node: UInt32, link: Link)]] = [:]
        for link in links {
            let (left, right) = (root(link.from), root(link.to))
            guard left != right else { continue }
            roots[max(left, right)] = min(left, right)
            near[link.from, default: []].append((link.to, link))
            var back = link
            back.nanos = 0 &- link.nanos
            near[link.to, default: []].append((link.from, back))
        }
        var isSeen: Set<UInt32> = []
        var found: [[Place]] = []
        for first in near.keys.sorted(by: { rank($0) < rank($1) }) where isSeen.insert(first).inserted {
            var places = [Place(node: first, nanos: 0, error: 0, isSteady: true)]
            var next = 0
            while next < places.count {
                let place = places[next]
                next += 1
                for (node, link) in near[place.node] ?? [] where isSeen.insert(node).inserted {
                    places.append(
                        Place(
                            node: node, nanos: place.nanos &+ link.nanos,
                            error: place.error &+ link.error, isSteady: place.isSteady && link.isSteady))
                }
            }
            found.append(places)
        }
        return found
    }

    /// Gives a component its place against the collector's clock.
    private mutating func settle(_ places: [Place], _ leastLag: [UInt32: Int64]) {
        // With this offset of the first node, the fastest telemetry takes no time at all.
        let least = places.compactMap { place in leastLag[place.node].map { 0 &- ($0 &+ place.nanos) } }.max()
        let sorted = places.map(\.nanos).sorted()
        var best: (offset: Int64, agreeing: Int, distance: UInt64)?
        for place in places {
            let offset = 0 &- place.nanos
            // What would have telemetry arrive before it was sent is out of the question.
            if let least, offset < least &- Self.agreementNanos { continue }
            let agreeing = Self.count(
                sorted, place.nanos &- Self.agreementNanos, place.nanos &+ Self.agreementNanos)
            let distance = (offset &- (least ?? 0)).magnitude
            if let best, (best.agreeing, distance) >= (agreeing, best.distance) { continue }
            best = (offset, agreeing, distance)
        }
        let isUndecided =
            least == nil
            && places.contains { place in
                (place.nanos &+ (best?.offset ?? 0)).magnitude > Self.agreementNanos.magnitude
                    && Self.count(
                        sorted, place.nanos &- Self.agreementNanos, place.nanos &+ Self.agreementNanos)
                        == best?.agreeing
            }
        var offset = best?.offset ?? least ?? 0
        // Of those that agree the middle one is right.
        let agreeing = sorted.filter { ($0 &+ offset).magnitude <= Self.agreementNanos.magnitude }
        if !agreeing.isEmpty { offset = 0 &- agreeing[agreeing.count / 2] }
        // That of the first is not known better than any other.
        let closest = places.dropFirst().map(\.error).min() ?? 0
        for place in places {
            readings[place.node] = ClockReading(
                offsetNanos: place.nanos &+ offset, errorNanos: max(place.error, closest), basis: .pairs,
                isSteady: place.isSteady, isUndecided: isUndecided)
        }
    }

    /// How many of some ordered numbers lie in a range, its ends included.
    private static func count(_ sorted: [Int64], _ low: Int64, _ high: Int64) -> Int {
        func place(_ isBefore: (Int64) -> Bool) -> Int {
            var (first, end) = (0, sorted.count)
            while first < end {
                let middle = (first + end) / 2
                if isBefore(sorted[middle]) { first = middle + 1 } else { end = middle }
            }
            return first
        }
        return place { $0 <= high } - place { $0 < low }
    }
}
