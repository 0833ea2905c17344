import OTLPModel

@testable import Telemetry

extension StoredLogRecord {
    /// The record with all that belongs to it: equal ones have equal bytes, NaN included.
    var canonicalBytes: [UInt8] { canonical(record, resource, resourceSchemaURL, scope, scopeSchemaURL) }
}

private func canonical(
    _ record: LogRecord, _ resource: Resource, _ resourceSchemaURL: String, _ scope: InstrumentationScope,
    _ scopeSchemaURL: String
) -> [UInt8] {
    var record = record
    // What is left out: ids of a wrong length, and those of zeros, which say that there is none.
    if record.traceID.count != 16 || record.traceID.allSatisfy({ $0 == 0 }) { record.traceID = [] }
    if record.spanID.count != 8 || record.spanID.allSatisfy({ $0 == 0 }) { record.spanID = [] }
    return ExportLogsServiceRequest(
        resourceLogs: [
            ResourceLogs(
                resource: resource,
                scopeLogs: [ScopeLogs(scope: scope, logRecords: [record], schemaURL: scopeSchemaURL)],
                schemaURL: resourceSchemaURL)
        ]
    ).protobufBytes()
}

extension ExportLogsServiceRequest {
    /// The canonical bytes of each record, sorted.
    func canonicalRecords() -> [[UInt8]] {
        resourceLogs.flatMap { group in
            group.scopeLogs.flatMap { scoped in
                scoped.logRecords.map {
                    canonical($0, group.resource, group.schemaURL, scoped.scope, scoped.schemaURL)
                }
            }
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension [StoredLogRecord] {
    /// The canonical bytes of each record, sorted.
    func canonicalRecords() -> [[UInt8]] {
        map(\.canonicalBytes).sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension LogBatch {
    /// The records, put together again through a segment's columns.
    func storedRecords() throws -> [StoredLogRecord] {
        try SegmentView(SegmentBuilder([rows], signal: .logs).build()).storedRecords()
    }
}

extension SegmentView {
    /// All log records.
    func storedRecords() throws -> [StoredLogRecord] {
        let materializer = try SpanMaterializer(self)
        let offsets = try traceOffsets()
        var position = materializer.start
        var records: [StoredLogRecord] = []
        for (trace, id) in try traceIDs().enumerated() {
            for row in offsets[trace]..<offsets[trace + 1] {
                materializer.advance(&position, to: row)
                records.append(try materializer.logRecord(trace: id, at: position))
            }
        }
        return records
    }
}
