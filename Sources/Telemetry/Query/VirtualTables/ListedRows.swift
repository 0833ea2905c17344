/// The rows of a table of what spans have lists of, such as events: a row for each item in the spans of a part.
final class ListedRows<Item>: PartRows {
    /// Where the values of a column come from.
    struct Column: Sendable {
        fileprivate enum Source: Sendable {
            case span(SpanColumn)
            case position
            case item(@Sendable (Item, SQLResult) -> Void)
        }

        let column: SQLColumn
        fileprivate let source: Source

        /// A column of the span that has the item.
        /// - Parameter column: its name and meaning here, where they are others
        static func span(_ source: SpanColumn, as column: SQLColumn? = nil) -> Column {
            Column(column: column ?? source.column, source: .span(source))
        }

        /// The item's place in its list, from 0 on.
        static func position(_ column: SQLColumn) -> Column { Column(column: column, source: .position) }

        static func item(_ column: SQLColumn, _ write: @escaping @Sendable (Item, SQLResult) -> Void)
            -> Column
        {
            Column(column: column, source: .item(write))
        }
    }

    /// Columns of spans in whose conditions `SpanFilter` helps.
    private static var conditions: Set<SpanColumn> { [.traceID, .name, .service, .node, .segment] }

    /// - Parameters:
    ///   - field: has the lists
    ///   - decode: nil for bytes that are no list
    static func description(
        _ field: FieldColumn, _ columns: [Column], _ decode: @escaping @Sendable ([UInt8]) -> [Item]?
    ) -> PartsTable.Description {
        var conditions: [Int: SpanColumn] = [:]
        for (number, column) in columns.enumerated() {
            if case .span(let source) = column.source, self.conditions.contains(source) {
                conditions[number] = source
            }
        }
        return PartsTable.Description(
            columns: columns.map(\.column), conditions: conditions,
            rows: { (spans, filter) throws(StoreError) in
                try ListedRows(spans, filter, field, columns, decode)
            })
    }

    private let spans: SpanRows
    private let columns: [Column]
    private var items: [(row: Int, position: Int, item: Item)] = []

    private init(
        _ spans: SpanRows, _ filter: SpanFilter, _ field: FieldColumn, _ columns: [Column],
        _ decode: ([UInt8]) -> [Item]?
    ) throws(StoreError) {
        self.spans = spans
        self.columns = columns
        for (row, bytes) in try spans.rareValues(field, filter) {
            guard let found = decode(bytes) else { throw spans.view.damage(column: Int(field.id)) }
            for (position, item) in found.enumerated() { items.append((row, position, item)) }
        }
    }

    var count: Int { items.count }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        guard columns.indices.contains(column) else { return result.null() }
        let (span, position, item) = items[row]
        switch columns[column].source {
        case .span(let source): try spans.write(source, span, to: result)
        case .position: result.integer(Int64(position))
        case .item(let write): write(item, result)
        }
    }
}
