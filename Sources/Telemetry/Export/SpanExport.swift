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

/// How an export went.
package struct SpanExportResult: Hashable, Sendable {
    package var spans = 0
    package var notes: [QualityNote] = []
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
        try snapshot { () throws(StoreError) in
            var result = SpanExportResult()
            let views = try self.views { selection.mayWant($0) }
                .sorted { $0.summary.minStart < $1.summary.minStart }
            let total = views.reduce(0) { $0 + $1.summary.spans }
            var seen = 0
            for view in views {
                if let trace = selection.trace {
                    let mayContain = try tolerating { () throws(StoreError) in try view.mayContain(trace) }
                    if mayContain == false { continue }
                }
                // A view keeps what it has read: one of its own is dropped after use.
                let view = reopened(view)
                let goesOn = try tolerating { () throws(StoreError) in
                    try Self.export(selection, view, &result, receive)
                }
                if goesOn == false { break }
                seen += view.summary.spans
                onProgress(seen, total)
            }
            result.notes = damageNotes()
            return result
        }
    }

    private static func export(
        _ selection: SpanSelection, _ view: SegmentView, _ result: inout SpanExportResult,
        _ receive: (SpanChunk) -> Bool
    ) throws(StoreError) -> Bool {
        let scan = try SpanSelectionScan(selection, view)
        let materializer = try SpanMaterializer(view)
        let offsets = try view.traceOffsets()
        let traces = try view.traceIDs()
        let origins = try view.originIndexes()
        var position = materializer.start
        var chunk = SpanChunk()
        var trace = 0
        var isWhole = false
        for row in scan.rows where scan.wants(row) {
            while offsets[trace + 1] <= row { trace += 1 }
            materializer.advance(&position, to: row)
            chunk.spans.append(
                SpanChunk.Element(
                    stored: try materializer.span(trace: traces[trace], at: position),
                    origin: Int(origins[row])))
            guard chunk.spans.count == SpanChunk.spansMax else { continue }
            if !isWhole {
                // What is damaged costs the whole segment: nothing of it leaves before all of it was read.
                for column in Set(try view.tables().layouts.columns) {
                    _ = try view.values(of: Int(column))
                }
                isWhole = true
            }
            result.spans += chunk.spans.count
            guard receive(chunk) else { return false }
            chunk.spans.removeAll(keepingCapacity: true)
        }
        result.spans += chunk.spans.count
        return chunk.spans.isEmpty || receive(chunk)
    }
}

extension SpanSelection {
    /// Whether a segment may have spans that start in the window.
    func mayWant(_ segment: SegmentSummary) -> Bool {
        segment.overlaps(window) || (window.until == .distantFuture && segment.maxStart >= window.since)
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
