import OTLPModel

/// Finds the Go module, or its version, that the spans of one segment ask for: decided once for each distinct path
/// and name. Spans are requests and paths count as in `SegmentClassification`.
struct ModuleRows {
    /// What is wanted of a request.
    enum Part {
        case module
        case version
    }

    /// Stands for a text that is no path: another one counts.
    private static let undecided = UInt32.max

    private let part: Part
    private let tables: SegmentTables
    private let operations: [UInt32]
    private var codeOf: [String: UInt32] = [:]
    private var values: [SpanValue] = []

    init(_ part: Part, _ tables: SegmentTables, _ operations: [UInt32]) {
        self.part = part
        self.tables = tables
        self.operations = operations
    }

    /// - Returns: nil when no span has one
    func coded(_ view: SegmentView) throws(StoreError) -> CodedRows? {
        var work = self
        return try work.rows(view)
    }

    private mutating func rows(_ view: SegmentView) throws(StoreError) -> CodedRows? {
        let ofOperation = byName(try view.names())
        var codes = operations.map { ofOperation[Int($0)] }
        // The best come last: what they say replaces what others said.
        let columns = tables.columns.indices.compactMap { column in
            RequestAttribute(tables.columns[column]).flatMap {
                $0.role == .path ? (column: column, rank: $0.rank) : nil
            }
        }
        for (column, _) in columns.sorted(by: { $0.rank > $1.rank }) {
            guard case .entries(let entries, let paths) = try view.values(of: column) else { continue }
            let ofEntry = (0..<paths.count).map { code(of: Array(paths[$0])) }
            let uses = tables.operations.map { operation in
                tables.layouts[Int(operation.layout)].reduce(0) { $0 + ($1 == UInt32(column) ? 1 : 0) }
            }
            var next = 0
            for row in operations.indices {
                for _ in 0..<uses[Int(operations[row])] {
                    let code = ofEntry[Int(entries[next])]
                    if code != Self.undecided { codes[row] = code }
                    next += 1
                }
            }
        }
        guard !values.isEmpty else { return nil }
        return CodedRows(codes: codes, parts: [.values(values)])
    }

    /// By operation: what the name says where it is a path, as some servers name their spans.
    private mutating func byName(_ names: StringTable) -> [UInt32] {
        tables.operations.map { operation in
            let name = Array(names[Int(operation.name)])
            let isRequest =
                operation.kind == SpanKind.server.rawValue || operation.kind == SpanKind.client.rawValue
            guard isRequest, name.first == UInt8(ascii: "/") else { return CodedRows.missing }
            let code = code(of: name)
            return code == Self.undecided ? CodedRows.missing : code
        }
    }

    private mutating func code(of path: [UInt8]) -> UInt32 {
        guard let request = ModuleRequest(bytes: path) else { return Self.undecided }
        guard let text = part == .module ? request.module : request.version else { return CodedRows.missing }
        if let known = codeOf[text] { return known }
        values.append(.text(text))
        let code = UInt32(values.count)
        codeOf[text] = code
        return code
    }
}
