/// A scan of the table `spans`: a batch is what passes of a part, or the first rows in an order.
final class SpansCursor: VirtualCursor {
    private let tables: TelemetryTables
    private var source: SpanSource?
    private var filter: SpanFilter?
    private var order: IndexRequest.Order?
    private var columns: [SpanColumn] = []
    private var nextPart = 0
    private var batch = Batch.none

    private enum Batch {
        case none
        /// All spans of a part.
        case whole(SpanRows)
        case some(SpanRows, [UInt32])
        /// Spans of several parts.
        case ordered(OrderedRows)
    }

    init(_ tables: TelemetryTables) {
        self.tables = tables
        tables.beginScan()
    }

    deinit {
        source = nil
        batch = .none
        tables.endScan()
    }

    func filter(_ plan: IndexPlan, _ values: SQLArguments) throws(StoreError) {
        source = try tables.currentSource()
        let filter = SpanFilter(plan, values)
        self.filter = filter
        order = plan.order
        columns = SpanColumn.allCases.filter { plan.usedColumns >> UInt64($0.rawValue) & 1 != 0 }
        nextPart = filter.isImpossible ? .max : 0
    }

    func nextBatch() throws(StoreError) -> Int {
        batch = .none
        guard let source, let filter, nextPart < source.parts.count else { return 0 }
        if let order {
            nextPart = .max
            return try fillInOrder(SpanOrder(order, filter), source)
        }
        while nextPart < source.parts.count {
            let part = nextPart
            nextPart += 1
            guard filter.mayPass(source.parts[part]) else { continue }
            let count = try source.tolerating { () throws(StoreError) in
                if let trace = filter.trace, try !source.mayContain(trace, part: part) { return 0 }
                return try fill(source.rows(part), filter)
            }
            if let count, count > 0 { return count }
        }
        return 0
    }

    /// Takes the first rows in an order. What a row needs besides is read only then: damage to that costs its
    /// part, and others come first.
    private func fillInOrder(_ order: SpanOrder, _ source: SpanSource) throws(StoreError) -> Int {
        var order = order
        while true {
            let first = try order.first(of: source)
            var damaged: Set<Int> = []
            // Backwards, so that the parts that are read ahead first are open still.
            for part in Set(first.map { SpanSource.Part.place($0).part }).sorted(by: >) {
                let rows = source.rows(part)
                let isWhole: Void? = try source.tolerating { () throws(StoreError) in try rows.load(columns) }
                if isWhole == nil { damaged.insert(part) }
            }
            guard !damaged.isEmpty else {
                batch = .ordered(OrderedRows(first, columns))
                return first.count
            }
            order.excluded.formUnion(damaged)
        }
    }

    private func fill(_ rows: SpanRows, _ filter: SpanFilter) throws(StoreError) -> Int {
        let selection = try filter.selection(rows)
        if selection?.isEmpty != true { try rows.load(columns) }
        guard let selection else {
            batch = .whole(rows)
            return rows.view.summary.spans
        }
        batch = .some(rows, selection)
        return selection.count
    }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        guard let column = SpanColumn(rawValue: column), let source else { return result.null() }
        switch batch {
        case .none: result.null()
        case .whole(let rows): try rows.write(column, row, to: result)
        case .some(let rows, let selection): try rows.write(column, Int(selection[row]), to: result)
        case .ordered(var rows):
            // Not held twice while it changes.
            batch = .none
            defer { batch = .ordered(rows) }
            try rows.write(column, row, of: source, to: result)
        }
    }

    func rowID(_ row: Int) -> Int64 {
        switch batch {
        case .none: 0
        case .whole(let rows): SpanSource.Part.handle(part: rows.part, row: row)
        case .some(let rows, let selection):
            SpanSource.Part.handle(part: rows.part, row: Int(selection[row]))
        case .ordered(let rows): rows.handle(row)
        }
    }
}
