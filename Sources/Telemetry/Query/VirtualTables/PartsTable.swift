/// A table whose rows belong to spans, or to groups of them: made part by part.
final class PartsTable: VirtualTable {
    struct Description: Sendable {
        var columns: [SQLColumn]
        /// Columns whose conditions are those of spans.
        var conditions: [Int: SpanColumn]
        /// Columns of times at or before the start of the spans behind a row: only lower bounds help.
        var lowerBounds: Set<Int> = []
        var rows: @Sendable (SpanRows, SpanFilter) throws(StoreError) -> any PartRows
    }

    private let tables: TelemetryTables
    private let description: Description

    init(_ tables: TelemetryTables, _ description: Description) {
        self.tables = tables
        self.description = description
    }

    var declaration: String { description.columns.declaration }

    func plan(_ request: IndexRequest) -> IndexPlan? {
        var plan = IndexPlan()
        for (number, constraint) in request.constraints.enumerated() {
            guard let constraint, let column = description.conditions[constraint.column] else { continue }
            let comparison = constraint.comparison
            let isLower = description.lowerBounds.contains(constraint.column)
            if isLower {
                guard comparison == .greater || comparison == .greaterOrEqual else { continue }
            } else {
                guard comparison == .equal || column == .segment else { continue }
            }
            // The plan is about the columns of spans.
            let mapped = IndexRequest.Constraint(column: column.rawValue, comparison: comparison)
            plan.arguments.append(
                IndexPlan.Argument(constraint: mapped, number: number, isExact: !isLower))
            plan.estimatedCost /= column == .traceID ? 1e5 : 4
        }
        plan.estimatedRows = Int64(plan.estimatedCost)
        return plan
    }

    func open() throws(StoreError) -> any VirtualCursor { PartsCursor(tables, description) }
}

/// The rows that a part has in a table.
protocol PartRows: AnyObject {
    var count: Int { get }
    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError)
}

/// A scan of a `PartsTable`.
final class PartsCursor: VirtualCursor {
    private let tables: TelemetryTables
    private let description: PartsTable.Description
    private var source: SpanSource?
    private var filter: SpanFilter?
    private var nextPart = 0
    private var part = 0
    private var rows: (any PartRows)?

    init(_ tables: TelemetryTables, _ description: PartsTable.Description) {
        self.tables = tables
        self.description = description
        tables.beginScan()
    }

    deinit {
        source = nil
        rows = nil
        tables.endScan()
    }

    func filter(_ plan: IndexPlan, _ values: SQLArguments) throws(StoreError) {
        source = try tables.currentSource()
        let filter = SpanFilter(plan, values)
        self.filter = filter
        nextPart = filter.isImpossible ? .max : 0
    }

    func nextBatch() throws(StoreError) -> Int {
        rows = nil
        guard let source, let filter else { return 0 }
        while nextPart < source.parts.count {
            part = nextPart
            nextPart += 1
            guard filter.mayPass(source.parts[part]) else { continue }
            let part = part
            let found = try source.tolerating { () throws(StoreError) -> (any PartRows)? in
                if let trace = filter.trace, try !source.mayContain(trace, part: part) { return nil }
                return try description.rows(source.rows(part), filter)
            }
            if let found = found ?? nil, found.count > 0 {
                rows = found
                return found.count
            }
        }
        return 0
    }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        guard let rows else { return result.null() }
        try rows.write(column: column, row: row, to: result)
    }

    func rowID(_ row: Int) -> Int64 { Int64(part) << 40 | Int64(row) }
}
