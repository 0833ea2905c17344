import OTLPModel
import Telemetry

/// Protobuf bodies: both decoders refuse, or both read the same.
enum ProtobufCheck {
    /// Limits that small inputs break.
    private static let tight = {
        var limits = DecodeLimits()
        (limits.maxDepth, limits.spansMax, limits.attributesMax) = (3, 2, 3)
        (limits.eventsMax, limits.linksMax, limits.valueBytesMax) = (1, 1, 64)
        return limits
    }()

    static func traces(_ body: [UInt8]) -> [String] {
        _ = SignalGuess.signal(ofProtobuf: body.span)
        return traces(body, DecodeLimits()) + traces(body, tight).map { "with tight limits: \($0)" }
    }

    private static func traces(_ body: [UInt8], _ limits: DecodeLimits) -> [String] {
        let cursor = result { () throws(DecodeError) in
            try DecodedTraces.fromProtobuf(body.span, arrival: fuzzArrival, limits: limits)
        }
        let reference = result { () throws(DecodeError) in
            try DecodedTraces.fromProtobuf(
                body.span, arrival: fuzzArrival, decoder: .reference, limits: limits)
        }
        return compare(cursor, reference, isTight: limits.spansMax < .max) { left, right in
            var problems: [String] = []
            if left.rejectedSpans != right.rejectedSpans { problems.append("they refuse different spans") }
            if canonical(left.batch) != canonical(right.batch) {
                problems.append("they read different spans")
            }
            return problems + StoredCheck.problems(of: .spans(left.batch))
        }
    }

    static func logs(_ body: [UInt8]) -> [String] {
        _ = SignalGuess.signal(ofProtobuf: body.span)
        return logs(body, DecodeLimits()) + logs(body, tight).map { "with tight limits: \($0)" }
    }

    private static func logs(_ body: [UInt8], _ limits: DecodeLimits) -> [String] {
        let cursor = result { () throws(DecodeError) in
            try DecodedLogs.fromProtobuf(body.span, arrival: fuzzArrival, limits: limits)
        }
        let reference = result { () throws(DecodeError) in
            try DecodedLogs.fromProtobuf(
                body.span, arrival: fuzzArrival, decoder: .reference, limits: limits)
        }
        return compare(cursor, reference, isTight: limits.spansMax < .max) { left, right in
            var problems: [String] = []
            if left.invalidIDs != right.invalidIDs { problems.append("they leave out different ids") }
            if canonical(left.batch) != canonical(right.batch) {
                problems.append("they read different records")
            }
            return problems + StoredCheck.problems(of: .logs(left.batch))
        }
    }

    static func metrics(_ body: [UInt8]) -> [String] {
        _ = SignalGuess.signal(ofProtobuf: body.span)
        return metrics(body, DecodeLimits()) + metrics(body, tight).map { "with tight limits: \($0)" }
    }

    private static func metrics(_ body: [UInt8], _ limits: DecodeLimits) -> [String] {
        let cursor = result { () throws(DecodeError) in
            try DecodedMetrics.fromProtobuf(body.span, arrival: fuzzArrival, limits: limits)
        }
        let reference = result { () throws(DecodeError) in
            try DecodedMetrics.fromProtobuf(
                body.span, arrival: fuzzArrival, decoder: .reference, limits: limits)
        }
        return compare(cursor, reference, isTight: limits.spansMax < .max) { left, right in
            var problems: [String] = []
            if left.rejectedPoints != right.rejectedPoints || left.rejectionReason != right.rejectionReason {
                problems.append("they refuse different points")
            }
            if left.repeatedKeys != right.repeatedKeys { problems.append("they count different keys") }
            if canonical(left.batch) != canonical(right.batch) {
                problems.append("they read different points")
            }
            return problems + StoredCheck.problems(of: .points(left.batch))
        }
    }

    private static func result<Value>(
        _ decode: () throws(DecodeError) -> Value
    ) -> Result<Value, DecodeError> {
        Result { () throws(DecodeError) in try decode() }
    }

    private static func compare<Value>(
        _ cursor: Result<Value, DecodeError>, _ reference: Result<Value, DecodeError>,
        isTight: Bool, _ accepted: (Value, Value) -> [String]
    ) -> [String] {
        switch (cursor, reference) {
        case (.success(let left), .success(let right)): accepted(left, right)
        // What needs too much memory as messages may have room as columns.
        case (_, .failure(let error)) where error.code == .tooLarge: []
        case (.failure, .failure): []
        // What is over a limit is left out: the cursor does not look into it, the reference has to.
        case (.success, .failure) where isTight: []
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

    static func canonical(_ batch: PointBatch) -> [[UInt8]] {
        StoredBytes.points(of: batch).map { stored in
            var metric = stored.series.metric
            var point = stored.point
            point.attributes = stored.series.attributes
            metric.points = [point]
            return ExportMetricsServiceRequest(
                resourceMetrics: [
                    ResourceMetrics(
                        resource: stored.series.resource,
                        scopeMetrics: [
                            ScopeMetrics(
                                scope: stored.series.scope, metrics: [metric],
                                schemaURL: stored.series.scopeSchemaURL)
                        ], schemaURL: stored.series.resourceSchemaURL)
                ]
            ).protobufBytes()
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
