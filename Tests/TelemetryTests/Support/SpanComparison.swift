import OTLPModel

@testable import Telemetry

/// A span with all that belongs to it as canonical bytes: equal spans have equal bytes, NaN included.
func canonical(
    _ span: OTLPModel.Span, _ resource: Resource, _ resourceSchemaURL: String,
    _ scope: InstrumentationScope, _ scopeSchemaURL: String
) -> [UInt8] {
    var span = span
    // Two ways to say the same: an id of zeros names no parent.
    if span.parentSpanID.allSatisfy({ $0 == 0 }) { span.parentSpanID = [] }
    return ExportTraceServiceRequest(
        resourceSpans: [
            ResourceSpans(
                resource: resource,
                scopeSpans: [ScopeSpans(scope: scope, spans: [span], schemaURL: scopeSchemaURL)],
                schemaURL: resourceSchemaURL)
        ]
    ).protobufBytes()
}

extension ExportTraceServiceRequest {
    /// The canonical bytes of each span that can be stored, sorted.
    func canonicalSpans() -> [[UInt8]] {
        var all: [[UInt8]] = []
        for group in resourceSpans {
            for scoped in group.scopeSpans {
                for span in scoped.spans
                where TraceID(bytes: span.traceID) != nil && SpanID(bytes: span.spanID) != nil
                    && [0, 8].contains(span.parentSpanID.count)
                {
                    all.append(
                        canonical(span, group.resource, group.schemaURL, scoped.scope, scoped.schemaURL))
                }
            }
        }
        return all.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension [StoredSpan] {
    /// The canonical bytes of each span, sorted.
    func canonicalSpans() -> [[UInt8]] {
        map { canonical($0.span, $0.resource, $0.resourceSchemaURL, $0.scope, $0.scopeSchemaURL) }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension SpanBatch {
    /// The spans, put together again through a segment's columns.
    func storedSpans() throws -> [StoredSpan] {
        try SegmentView(SegmentBuilder([self]).build()).storedSpans()
    }
}

extension SegmentView {
    /// All spans.
    func storedSpans() throws -> [StoredSpan] {
        let materializer = try SpanMaterializer(self)
        let offsets = try traceOffsets()
        var position = materializer.start
        var spans: [StoredSpan] = []
        for (trace, id) in try traceIDs().enumerated() {
            for row in offsets[trace]..<offsets[trace + 1] {
                materializer.advance(&position, to: row)
                spans.append(try materializer.span(trace: id, at: position))
            }
        }
        return spans
    }
}

extension TelemetryReader {
    /// Every segment and the journal, as they are now. Nobody may write while they are read.
    func forEachView(_ body: (SegmentView) throws -> Void) throws {
        for view in try snapshot({ () throws(StoreError) in try views { _ in true } }) { try body(view) }
    }
}

let someArrival = Arrival(
    receivedAt: UnixNanos(rawValue: 1_790_000_001_000_000_000), peerAddress: "192.0.2.7")
