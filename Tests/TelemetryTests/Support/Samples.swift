import OTLPModel

@testable import Telemetry

/// Spans that a test spells out.
enum Sample {
    static let baseNanos: UInt64 = 1_790_000_000_000_000_000

    /// A span of a trace that is told apart by a number.
    static func span(
        trace: UInt64, id: UInt8, parent: UInt8? = nil, name: String = "GET", kind: SpanKind = .server,
        startMillis: UInt64 = 0, millis: UInt64 = 10, attributes: [KeyValue] = []
    ) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = TraceBytes.trace(trace)
        span.spanID = [0, 0, 0, 0, 0, 0, 0, id]
        span.parentSpanID = parent.map { [0, 0, 0, 0, 0, 0, 0, $0] } ?? []
        span.name = name
        span.kind = kind
        span.startTimeUnixNano = baseNanos + startMillis * 1_000_000
        span.endTimeUnixNano = span.startTimeUnixNano + millis * 1_000_000
        span.attributes = attributes
        return span
    }

    static func request(
        _ spans: [OTLPModel.Span], service: String = "edge", node: String? = "edge-1"
    ) -> ExportTraceServiceRequest {
        var resource = Resource(attributes: [KeyValue("service.name", .string(service))])
        if let node { resource.attributes.append(KeyValue("service.instance.id", .string(node))) }
        return ExportTraceServiceRequest(
            resourceSpans: [ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: spans)])])
    }
}

extension Sample {
    static func logsRequest(
        _ records: [LogRecord], service: String = "edge", scope: String = "s"
    ) -> ExportLogsServiceRequest {
        let resource = Resource(attributes: [KeyValue("service.name", .string(service))])
        let scope = InstrumentationScope(name: scope)
        return ExportLogsServiceRequest(
            resourceLogs: [
                ResourceLogs(resource: resource, scopeLogs: [ScopeLogs(scope: scope, logRecords: records)])
            ])
    }
}

extension TelemetryStore {
    /// Appends a request as a receiver does.
    @discardableResult
    func append(_ request: ExportTraceServiceRequest) async throws -> AppendOutcome {
        let body = request.protobufBytes()
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        return try await append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
    }
}

extension StoreOptions {
    /// Seals as soon as there are so many spans, and at no time.
    static func sealing(every spans: Int) -> StoreOptions {
        var options = StoreOptions()
        options.segmentSpans = spans
        options.sealAfterNanos = .max
        return options
    }
}
