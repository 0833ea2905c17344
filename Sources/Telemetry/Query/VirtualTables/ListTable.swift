/// A table of few rows, which are all made when a scan begins.
final class ListTable: VirtualTable {
    private let tables: TelemetryTables
    private let columns: [SQLColumn]
    private let rows: (SpanSource) throws(StoreError) -> [[SQLValue]]

    init(
        _ tables: TelemetryTables, _ columns: [SQLColumn],
        rows: @escaping (SpanSource) throws(StoreError) -> [[SQLValue]]
    ) {
        self.tables = tables
        self.columns = columns
        self.rows = rows
    }

    var declaration: String { columns.declaration }

    func plan(_ request: IndexRequest) -> IndexPlan? {
        var plan = IndexPlan()
        plan.estimatedCost = 1_000
        plan.estimatedRows = 1_000
        return plan
    }

    func open() throws(StoreError) -> any VirtualCursor { Cursor(tables, rows) }

    private final class Cursor: VirtualCursor {
        private let tables: TelemetryTables
        private let make: (SpanSource) throws(StoreError) -> [[SQLValue]]
        private var rows: [[SQLValue]] = []
        private var isGiven = false

        init(_ tables: TelemetryTables, _ make: @escaping (SpanSource) throws(StoreError) -> [[SQLValue]]) {
            self.tables = tables
            self.make = make
            tables.beginScan()
        }

        deinit { tables.endScan() }

        func filter(_ plan: IndexPlan, _ values: SQLArguments) throws(StoreError) {
            if rows.isEmpty { rows = try make(try tables.currentSource()) }
            isGiven = false
        }

        func nextBatch() throws(StoreError) -> Int {
            defer { isGiven = true }
            return isGiven ? 0 : rows.count
        }

        func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
            result.value(rows[row][column])
        }

        func rowID(_ row: Int) -> Int64 { Int64(row) }
    }
}
