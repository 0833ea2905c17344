import OTLPModel

/// Finds the values that the spans of one segment have for an attribute.
///
/// A key may have values of several types, and each of these is a column. Where a span repeats a key, the last
/// value counts. Attributes past the limits lie in the overflow column, behind all others.
struct AttributeRows {
    private let view: SegmentView
    private let tables: SegmentTables
    private let operations: [UInt32]

    init(_ view: SegmentView, _ tables: SegmentTables, _ operations: [UInt32]) {
        self.view = view
        self.tables = tables
        self.operations = operations
    }

    /// - Returns: nil when no span has the key
    func coded(_ key: String) throws(StoreError) -> CodedRows? {
        let name = Array(key.utf8)
        let columns = tables.columns.indices.filter {
            tables.columns[$0].role == .attribute && tables.columns[$0].name == name
        }
        // By operation: the column that has the last value of the key.
        let last = tables.operations.map { operation in
            tables.layouts[Int(operation.layout)].last { columns.contains(Int($0)) }
        }
        var rows = CodedRows(codes: [], parts: [])
        for column in columns where last.contains(UInt32(column)) {
            try add(column, to: &rows, wins: last.map { $0 == UInt32(column) })
        }
        try addOverflow(key, to: &rows)
        return rows.parts.isEmpty ? nil : rows
    }

    /// How many values each operation's spans have in a column.
    private func uses(of column: Int) -> [Int] {
        tables.operations.map { operation in
            tables.layouts[Int(operation.layout)].reduce(0) { $0 + ($1 == UInt32(column) ? 1 : 0) }
        }
    }

    private func add(_ column: Int, to rows: inout CodedRows, wins: [Bool]) throws(StoreError) {
        let type = tables.columns[column].type
        let first = UInt32(rows.codeCount)
        switch try view.values(of: column) {
        case .entries(let entries, let table):
            rows.parts.append(type == .string ? .texts(table) : .encoded(table, type))
            setCodes(&rows.codes, entries, plus: first, uses(of: column), wins)
        case .numbers(let numbers):
            var known: [UInt64: UInt32] = [:]
            // Flags and codes of status are small numbers: they are found without hashing.
            var small = [UInt32](repeating: .max, count: 1_024)
            var values: [SpanValue] = []
            let codes = numbers.map { bits -> UInt32 in
                let isSmall = bits < UInt64(small.count)
                if isSmall, small[Int(bits)] != .max { return small[Int(bits)] }
                if !isSmall, let code = known[bits] { return code }
                let code = UInt32(values.count)
                if isSmall { small[Int(bits)] = code } else { known[bits] = code }
                values.append(AnyValue(type: type, bits: bits, bytes: []).map { SpanValue($0) } ?? .missing)
                return code
            }
            rows.parts.append(.values(values))
            setCodes(&rows.codes, codes, plus: first, uses(of: column), wins)
        }
    }

    /// Gives each span the last of its values in a column.
    private func setCodes(
        _ codes: inout [UInt32], _ values: [UInt32], plus first: UInt32, _ uses: [Int], _ wins: [Bool]
    ) {
        if codes.isEmpty { codes = [UInt32](repeating: CodedRows.missing, count: operations.count) }
        var next = 0
        var target = codes.mutableSpan
        let operations = operations.span
        let values = values.span
        for row in operations.indices {
            let operation = Int(operations[row])
            let count = uses[operation]
            if count == 0 { continue }
            next &+= count
            if wins[operation] { target[row] = values[next &- 1] &+ first }
        }
    }

    private func addOverflow(_ key: String, to rows: inout CodedRows) throws(StoreError) {
        let column = Int(FieldColumn.overflow.id)
        let uses = uses(of: column)
        guard uses.contains(where: { $0 > 0 }),
            case .entries(let entries, let table) = try view.values(of: column)
        else { return }
        var values: [SpanValue] = []
        // By entry: the code of the key's value in it.
        var codeOfEntry: [UInt32] = []
        let first = UInt32(rows.codeCount)
        for entry in 0..<table.count {
            guard let pairs = [KeyValue](canonicalBytes: Array(table[entry])) else {
                throw view.damage(.values(of: column))
            }
            if let value = pairs.value(of: key) {
                codeOfEntry.append(first + UInt32(values.count))
                values.append(SpanValue(value))
            } else {
                codeOfEntry.append(CodedRows.missing)
            }
        }
        guard !values.isEmpty else { return }
        if rows.codes.isEmpty { rows.codes = [UInt32](repeating: CodedRows.missing, count: operations.count) }
        rows.parts.append(.values(values))
        var next = 0
        for row in operations.indices {
            for _ in 0..<uses[Int(operations[row])] {
                let code = codeOfEntry[Int(entries[next])]
                if code != CodedRows.missing { rows.codes[row] = code }
                next += 1
            }
        }
    }
}
