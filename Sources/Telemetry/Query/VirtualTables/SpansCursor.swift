/// A scan of the table `spans` or `logs`: a batch is what passes of a part, or the first rows in an order.
final class SpansCursor: VirtualCursor {
    private let tables: TelemetryTables
    private let table: RowTable
    private var source: SpanSource?
    private var filter: SpanFilter?
    /// What is left to be given in an order; nil for no order.
    private var order: OrderedScan?
    private var columns: [SpanColumn] = []
    private var nextPart = 0
    private var batch = Batch.none
    /// Of a batch of some spans, their rows. Not within it: it would be copied, and counted, for each value.
    private var selection: [UInt32] = []

    private struct OrderedScan {
        var order: SpanOrder
        var rowsLeft: Int
        /// The last that was given.
        var last: SpanOrder.Found?
    }

    private enum Batch {
        case none
        /// All spans of a part.
        case whole(SpanRows)
        /// The spans of `selection`.
        case some(SpanRows)
        /// Spans of several parts.
        case ordered(OrderedRows)
    }

    init(_ tables: TelemetryTables, _ table: RowTable) {
        self.tables = tables
        self.table = table
        tables.beginScan()
    }

    deinit {
        source = nil
        batch = .none
        tables.endScan()
    }

    func filter(_ plan: IndexPlan, _ values: SQLArguments) throws(StoreError) {
        source = try tables.currentSource()
        let filter = SpanFilter(plan, values, table)
        self.filter = filter
        order = plan.order.map { OrderedScan(order: SpanOrder($0, filter), rowsLeft: filter.limit) }
        columns = table.columns(plan.usedColumns)
        nextPart = filter.isImpossible ? .max : 0
    }

    func nextBatch() throws(StoreError) -> Int {
        batch = .none
        guard let source, let filter, nextPart < source.parts.count else { return 0 }
        if order != nil { return try fillInOrder(source) }
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

    /// Takes the next rows in an order. What a row needs besides is read only then: damage to that costs its
    /// part, and others come first.
    private func fillInOrder(_ source: SpanSource) throws(StoreError) -> Int {
        guard var scan = order else { return 0 }
        while true {
            let count = min(scan.rowsLeft, tables.limits.orderedRows)
            let found = try scan.order.first(count, after: scan.last, of: source)
            let handles = found.map(\.handle)
            var damaged: Set<Int> = []
            // Backwards, so that the parts that are read ahead first are open still.
            for part in Set(handles.map { SpanSource.Part.place($0).part }).sorted(by: >) {
                let rows = source.rows(part)
                let isWhole: Void? = try source.tolerating { () throws(StoreError) in try rows.load(columns) }
                if isWhole == nil { damaged.insert(part) }
            }
            guard damaged.isEmpty else {
                scan.order.excluded.formUnion(damaged)
                continue
            }
            batch = .ordered(OrderedRows(handles, columns))
            scan.last = found.last ?? scan.last
            // Fewer than were asked for are the last.
            scan.rowsLeft = found.count < count ? 0 : scan.rowsLeft - count
            order = scan
            return found.count
        }
    }

    private func fill(_ rows: SpanRows, _ filter: SpanFilter) throws(StoreError) -> Int {
        let selection = try filter.selection(rows)
        if selection?.isEmpty != true { try rows.load(columns) }
        guard let selection else {
            batch = .whole(rows)
            return rows.view.summary.spans
        }
        batch = .some(rows)
        self.selection = selection
        return selection.count
    }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        guard let column = table.column(column) else { return result.null() }
        switch batch {
        case .none: result.null()
        case .whole(let rows): try rows.write(column, row, to: result)
        case .some(let rows): try rows.write(column, Int(selection[row]), to: result)
        case .ordered(var rows):
            guard let source else { return result.null() }
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
        case .some(let rows):
            SpanSource.Part.handle(part: rows.part, row: Int(selection[row]))
        case .ordered(let rows): rows.handle(row)
        }
    }
}
