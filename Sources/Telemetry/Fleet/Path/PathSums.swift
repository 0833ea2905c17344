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

    /// A piece of the time of a request.
    private struct Piece: Sendable {
        /// Place in `parts`.
        var part: Int
        var nanos: UInt64
    }

    private struct Part: Sendable {
        var key: Key
        var nanos = 0.0
        /// Place in `groups`.
        var group: Int
    }

    /// Parts that are told together: a request that waited for several of them waited once.
    private struct Group: Sendable {
        var requests = 0
        /// The last request that waited for it, as `totals` counts them.
        var lastRequest = 0
    }

    private struct GroupKey: Hashable, Sendable {
        var stage: Stage?
        var service: UInt32?
        var operation: UInt32?
    }

    /// Time that a fetch of Athens tells in a trace of its own.
    private static let ownTrace = "(trace of its own)"
    /// The way between two nodes that no trace connects.
    private static let between = "(between nodes)"
    /// More operations than this are names with something in them that differs each time.
    private static let operationsMax = 2_000

    private let names: FleetNames
    private(set) var totals = PathTotals()
    private var parts: [Part] = []
    private var places: [Key: Int] = [:]
    private let wanted: Set<FleetPathQuery.Part>
    private var groups: [Group] = []
    private var groupPlaces: [GroupKey: Int] = [:]
    private var services = NumberedTexts()
    private var operations = NumberedTexts()
    /// Of requests that have to wait, by segment and row.
    private var held: [UInt64: [Piece]] = [:]
    private var reader = StageReader()
    private var found: [(row: Int, from: UInt64, to: UInt64)] = []
    private var current: Segment?

    /// What is looked up once for a segment.
    private struct Segment: Sendable {
        var index: UInt32
        /// By row: the place of its operation.
        var operationOfRow: [UInt32]
        /// By operation: its number.
        var numbers: [UInt32]
        /// By operation and stage: the part that was the last with these, and its service.
        var lastParts: [(service: UInt32, part: Int)]
    }

    /// By number of a node: one more than that of its service, 0 where it is not known yet.
    private var serviceOfNode: [UInt32] = []

    /// - Parameter wanted: what parts are told apart by
    init(_ names: FleetNames, by wanted: Set<FleetPathQuery.Part>) {
        self.names = names
        self.wanted = wanted
    }

    // MARK: Taking in

    private static func isCounted(_ exchange: Exchange) -> Bool {
        exchange.isOfClient && exchange.moduleKind?.isModuleRequest == true
            && exchange.outcome != RequestOutcome.probe.rawValue
            && exchange.outcome != RequestOutcome.aborted.rawValue
    }

    mutating func hold(_ places: Range<Int>, of segment: SegmentExchanges) {
        for place in places {
            let exchange = segment.exchanges[place]
            guard exchange.isRequest, exchange.moduleKind?.isModuleRequest == true else { continue }
            prepare(segment)
            var pieces: [Piece] = []
            forEachPiece(of: place, in: segment) { pieces.append(Piece(part: $1, nanos: $2)) }
            held[Self.key(exchange)] = pieces
        }
    }

    private static func key(_ exchange: Exchange) -> UInt64 {
        UInt64(exchange.segment) << 32 | UInt64(exchange.row)
    }

    mutating func add(_ group: ExchangeGroup) {
        // Taken out once: it has many parts to be counted.
        if let segment = group.segment {
            prepare(segment)
            for place in group.requests where Self.isCounted(group.exchanges[place]) {
                count(group.exchanges[place])
                forEachPiece(of: place, in: segment) { $0.add(Double($2), to: $1) }
            }
        } else {
            for place in group.requests where Self.isCounted(group.exchanges[place]) {
                count(group.exchanges[place])
                for (part, nanos) in heldPieces(of: place, group) { add(nanos, to: part) }
            }
            // What waited is given last.
            held = [:]
        }
    }

    private mutating func count(_ exchange: Exchange) {
        totals.requests += 1
        totals.nanos += Double(exchange.durationNanos)
    }

    /// Adds to a part some time of the request that was counted last.
    private mutating func add(_ nanos: Double, to part: Int) {
        parts[part].nanos += nanos
        let group = parts[part].group
        guard groups[group].lastRequest < totals.requests else { return }
        groups[group].lastRequest = totals.requests
        groups[group].requests += 1
    }

    /// - Parameter body: is given this value to change, the part and its nanoseconds
    private mutating func forEachPiece(
        of place: Int, in segment: SegmentExchanges,
        _ body: (inout PathSums, _ part: Int, _ nanos: UInt64) -> Void
    ) {
        // These keep their memory, and are not copied while they work.
        var (reader, found) = (StageReader(), [(row: Int, from: UInt64, to: UInt64)]())
        swap(&reader, &self.reader)
        swap(&found, &self.found)
        found.removeAll(keepingCapacity: true)
        reader.pieces(of: Int(segment.exchanges[place].row), in: segment) { row, from, to in
            found.append((row, from, to))
        }
        let tree = segment.tree
        for (row, from, to) in found {
            let stage = segment.stage(ofRow: row, from: from, in: place, tree)
            let service = service(segment.nodes[row])
            let part = part(stage, service, ofRow: row)
            body(&self, part, to &- from)
        }
        swap(&reader, &self.reader)
        swap(&found, &self.found)
    }

    /// The part that a stage of a span of the segment belongs to.
    private mutating func part(_ stage: Stage, _ service: UInt32, ofRow row: Int) -> Int {
        guard let operation = current.map({ Int($0.operationOfRow[row]) }) else {
            return part(Key(stage: stage, service: service, operation: operations.number("")))
        }
        let cell = operation * Stage.allCases.count + Int(stage.rawValue)
        if let last = current?.lastParts[cell], last.service == service, last.part >= 0 { return last.part }
        let part = part(
            Key(stage: stage, service: service, operation: current?.numbers[operation] ?? 0))
        current?.lastParts[cell] = (service, part)
        return part
    }

    private mutating func part(_ key: Key) -> Int {
        if let known = places[key] { return known }
        places[key] = parts.count
        parts.append(Part(key: key, group: group(key)))
        return parts.count - 1
    }

    private mutating func group(_ key: Key) -> Int {
        let shared = GroupKey(
            stage: wanted.contains(.stage) ? key.stage : nil,
            service: wanted.contains(.service) ? key.service : nil,
            operation: wanted.contains(.operation) ? key.operation : nil)
        if let known = groupPlaces[shared] { return known }
        groupPlaces[shared] = groups.count
        groups.append(Group())
        return groups.count - 1
    }

    /// The pieces of a request that had to wait, as its stages turned out.
    private mutating func heldPieces(of place: Int, _ group: ExchangeGroup) -> [(part: Int, nanos: Double)] {
        let exchange = group.exchanges[place]
        let hop = group.hops(of: place).first { group.exchanges[$0].flags.contains(.matchedByTime) }
        let source = hop.map { group.exchanges[$0] } ?? exchange
        let pieces = held[Self.key(source)] ?? []
        if exchange.isCutOff {
            // Only now it is known that nothing behind it had a part in it.
            return pieces.map { piece in
                var key = parts[piece.part].key
                key.stage = .network
                return (part(key), Double(piece.nanos))
            }
        }
        let stages = group.heldStages[place]
        var seen = StageTimes()
        for piece in pieces { seen[parts[piece.part].key.stage] &+= piece.nanos }
        // Never more than the request took.
        let total = Double(stages.total)
        let scale = total > Double(exchange.durationNanos) ? Double(exchange.durationNanos) / total : 1
        var found: [(part: Int, nanos: Double)] = []
        for piece in pieces {
            let stage = parts[piece.part].key.stage
            guard seen[stage] > 0 else { continue }
            let share = min(1, Double(stages[stage]) / Double(seen[stage]))
            found.append((piece.part, Double(piece.nanos) * share * scale))
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
            found.append((part(key), Double(stages[stage] - seen[stage]) * scale))
        }
        return found
    }

    // MARK: Names

    private mutating func prepare(_ segment: SegmentExchanges) {
        guard current?.index != segment.segmentIndex else { return }
        current = nil
        // All of this was read before, with the exchanges.
        guard let tables = try? segment.view.tables(), let rows = try? segment.view.operationIndexes(),
            let texts = try? segment.view.names()
        else { return }
        let numbers = tables.operations.map { operation in
            let name = Self.shortened(texts.text(Int(operation.name)))
            return operations.number(operations.count < Self.operationsMax ? name : "(others)")
        }
        current = Segment(
            index: segment.segmentIndex, operationOfRow: rows, numbers: numbers,
            lastParts: [(service: UInt32, part: Int)](
                repeating: (0, -1), count: numbers.count * Stage.allCases.count))
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

    mutating func merge(_ other: PathSums) {
        let services = other.services.texts.map { self.services.number($0) }
        let operations = other.operations.texts.map { self.operations.number($0) }
        func part(_ other: Part) -> Int {
            self.part(
                Key(
                    stage: other.key.stage, service: services[Int(other.key.service)],
                    operation: operations[Int(other.key.operation)]))
        }
        let places = other.parts.map { part($0) }
        var isCounted = [Bool](repeating: false, count: other.groups.count)
        for (place, part) in zip(places, other.parts) {
            parts[place].nanos += part.nanos
            guard !isCounted[part.group] else { continue }
            isCounted[part.group] = true
            groups[parts[place].group].requests += other.groups[part.group].requests
        }
        for (key, pieces) in other.held {
            held[key] = pieces.map { Piece(part: places[$0.part], nanos: $0.nanos) }
        }
        totals.requests += other.totals.requests
        totals.nanos += other.totals.nanos
    }

    // MARK: After the scan

    /// The sums by name.
    func sums() -> [Names: Sum] {
        var found: [Names: Sum] = [:]
        for part in parts where groups[part.group].requests > 0 {
            let names = Names(
                stage: wanted.contains(.stage) ? part.key.stage : nil,
                service: wanted.contains(.service) ? services.texts[Int(part.key.service)] : nil,
                operation: wanted.contains(.operation) ? operations.texts[Int(part.key.operation)] : nil)
            found[names, default: Sum(requests: groups[part.group].requests)].nanos += part.nanos
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
