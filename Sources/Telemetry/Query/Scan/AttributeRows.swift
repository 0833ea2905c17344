import OTLPModel

/// Finds the values that the spans of one segment have for an attribute.
///
/// A key may have values of several types, and each of these is a column. Where a span repeats a key, the last
/// value counts. Attributes past the limits lie in the overflow column, behind all others.
struct AttributeRows {
    private let view: SegmentView
    private let tables: SegmentTables
    private let operations: [UInt32]
    /// What lies in the overflow column; nil where it is read for each key.
    private let overflow: OverflowAttributes?

    /// - Parameter overflow: for questions about many keys
    init(
        _ view: SegmentView, _ tables: SegmentTables, _ operations: [UInt32],
        overflow: OverflowAttributes? = nil
    ) {
        self.view = view
        self.overflow = overflow
        self.tables = tables
        self.operations = operations
    }

    /// - Returns: nil when no span has the key
    func coded(_ key: String) throws(StoreError) -> CodedRows? {
        let columns = tables.columns(ofAttribute: Array(key.utf8))
        var rows = CodedRows(codes: [], parts: [])
        for column in columns { try add(column, of: columns, to: &rows) }
        try addOverflow(key, to: &rows)
        return rows.parts.isEmpty ? nil : rows
    }

    private func add(_ column: Int, of columns: [Int], to rows: inout CodedRows) throws(StoreError) {
        let cursor = ColumnCursor(column, lastAmong: columns, tables, operations)
        guard cursor.contains(where: { _ in true }) else { return }
        let type = tables.columns[column].type
        let first = UInt32(rows.codeCount)
        switch try view.values(of: column) {
        case .entries(let entries, let table):
            rows.parts.append(type == .string ? .texts(table) : .encoded(table, type))
            setCodes(&rows.codes, entries, plus: first, cursor)
        case .numbers(let numbers):
            var known: [UInt64: UInt32] = [:]
            // Flags and codes of status are small numbers: they are found without hashing.
            var small = [UInt32](repeating: .max, count: 1_024)
            var values: [SpanValue] = []
            func code(_ bits: UInt64) -> UInt32 {
                let isSmall = bits < UInt64(small.count)
                if isSmall, small[Int(bits)] != .max { return small[Int(bits)] }
                if !isSmall, let code = known[bits] { return code }
                let code = UInt32(values.count)
                if isSmall { small[Int(bits)] = code } else { known[bits] = code }
                values.append(AnyValue(type: type, bits: bits, bytes: []).map { SpanValue($0) } ?? .missing)
                return code
            }
            // Ports are the same in many spans in a row.
            var last: (bits: UInt64, code: UInt32)?
            let codes = numbers.map { bits -> UInt32 in
                if let last, last.bits == bits { return last.code }
                let code = code(bits)
                last = (bits, code)
                return code
            }
            rows.parts.append(.values(values))
            setCodes(&rows.codes, codes, plus: first, cursor)
        }
    }

    /// Gives each span the last of its values in a column.
    private func setCodes(
        _ codes: inout [UInt32], _ values: [UInt32], plus first: UInt32, _ cursor: ColumnCursor
    ) {
        if codes.isEmpty { codes = [UInt32](repeating: CodedRows.missing, count: operations.count) }
        cursor.spread(values, plus: first, over: &codes)
    }

    private func addOverflow(_ key: String, to rows: inout CodedRows) throws(StoreError) {
        let column = Int(FieldColumn.overflow.id)
        var values: [SpanValue] = []
        // By entry: the code of the key's value in it.
        var codeOfEntry: [Int: UInt32] = [:]
        let first = UInt32(rows.codeCount)
        func add(_ value: AnyValue, _ entry: Int) {
            codeOfEntry[entry] = first + UInt32(values.count)
            values.append(SpanValue(value))
        }
        let entries: [UInt32]
        if let overflow {
            entries = overflow.entries
            for found in overflow[key] { add(found.value, found.entry) }
        } else {
            guard case .entries(let places, let table) = try view.values(of: column), !places.isEmpty else {
                return
            }
            entries = places
            for entry in 0..<table.count {
                guard let pairs = [KeyValue](canonicalBytes: Array(table[entry])) else {
                    throw view.damage(column: column)
                }
                if let value = pairs.value(of: key) { add(value, entry) }
            }
        }
        guard !values.isEmpty else { return }
        if rows.codes.isEmpty { rows.codes = [UInt32](repeating: CodedRows.missing, count: operations.count) }
        rows.parts.append(.values(values))
        for (row, places) in ColumnCursor(column, tables, operations) {
            for place in places {
                if let code = codeOfEntry[Int(entries[place])] { rows.codes[row] = code }
            }
        }
    }
}
