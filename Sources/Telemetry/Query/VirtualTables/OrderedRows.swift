/// Rows that come in an order and lie in any part. From row to row the part changes, and only some parts are open
/// at a time: so the values of the next rows are read ahead part by part, and each part is decoded once for
/// thousands of rows.
struct OrderedRows {
    /// Rows that are read ahead at a time.
    static let aheadMax = 4_096
    /// Texts that are kept; what is over it is read when its row comes.
    static let textBytesMax = 64 << 20

    private let handles: [Int64]
    private let columns: [SpanColumn]
    /// By column, the place among the kept values of a row.
    private let places: [SpanColumn: Int]
    private var firstKept = 0
    private var kept: [[SQLValue]?] = []

    /// - Parameter columns: those whose values will be asked for
    init(_ handles: [Int64], _ columns: [SpanColumn]) {
        self.handles = handles
        self.columns = columns
        places = Dictionary(zip(columns, columns.indices), uniquingKeysWith: { first, _ in first })
    }

    func handle(_ row: Int) -> Int64 { handles[row] }

    /// Writes the value of a column in a row.
    mutating func write(
        _ column: SpanColumn, _ row: Int, of source: SpanSource, to result: some ValueTarget
    ) throws(StoreError) {
        if row < firstKept || row >= firstKept + kept.count { try readAhead(from: row, source) }
        if let values = kept[row - firstKept], let place = places[column] {
            result.value(values[place])
        } else {
            let (part, spanRow) = SpanSource.Part.place(handles[row])
            try source.rows(part).write(column, spanRow, to: result)
        }
    }

    private mutating func readAhead(from row: Int, _ source: SpanSource) throws(StoreError) {
        let rows = row..<min(handles.count, row + Self.aheadMax)
        firstKept = row
        kept = [[SQLValue]?](repeating: nil, count: rows.count)
        var textBytes = 0
        // Handles in order are parts in order.
        for next in rows.sorted(by: { handles[$0] < handles[$1] }) {
            guard textBytes < Self.textBytesMax else { break }
            let (part, spanRow) = SpanSource.Part.place(handles[next])
            let spans = source.rows(part)
            let values = KeptValues()
            for column in columns { try spans.write(column, spanRow, to: values) }
            kept[next - row] = values.values
            textBytes += values.textBytes
        }
    }
}
