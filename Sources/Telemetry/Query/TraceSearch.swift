import OTLPModel

/// Answers "which spans does this trace have?".
struct TraceSearch {
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
        let matches = try matches(range)
        guard let first = matches.listed.first else { return .notFound(notes: reader.damageNotes()) }
        return matches.count == 1 ? try spans(of: first) : .ambiguous(matches)
    }

    /// The traces whose ids begin so; no span is read.
    func matches(prefix: String) throws(StoreError) -> TraceMatches {
        guard let range = Self.range(ofPrefix: prefix) else { return TraceMatches() }
        return try matches(range)
    }

    private func matches(_ range: ClosedRange<TraceID>) throws(StoreError) -> TraceMatches {
        let isOne = range.lowerBound == range.upperBound
        let outcome = try ParallelScan.run(segments, reader.source, makeState: { TraceMatches() }) {
            (matches, view, _) throws(StoreError) in
            if isOne, try !view.mayContain(range.lowerBound) { return }
            for id in try view.traceIDs() where range.contains(id) { matches.insert(id) }
        }
        reader.note(outcome.damages)
        return outcome.states.reduce(into: TraceMatches()) { $0.formUnion($1) }
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
            let here = try Self.spans(of: traces, in: view)
            for (trace, spans) in here { found.append((segment, trace, spans)) }
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

    /// The spans of some traces in a segment, whose columns are walked once for all of them.
    private static func spans(
        of traces: Set<TraceID>, in view: SegmentView
    ) throws(StoreError) -> [(trace: TraceID, spans: [StoredSpan])] {
        let places = try places(of: traces, in: view)
        guard !places.isEmpty else { return [] }
        let (ids, offsets) = (try view.traceIDs(), try view.traceOffsets())
        let materializer = try SpanMaterializer(view)
        var position = materializer.start
        var found: [(trace: TraceID, spans: [StoredSpan])] = []
        for place in places {
            var spans: [StoredSpan] = []
            for row in offsets[place]..<offsets[place + 1] {
                materializer.advance(&position, to: row)
                spans.append(try materializer.span(trace: ids[place], at: position))
            }
            found.append((ids[place], spans))
        }
        return found
    }

    /// Which of a segment's traces they are, in its order.
    private static func places(
        of traces: Set<TraceID>, in view: SegmentView
    ) throws(StoreError) -> [Int] {
        // Of few, the filter mostly knows that none is here.
        if traces.count <= filteredMax, try !mayHoldSome(traces, view) { return [] }
        let ids = try view.traceIDs()
        if traces.count == 1, let trace = traces.first { return ids.firstIndex(of: trace).map { [$0] } ?? [] }
        return ids.indices.filter { traces.contains(ids[$0]) }
    }

    /// Of more, the filter would hardly ever say no to all.
    private static let filteredMax = 64

    private static func mayHoldSome(
        _ traces: Set<TraceID>, _ view: SegmentView
    ) throws(StoreError) -> Bool {
        for trace in traces where try view.mayContain(trace) { return true }
        return false
    }
}
