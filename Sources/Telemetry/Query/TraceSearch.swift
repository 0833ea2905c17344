import OTLPModel

/// Answers "which spans does this trace have?".
struct TraceSearch {
    /// How many ids are listed when a prefix is not unique.
    static let ambiguousMax = 20

    private let segments: [SegmentReference]
    private let reader: TelemetryReader

    init(_ segments: [SegmentReference], _ reader: TelemetryReader) {
        self.segments = segments
        self.reader = reader
    }

    func lookUp(prefix: String) throws(StoreError) -> TraceLookup {
        guard let range = Self.range(ofPrefix: prefix) else { return .notFound(notes: []) }
        if range.lowerBound == range.upperBound {
            return try spans(of: range.lowerBound)
        }
        let outcome = try ParallelScan.run(segments, reader.source, makeState: { Set<TraceID>() }) {
            (traces, view, _) throws(StoreError) in
            traces.formUnion(try view.traceIDs().lazy.filter { range.contains($0) })
        }
        reader.note(outcome.damages)
        let traces = outcome.states.reduce(into: Set()) { $0.formUnion($1) }
        guard let first = traces.first else { return .notFound(notes: reader.damageNotes()) }
        if traces.count == 1 { return try spans(of: first) }
        return .ambiguous(Array(traces.sorted().prefix(Self.ambiguousMax)))
    }

    /// The ids that start with some hex digits; nil when that is not what the text is.
    private static func range(ofPrefix prefix: String) -> ClosedRange<TraceID>? {
        guard (1...32).contains(prefix.utf8.count) else { return nil }
        func id(filledWith digit: Character) -> TraceID? {
            let digits = prefix + String(repeating: digit, count: 32 - prefix.utf8.count)
            guard let high = UInt64(digits.prefix(16), radix: 16),
                let low = UInt64(digits.suffix(16), radix: 16)
            else { return nil }
            return TraceID(high: high, low: low)
        }
        guard let first = id(filledWith: "0"), let last = id(filledWith: "f") else { return nil }
        return first...last
    }

    /// All stored spans of some traces, in the order of the segments.
    func storedSpans(of traces: Set<TraceID>) throws(StoreError) -> [TraceID: [StoredSpan]] {
        typealias Found = [(segment: Int, trace: TraceID, spans: [StoredSpan])]
        let outcome = try ParallelScan.run(segments, reader.source, makeState: { Found() }) {
            (found: inout Found, view, segment) throws(StoreError) in
            var here: Found = []
            for trace in traces {
                let spans = try Self.spans(of: trace, in: view)
                if !spans.isEmpty { here.append((segment, trace, spans)) }
            }
            found += here
        }
        reader.note(outcome.damages)
        return outcome.states.joined().sorted { $0.segment < $1.segment }.reduce(into: [:]) {
            $0[$1.trace, default: []] += $1.spans
        }
    }

    private func spans(of trace: TraceID) throws(StoreError) -> TraceLookup {
        var spans = try storedSpans(of: [trace])[trace] ?? []
        guard !spans.isEmpty else { return .notFound(notes: reader.damageNotes()) }
        spans.sort { left, right in
            left.span.startTimeUnixNano != right.span.startTimeUnixNano
                ? left.span.startTimeUnixNano < right.span.startTimeUnixNano
                : left.span.spanID.lexicographicallyPrecedes(right.span.spanID)
        }
        return .found(trace, spans, notes: reader.damageNotes() + QualityNotes.nodes(of: spans))
    }

    private static func spans(of trace: TraceID, in view: SegmentView) throws(StoreError) -> [StoredSpan] {
        guard try view.mayContain(trace), let index = try view.traceIDs().firstIndex(of: trace) else {
            return []
        }
        let offsets = try view.traceOffsets()
        let materializer = try SpanMaterializer(view)
        var position = materializer.start
        var spans: [StoredSpan] = []
        for row in offsets[index]..<offsets[index + 1] {
            materializer.advance(&position, to: row)
            spans.append(try materializer.span(trace: trace, at: position))
        }
        return spans
    }
}
