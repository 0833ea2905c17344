import OTLPModel

/// How an export went.
package struct SpanExportResult: Hashable, Sendable {
    package var spans = 0
    package var notes: [QualityNote] = []
}

extension TelemetryReader {
    /// Takes spans, or log records, which are stored like them, out of the database: a segment in memory at a time, oldest
    /// segments first.
    /// - Parameters:
    ///   - onProgress: hears after each segment: items looked at, items there are
    ///   - item: makes one of what is at a position, of a trace and an origin
    ///   - receive: takes up to `SpanChunk.spansMax` of them; false ends the export
    /// - Throws: `StoreError`; a damaged segment is left out, and a note says so
    func exportSegments<Item>(
        of signal: Signal, _ selection: SpanSelection, onProgress: (Int, Int) -> Void,
        _ item: (SpanMaterializer, TraceID, SpanMaterializer.Position, Int) throws(StoreError) -> Item,
        _ receive: ([Item]) -> Bool
    ) throws(StoreError) -> SpanExportResult {
        try snapshot { () throws(StoreError) in
            var result = SpanExportResult()
            let views = try self.views(of: signal) { selection.mayWant($0) }
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
                    try Self.export(selection, view, &result, item, receive)
                }
                if goesOn == false { break }
                seen += view.summary.spans
                onProgress(seen, total)
            }
            result.notes = damageNotes()
            return result
        }
    }

    private static func export<Item>(
        _ selection: SpanSelection, _ view: SegmentView, _ result: inout SpanExportResult,
        _ item: (SpanMaterializer, TraceID, SpanMaterializer.Position, Int) throws(StoreError) -> Item,
        _ receive: ([Item]) -> Bool
    ) throws(StoreError) -> Bool {
        let scan = try SpanSelectionScan(selection, view)
        let materializer = try SpanMaterializer(view)
        let offsets = try view.traceOffsets()
        let traces = try view.traceIDs()
        let origins = try view.originIndexes()
        var position = materializer.start
        var chunk: [Item] = []
        var trace = 0
        var isWhole = false
        for row in scan.rows where scan.wants(row) {
            while offsets[trace + 1] <= row { trace += 1 }
            materializer.advance(&position, to: row)
            chunk.append(try item(materializer, traces[trace], position, Int(origins[row])))
            guard chunk.count == SpanChunk.spansMax else { continue }
            if !isWhole {
                // What is damaged costs the whole segment: nothing of it leaves before all of it was read.
                for column in Set(try view.tables().layouts.columns) {
                    _ = try view.values(of: Int(column))
                }
                isWhole = true
            }
            result.spans += chunk.count
            guard receive(chunk) else { return false }
            chunk.removeAll(keepingCapacity: true)
        }
        result.spans += chunk.count
        return chunk.isEmpty || receive(chunk)
    }
}

extension SpanSelection {
    /// Whether a segment may have spans that start in the window.
    func mayWant(_ segment: SegmentSummary) -> Bool {
        segment.overlaps(window) || (window.until == .distantFuture && segment.maxStart >= window.since)
    }
}
