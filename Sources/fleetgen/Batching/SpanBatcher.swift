import OTLPModel

/// Collects spans by their source until there are enough of them for a request, as the exporter of
/// each node does on its own.
struct SpanBatcher: Sendable {
    private let sources: [TelemetrySource]
    /// How many spans fill a request.
    private let limit: Int
    /// Spans by source, then by scope, in the order in which they came.
    private var waiting: [[[OTLPModel.Span]]]
    private var counts: [Int]

    /// - Parameter limit: spans a request, at least 1.
    init(sources: [TelemetrySource], limit: Int) {
        precondition(limit > 0, "a request holds at least one span")
        self.sources = sources
        self.limit = limit
        waiting = sources.map { Array(repeating: [], count: $0.scopes.count) }
        counts = Array(repeating: 0, count: sources.count)
    }

    /// Adds a span and gives the batch that it filled, if it filled one.
    mutating func add(_ emitted: EmittedSpan) -> TraceBatch? {
        waiting[emitted.source][emitted.scope].append(emitted.span)
        counts[emitted.source] += 1
        return counts[emitted.source] >= limit ? take(emitted.source) : nil
    }

    /// Everything that waits, at most one batch a source.
    mutating func flush() -> [TraceBatch] {
        sources.indices.filter { counts[$0] > 0 }.map { take($0) }
    }

    private mutating func take(_ index: Int) -> TraceBatch {
        let source = sources[index]
        let scopes = zip(source.scopes, waiting[index]).compactMap { scope, spans in
            spans.isEmpty ? nil : ScopeSpans(scope: scope, spans: spans)
        }
        let batch = TraceBatch(
            kind: source.node.kind, spanCount: counts[index],
            request: ExportTraceServiceRequest(resourceSpans: [
                ResourceSpans(
                    resource: source.resource, scopeSpans: scopes, schemaURL: source.resourceSchemaURL)
            ]))
        counts[index] = 0
        waiting[index] = Array(repeating: [], count: source.scopes.count)
        return batch
    }
}
