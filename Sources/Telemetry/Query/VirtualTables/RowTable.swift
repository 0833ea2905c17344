/// The tables whose rows are those of segments: `spans` and `logs`. Both are read by the same code; a table says which
/// columns it shows, in which order and by which names.
enum RowTable {
    case spans
    case logs

    var signal: Signal {
        switch self {
        case .spans: .traces
        case .logs: .logs
        }
    }

    /// By the column's place in the table.
    var columns: [SpanColumn] {
        switch self {
        case .spans: SpanColumn.ofSpans
        case .logs: SpanColumn.ofLogs
        }
    }

    var sqlColumns: [SQLColumn] {
        switch self {
        case .spans: columns.map(\.column)
        case .logs: columns.map(\.columnOfLogs)
        }
    }

    func column(_ place: Int) -> SpanColumn? { columns.indices.contains(place) ? columns[place] : nil }

    /// The columns that a statement uses.
    /// - Parameter used: a bit for each place; the last one stands for all from there on
    func columns(_ used: UInt64) -> [SpanColumn] {
        columns.indices.filter { used >> UInt64(min($0, 63)) & 1 != 0 }.map { columns[$0] }
    }
}

extension SpanColumn {
    static let ofSpans = allCases.filter { !isOfLogsOnly($0) }

    static let ofLogs: [SpanColumn] = [
        .start, .startNanos, .observedNanos, .severity, .severityNumber, .severityText, .body, .eventName,
        .service, .node, .nodeSource, .scope, .scopeVersion, .traceID, .spanID, .flags, .peer,
        .receivedAtNanos, .droppedAttributes, .attributes, .resource, .segment, .handle,
    ]

    private static func isOfLogsOnly(_ column: SpanColumn) -> Bool {
        switch column {
        case .observedNanos, .severity, .severityNumber, .severityText, .body, .eventName: true
        default: false
        }
    }

    /// What the column is in the table `logs`.
    var columnOfLogs: SQLColumn {
        switch self {
        case .start:
            SQLColumn("time", "TEXT", "when it happened; without that, when it was observed or arrived")
        case .startNanos: SQLColumn("time_ns", "INTEGER", "the same in Unix nanoseconds")
        case .traceID: SQLColumn("trace_id", "TEXT", "32 hexadecimal digits; NULL without one")
        case .spanID: SQLColumn("span_id", "TEXT", "16 hexadecimal digits; NULL without one")
        case .peer: SQLColumn("peer", "TEXT", "the address that the record came from")
        case .handle: SQLColumn("logs", "INTEGER", "the row, for attr(logs, 'key')", isHidden: true)
        default: column
        }
    }
}
