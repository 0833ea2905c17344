import OTLPModel

/// Collects which private modules were asked of whom in public.
struct LeakTally: FleetAggregate {
    /// What tells sightings apart.
    struct Key: Hashable, Sendable {
        /// Number of a `ModuleName`.
        var module: UInt32
        /// Number of a label: the host that was asked; 0 where nobody says.
        var host: UInt32
        var node: UInt32
        /// 0 when nobody says who asked.
        var client: UInt32
        /// `RequestOutcome`; 0 where the span does not tell.
        var outcome: UInt8
        /// The host is not known to be public, and was asked for a checksum, which it has from a database.
        var isPassedOn: Bool
    }

    struct Sighting: Sendable {
        var count = 0
        var first = UInt64.max
        var last: UInt64 = 0
        /// A bit for each `ModuleKind`.
        var kinds: UInt32 = 0
        /// Where the last one is.
        var segment: UInt32 = 0
        var row: UInt32 = 0

        mutating func add(_ start: UInt64, _ kind: ModuleKind, segment: UInt32, row: UInt32) {
            count += 1
            first = min(first, start)
            kinds |= 1 << UInt32(kind.rawValue)
            guard start >= last else { return }
            last = start
            (self.segment, self.row) = (segment, row)
        }

        mutating func merge(_ other: Sighting) {
            count += other.count
            first = min(first, other.first)
            kinds |= other.kinds
            // Of equal times the place counts, so that the order of workers does not.
            guard (other.last, other.segment, other.row) > (last, segment, row) else { return }
            (last, segment, row) = (other.last, other.segment, other.row)
        }
    }

    private let window: TimeWindow
    private let filter: FleetFilter
    private let names: FleetNames
    private var privacy: ModulePrivacy
    private var publicHosts: HostKnowledge
    private(set) var sightings: [Key: Sighting] = [:]
    /// By number of the module less one: how often clients asked for it.
    private(set) var requestsOfModule: [UInt32] = []
    private(set) var requests = 0
    /// Of these, those of which nobody says whom they asked.
    private(set) var withoutHost = 0
    /// Calls of proxies to public hosts.
    private(set) var calls = 0
    /// Exchanges in whose course somebody in public was asked, by segment and row.
    private var askedOthers: Set<UInt64> = []

    init(_ query: LeakQuery, _ names: FleetNames) {
        window = query.window
        filter = query.filter
        self.names = names
        privacy = ModulePrivacy(query.modules, query.filter, names)
        let hosts = PublicHosts(query.mirrors)
        publicHosts = HostKnowledge(names) { hosts.contains($0) }
    }

    private static func place(_ segment: UInt32, _ row: UInt32) -> UInt64 {
        UInt64(segment) << 32 | UInt64(row)
    }

    // MARK: Exchanges

    mutating func add(_ group: ExchangeGroup) {
        var found: [(place: Int, isPassedOn: Bool)] = []
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard exchange.module > 0, let kind = exchange.moduleKind, kind.isModuleRequest,
                window.contains(UnixNanos(clamping: exchange.start))
            else { continue }
            if exchange.isRequest { count(exchange) }
            if publicHosts.contains(exchange.label) {
                // Edge and proxy of one service are one who knows.
                let outer = Int(exchange.outer)
                if outer >= 0, group.exchanges[outer].label == exchange.label { continue }
                found.append((place, false))
            } else if kind == .sumdbLookup {
                guard exchange.isRequest, exchange.outcome != RequestOutcome.forbidden.rawValue,
                    !asksOthers(place, group)
                else { continue }
                found.append((place, true))
            } else if exchange.label == 0 {
                found.append((place, false))
            }
        }
        privacy.look(at: found.map { group.exchanges[$0.place].module })
        for (place, isPassedOn) in found {
            let exchange = group.exchanges[place]
            guard let kind = exchange.moduleKind, privacy.isPrivate(exchange.module, kind) else { continue }
            let key = Key(
                module: exchange.module, host: exchange.label, node: exchange.node,
                client: group.exchanges.outermost(place).client, outcome: exchange.outcome,
                isPassedOn: isPassedOn)
            sightings[key, default: Sighting()].add(
                exchange.start, kind, segment: exchange.segment, row: exchange.row)
        }
    }

    private mutating func count(_ request: Exchange) {
        requests += 1
        if request.label == 0 { withoutHost += 1 }
        while requestsOfModule.count < Int(request.module) { requestsOfModule.append(0) }
        requestsOfModule[Int(request.module) - 1] &+= 1
    }

    /// Whether what a proxy was asked for it asked of somebody in public, who is then counted.
    private mutating func asksOthers(_ place: Int, _ group: ExchangeGroup) -> Bool {
        var next = [place]
        while let place = next.popLast() {
            let exchange = group.exchanges[place]
            if askedOthers.contains(Self.place(exchange.segment, exchange.row)) { return true }
            for hop in group.hops(of: place) {
                if publicHosts.contains(group.exchanges[hop].label) { return true }
                next.append(hop)
            }
        }
        return false
    }

    // MARK: Client spans

    mutating func add(assembled segment: SegmentExchanges) throws(StoreError) { try add(spansOf: segment) }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        var hosts = publicHosts
        let found = try segment.clientCalls(in: window, names) { hosts.contains($0) }
        publicHosts = hosts
        privacy.look(at: found.map(\.module))
        for call in found where call.kind.isModuleRequest && filter.passes(call.kind) {
            calls += 1
            guard privacy.isPrivate(call.module, call.kind) else { continue }
            var client: UInt32 = 0
            if let place = call.exchange {
                client = segment.exchanges.outermost(place).client
                askedOthers.insert(Self.place(segment.segmentIndex, segment.exchanges[place].row))
            }
            let key = Key(
                module: call.module, host: call.host, node: segment.nodes[call.row], client: client,
                outcome: call.outcome, isPassedOn: false)
            sightings[key, default: Sighting()].add(
                segment.starts[call.row], call.kind, segment: segment.segmentIndex, row: UInt32(call.row))
        }
    }

    mutating func merge(_ other: LeakTally) {
        sightings.merge(other.sightings) { first, second in
            var sum = first
            sum.merge(second)
            return sum
        }
        while requestsOfModule.count < other.requestsOfModule.count { requestsOfModule.append(0) }
        for (index, count) in other.requestsOfModule.enumerated() { requestsOfModule[index] &+= count }
        requests += other.requests
        withoutHost += other.withoutHost
        calls += other.calls
        askedOthers.formUnion(other.askedOthers)
    }
}
