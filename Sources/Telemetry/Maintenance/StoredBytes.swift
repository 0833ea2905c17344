/// What lies in a database, without a database: for the fuzzer, which makes the bytes up, and reads them as the
/// collector and queries do.
package enum StoredBytes {
    /// A segment that was made of batches.
    package struct Segment: Sendable {
        package var spans: Int
        package var traces: Int
        /// By number.
        package var chunks: [UInt16: [UInt8]]
    }

    package static func journalRow(_ batches: [[UInt8]]) -> [UInt8] { JournalRow.encode(batches) }

    /// Whether bytes are an encoded batch that is encoded the same way again.
    package static func isBatch(_ bytes: [UInt8]) -> Bool {
        var reader = ByteReader(bytes.span)
        guard let batch = try? TelemetryBatch(decoding: &reader) else { return false }
        return batch.encoded() == bytes
    }

    /// The spans of a batch as a segment gives them back.
    package static func spans(of batch: SpanBatch) -> [StoredSpan] {
        (try? everySpan(SegmentView(SegmentBuilder([batch]).build()))) ?? []
    }

    /// The log records of a batch as a segment gives them back.
    package static func logRecords(of batch: LogBatch) -> [StoredLogRecord] {
        (try? everyRecord(SegmentView(SegmentBuilder([batch.rows], signal: .logs).build()))) ?? []
    }

    /// The segment that encoded batches of spans or log records make.
    package static func segment(of batches: [[UInt8]], signal: Signal) -> Segment {
        var rows: [SpanBatch] = []
        for bytes in batches {
            var reader = ByteReader(bytes.span)
            guard let batch = try? TelemetryBatch(decoding: &reader) else { continue }
            if let own = batch.rows(of: signal) { rows.append(own) }
        }
        let columns = SegmentBuilder(rows, signal: signal).build()
        return segment(columns)
    }

    private static func segment(_ columns: SegmentColumns) -> Segment {
        let encoder = SegmentEncoder()
        let origins = columns.origins.origins.map {
            (resource: Int64($0.resource) + 1, scope: Int64($0.scope) + 1)
        }
        let chunks = encoder.chunks(columns) + [encoder.originsChunk(origins)]
        return Segment(
            spans: columns.spanCount, traces: columns.traces.count,
            chunks: Dictionary(
                chunks.map { ($0.id.number, $0.bytes) }, uniquingKeysWith: { first, _ in first }))
    }

    // MARK: Reading

    /// Reads a row of the journal, seals what it holds, and reads that back.
    package static func readJournalRow(_ bytes: [UInt8]) {
        guard let batches = try? JournalRow.decode(bytes.span) else { return }
        for signal in [Signal.traces, .logs] {
            let rows = batches.compactMap { $0.rows(of: signal) }.filter { $0.spanCount > 0 }
            for part in SealParts.parts(of: rows) {
                let columns = SegmentBuilder(part, signal: signal).build()
                guard columns.spanCount > 0 else { continue }
                let sealed = segment(columns)
                readSegment(sealed.chunks, signal: signal, spans: sealed.spans, traces: sealed.traces)
            }
        }
    }

    /// Verifies a segment, and reads all that queries read.
    /// - Parameter chunks: by number
    package static func readSegment(
        _ chunks: [UInt16: [UInt8]], signal: Signal, spans: Int, traces: Int
    ) {
        guard (1...SegmentSummary.spansMax).contains(spans), (1...spans).contains(traces) else { return }
        var verification = SegmentVerification(
            StoredSegment(chunks, signal: signal, spans: spans, traces: traces))
        verification.run()
        let summary = SegmentSummary(
            spans: spans, traces: traces, minStart: UnixNanos(rawValue: 0), maxStart: .distantFuture,
            maxEnd: .distantFuture, minDuration: 0, maxDuration: .max, errors: 0, signal: signal)
        let view = SegmentView(
            segmentID: 1, format: SegmentEncoder.formatVersion, summary: summary,
            load: { (chunk, _) throws(StoreError) in chunks[chunk.number] },
            resolve: { (_) throws(StoreError) in ResolvedOrigin(resource: nil, scope: nil) })
        _ = try? view.statistics()
        _ = try? view.rollup()
        _ = try? view.mayContain(TraceID(high: 1, low: 1))
        _ = try? signal == .logs ? everyRecord(view).count : everySpan(view).count
        if let columns = try? view.segmentColumns() { _ = SegmentBuilder(merging: [columns]).build() }
    }

    private static func everySpan(_ view: SegmentView) throws(StoreError) -> [StoredSpan] {
        try each(view) { (materializer, trace, position) throws(StoreError) in
            try materializer.span(trace: trace, at: position)
        }
    }

    private static func everyRecord(_ view: SegmentView) throws(StoreError) -> [StoredLogRecord] {
        try each(view) { (materializer, trace, position) throws(StoreError) in
            try materializer.logRecord(trace: trace, at: position)
        }
    }

    private static func each<Item>(
        _ view: SegmentView,
        _ read: (SpanMaterializer, TraceID, SpanMaterializer.Position) throws(StoreError) -> Item
    ) throws(StoreError) -> [Item] {
        let materializer = try SpanMaterializer(view)
        let offsets = try view.traceOffsets()
        var position = materializer.start
        var items: [Item] = []
        for (trace, id) in try view.traceIDs().enumerated() {
            for row in offsets[trace]..<offsets[trace + 1] {
                materializer.advance(&position, to: row)
                items.append(try read(materializer, id, position))
            }
        }
        return items
    }
}

extension StoredSegment {
    /// Chunks with the checksums that they should have, in a catalogue that knows no more of them than their number.
    fileprivate init(_ chunks: [UInt16: [UInt8]], signal: Signal, spans: Int, traces: Int) {
        id = 1
        self.signal = signal.rawValue
        format = Int64(SegmentEncoder.formatVersion)
        createdAt = UnixNanos(rawValue: 0)
        self.spans = Int64(spans)
        self.traces = Int64(traces)
        minStart = UnixNanos(rawValue: 0)
        maxStart = .distantFuture
        maxEnd = .distantFuture
        (minDuration, maxDuration, errors) = (0, .max, 0)
        self.chunks = chunks.mapValues { Chunk(checksum: checksum($0.span), bytes: $0) }
    }
}
