/// The fields of log records that are kept as columns. They take the places of span fields with the same types, so that
/// both signals share the code that reads and writes columns; the names differ, and segments say them.
extension FieldColumn {
    static var severityText: FieldColumn { .traceState }
    /// The body of a record whose body is a string.
    static var textBody: FieldColumn { .statusMessage }
    /// The body of any other: canonical `AnyValue` bytes.
    static var structuredBody: FieldColumn { .events }
    /// `MissingTimes` of a record that lacks one; none of one that has both.
    static var missingTimes: FieldColumn { .droppedEventsCount }

    /// The names that the fields have in segments of a signal, and their types, which are the same for all.
    static func keys(of signal: Signal) -> [ColumnKey] { signal == .logs ? logKeys : keys }

    /// The keys of the fields of log records, in order. Columns 6 and 7 are not used.
    static let logKeys = [
        ColumnKey(field: "event_name", .string), ColumnKey(field: "severity_text", .string),
        ColumnKey(field: "body", .string), ColumnKey(field: "dropped_attributes_count", .int),
        ColumnKey(field: "body", .bytes), ColumnKey(field: "missing_times", .int),
        ColumnKey(field: "", .bytes), ColumnKey(field: "", .int), ColumnKey(field: "overflow", .keyValueList),
    ]
}

/// Which times a log record came without; the other one stands in for it, or the time of arrival for both.
struct MissingTimes: OptionSet, Sendable {
    let rawValue: UInt64

    static let time = MissingTimes(rawValue: 1)
    static let observed = MissingTimes(rawValue: 2)
}
