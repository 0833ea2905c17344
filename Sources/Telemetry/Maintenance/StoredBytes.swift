/// What lies in a database, without a database: for the fuzzer, which makes the bytes up, and reads them as the
/// collector and queries do.
package enum StoredBytes {
    /// A segment that was made of batches.
    package struct Segment: Sendable {
        package var spans: Int { summary.spans }
        package var traces: Int { summary.traces }
        package var signal: Signal { summary.signal }
        /// By number.
        package var chunks: [UInt16: [UInt8]]
        /// What the catalogue would say.
        var summary: SegmentSummary
    }

    package static func journalRow(_ batches: [[UInt8]]) -> [UInt8] { JournalRow.encode(batches) }

    /// Whether bytes are an encoded batch that is encoded the same way again.
    package static func isBatch(_ bytes: [UInt8]) -> Bool { batch(bytes)?.encoded() == bytes }

    private static func batch(_ bytes: [UInt8]) -> TelemetryBatch? {
        var reader = ByteReader(bytes.span)
        return try? TelemetryBatch(decoding: &reader)
    }

    /// The spans of a batch as a segment gives them back.
    package static func spans(of batch: SpanBatch) -> [StoredSpan] {
        (try? everySpan(SegmentView(SegmentBuilder([batch]).build()))) ?? []
    }

    /// The log records of a batch as a segment gives them back.
    package static func logRecords(of batch: LogBatch) -> [StoredLogRecord] {
        (try? everyRecord(SegmentView(SegmentBuilder([batch.rows], signal: .logs).build()))) ?? []
    }

    /// The segments that encoded batches make.
    package static func segments(of batches: [[UInt8]]) -> [Segment] {
        segments(of: batches.compactMap(batch))
    }

    private static func segments(of batches: [TelemetryBatch]) -> [Segment] {
        var segments: [Segment] = []
        for signal in [Signal.traces, .logs] {
            let rows = batches.compactMap { $0.rows(of: signal) }.filter { $0.spanCount > 0 }
            for part in SealParts.parts(of: rows) {
                let columns = SegmentBuilder(part, signal: signal).build()
                if columns.spanCount > 0 { segments.append(segment(columns)) }
            }
        }
        return segments
            + PointSegmentBuilder.columns(of: batches.compactMap(\.pointBatch)).map(pointSegment)
    }

    private static func segment(_ columns: SegmentColumns) -> Segment {
        let encoder = SegmentEncoder()
        let origins = columns.origins.origins.map {
            (resource: Int64($0.resource) + 1, scope: Int64($0.scope) + 1)
        }
        return Segment(
            chunks: numbered(encoder.chunks(columns) + [encoder.originsChunk(origins)]),
            summary: columns.summary())
    }

    static func numbered(_ chunks: [EncodedChunk]) -> [UInt16: [UInt8]] {
        Dictionary(chunks.map { ($0.id.number, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Reading

    /// Verifies a row of the journal, seals what it holds, and reads that back.
    package static func readJournalRow(_ bytes: [UInt8]) {
        _ =
            JournalVerification(
                JournalVerification.Row(
                    id: 1, spans: 1, minStart: 0, maxStart: 1, digests: [], checksum: checksum(bytes.span),
                    data: bytes)
            ).damages
        guard let batches = try? JournalRow.decode(bytes.span) else { return }
        for segment in segments(of: batches) { readSegment(segment) }
    }

    /// What a segment that was just made does not fulfil, and whatever else of it cannot be read.
    package static func problems(of segment: Segment) -> [String] {
        var problems: [String] = []
        let stored = StoredSegment(segment.chunks, segment.summary)
        if segment.signal == .metrics {
            problems += PointSegmentVerification(stored).damages.map(\.message)
        } else {
            var verification = SegmentVerification(stored)
            verification.run()
            problems += verification.damages.map(\.message)
        }
        if readSegment(segment) != segment.spans { problems.append("what was sealed cannot be read back") }
        return problems
    }

    /// Verifies a segment, and reads all that queries read.
    /// - Parameter chunks: by number
    package static func readSegment(
        _ chunks: [UInt16: [UInt8]], signal: Signal, spans: Int, traces: Int
    ) {
        guard (1...SegmentSummary.spansMax).contains(spans), (1...spans).contains(traces) else { return }
        let summary = SegmentSummary(
            spans: spans, traces: traces, minStart: UnixNanos(rawValue: 0), maxStart: .distantFuture,
            maxEnd: .distantFuture, minDuration: 0, maxDuration: .max, errors: 0, signal: signal)
        let segment = Segment(chunks: chunks, summary: summary)
        if signal == .metrics {
            _ = PointSegmentVerification(StoredSegment(chunks, summary)).damages
        } else {
            var verification = SegmentVerification(StoredSegment(chunks, summary))
            verification.run()
        }
        readSegment(segment)
    }

    /// - Returns: how many spans, points or log records could be read
    @discardableResult
    private static func readSegment(_ segment: Segment) -> Int {
        if segment.signal == .metrics { return readPoints(segment) }
        let chunks = segment.chunks
        let view = SegmentView(
            segmentID: 1, format: SegmentEncoder.formatVersion, summary: segment.summary,
            load: { (chunk, _) throws(StoreError) in chunks[chunk.number] },
            resolve: { (_) throws(StoreError) in ResolvedOrigin(resource: nil, scope: nil) })
        _ = try? view.statistics()
        _ = try? view.rollup()
        if segment.signal == .traces {
            var memory = ScanMemory()
            _ = try? SegmentExchanges(
                view, index: 0, FleetQuestion(window: .all), FleetNames(), without: [], &memory)
        }
        _ = try? view.mayContain(TraceID(high: 1, low: 1))
        let count = try? segment.signal == .logs ? everyRecord(view).count : everySpan(view).count
        if let columns = try? view.segmentColumns() {
            _ = SegmentBuilder(merging: [columns, columns]).build()
        }
        return count ?? 0
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
    /// Chunks with the checksums that they should have.
    fileprivate init(_ chunks: [UInt16: [UInt8]], _ summary: SegmentSummary) {
        id = 1
        signal = summary.signal.rawValue
        format = Int64(SegmentEncoder.formatVersion)
        createdAt = UnixNanos(rawValue: 0)
        spans = Int64(summary.spans)
        traces = Int64(summary.traces)
        minStart = summary.minStart
        maxStart = summary.maxStart
        maxEnd = summary.maxEnd
        minDuration = summary.minDuration
        maxDuration = summary.maxDuration
        errors = Int64(summary.errors)
        self.chunks = chunks.mapValues { Chunk(checksum: checksum($0.span), bytes: $0) }
    }
}
