import OTLPModel

extension SpanMaterializer {
    /// All of a log record as it was sent, but for ids of a wrong length.
    /// - Precondition: the segment is one of log records
    func logRecord(trace: TraceID, at position: Position) throws(StoreError) -> StoredLogRecord {
        let row = position.row
        var record = LogRecord()
        if trace.high | trace.low != 0 { record.traceID = trace.bytes }
        let span = SpanID(rawValue: try view.spanIDs()[row])
        if span.rawValue != 0 { record.spanID = span.bytes }
        let operation = tables.operations[Int(operations[row])]
        record.eventName = try name(operation)
        record.severityNumber = SeverityNumber(rawValue: operation.kind)
        record.flags = operation.flags
        record.timeUnixNano = try view.starts()[row]
        record.observedTimeUnixNano = record.timeUnixNano &+ (try view.durations()[row])
        record.attributes = try attributes(at: position)
        try addFields(to: &record, at: position)
        let origin = try view.origins()[Int(try view.originIndexes()[row])]
        let arrival = tables.arrivals[Int(try view.arrivalIndexes()[row])]
        return StoredLogRecord(
            record: record, resource: origin.resource, resourceSchemaURL: origin.resourceSchemaURL,
            scope: origin.scope, scopeSchemaURL: origin.scopeSchemaURL, receivedAt: arrival.receivedAt,
            peerAddress: arrival.peerAddress)
    }

    private func addFields(to record: inout LogRecord, at position: Position) throws(StoreError) {
        for (column, index) in slots(at: position) {
            switch FieldColumn(rawValue: UInt32(column)) {
            case FieldColumn.severityText?:
                record.severityText = String(decoding: try bytes(column: column, index: index), as: UTF8.self)
            case FieldColumn.textBody?:
                let text = try bytes(column: column, index: index)
                record.body = .string(String(decoding: text, as: UTF8.self))
            case FieldColumn.structuredBody?:
                let value = AnyValue(canonicalBytes: try bytes(column: column, index: index))
                guard let value else { throw view.damage(column: column) }
                record.body = value
            case .droppedAttributesCount?:
                record.droppedAttributesCount = UInt32(
                    truncatingIfNeeded: try number(column: column, index: index))
            case FieldColumn.missingTimes?:
                let missing = MissingTimes(rawValue: try number(column: column, index: index))
                if missing.contains(.time) { record.timeUnixNano = 0 }
                if missing.contains(.observed) { record.observedTimeUnixNano = 0 }
            default: break
            }
        }
    }
}
