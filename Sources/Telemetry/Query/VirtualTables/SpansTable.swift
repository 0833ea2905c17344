/// The tables `spans` and `logs`: a row for each stored span, or log record.
final class SpansTable: VirtualTable {
    private let tables: TelemetryTables
    private let table: RowTable

    init(_ tables: TelemetryTables, _ table: RowTable) {
        self.tables = tables
        self.table = table
    }

    var declaration: String { table.sqlColumns.declaration }

    func open() throws(StoreError) -> any VirtualCursor { SpansCursor(tables, table) }

    func plan(_ request: IndexRequest) -> IndexPlan? {
        var plan = IndexPlan()
        // Columns narrow independently of each other, as far as anybody knows: a fraction for each.
        var fraction = 1.0
        for (number, constraint) in request.constraints.enumerated() {
            guard let constraint, let share = share(constraint) else { continue }
            plan.arguments.append(IndexPlan.Argument(constraint: constraint, number: number))
            fraction *= share
        }
        let isComplete =
            !request.hasOthers
            && plan.arguments.count == request.constraints.count
                - request.constraints.count { $0?.comparison == .limit || $0?.comparison == .offset }
        if isComplete, request.order.count == 1, let order = request.order.first,
            SpanFilter.isOrdered(table.column(order.column))
        {
            // The order is kept only for the first so many: sorting all of them is SQLite's work.
            let counts = request.constraints.enumerated().filter {
                $0.element?.comparison == .limit || $0.element?.comparison == .offset
            }
            if counts.contains(where: { $0.element?.comparison == .limit }) {
                plan.order = order
                for (number, constraint) in counts {
                    guard let constraint else { continue }
                    plan.arguments.append(IndexPlan.Argument(constraint: constraint, number: number))
                }
            }
        }
        plan.usedColumns = request.usedColumns
        plan.estimatedRows = max(1, Int64(1e7 * fraction))
        plan.estimatedCost = max(10, 1e7 * fraction)
        return plan
    }

    /// The share of all spans that a constraint lets through, about; nil for one that is SQLite's to check.
    private func share(_ constraint: IndexRequest.Constraint) -> Double? {
        switch (table.column(constraint.column), constraint.comparison) {
        case (_, .limit), (_, .offset), (nil, _): nil
        case (.traceID, .equal): 1e-6
        case (.name, .equal): 0.1
        case (.service, .equal), (.node, .equal), (.kind, .equal): 0.2
        case (.status, .equal): 0.3
        case (.segment, .equal): 0.01
        case (.segment, _): 0.5
        case (.start, .equal), (.startNanos, .equal): 1e-5
        case (.durationNanos, .equal), (.durationMillis, .equal): 1e-4
        case (.start, _), (.startNanos, _), (.durationNanos, _), (.durationMillis, _): 0.25
        default: nil
        }
    }
}
