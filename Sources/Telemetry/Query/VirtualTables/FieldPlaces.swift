/// Where the values of a rare column are: which spans have one.
struct FieldPlaces {
    /// The spans that have a value, in order, each with the place of its last value in the column.
    private(set) var rows: [(row: Int, place: Int)] = []

    init(_ column: Int, _ view: SegmentView) throws(StoreError) {
        let tables = try view.tables()
        let uses = tables.operations.map { operation in
            tables.layouts[Int(operation.layout)].count { Int($0) == column }
        }
        guard uses.contains(where: { $0 > 0 }) else { return }
        var before = 0
        for (row, operation) in try view.operationIndexes().enumerated() where uses[Int(operation)] > 0 {
            before += uses[Int(operation)]
            rows.append((row, before - 1))
        }
    }
}
