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
        return try snapshot { () throws(StoreError) in
            var result = SpanExportResult()
            let views = try self.views(of: .logs) { selection.mayWant($0) }
                .sorted { $0.summary.minStart < $1.summary.minStart }
            let total = views.reduce(0) { $0 + $1.summary.spans }
            var seen = 0
            for view in views {
                // A view keeps what it has read: one of its own is dropped after use.
                let view = reopened(view)
                let goesOn = try tolerating { () throws(StoreError) in
                    try Self.exportLogs(selection, view, &result, receive)
                }
                if goesOn == false { break }
                seen += view.summary.spans
                onProgress(seen, total)
            }
            result.notes = damageNotes()
            return result
        }
    }

    private static func exportLogs(
        _ selection: SpanSelection, _ view: SegmentView, _ result: inout SpanExportResult,
        _ receive: (LogChunk) -> Bool
    ) throws(StoreError) -> Bool {
        let scan = try SpanSelectionScan(selection, view)
        let materializer = try SpanMaterializer(view)
        let offsets = try view.traceOffsets()
        let traces = try view.traceIDs()
        let origins = try view.originIndexes()
        // What is damaged costs the whole segment: nothing of it leaves before all of it was read.
        for column in Set(try view.tables().layouts.columns) { _ = try view.values(of: Int(column)) }
        var position = materializer.start
        var chunk = LogChunk()
        var trace = 0
        for row in scan.rows where scan.wants(row) {
            while offsets[trace + 1] <= row { trace += 1 }
            materializer.advance(&position, to: row)
            chunk.records.append(
                LogChunk.Element(
                    stored: try materializer.logRecord(trace: traces[trace], at: position),
                    origin: Int(origins[row])))
            guard chunk.records.count == SpanChunk.spansMax else { continue }
            result.spans += chunk.records.count
            guard receive(chunk) else { return false }
            chunk.records.removeAll(keepingCapacity: true)
        }
        result.spans += chunk.records.count
        return chunk.records.isEmpty || receive(chunk)
    }
}
