import OTLPModel

/// The exchanges of one segment, with the tree of spans that each stands in.
///
/// Classification happens once for each distinct value of the segment; beyond that a span costs a few reads of arrays.
struct SegmentExchanges {
    /// In the order of the segment: trace by trace.
    private(set) var exchanges: [Exchange] = []
    /// By row: the place in `exchanges`, -1 for other spans.
    private(set) var exchangeOfRow: [Int32]
    /// By row: the place of the exchange that it is of or lies in, -1 without one; of traces with exchanges only.
    private(set) var nearest: [Int32]
    private static let notLookedAt = Int32.min
    /// By row: the row of its parent, -1 without one in the trace here.
    let parents: [Int32]
    let children: ChildLists
    /// By row.
    let roles: [SpanRole]
    let starts: [UInt64]
    /// By row; a start and its duration have a sum. 0 where the span says one that cannot be.
    let durations: [UInt64]
    /// Rows whose duration cannot be.
    private let absurdRows: Set<Int>
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
        let operations = try view.operationIndexes()
        let spanNames = try view.names()
        let roleOfOperation = tables.operations.map {
            SpanRole(kind: SpanKind(rawValue: $0.kind), name: spanNames.text(Int($0.name)))
        }
        roles = operations.map { roleOfOperation[Int($0)] }
        starts = try view.starts()
        (durations, absurdRows) = Self.believable(try view.cappedDurations())
        traceOffsets = try view.traceOffsets()
        exchangeOfRow = [Int32](repeating: -1, count: roles.count)
        nearest = [Int32](repeating: Self.notLookedAt, count: roles.count)
        let codes = try view.parents()
        parents = Self.parentRows(codes, traceOffsets)
        children = ChildLists(parents)
        let numbered = try Self.nodes(view, tables, names)
        nodes = numbered.numbers
        arrivals = tables.arrivals
        arrivalIndexes = try view.arrivalIndexes()
        if !split.isEmpty { isElsewhere = try view.traceIDs().map { split.contains($0) } }
        let classification = try SegmentClassification(view, &memory.paths)
        let wanted = numbered.nodes.map { question.filter.passes($0) ? Self.roleFlags($0) : nil }
        var emitters = try SegmentEmitters(view, tables, names, nodes: nodes)
        find(codes, classification, &emitters) { wanted[numbered.places[$0]] }
        guard !exchanges.isEmpty else { return }
        for place in exchanges.indices {
            exchanges[place].version = numbered.versions[numbered.places[Int(exchanges[place].row)]]
        }
        memory.numberModules(names, question.filter)
        try name(
            names, classification.details?.modules ?? [],
            labels: (question.label.map { [$0] } ?? []) + question.labelFallbacks, &memory)
        if question.labelsHosts { try addHosts(names) }
        inherit()
        try readOutcomes(tables)
        try readRedirects(question.mirrors) { numbered.nodes[numbered.places[$0]].software }
        readCaches(tables, question.nodeFacts)
    }

    func receivedAt(row: Int) -> UnixNanos { arrivals[Int(arrivalIndexes[row])].receivedAt }

    func end(_ row: Int) -> UInt64 { starts[row] &+ durations[row] }

    /// Durations without those that cannot be, and the rows of these.
    private static func believable(_ durations: [UInt64]) -> ([UInt64], Set<Int>) {
        var durations = durations
        var rows: Set<Int> = []
        for row in durations.indices where durations[row] > Exchange.durationNanosMax {
            durations[row] = 0
            rows.insert(row)
        }
        return (durations, rows)
    }

    // MARK: Trees

    /// By row: the row of the parent, -1 where it is none of the trace's here.
    private static func parentRows(_ codes: [UInt32], _ offsets: [Int]) -> [Int32] {
        var parents = [Int32](repeating: -1, count: codes.count)
        var target = parents.mutableSpan
        let codes = codes.span
        for trace in 0..<(offsets.count - 1) {
            let rows = offsets[trace]..<offsets[trace + 1]
            for row in rows {
                guard let distance = ParentCode.distance(codes[row]) else { continue }
                let parent = row - distance
                if rows.contains(parent), parent != row { target[row] = Int32(parent) }
            }
        }
        return parents
    }

    /// The rows of a trace.
    func rows(ofTrace trace: Int) -> Range<Int> { traceOffsets[trace]..<traceOffsets[trace + 1] }

    // MARK: Exchanges

    private static func roleFlags(_ node: FleetNode) -> Exchange.Flags {
        switch node.role {
        case .edge: .atEdge
        case .proxy, .origin: .behindEdge
        case .device, nil: []
        }
    }

    /// - Parameter flags: those of the node of a row; nil where the node is not asked for
    private mutating func find(
        _ codes: [UInt32], _ facts: SegmentClassification, _ emitters: inout SegmentEmitters,
        _ flags: (_ row: Int) -> Exchange.Flags?
    ) {
        var way: [Int] = []
        for trace in 0..<(traceOffsets.count - 1) {
            if !isElsewhere.isEmpty, isElsewhere[trace] { continue }
            let rows = rows(ofTrace: trace)
            let hasServer = rows.contains { roles[$0] == .server && flags($0) != nil }
            let first = exchanges.count
            for row in rows {
                let isServer = roles[row] == .server
                // Without a server of its own a trace is what a client tells of a request.
                let isClientSide = !hasServer && codes[row] == ParentCode.root && facts.kinds[row] != 0
                guard isServer || isClientSide, let flags = flags(row) else { continue }
                var exchange = Exchange(
                    start: starts[row], durationNanos: durations[row],
                    responseBytes: facts.responseBytes[row],
                    segment: segmentIndex, row: UInt32(row), trace: UInt32(trace), node: nodes[row])
                exchange.kind = facts.kinds[row]
                exchange.emitter = emitters.number(row)
                exchange.cacheResult = facts.cacheResults[row]
                exchange.outcome = facts.outcomes[row]
                exchange.httpStatus = facts.details?.httpStatuses[row] ?? 0
                exchange.cacheEvidence = facts.details?.cacheEvidence[row] ?? .max
                exchange.flags = flags
                if let bytes = exchange.bytes,
                    !Exchange.isBelievable(bytes: bytes, nanos: exchange.durationNanos)
                {
                    exchange.responseBytes = RequestAttribute.nothing
                    exchange.flags.insert(.unbelievable)
                }
                if !absurdRows.isEmpty, absurdRows.contains(row) { exchange.flags.insert(.unbelievable) }
                if isClientSide { exchange.flags.insert(.clientSide) }
                exchangeOfRow[row] = Int32(exchanges.count)
                exchanges.append(exchange)
            }
            guard exchanges.count > first else { continue }
            findNearest(rows, &way)
            var mayCircle = false
            for place in first..<exchanges.count {
                findOuter(place, codes)
                if Int(exchanges[place].outer) >= place { mayCircle = true }
            }
            // Where each lies in an earlier one, none leads back to itself.
            if mayCircle { cutCircles(first..<exchanges.count) }
        }
    }

    /// Finds for each span of a trace the exchange that it is of or lies in. Parents mostly come before their children;
    /// where not, the way up is walked once and remembered.
    /// - Parameter way: memory that is used again
    private mutating func findNearest(_ rows: Range<Int>, _ way: inout [Int]) {
        for row in rows where nearest[row] == Self.notLookedAt {
            if exchangeOfRow[row] >= 0 {
                nearest[row] = exchangeOfRow[row]
                continue
            }
            if parents[row] >= 0, nearest[Int(parents[row])] != Self.notLookedAt {
                nearest[row] = nearest[Int(parents[row])]
                continue
            }
            way.removeAll(keepingCapacity: true)
            var at = row
            var found = Int32(-1)
            while true {
                if exchangeOfRow[at] >= 0 {
                    found = exchangeOfRow[at]
                    nearest[at] = found
                    break
                }
                if nearest[at] != Self.notLookedAt {
                    found = nearest[at]
                    break
                }
                // What leads back here is a circle without an exchange.
                nearest[at] = -1
                way.append(at)
                guard parents[at] >= 0 else { break }
                at = Int(parents[at])
            }
            for at in way { nearest[at] = found }
        }
    }

    private mutating func findOuter(_ place: Int, _ codes: [UInt32]) {
        let row = Int(exchanges[place].row)
        guard parents[row] >= 0 else {
            if codes[row] != ParentCode.root { exchanges[place].flags.insert(.orphan) }
            return
        }
        let outer = nearest[Int(parents[row])]
        guard outer >= 0, Int(outer) != place else {
            if outer < 0, topCode(of: row, codes) == ParentCode.external {
                exchanges[place].flags.insert(.orphan)
            }
            return
        }
        exchanges[place].outer = outer
        exchanges[Int(outer)].flags.insert(.hasHops)
    }

    /// The code of the parent of the topmost span above one, as far as it is near.
    private func topCode(of row: Int, _ codes: [UInt32]) -> UInt32 {
        var at = row
        for _ in 0..<Self.linksMax {
            guard parents[at] >= 0 else { return codes[at] }
            at = Int(parents[at])
        }
        return ParentCode.root
    }

    /// Senders may have made parents go round in circles: each is cut where it closes.
    private mutating func cutCircles(_ places: Range<Int>) {
        // By place: which walk came by.
        var walks = [Int32](repeating: -1, count: places.count)
        for first in places where walks[first - places.lowerBound] < 0 {
            let walk = Int32(first - places.lowerBound)
            var place = first
            while walks[place - places.lowerBound] < 0 {
                walks[place - places.lowerBound] = walk
                guard exchanges[place].outer >= 0 else { break }
                let outer = Int(exchanges[place].outer)
                if walks[outer - places.lowerBound] == walk {
                    exchanges[place].outer = -1
                    break
                }
                place = outer
            }
        }
    }

    /// How far one looks up or down for what explains a span: chains of that many say nothing any more, and may be as
    /// long as a sender likes.
    static let linksMax = 64

    // MARK: Changes from the parts in other files

    @inline(__always)
    mutating func change(_ place: Int, _ body: (inout Exchange) -> Void) { body(&exchanges[place]) }

    mutating func changeAll(_ body: (inout [Exchange]) -> Void) { body(&exchanges) }

    // MARK: Inheritance

    /// What a hop was asked for is what the client asked for, where only one of them says it.
    private mutating func inherit() {
        // Inner ones may be stored before the outer ones, and chains have several links.
        for place in exchanges.indices where exchanges[place].outer >= 0 && saysKind(place) {
            var outer = exchanges[place].outer
            while outer >= 0, !saysKind(Int(outer)) {
                copyRequest(from: place, to: Int(outer))
                outer = exchanges[Int(outer)].outer
            }
        }
        for place in exchanges.indices where exchanges[place].outer >= 0 && !saysKind(place) {
            var outer = exchanges[place].outer
            var links = Self.linksMax
            while outer >= 0, !saysKind(Int(outer)), links > 0 {
                outer = exchanges[Int(outer)].outer
                links -= 1
            }
            if outer >= 0, saysKind(Int(outer)) { copyRequest(from: Int(outer), to: place) }
        }
    }

    private func saysKind(_ place: Int) -> Bool {
        exchanges[place].kind != 0 && exchanges[place].kind != ModuleKind.other.rawValue
    }

    private mutating func copyRequest(from: Int, to: Int) {
        exchanges[to].kind = exchanges[from].kind
        exchanges[to].module = exchanges[from].module
        exchanges[to].flags.insert(.inheritedModule)
    }
}
