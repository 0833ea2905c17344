import OTLPModel

extension SpanRows {
    /// Reads what a column of log records needs.
    func loadLogs(_ column: SpanColumn) throws(StoreError) {
        switch column {
        case .observedNanos:
            _ = (try view.starts(), try view.durations())
            _ = try values(of: .missingTimes)
        case .severityText: _ = try values(of: .severityText)
        case .body: _ = (try values(of: .textBody), try values(of: .structuredBody))
        default: try loadOperations()
        }
    }

    /// Writes such a column of a row.
    func writeLogs(_ column: SpanColumn, _ row: Int, to result: some ValueTarget) throws(StoreError) {
        switch column {
        case .observedNanos:
            let missing = try number(.missingTimes, row).map { MissingTimes(rawValue: $0) }
            if missing?.contains(.observed) == true { return result.null() }
            result.integer(Int64(clamping: try view.starts()[row] &+ (try view.durations()[row])))
        case .severityText: try field(.severityText, row, to: result)
        case .body:
            guard let bytes = try bytes(.structuredBody, row) else {
                return try field(.textBody, row, to: result)
            }
            guard let value = AnyValue(canonicalBytes: bytes) else {
                throw view.damage(column: Int(FieldColumn.structuredBody.id))
            }
            result.text(JSONNode.plain(value).text)
        default: try writeOperation(column, row, to: result)
        }
    }
}

extension SeverityNumber {
    /// OTLP's short name, as in `WARN2`; nil for a number that has none.
    var word: String? {
        guard (1...24).contains(rawValue) else { return nil }
        let level = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"][Int(rawValue - 1) / 4]
        let step = (rawValue - 1) % 4
        return step == 0 ? level : "\(level)\(step + 1)"
    }
}
