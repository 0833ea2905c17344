import OTLPModel
import Telemetry

/// Protobuf bodies: both decoders refuse, or both read the same.
enum ProtobufCheck {
    static func traces(_ body: [UInt8]) -> [String] {
        let cursor = result { () throws(DecodeError) in
            try DecodedTraces.fromProtobuf(body.span, arrival: fuzzArrival)
        }
        let reference = result { () throws(DecodeError) in
            try DecodedTraces.fromProtobuf(body.span, arrival: fuzzArrival, decoder: .reference)
        }
        return compare(cursor, reference) { left, right in
            var problems: [String] = []
            if left.rejectedSpans != right.rejectedSpans { problems.append("they refuse different spans") }
            if canonical(left.batch) != canonical(right.batch) {
                problems.append("they read different spans")
            }
            return problems + StoredCheck.encodings(of: left.batch.encoded())
        }
    }

    static func logs(_ body: [UInt8]) -> [String] {
        let cursor = result { () throws(DecodeError) in
            try DecodedLogs.fromProtobuf(body.span, arrival: fuzzArrival)
        }
        let reference = result { () throws(DecodeError) in
            try DecodedLogs.fromProtobuf(body.span, arrival: fuzzArrival, decoder: .reference)
        }
        return compare(cursor, reference) { left, right in
            var problems: [String] = []
            if left.invalidIDs != right.invalidIDs { problems.append("they leave out different ids") }
            if canonical(left.batch) != canonical(right.batch) {
                problems.append("they read different records")
            }
            return problems + StoredCheck.encodings(of: left.batch.encoded())
        }
    }

    private static func result<Value>(
        _ decode: () throws(DecodeError) -> Value
    ) -> Result<Value, DecodeError> {
        Result { () throws(DecodeError) in try decode() }
    }

    private static func compare<Value>(
        _ cursor: Result<Value, DecodeError>, _ reference: Result<Value, DecodeError>,
        _ accepted: (Value, Value) -> [String]
    ) -> [String] {
        switch (cursor, reference) {
        case (.success(let left), .success(let right)): accepted(left, right)
        // What needs too much memory as messages may have room as columns.
        case (_, .failure(let error)) where error.code == .tooLarge: []
        case (.failure, .failure): []
        case (.success, .failure(let error)): ["the cursor takes what the reference refuses: \(error)"]
        case (.failure(let error), .success): ["the reference takes what the cursor refuses: \(error)"]
        }
    }

    static func canonical(_ batch: SpanBatch) -> [[UInt8]] {
        StoredBytes.spans(of: batch).map { stored in
            ExportTraceServiceRequest(
                resourceSpans: [
                    ResourceSpans(
                        resource: stored.resource,
                        scopeSpans: [
                            ScopeSpans(
                                scope: stored.scope, spans: [stored.span], schemaURL: stored.scopeSchemaURL)
                        ], schemaURL: stored.resourceSchemaURL)
                ]
            ).protobufBytes()
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    static func canonical(_ batch: LogBatch) -> [[UInt8]] {
        StoredBytes.logRecords(of: batch).map { stored in
            ExportLogsServiceRequest(
                resourceLogs: [
                    ResourceLogs(
                        resource: stored.resource,
                        scopeLogs: [
                            ScopeLogs(
                                scope: stored.scope, logRecords: [stored.record],
                                schemaURL: stored.scopeSchemaURL)
                        ], schemaURL: stored.resourceSchemaURL)
                ]
            ).protobufBytes()
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
