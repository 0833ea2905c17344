/// Which version of its service each request was served by: a deployment changes that of a node while it keeps its name.
struct NodeVersions: Sendable {
    /// That a node went over to another version.
    struct Change: Sendable {
        /// Of the first request, in nanoseconds since the Unix epoch.
        var time: UInt64
        /// By number.
        var node: UInt32
        /// See `Exchange.version`.
        var from: UInt8
        var to: UInt8
    }

    /// So many requests one after the other tell of a change: while a program hands over to the next one, both answer.
    private static let runMin = 3
    /// Who changes more often is several programs with one name.
    private static let changesMax = 8

    /// By number: the service and the version; the first is none.
    let names: [String]
    /// In the order of time.
    private(set) var changes: [Change] = []
    /// By number: the one node that ever had it, where that one has had others besides.
    private(set) var soleNodes: [UInt32: UInt32] = [:]
    /// By number: those of services that have others.
    let ofSeveral: Set<UInt32>
    /// By number of the node: where its versions begin in `numbers`, and behind the last one where they end.
    private let offsets: [Int]
    /// Of each node first what counts where a request does not say it, then its versions.
    private let numbers: [UInt32]

    init(_ tables: FleetNameTables, _ rows: [IncidentRow]) {
        /// What counts where a request does not say it: the only one that there is.
        func only(_ place: Int) -> String? {
            tables.versions[place].count > 1
                ? nil : tables.versions[place].first ?? tables.nodes[place].serviceVersion
        }
        func name(_ place: Int, _ version: String) -> String { tables.nodes[place].service + " " + version }
        var texts: Set<String> = []
        var textsOfService: [String: Set<String>] = [:]
        for place in tables.nodes.indices {
            for version in tables.versions[place] { texts.insert(name(place, version)) }
            if let version = only(place) { texts.insert(name(place, version)) }
            let versions = tables.versions[place] + (only(place).map { [$0] } ?? [])
            textsOfService[tables.nodes[place].service, default: []].formUnion(
                versions.map { name(place, $0) })
        }
        names = [""] + texts.sorted()
        let known = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($0.element, UInt32($0.offset)) })
        var offsets = [0, 1]
        var numbers: [UInt32] = [0]
        for place in tables.nodes.indices {
            numbers.append(only(place).flatMap { known[name(place, $0)] } ?? 0)
            numbers += tables.versions[place].map { known[name(place, $0)] ?? 0 }
            offsets.append(numbers.count)
        }
        (self.offsets, self.numbers) = (offsets, numbers)
        ofSeveral = Set(textsOfService.values.lazy.filter { $0.count > 1 }.joined().compactMap { known[$0] })
        changes = Self.changes(rows) { hasSeveral($0) }
        findSoleNodes()
    }

    func number(_ row: IncidentRow) -> UInt32 { number(node: row.node, version: row.version) }

    /// 0 for none.
    func number(node: UInt32, version: UInt8) -> UInt32 { numbers[offsets[Int(node)] + Int(version)] }

    func hasSeveral(_ node: UInt32) -> Bool { offsets[Int(node) + 1] - offsets[Int(node)] > 2 }

    private mutating func findSoleNodes() {
        var nodes: [UInt32: Set<UInt32>] = [:]
        for node in 1..<max(offsets.count - 1, 1) {
            for number in numbers[offsets[node]..<offsets[node + 1]] where number > 0 {
                nodes[number, default: []].insert(UInt32(node))
            }
        }
        for (number, nodes) in nodes {
            if nodes.count == 1, let node = nodes.first, hasSeveral(node) { soleNodes[number] = node }
        }
    }

    private static func changes(_ rows: [IncidentRow], _ hasSeveral: (UInt32) -> Bool) -> [Change] {
        var places = rows.indices.filter { rows[$0].version > 0 && hasSeveral(rows[$0].node) }
        places.sort {
            (rows[$0].node, rows[$0].start, rows[$0].segment, rows[$0].row)
                < (rows[$1].node, rows[$1].start, rows[$1].segment, rows[$1].row)
        }
        var changes: [Change] = []
        var first = 0
        while first < places.count {
            let node = rows[places[first]].node
            var end = first + 1
            while end < places.count, rows[places[end]].node == node { end += 1 }
            let found = Self.changes(places[first..<end].lazy.map { rows[$0] })
            if found.count <= changesMax { changes += found }
            first = end
        }
        return changes.sorted { ($0.time, $0.node) < ($1.time, $1.node) }
    }

    /// - Parameter rows: of one node, in the order of time
    private static func changes(_ rows: some RandomAccessCollection<IncidentRow>) -> [Change] {
        guard var version = rows.first?.version else { return [] }
        var changes: [Change] = []
        var place = rows.startIndex
        while place < rows.endIndex {
            let row = rows[place]
            if row.version != version, rows[place...].prefix(runMin).allSatisfy({ $0.version == row.version })
            {
                changes.append(Change(time: row.start, node: row.node, from: version, to: row.version))
                version = row.version
            }
            place = rows.index(after: place)
        }
        return changes
    }
}
