import OTLPModel

extension RequestGenerator {
    /// Log records with everything that they can hold, the odd included.
    mutating func logsRequest(recordsMax: Int = 12) -> ExportLogsServiceRequest {
        ExportLogsServiceRequest(
            resourceLogs: list(0...3) { generator in
                ResourceLogs(
                    resource: generator.resource(),
                    scopeLogs: generator.list(0...3) { inner in
                        ScopeLogs(
                            scope: inner.scope(), logRecords: inner.list(0...recordsMax) { $0.logRecord() },
                            schemaURL: inner.maybe { $0.text() } ?? "")
                    },
                    schemaURL: generator.maybe { $0.text() } ?? "")
            })
    }

    mutating func logRecord() -> LogRecord {
        var record = LogRecord()
        record.timeUnixNano = oneOf([0, 1, 1_790_000_000_000_000_000, 1_790_000_000_123_456_789, .max])
        record.observedTimeUnixNano = oneOf([0, record.timeUnixNano, record.timeUnixNano &+ 5_000, 17, .max])
        record.severityNumber = SeverityNumber(rawValue: oneOf([0, 1, 9, 13, 17, 20, 24, 25, 99, -1]))
        record.severityText = maybe { $0.text() } ?? "INFO"
        record.body = value(depth: 1)
        record.attributes = attributes()
        record.droppedAttributesCount = oneOf([0, 0, 7, .max])
        record.flags = oneOf([0, 1, .max])
        record.traceID = oneOf([[], TraceBytes.trace(UInt64(1 + number(below: 40))), bytes(5)])
        record.spanID = oneOf([[], bytes(8), bytes(9)])
        record.eventName = maybe { $0.text() } ?? ""
        return record
    }
}
