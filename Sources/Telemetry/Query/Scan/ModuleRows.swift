import OTLPModel

/// Which Go module, and which version of it, the spans of a segment ask a module proxy for: as `SpanClassification`
/// decides it, once for each distinct path.
struct ModuleRows {
    /// What is wanted of a request.
    enum Part {
        case module
        /// The version, or what stands in its place, such as a branch.
        case version
    }

    /// The entries of some dictionaries, numbered one table behind the other from 1 on; 0 is none.
    private struct Texts {
        private(set) var tables: [StringTable] = []
        private var firsts: [UInt32] = []
        private(set) var end: UInt32 = 1

        /// - Returns: the number of its first entry
        mutating func add(_ table: StringTable) -> UInt32 {
            tables.append(table)
            firsts.append(end)
            end += UInt32(table.count)
            return firsts[firsts.count - 1]
        }

        func bytes(_ number: UInt32) -> [UInt8] {
            let table = firsts.lastIndex { $0 <= number } ?? 0
            return Array(tables[table][Int(number - firsts[table])])
        }
    }

    /// By span: 0 without a module, else one more than the place among the requests.
    private var codes: [UInt32] = []
    private var requests: [(module: String, version: String?)] = []

    init(_ view: SegmentView) throws(StoreError) {
        let tables = try view.tables()
        let operations = try view.operationIndexes()
        var texts = Texts()
        // By text: the code of what it asks for, as far as it is known.
        var codeOf: [UInt32] = [0]
        let paths = try paths(view, tables, operations, &texts, &codeOf)
        codes = paths.map { codeOf[Int($0)] }
        try addQueries(view, tables, operations, paths, texts)
    }

    /// By span: the number of the text that tells its path. What the best attribute says replaces what others say,
    /// and these what the name says where it is a path, as some servers name their spans.
    private mutating func paths(
        _ view: SegmentView, _ tables: SegmentTables, _ operations: [UInt32], _ texts: inout Texts,
        _ codeOf: inout [UInt32]
    ) throws(StoreError) -> [UInt32] {
        let names = try view.names()
        let firstName = texts.add(names)
        codeOf += [UInt32](repeating: 0, count: names.count)
        let ofOperation = tables.operations.map { operation -> UInt32 in
            let isRequest =
                operation.kind == SpanKind.server.rawValue || operation.kind == SpanKind.client.rawValue
            let name = names[Int(operation.name)]
            guard isRequest, name.first == UInt8(ascii: "/") else { return 0 }
            let number = firstName + operation.name
            if codeOf[Int(number)] == 0 { codeOf[Int(number)] = code(of: ModuleRequest(bytes: Array(name))) }
            return number
        }
        var paths = operations.map { ofOperation[Int($0)] }
        let columns = tables.columns.indices.compactMap { column in
            RequestAttribute(tables.columns[column]).flatMap {
                $0.role == .path ? (column: column, rank: $0.rank) : nil
            }
        }
        var scanner = ModulePathScanner()
        // The best come last.
        for (column, _) in columns.sorted(by: { $0.rank > $1.rank }) {
            guard case .entries(let entries, let table) = try view.values(of: column) else { continue }
            let first = texts.add(table)
            // What is no path at all lets another one count.
            let isPath = (0..<table.count).map { entry in
                let request = ModuleRequest(table.bytes.span, table.range(entry), &scanner)
                codeOf.append(code(of: request))
                return request != nil
            }
            for (row, places) in ColumnCursor(column, tables, operations) {
                guard let last = places.last(where: { isPath[Int(entries[$0])] }) else { continue }
                paths[row] = first + entries[last]
            }
        }
        return paths
    }

    /// Looks again at requests whose query stands in an attribute of its own.
    private mutating func addQueries(
        _ view: SegmentView, _ tables: SegmentTables, _ operations: [UInt32], _ paths: [UInt32],
        _ texts: Texts
    ) throws(StoreError) {
        var known: [UInt64: UInt32] = [:]
        for (column, key) in tables.columns.enumerated() where RequestAttribute(key)?.role == .query {
            guard case .entries(let entries, let queries) = try view.values(of: column) else { continue }
            for (row, places) in ColumnCursor(column, tables, operations) where paths[row] > 0 {
                let entry = entries[places.upperBound - 1]
                let pair = UInt64(paths[row]) << 32 | UInt64(entry)
                if let code = known[pair] {
                    codes[row] = code
                    continue
                }
                let query = queries[Int(entry)]
                let path = texts.bytes(paths[row])
                if !query.isEmpty, !path.contains(UInt8(ascii: "?")) {
                    codes[row] = code(of: ModuleRequest(bytes: path + [UInt8(ascii: "?")] + query))
                }
                known[pair] = codes[row]
            }
        }
    }

    private mutating func code(of request: ModuleRequest?) -> UInt32 {
        guard let request, let module = request.module else { return 0 }
        requests.append((module, request.version ?? request.query))
        return UInt32(requests.count)
    }

    // MARK: Answers

    /// What is asked for, each distinct text once: the module, and the version behind a separator.
    var nameTable: StringTable {
        var table = StringTable()
        for (module, version) in requests {
            var name = Array(module.utf8)
            if let version {
                name.append(ModuleName.separator)
                name += version.utf8
            }
            table.append(name.span)
        }
        return table
    }

    /// The place in `nameTable`; nil for a span that asks for no module.
    func number(_ row: Int) -> Int? { codes[row] > 0 ? Int(codes[row]) - 1 : nil }

    /// What a span asks for; nil when it does not.
    func text(_ part: Part, _ row: Int) -> String? {
        guard codes[row] > 0 else { return nil }
        let request = requests[Int(codes[row]) - 1]
        return part == .module ? request.module : request.version
    }

    /// - Returns: nil when no span has one
    func coded(_ part: Part) -> CodedRows? {
        var known: [String: UInt32] = [:]
        var values: [SpanValue] = []
        let codeOf =
            [CodedRows.missing]
            + requests.map { request in
                guard let text = part == .module ? request.module : request.version else {
                    return CodedRows.missing
                }
                if let code = known[text] { return code }
                values.append(.text(text))
                known[text] = UInt32(values.count)
                return UInt32(values.count)
            }
        return values.isEmpty
            ? nil : CodedRows(codes: codes.map { codeOf[Int($0)] }, parts: [.values(values)])
    }
}
