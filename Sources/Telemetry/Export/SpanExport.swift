package import OTLPModel

/// A number of spans on their way out, in the order in which they are stored.
package struct SpanChunk: Sendable {
    /// Spans of a chunk at the most: requests of this size are what exporters send.
    package static let spansMax = 1_000

    package struct Element: Sendable {
        package var stored: StoredSpan
        /// Tells apart resource and scope within the chunk.
        package var origin: Int
    }

    package var spans: [Element] = []
}

extension TelemetryReader {
    /// Takes spans out of the database, a segment in memory at a time, oldest segments first.
    ///
    /// All of it sees one state of the file, which a collector keeps for as long as this runs.
    /// - Parameters:
    ///   - onProgress: hears after each segment: spans looked at, spans there are
    ///   - receive: takes a chunk; false ends the export
    /// - Throws: `StoreError`; a damaged segment is left out, and a note says so
    package func export(
        _ selection: SpanSelection, onProgress: (Int, Int) -> Void = { _, _ in },
        _ receive: (SpanChunk) -> Bool
    ) throws(StoreError) -> SpanExportResult {
        try exportSegments(
            of: .traces, selection, onProgress: onProgress,
            { (materializer, trace, position, origin) throws(StoreError) in
                SpanChunk.Element(stored: try materializer.span(trace: trace, at: position), origin: origin)
            },
            { receive(SpanChunk(spans: $0)) })
    }
}

extension SpanChunk {
    /// The spans as an OTLP request: grouped by resource, then by scope, each group in the order of the chunk.
    package var request: ExportTraceServiceRequest {
        struct ResourceKey: Hashable {
            var resource: Resource
            var schemaURL: String
        }
        var request = ExportTraceServiceRequest()
        var groups: [ResourceKey: Int] = [:]
        var places: [Int: (resource: Int, scope: Int)] = [:]
        for element in spans {
            let stored = element.stored
            if let place = places[element.origin] {
                request.resourceSpans[place.resource].scopeSpans[place.scope].spans.append(stored.span)
                continue
            }
            let key = ResourceKey(resource: stored.resource, schemaURL: stored.resourceSchemaURL)
            let group = groups[key] ?? request.resourceSpans.count
            if group == request.resourceSpans.count {
                groups[key] = group
                request.resourceSpans.append(
                    ResourceSpans(resource: stored.resource, schemaURL: stored.resourceSchemaURL))
            }
            places[element.origin] = (group, request.resourceSpans[group].scopeSpans.count)
            request.resourceSpans[group].scopeSpans.append(
                ScopeSpans(scope: stored.scope, spans: [stored.span], schemaURL: stored.scopeSchemaURL))
        }
        return request
    }
}
