import OTLPModel

/// Who asks whom: requests of clients at nodes, of nodes at other nodes, and of nodes at what files come from.
struct LinkTally: FleetAggregate {
    /// An end of a link that is no node: a host that modules come from, or that a client's span names.
    struct Upstream: Hashable, Sendable {
        var node: UInt32
        var host: String
    }

    /// By numbers of the two nodes; 0 for clients.
    private(set) var links: [UInt64: NodeTraffic.Counts] = [:]
    private(set) var upstreams: [Upstream: NodeTraffic.Counts] = [:]
    private let names: FleetNames
    private let window: TimeWindow
    private var reader = StageReader()
    /// What the spans of clients in the segment whose exchanges come next name as their server, by row.
    private var servers: (segment: UInt32, texts: [CodedRows])?
    private(set) var firstStart: UInt64?
    private(set) var lastStart: UInt64?

    init(_ names: FleetNames, window: TimeWindow) {
        self.names = names
        self.window = window
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) {
        guard segment.roles.contains(.client) else {
            servers = nil
            return
        }
        let rows = try SegmentRows(segment.view)
        var texts: [CodedRows] = []
        for key in ["server.address", "net.peer.name", "http.host"] {
            if let coded = try rows.coded(.attribute(key)) { texts.append(coded) }
        }
        servers = (segment.segmentIndex, texts)
    }

    mutating func add(_ group: ExchangeGroup) {
        var modules: [ModuleName]?
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard !exchange.flags.contains(.clientSide), exchange.moduleKind != .ops else { continue }
            let outer = exchange.outer < 0 ? nil : group.exchanges[Int(exchange.outer)]
            // Some software has several spans for one request.
            if outer?.node != exchange.node {
                let key = UInt64(outer?.node ?? 0) << 32 | UInt64(exchange.node)
                links[key, default: NodeTraffic.Counts()].add(exchange)
                firstStart = min(firstStart ?? exchange.start, exchange.start)
                lastStart = max(lastStart ?? exchange.start, exchange.start)
            }
            guard !exchange.flags.contains(.hasHops), !addClients(of: exchange, group.segment) else {
                continue
            }
            guard exchange.module != 0, let nanos = upstreamNanos(place, group) else { continue }
            let known = modules ?? names.modules
            modules = known
            add(exchange, host: known[Int(exchange.module) - 1].upstream, nanos: nanos)
        }
    }

    /// Where a request went that the spans of clients below it tell of.
    /// - Returns: whether there are some
    private mutating func addClients(of exchange: Exchange, _ segment: SegmentExchanges?) -> Bool {
        guard let segment, servers?.segment == segment.segmentIndex else { return false }
        var isFound = false
        for row in segment.children[Int(exchange.row)] where segment.roles[row] == .client {
            let coded = servers?.texts.first { $0.codes[row] != CodedRows.missing }
            guard let coded else { continue }
            isFound = true
            let host = FleetNames.withoutPort(coded.value(of: coded.codes[row]).text)
            add(exchange, host: host, nanos: segment.durations[row])
        }
        return isFound
    }

    /// How long a node waited for where a module comes from; nil where it did not ask there, or nothing tells.
    private mutating func upstreamNanos(_ place: Int, _ group: ExchangeGroup) -> UInt64? {
        let exchange = group.exchanges[place]
        let result = CacheResult(rawValue: exchange.cacheResult) ?? .unknown
        // What an edge passed on without a trace went to a proxy of which nobody tells.
        guard !exchange.flags.contains(.atEdge), exchange.moduleKind?.isModuleRequest == true, !result.isHit,
            result.isLookup || exchange.flags.contains(.hasProtocolCall)
        else { return nil }
        let nanos = group.stages(of: place, &reader)[.upstream]
        return nanos > 0 ? nanos : nil
    }

    private mutating func add(_ exchange: Exchange, host: String, nanos: UInt64) {
        var asked = exchange
        asked.durationNanos = nanos
        upstreams[Upstream(node: exchange.node, host: host), default: NodeTraffic.Counts()].add(asked)
    }

    mutating func merge(_ other: LinkTally) {
        for (key, counts) in other.links { links[key, default: NodeTraffic.Counts()].merge(counts) }
        for (key, counts) in other.upstreams { upstreams[key, default: NodeTraffic.Counts()].merge(counts) }
        firstStart = [firstStart, other.firstStart].compactMap(\.self).min()
        lastStart = [lastStart, other.lastStart].compactMap(\.self).max()
    }
}
