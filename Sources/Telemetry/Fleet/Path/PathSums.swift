/// Adds up what requests waited for, by stage, service and operation.
struct PathSums: FleetAggregate {
    /// What a part is called.
    struct Names: Hashable, Sendable {
        var stage: Stage?
        var service: String?
        var operation: String?
    }

    struct Sum: Sendable {
        var nanos = 0.0
        var requests = 0
    }

    /// A part by numbers.
    private struct Key: Hashable, Sendable {
        var stage: Stage
        var service: UInt32
        var operation: UInt32
    }

    private struct Piece: Sendable {
        var key: Key
        var nanos: UInt64
    }

    /// Time that a fetch of Athens tells in a trace of its own.
    private static let ownTrace = "(trace of its own)"
    /// The way between two nodes that no trace connects.
    private static let between = "(between nodes)"
    /// More operations than this are names with something in them that differs each time.
    private static let operationsMax = 2_000

    private let names: FleetNames
    private(set) var totals = PathTotals()
    private var sums: [Key: Sum] = [:]
    private var services = NumberedTexts()
    private var operations = NumberedTexts()
    /// Of requests that have to wait, by segment and row.
    private var held: [UInt64: [Piece]] = [:]
    private var reader = StageReader()
    private var current: Segment?

    /// What is looked up once for a segment.
    private struct Segment: Sendable {
        var index: UInt32
        /// By row: the place of its operation.
        var operationOfRow: [UInt32]
        /// By operation: its number.
        var numbers: [UInt32]
    }

    /// By number of a node: one more than that of its service, 0 where it is not known yet.
    private var serviceOfNode: [UInt32] = []

    init(_ names: FleetNames) { self.names = names }

    // MARK: Taking in

    private static func isCounted(_ exchange: Exchange) -> Bool {
        exchange.moduleKind?.isModuleRequest == true && exchange.outcome != RequestOutcome.probe.rawValue
            && exchange.outcome != RequestOutcome.aborted.rawValue
    }

    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges) {
        for place in places {
            let exchange = segment.exchanges[place]
            guard exchange.isRequest, exchange.moduleKind?.isModuleRequest == true else { continue }
            held[Self.key(exchange)] = pieces(of: place, in: segment)
        }
    }

    private static func key(_ exchange: Exchange) -> UInt64 {
        UInt64(exchange.segment) << 32 | UInt64(exchange.row)
    }

    mutating func add(_ group: ExchangeGroup) {
        for place in group.requests where Self.isCounted(group.exchanges[place]) {
            let exchange = group.exchanges[place]
            totals.requests += 1
            totals.nanos += Double(exchange.durationNanos)
            if let segment = group.segment {
                add(pieces(of: place, in: segment).map { ($0.key, Double($0.nanos)) })
            } else {
                add(heldPieces(of: place, group))
            }
        }
        // What waited is given last.
        if group.segment == nil { held = [:] }
    }

    private mutating func add(_ pieces: [(key: Key, nanos: Double)]) {
        for (index, piece) in pieces.enumerated() {
            sums[piece.key, default: Sum()].nanos += piece.nanos
            let isFirst = !pieces[..<index].contains { $0.key == piece.key }
            if isFirst { sums[piece.key]?.requests += 1 }
        }
    }

    private mutating func pieces(of place: Int, in segment: SegmentExchanges) -> [Piece] {
        prepare(segment)
        let exchange = segment.exchanges[place]
        var found: [(row: Int, from: UInt64, to: UInt64)] = []
        // It keeps its memory, and is not copied while it works.
        var reader = StageReader()
        swap(&reader, &self.reader)
        reader.pieces(of: Int(exchange.row), in: segment) { row, from, to in
            found.append((row, from, to))
        }
        swap(&reader, &self.reader)
        return found.map { row, from, to in
            let key = Key(
                stage: segment.stage(ofRow: row, from: from, in: place), service: service(segment.nodes[row]),
                operation: operation(row))
            return Piece(key: key, nanos: to &- from)
        }
    }

    /// The pieces of a request that had to wait, as its stages turned out.
    private mutating func heldPieces(of place: Int, _ group: ExchangeGroup) -> [(key: Key, nanos: Double)] {
        let exchange = group.exchanges[place]
        let hop = group.hops(of: place).first { group.exchanges[$0].flags.contains(.matchedByTime) }
        let source = hop.map { group.exchanges[$0] } ?? exchange
        let pieces = held[Self.key(source)] ?? []
        let stages = group.heldStages[place]
        var seen = StageTimes()
        for piece in pieces { seen[piece.key.stage] &+= piece.nanos }
        // Never more than the request took.
        let total = Double(stages.total)
        let scale = total > Double(exchange.durationNanos) ? Double(exchange.durationNanos) / total : 1
        var found: [(key: Key, nanos: Double)] = []
        for piece in pieces where seen[piece.key.stage] > 0 {
            let wanted = Double(stages[piece.key.stage])
            let part = min(1, wanted / Double(seen[piece.key.stage]))
            found.append((piece.key, Double(piece.nanos) * part * scale))
        }
        var innermost = place
        for _ in group.exchanges.indices {
            guard let hop = group.hops(of: innermost).first(where: { _ in true }) else { break }
            innermost = hop
        }
        for stage in Stage.allCases where stages[stage] > seen[stage] {
            let isWay = stage == .network && hop != nil
            let node = isWay ? exchange.node : group.exchanges[innermost].node
            let key = Key(
                stage: stage, service: service(node),
                operation: operations.number(isWay ? Self.between : Self.ownTrace))
            found.append((key, Double(stages[stage] - seen[stage]) * scale))
        }
        return found
    }

    // MARK: Names

    private mutating func prepare(_ segment: SegmentExchanges) {
        guard current?.index != segment.segmentIndex else { return }
        // All of this was read before, with the exchanges.
        guard let tables = try? segment.view.tables(), let rows = try? segment.view.operationIndexes(),
            let texts = try? segment.view.names()
        else { return }
        let numbers = tables.operations.map { operation in
            let name = Self.shortened(texts.text(Int(operation.name)))
            return operations.number(operations.count < Self.operationsMax ? name : "(others)")
        }
        current = Segment(index: segment.segmentIndex, operationOfRow: rows, numbers: numbers)
    }

    /// Paths are no names: `GET /github.com/…` becomes `GET /…`.
    static func shortened(_ name: String) -> String {
        guard let slash = name.firstIndex(of: "/") else { return name }
        let path = name[slash...]
        let isPath = slash == name.startIndex || name[name.index(before: slash)] == " "
        guard isPath, path.dropFirst().contains("/") || path.contains("@") else { return name }
        return name[..<slash] + "/…"
    }

    private mutating func service(_ node: UInt32) -> UInt32 {
        if Int(node) < serviceOfNode.count, serviceOfNode[Int(node)] > 0 {
            return serviceOfNode[Int(node)] - 1
        }
        let nodes = names.nodes
        while serviceOfNode.count <= nodes.count {
            let index = serviceOfNode.count - 1
            serviceOfNode.append(index < 0 ? 0 : services.number(nodes[index].service) + 1)
        }
        return Int(node) < serviceOfNode.count ? serviceOfNode[Int(node)] - 1 : 0
    }

    private func operation(_ row: Int) -> UInt32 {
        guard let current else { return 0 }
        return current.numbers[Int(current.operationOfRow[row])]
    }

    mutating func merge(_ other: PathSums) {
        let services = other.services.texts.map { self.services.number($0) }
        let operations = other.operations.texts.map { self.operations.number($0) }
        func renumbered(_ key: Key) -> Key {
            Key(
                stage: key.stage, service: services[Int(key.service)],
                operation: operations[Int(key.operation)])
        }
        for (key, sum) in other.sums {
            sums[renumbered(key), default: Sum()].nanos += sum.nanos
            sums[renumbered(key)]?.requests += sum.requests
        }
        for (key, pieces) in other.held {
            held[key] = pieces.map { Piece(key: renumbered($0.key), nanos: $0.nanos) }
        }
        totals.requests += other.totals.requests
        totals.nanos += other.totals.nanos
    }

    // MARK: After the scan

    /// The sums by name.
    func parts(by parts: Set<FleetPathQuery.Part>) -> [Names: Sum] {
        var found: [Names: Sum] = [:]
        for (key, sum) in sums {
            let names = Names(
                stage: parts.contains(.stage) ? key.stage : nil,
                service: parts.contains(.service) ? services.texts[Int(key.service)] : nil,
                operation: parts.contains(.operation) ? operations.texts[Int(key.operation)] : nil)
            found[names, default: Sum()].nanos += sum.nanos
            found[names]?.requests += sum.requests
        }
        return found
    }
}

/// Texts with numbers from 0 on, in the order of their coming.
struct NumberedTexts: Sendable {
    private(set) var texts: [String] = []
    private var numbers: [String: UInt32] = [:]

    var count: Int { texts.count }

    func known(_ text: String) -> UInt32? { numbers[text] }

    mutating func number(_ text: String) -> UInt32 {
        if let known = numbers[text] { return known }
        numbers[text] = UInt32(texts.count)
        texts.append(text)
        return UInt32(texts.count - 1)
    }
}
