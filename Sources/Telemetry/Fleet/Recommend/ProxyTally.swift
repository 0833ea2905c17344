/// Adds up how proxies served clients, by node and host.
struct ProxyTally: FleetAggregate {
    struct Key: Hashable, Sendable {
        var node: UInt32
        /// Number of a label.
        var host: UInt32
        var view: ProxyView
    }

    struct Sum: Sendable {
        var tally = ComparisonTally()
        var privateServed = 0
        /// Where one of its requests is.
        var segment = UInt32.max
        var row = UInt32.max

        mutating func add(_ request: ComparisonRow, segment: UInt32, _ row: UInt32) {
            tally.add(request)
            tally.add(unitNanos: request.durationNanos)
            see(segment: segment, row: row)
        }

        private mutating func see(segment: UInt32, row: UInt32) {
            if (segment, row) < (self.segment, self.row) { (self.segment, self.row) = (segment, row) }
        }

        mutating func merge(_ other: Sum) {
            tally.merge(other.tally)
            privateServed += other.privateServed
            see(segment: other.segment, row: other.row)
        }
    }

    /// Anybody may call a server by any name: more hosts at nodes than these say nothing any more.
    static let keysMax = 20_000

    private let window: TimeWindow
    private let filter: FleetFilter
    private let names: FleetNames
    /// By number of the node less one, of those that were known when it was last looked at.
    private var areAskedFor: [Bool] = []
    /// Nil when nobody asks about private modules.
    private var privacy: ModulePrivacy?
    private var mirrors: HostKnowledge
    private var all: [(key: Key, sum: Sum)] = []
    private var places: [Key: Int] = [:]
    /// By node: the place of what was added to last, which is mostly the next one, too; -1 for none.
    private var lastOfNode = ByNumber(-1)
    private(set) var requests = 0
    private(set) var withoutHost = 0
    /// What edges asked whose own spans are lost: it says nothing of whom clients should ask.
    private(set) var behindLostEdges = 0
    private(set) var isCut = false

    init(_ query: RecommendQuery, _ names: FleetNames) {
        window = query.window
        filter = query.filter
        self.names = names
        privacy = query.privateModules.map {
            ModulePrivacy(PrivateModules([PrivateModules.Source("--private", $0)]), query.filter, names)
        }
        let known = query.mirrors
        mirrors = HostKnowledge(names) { known[telemetryHost: $0] != nil }
    }

    mutating func add(_ group: ExchangeGroup) {
        privacy?.look(at: group.requests.lazy.map { group.exchanges[$0].module })
        for place in group.requests {
            let exchange = group.exchanges[place]
            guard let kind = exchange.moduleKind, kind.isAskedInTurn, Self.counts(exchange.outcome),
                isAskedFor(exchange.node)
            else { continue }
            guard !exchange.isBehindLostEdge else {
                behindLostEdges += 1
                continue
            }
            requests += 1
            guard exchange.label > 0 else {
                withoutHost += 1
                continue
            }
            let row = ComparisonRow(
                start: exchange.start, durationNanos: exchange.durationNanos, bytes: exchange.bytes ?? 0,
                client: exchange.client, module: exchange.module, group: 0, kind: exchange.kind,
                outcome: exchange.outcome, cacheResult: exchange.facingResult)
            let view: ProxyView = exchange.flags.contains(.clientSide) ? .clients : .servers
            add(
                row, Key(node: exchange.node, host: exchange.label, view: view), segment: exchange.segment,
                exchange.row)
        }
    }

    /// All nodes are looked at, whatever the filter says of regions.
    private mutating func isAskedFor(_ node: UInt32) -> Bool {
        guard filter.region != nil else { return true }
        if areAskedFor.count < Int(node) { areAskedFor = names.nodes.map { filter.passes($0) } }
        return areAskedFor[Int(node) - 1]
    }

    mutating func add(assembled segment: SegmentExchanges) throws(StoreError) { try add(spansOf: segment) }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        var mirrors = mirrors
        let calls = try segment.clientCalls(in: window, names) { mirrors.contains($0) }
        self.mirrors = mirrors
        privacy?.look(at: calls.lazy.map(\.module))
        for call in calls where call.kind.isAskedInTurn && filter.passes(call.kind) {
            guard Self.counts(call.outcome) else { continue }
            let bytes = call.responseBytes == RequestAttribute.nothing ? 0 : call.responseBytes
            let row = ComparisonRow(
                start: segment.starts[call.row], durationNanos: segment.durations[call.row], bytes: bytes,
                client: 0, module: call.module, group: 0, kind: call.kind.rawValue, outcome: call.outcome,
                cacheResult: CacheResult.unknown.rawValue)
            add(
                row, Key(node: segment.nodes[call.row], host: call.host, view: .proxies),
                segment: segment.segmentIndex, UInt32(call.row))
        }
    }

    /// Probes and what the client gave up say nothing of a proxy.
    private static func counts(_ outcome: UInt8) -> Bool {
        outcome != RequestOutcome.probe.rawValue && outcome != RequestOutcome.aborted.rawValue
    }

    private mutating func add(_ row: ComparisonRow, _ key: Key, segment: UInt32, _ place: UInt32) {
        guard let sum = self.place(of: key) else {
            isCut = true
            return
        }
        all[sum].sum.add(row, segment: segment, place)
        guard let kind = row.moduleKind, row.outcome == RequestOutcome.ok.rawValue,
            privacy?.isPrivate(row.module, kind) == true
        else { return }
        all[sum].sum.privateServed += 1
    }

    /// Where the sum of a proxy is; nil for one more than are kept.
    private mutating func place(of key: Key) -> Int? {
        let last = lastOfNode[key.node]
        if last >= 0, all[last].key == key { return last }
        if let known = places[key] {
            lastOfNode[key.node] = known
            return known
        }
        guard all.count < Self.keysMax else { return nil }
        places[key] = all.count
        lastOfNode[key.node] = all.count
        all.append((key, Sum()))
        return all.count - 1
    }

    var sums: [Key: Sum] { places.mapValues { all[$0].sum } }

    mutating func merge(_ other: ProxyTally) {
        for (key, sum) in other.all {
            if let known = places[key] {
                all[known].sum.merge(sum)
            } else {
                places[key] = all.count
                all.append((key, sum))
            }
        }
        requests += other.requests
        withoutHost += other.withoutHost
        behindLostEdges += other.behindLostEdges
        isCut = isCut || other.isCut
    }
}

extension MirrorList {
    /// The mirror that a host belongs to, as telemetry has it: with the port where it is not the usual one.
    subscript(telemetryHost host: String) -> ModuleMirror? {
        (try? GoProxyAddress("https://" + host)).flatMap { self[$0] }
    }
}
