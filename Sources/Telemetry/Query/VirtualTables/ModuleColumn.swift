import OTLPModel

/// Which module and version the spans of a part ask a module proxy for: decided as in `SpanClassification`, and
/// taken apart once for each distinct path.
struct ModuleColumn {
    /// By row: 0 without a module, else one more than the place among the requests.
    private let places: [UInt32]
    private let requests: [(module: String, version: String?)]

    /// A column that has paths, or what stands behind the `?`.
    private struct Source {
        var column: Int
        /// Nil for a query.
        var rank: UInt8?
        var entries: [UInt32]
        var table: StringTable
        /// By entry: whether it is a path at all.
        var isPath: [Bool]
    }

    /// What a module is read from: a place in a table, the span's names behind all others.
    private struct Text: Hashable {
        var source: Int
        var entry: UInt32
    }

    private struct Key: Hashable {
        var path: Text
        var query: Text?
    }

    init(_ view: SegmentView) throws(StoreError) {
        let tables = try view.tables()
        let names = try view.names()
        let sources = try Self.sources(view)
        let layouts = tables.operations.map { operation in
            tables.layouts[Int(operation.layout)].compactMap { column in
                sources.firstIndex { $0.column == Int(column) }
            }
        }
        let operations = try view.operationIndexes()
        var places = [UInt32](repeating: 0, count: operations.count)
        var requests: [(module: String, version: String?)] = []
        var known: [Key: UInt32] = [:]
        var next = [Int](repeating: 0, count: sources.count)
        for row in operations.indices {
            let operation = Int(operations[row])
            var best: (rank: UInt8, text: Text)?
            var query: Text?
            for source in layouts[operation] {
                guard next[source] < sources[source].entries.count else {
                    throw view.damage(.values(of: sources[source].column))
                }
                let entry = sources[source].entries[next[source]]
                next[source] += 1
                // Of a repeated key the last counts.
                if let rank = sources[source].rank {
                    guard sources[source].isPath[Int(entry)], rank <= best?.rank ?? .max else { continue }
                    best = (rank, Text(source: source, entry: entry))
                } else {
                    query = Text(source: source, entry: entry)
                }
            }
            let path = best?.text ?? Self.name(tables.operations[operation], names, sources.count)
            guard let path else { continue }
            let key = Key(path: path, query: query)
            if let place = known[key] {
                places[row] = place
                continue
            }
            let text = Self.text(path, query, sources, names)
            if let request = ModuleRequest(bytes: text), let module = request.module {
                requests.append((module, request.version ?? request.query))
                places[row] = UInt32(requests.count)
            }
            known[key] = places[row]
        }
        self.places = places
        self.requests = requests
    }

    private static func sources(_ view: SegmentView) throws(StoreError) -> [Source] {
        var scanner = ModulePathScanner()
        var sources: [Source] = []
        for (number, column) in try view.tables().columns.enumerated() {
            guard let attribute = RequestAttribute(column),
                attribute.role == .path || attribute.role == .query,
                case .entries(let entries, let table) = try view.values(of: number)
            else { continue }
            let isPath = attribute.role == .path
            let marks = (0..<(isPath ? table.count : 0)).map {
                scanner.scan(table.bytes.span, table.range($0)) != nil
            }
            sources.append(
                Source(
                    column: number, rank: isPath ? attribute.rank : nil, entries: entries, table: table,
                    isPath: marks))
        }
        return sources
    }

    /// A path and what stands behind its `?`.
    private static func text(
        _ path: Text, _ query: Text?, _ sources: [Source], _ names: StringTable
    ) -> [UInt8] {
        let text = Array((path.source < sources.count ? sources[path.source].table : names)[Int(path.entry)])
        guard let query, !text.contains(UInt8(ascii: "?")) else { return text }
        let words = sources[query.source].table[Int(query.entry)]
        return words.isEmpty ? text : text + [UInt8(ascii: "?")] + words
    }

    /// Some servers and clients name their spans by the path.
    private static func name(_ operation: Operation, _ names: StringTable, _ source: Int) -> Text? {
        guard operation.kind == SpanKind.server.rawValue || operation.kind == SpanKind.client.rawValue,
            names[Int(operation.name)].first == UInt8(ascii: "/")
        else { return nil }
        return Text(source: source, entry: operation.name)
    }

    func module(_ row: Int) -> String? { places[row] == 0 ? nil : requests[Int(places[row]) - 1].module }

    /// The version, or what stands in its place, such as a branch.
    func version(_ row: Int) -> String? { places[row] == 0 ? nil : requests[Int(places[row]) - 1].version }
}
