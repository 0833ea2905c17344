/// What the numbers in a segment's columns refer to.
struct SegmentTables: Sendable {
    /// The rarer fields first (`FieldColumn`), then one column for each attribute key and type.
    var columns: [ColumnKey] = FieldColumn.keys
    var layouts = LayoutTable()
    /// `name` is an entry of the dictionary of `FieldColumn.name`.
    var operations: [Operation] = []
    var arrivals: [Arrival] = []

    /// The columns of an attribute: one for each type that its values have.
    func columns(ofAttribute name: [UInt8]) -> [Int] {
        columns.indices.filter { columns[$0].role == .attribute && columns[$0].name == name }
    }

    /// How many values each column has, given how many spans each operation has.
    func valueCounts(spansOfOperations: [Int]) -> [Int] {
        var counts = [Int](repeating: 0, count: columns.count)
        for (operation, spans) in zip(operations, spansOfOperations) {
            for column in layouts[Int(operation.layout)] { counts[Int(column)] += spans }
        }
        return counts
    }
}

/// Where the resources and the scopes of a segment's spans are.
struct SegmentOrigins: Sendable {
    var origins: [Origin] = []
    /// Canonical `ResourceSpans` bytes without spans.
    var resources = StringTable()
    /// Canonical `ScopeSpans` bytes without spans.
    var scopes = StringTable()
}
