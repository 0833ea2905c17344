import OTLPModel

/// The attributes of a segment's spans that found no column, decoded once for questions about many of them: a span may have
/// hundreds of thousands.
struct OverflowAttributes {
    /// Where a key has a value: the entry of the column's dictionary, in their order.
    struct Found {
        var entry: Int
        var value: AnyValue
    }

    /// By place in the column.
    let entries: [UInt32]
    private var byKey: [String: [Found]] = [:]
    /// Whether a span has more than are looked at.
    private(set) var isCut = false

    /// - Parameter perSpanMax: of one span so many are looked at, the first ones
    init(_ view: SegmentView, perSpanMax: Int) throws(StoreError) {
        let column = Int(FieldColumn.overflow.id)
        guard case .entries(let entries, let table) = try view.values(of: column), !entries.isEmpty else {
            self.entries = []
            return
        }
        self.entries = entries
        for entry in 0..<table.count {
            guard let pairs = [KeyValue](canonicalBytes: Array(table[entry])) else {
                throw view.damage(column: column)
            }
            if pairs.count > perSpanMax { isCut = true }
            for pair in pairs.prefix(perSpanMax) {
                let found = Found(entry: entry, value: pair.value)
                // Where a span repeats a key, the last value counts.
                if let last = byKey[pair.key]?.last, last.entry == entry { byKey[pair.key]?.removeLast() }
                byKey[pair.key, default: []].append(found)
            }
        }
    }

    subscript(key: String) -> [Found] { byKey[key] ?? [] }
}
