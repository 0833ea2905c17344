import OTLPModel

/// Who asks whom: requests of clients at nodes, of nodes at other nodes, and of nodes at what files come from.
struct LinkTally: FleetAggregate {
    /// By numbers of the two nodes; 0 for clients.
    private(set) var links: [UInt64: NodeTraffic.Counts] = [:]
    /// By numbers of a node and a host: one that modules come from, or that a client's span names.
    private var hostLinks: [UInt64: NodeTraffic.Counts] = [:]
    private var hosts = NumberedTexts()
    /// By number of a module: one more than the number of its host, 0 where it is not known yet.
    private var hostOfModule = ByNumber(UInt32(0))
    private let names: FleetNames
    private let window: TimeWindow
    private var reader = StageReader()
    /// What the spans of clients in the segment whose exchanges come next name as their server, by row.
    private var servers: Servers?
    /// What the spans of clients of a segment name as their server.
    private struct Servers: Sendable {
        var segment: UInt32
        /// By attribute, the best first.
        var texts: [CodedRows]
        /// By attribute and code: one more than the number of the host, 0 where it is not known yet.
        var numbers: [[UInt32]]
    }

    /// Where a request went, and how long that took.
    private struct Call: Sendable {
        var host: UInt32
        var nanos: UInt64
    }

    /// By segment and row of exchanges that wait for other segments: what the spans of clients below them tell.
    private var heldCalls: [UInt64: [Call]] = [:]
    private(set) var starts = StartRange()

    init(_ names: FleetNames, window: TimeWindow) {
        self.names = names
        self.window = window
    }

    mutating func add(spansOf segment: SegmentExchanges) throws(StoreError) { try readServers(segment) }

    mutating func add(assembled segment: SegmentExchanges) throws(StoreError) { try readServers(segment) }

    private mutating func readServers(_ segment: SegmentExchanges) throws(StoreError) {
        guard try segment.view.tables().operations.contains(where: { $0.kind == SpanKind.client.rawValue })
        else {
            servers = nil
            return
        }
        let rows = try SegmentRows(segment.view)
        var texts: [CodedRows] = []
        for key in ["server.address", "net.peer.name", "http.host"] {
            if let coded = try rows.coded(.attribute(key)) { texts.append(coded) }
        }
        servers = Servers(
            segment: segment.segmentIndex, texts: texts,
            numbers: texts.map { [UInt32](repeating: 0, count: $0.codeCount) })
    }

    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges) {
        for place in places {
            let exchange = segment.exchanges[place]
            let calls = self.calls(of: exchange, segment)
            if !calls.isEmpty { heldCalls[Self.key(exchange)] = calls }
        }
    }

    private static func key(_ exchange: Exchange) -> UInt64 {
        UInt64(exchange.segment) << 32 | UInt64(exchange.row)
    }

    mutating func add(_ group: ExchangeGroup) {
        // Taken out once: it has many parts to be counted.
        let segment = group.segment
        for place in group.counted {
            let exchange = group.exchanges[place]
            guard !exchange.flags.contains(.clientSide), exchange.moduleKind != .ops else { continue }
            let outer = exchange.outer < 0 ? nil : group.exchanges[Int(exchange.outer)]
            // Some software has several spans for one request.
            if outer?.node != exchange.node {
                let key = UInt64(outer?.node ?? 0) << 32 | UInt64(exchange.node)
                links[key, default: NodeTraffic.Counts()].add(exchange)
                starts.add(exchange.start)
            }
            guard !exchange.flags.contains(.hasHops), !addClients(of: exchange, segment) else { continue }
            guard exchange.module != 0, let nanos = upstreamNanos(place, group) else { continue }
            if hostOfModule[exchange.module] == 0 {
                hostOfModule[exchange.module] = hosts.number(names.module(exchange.module).upstream) + 1
            }
            add(exchange, host: hostOfModule[exchange.module] - 1, nanos: nanos)
        }
    }

    /// Where a request went that the spans of clients below it tell of.
    /// - Returns: whether there are some
    private mutating func addClients(of exchange: Exchange, _ segment: SegmentExchanges?) -> Bool {
        let calls = segment.map { self.calls(of: exchange, $0) } ?? heldCalls[Self.key(exchange)] ?? []
        for call in calls { add(exchange, host: call.host, nanos: call.nanos) }
        return !calls.isEmpty
    }

    private mutating func calls(of exchange: Exchange, _ segment: SegmentExchanges) -> [Call] {
        guard servers?.segment == segment.segmentIndex else { return [] }
        var calls: [Call] = []
        let tree = segment.tree
        for row in tree.children[Int(exchange.row)] where tree.roles[row] == .client {
            guard let host = server(ofRow: row) else { continue }
            calls.append(Call(host: host, nanos: segment.durations[row]))
        }
        return calls
    }

    /// The number of the host that a span names.
    private mutating func server(ofRow row: Int) -> UInt32? {
        guard let place = servers?.texts.firstIndex(where: { $0.codes[row] != CodedRows.missing }),
            let code = servers?.texts[place].codes[row]
        else { return nil }
        if let known = servers?.numbers[place][Int(code)], known > 0 { return known - 1 }
        let text = servers?.texts[place].value(of: code).text ?? ""
        let number = hosts.number(FleetNames.withoutPort(text))
        servers?.numbers[place][Int(code)] = number + 1
        return number
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

    private mutating func add(_ exchange: Exchange, host: UInt32, nanos: UInt64) {
        var asked = exchange
        asked.durationNanos = nanos
        hostLinks[UInt64(exchange.node) << 32 | UInt64(host), default: NodeTraffic.Counts()].add(asked)
    }

    mutating func merge(_ other: LinkTally) {
        for (key, counts) in other.links { links[key, default: NodeTraffic.Counts()].merge(counts) }
        let numbers = other.hosts.texts.map { UInt64(hosts.number($0)) }
        for (key, counts) in other.hostLinks {
            let key = key & ~0xffff_ffff | numbers[Int(key & 0xffff_ffff)]
            hostLinks[key, default: NodeTraffic.Counts()].merge(counts)
        }
        for (key, calls) in other.heldCalls {
            heldCalls[key] = calls.map { Call(host: UInt32(numbers[Int($0.host)]), nanos: $0.nanos) }
        }
        starts.merge(other.starts)
    }

    /// Links to what is no node.
    var upstreams: [(node: UInt32, host: String, counts: NodeTraffic.Counts)] {
        hostLinks.map { (UInt32($0.key >> 32), hosts.texts[Int($0.key & 0xffff_ffff)], $0.value) }
    }
}
