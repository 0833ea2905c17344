import OTLPModel

/// The exchanges of one segment, with the tree of spans that each stands in.
struct SegmentExchanges {
    /// In the order of the segment: trace by trace.
    private(set) var exchanges: [Exchange] = []
    let starts: [UInt64]
    /// By row; a start and its duration have a sum. 0 where the span says one that cannot be.
    let durations: [UInt64]
    let traceOffsets: [Int]
    let view: SegmentView
    /// Which of the segments of the scan this is.
    let segmentIndex: UInt32
    /// By row: the number of the node.
    let nodes: [UInt32]
    private let arrivals: [Arrival]
    /// By row.
    private let arrivalIndexes: [UInt32]
    /// Traces that are not looked at here, as others have parts of them; by trace, empty for none.
    private(set) var isElsewhere: [Bool] = []
    /// Waits for fetches of Athens, by the row of the request.
    private var waits: [UInt32: (from: UInt64, to: UInt64)] = [:]
    /// Whether a span may be the root of a fetch of Athens in a trace of its own.
    let mayHaveDetachedFetches: Bool
    private let trees: LazyTree
    /// Of questions that label hosts.
    var hostColumns: HostColumns?

    /// - Parameters:
    ///   - index: which of the segments of the scan this is
    ///   - split: traces of which several segments have a part
    ///   - memory: of the worker
    init(
        _ view: SegmentView, index: Int, _ question: FleetQuestion, _ names: FleetNames,
        without split: Set<TraceID>, _ memory: inout ScanMemory
    ) throws(StoreError) {
        memory.forgetIfLarge()
        self.view = view
        segmentIndex = UInt32(index)
        let tables = try view.tables()
        starts = try view.starts()
        durations = Exchange.believable(try view.cappedDurations()).durations
        traceOffsets = try view.traceOffsets()
        let numbered = try Self.nodes(view, tables, names)
        nodes = numbered.numbers
        arrivals = tables.arrivals
        arrivalIndexes = try view.arrivalIndexes()
        if !split.isEmpty { isElsewhere = try view.traceIDs().map { split.contains($0) } }
        let requests: SegmentRequests
        if !question.filter.selectsNodes, let stored = view.requests() {
            requests = stored
            trees = LazyTree(view)
        } else {
            let wanted = numbered.nodes.map { question.filter.passes($0) }
            let finder = try RequestFinder(view, &memory.paths) { wanted[numbered.places[$0]] }
            requests = try finder.requests(memory.paths)
            trees = LazyTree(view, finder.links)
        }
        mayHaveDetachedFetches = requests.mayHaveDetachedFetches
        guard requests.count > 0 else { return }
        var emitters = try SegmentEmitters(view, tables, names, nodes: nodes)
        let clients = try ClientTexts(view).clients(ofRows: requests.firstRowOfClient)
        let shapes = take(requests, clients, numbered, &emitters, names, question.filter, &memory)
        try addLabels((question.label.map { [$0] } ?? []) + question.labelFallbacks, names)
        if question.labelsHosts { try addHosts(names) }
        try readRedirects(question.mirrors) { numbered.nodes[numbered.places[$0]].software }
        readCaches(shapes, question.nodeFacts)
    }

    func receivedAt(row: Int) -> UnixNanos { arrivals[Int(arrivalIndexes[row])].receivedAt }

    func end(_ row: Int) -> UInt64 { starts[row] &+ durations[row] }

    /// The rows of a trace.
    func rows(ofTrace trace: Int) -> Range<Int> { traceOffsets[trace]..<traceOffsets[trace + 1] }

    /// From when to when a request to Athens waited for what its storage did not have; nil when it did not wait.
    func athensWait(of place: Int) -> (from: UInt64, to: UInt64)? {
        waits.isEmpty ? nil : waits[exchanges[place].row]
    }

    // MARK: Trees

    /// How all spans lie in each other: read when it is first asked for.
    var tree: SegmentTree { trees.tree(exchanges, traceOffsets) }

    /// What kept the tree from being read, so that it has nothing; nil as long as nobody asked for it.
    var treeDamage: StoreError? { trees.damage }

    // MARK: Exchanges

    private static func roleFlags(_ node: FleetNode) -> Exchange.Flags {
        switch node.role {
        case .edge: .atEdge
        case .proxy, .origin: .behindEdge
        case .device, nil: []
        }
    }

    /// Makes exchanges of requests, but for those of traces that are elsewhere.
    /// - Returns: by place, what the spans of Athens show of its cache
    private mutating func take(
        _ requests: SegmentRequests, _ clients: ClientTexts.Clients, _ numbered: Nodes,
        _ emitters: inout SegmentEmitters, _ names: FleetNames, _ filter: FleetFilter,
        _ memory: inout ScanMemory
    ) -> [UInt8] {
        let modules = memory.numbers(ofModules: requests.moduleNames, names, filter)
        let clients = memory.clients.numbers(of: clients, names)
        let flags = numbered.nodes.map { Self.roleFlags($0) }
        var shapes: [UInt8] = []
        shapes.reserveCapacity(requests.count)
        exchanges.reserveCapacity(requests.count)
        var trace = 0
        var first = 0
        // How many exchanges were left out before the trace.
        var gap: Int32 = 0
        for place in 0..<requests.count {
            let row = Int(requests.rows[place])
            if row >= traceOffsets[trace + 1] {
                closeTrace(from: first)
                first = exchanges.count
                while row >= traceOffsets[trace + 1] { trace += 1 }
            }
            if !isElsewhere.isEmpty, isElsewhere[trace] {
                gap += 1
                continue
            }
            let facts = requests.facts[place]
            let node = numbered.places[row]
            var exchange = Exchange(
                start: starts[row], durationNanos: durations[row],
                responseBytes: requests.responseBytes[place], segment: segmentIndex, row: UInt32(row),
                trace: UInt32(trace), node: nodes[row])
            exchange.kind = facts.kind
            exchange.cacheResult = facts.cacheResult
            exchange.cacheEvidence = facts.cacheEvidence
            exchange.outcome = facts.outcome
            exchange.httpStatus = facts.httpStatus
            exchange.flags = facts.flags.union(flags[node])
            exchange.version = numbered.versions[node]
            exchange.emitter = emitters.number(row)
            exchange.module = modules[Int(requests.modules[place])]
            exchange.client = clients[Int(requests.clients[place])]
            let outer = requests.outers[place]
            if outer >= 0 { exchange.outer = outer - gap }
            exchanges.append(exchange)
            shapes.append(facts.shape)
        }
        closeTrace(from: first)
        for wait in requests.waits {
            let row = requests.rows[Int(wait.place)]
            let from = starts[Int(row)] &+ wait.after
            waits[row] = (from, from &+ wait.nanos)
        }
        return shapes
    }

    /// What is stored may be made up: no hop may lead back to itself.
    private mutating func closeTrace(from first: Int) {
        for place in first..<exchanges.count where Int(exchanges[place].outer) >= place {
            return exchanges.cutCircles(first..<exchanges.count)
        }
    }

    /// How far one looks up or down for what explains a span: chains of that many say nothing any more, and may be as
    /// long as a sender likes.
    static let linksMax = 64

    // MARK: Changes from the parts in other files

    @inline(__always)
    mutating func change(_ place: Int, _ body: (inout Exchange) -> Void) { body(&exchanges[place]) }

    mutating func changeAll(_ body: (inout [Exchange]) -> Void) { body(&exchanges) }
}

/// Reads a tree when somebody asks for it, and keeps it. For one thread.
private final class LazyTree {
    private let view: SegmentView
    private let links: SpanLinks?
    private var known: SegmentTree?
    private(set) var damage: StoreError?

    /// - Parameter links: of the segment, where they are known already
    init(_ view: SegmentView, _ links: SpanLinks? = nil) {
        self.view = view
        self.links = links
    }

    func tree(_ exchanges: [Exchange], _ offsets: [Int]) -> SegmentTree {
        if let known { return known }
        let tree = SegmentTree(links ?? read(offsets), exchanges, offsets)
        known = tree
        return tree
    }

    private func read(_ offsets: [Int]) -> SpanLinks {
        do {
            return try SpanLinks(view, try view.parents(), offsets)
        } catch {
            damage = error
            return SpanLinks(count: offsets.last ?? 0)
        }
    }
}
