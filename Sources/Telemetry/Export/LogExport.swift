package import OTLPModel

/// A number of log records on their way out, in the order in which they are stored.
package struct LogChunk: Sendable {
    package struct Element: Sendable {
        package var stored: StoredLogRecord
        /// Tells apart resource and scope within the chunk.
        package var origin: Int
    }

    package var records: [Element] = []

    /// The records as an OTLP request, grouped by resource and scope.
    package var request: ExportLogsServiceRequest {
        var request = ExportLogsServiceRequest()
        var groups: [Int: Int] = [:]
        for element in records {
            let stored = element.stored
            if let group = groups[element.origin] {
                request.resourceLogs[group].scopeLogs[0].logRecords.append(stored.record)
                continue
            }
            groups[element.origin] = request.resourceLogs.count
            let scope = ScopeLogs(
                scope: stored.scope, logRecords: [stored.record], schemaURL: stored.scopeSchemaURL)
            request.resourceLogs.append(
                ResourceLogs(
                    resource: stored.resource, scopeLogs: [scope], schemaURL: stored.resourceSchemaURL))
        }
        return request
    }
}

extension TelemetryReader {
    /// Takes log records out of the database, as `export(_:onProgress:_:)` does spans.
    /// - Parameter selection: by the record's time; a name is not looked at
    package func exportLogs(
        _ selection: SpanSelection, onProgress: (Int, Int) -> Void = { _, _ in },
        _ receive: (LogChunk) -> Bool
    ) throws(StoreError) -> SpanExportResult {
        var selection = selection
        selection.name = nil
        return try exportSegments(
            of: .logs, selection, onProgress: onProgress,
            { (materializer, trace, position, origin) throws(StoreError) in
                LogChunk.Element(
                    stored: try materializer.logRecord(trace: trace, at: position), origin: origin)
            },
            { receive(LogChunk(records: $0)) })
    }
}
