import NIOConcurrencyHelpers
import OTLPModel

/// Answers "which requests were the slowest?".
struct SlowestSearch {
    private let query: SlowestQuery
    private let segments: [SegmentReference]
    private let reader: TelemetryReader

    init(_ query: SlowestQuery, _ segments: [SegmentReference], _ reader: TelemetryReader) {
        self.query = query
        // Those with long spans first, of these the oldest: see `candidates`.
        self.segments = segments.sorted {
            ($1.summary.maxDuration, $0.summary.minStart) < ($0.summary.maxDuration, $1.summary.minStart)
        }
        self.reader = reader
    }

    func run() throws(StoreError) -> SlowestResult {
        // Some candidates may turn out to be inner spans of requests that are stored elsewhere.
        var candidatesMax = max(1, query.limit) + 16
        while true {
            let found = try candidates(max: candidatesMax)
            let traces = Set(found.slowest.compactMap(\.doubtfulTrace))
            let spans = try traces.isEmpty ? [:] : TraceSearch(segments, reader).storedSpans(of: traces)
            let requests = found.slowest.filter { candidate in
                candidate.doubtfulTrace.map { isOutermost(candidate, among: spans[$0] ?? []) } ?? true
            }
            // One more than asked for tells that there are more.
            if requests.count <= query.limit, found.slowest.count == candidatesMax {
                candidatesMax *= 4
                continue
            }
            reader.note(found.damages)
            return try result(Array(requests.prefix(query.limit)), hasMore: requests.count > query.limit)
        }
    }

    /// Looks at segments with long spans first: as soon as there are enough candidates, a segment without a
    /// span as long as the last of them is passed over, and so is one whose longest are as long but start later.
    private func candidates(
        max limit: Int
    ) throws(StoreError) -> (slowest: [RequestScan.Candidate], damages: [String]) {
        // One for all workers: what any of them found spares the others work.
        let slowest = NIOLockedValueBox(
            BoundedHeap<RequestScan.Candidate>(limit: limit, isBefore: RequestScan.Candidate.isBefore))
        let query = self.query
        let outcome = try ParallelScan.run(segments, reader.source, makeState: {}) {
            (_, view, segment) throws(StoreError) in
            let last = slowest.withLockedValue(\.last)
            if let last, !Self.mayPrecede(last, view.summary) { return }
            let found = try RequestScan.requests(
                view, segment: segment, query, atLeast: last?.durationNanos ?? 0)
            slowest.withLockedValue { slowest in
                for candidate in found { slowest.insert(candidate) }
            }
        }
        return (slowest.withLockedValue { $0.sorted() }, outcome.damages)
    }

    /// Whether a span of a segment may come before the last of the slowest: as long as it or longer, and what is
    /// just as long must not start later.
    private static func mayPrecede(_ last: RequestScan.Candidate, _ summary: SegmentSummary) -> Bool {
        if summary.maxDuration != last.durationNanos { return summary.maxDuration > last.durationNanos }
        return summary.minStart <= UnixNanos(clamping: last.start)
    }

    /// - Parameter spans: all of the trace: a request's spans may lie in several segments
    private func isOutermost(_ candidate: RequestScan.Candidate, among spans: [StoredSpan]) -> Bool {
        let servers = spans.filter { $0.span.kind == .server && passesFilters($0) }
        guard servers.contains(where: { SpanID(bytes: $0.span.spanID)?.rawValue == candidate.spanID }) else {
            return servers.isEmpty
        }
        let byID = Dictionary(spans.map { ($0.span.spanID, $0) }, uniquingKeysWith: { first, _ in first })
        let serverIDs = Set(servers.map(\.span.spanID))
        let own = SpanID(rawValue: candidate.spanID).bytes
        var ancestor = byID[own]?.span.parentSpanID
        for _ in spans {
            guard let id = ancestor, id != own, let span = byID[id]?.span else { return true }
            if serverIDs.contains(id) { return false }
            ancestor = span.parentSpanID
        }
        return true
    }

    private func passesFilters(_ span: StoredSpan) -> Bool {
        if let service = query.service, !GlobPattern(service).matches(span.service) { return false }
        if let node = query.node, !GlobPattern(node).matches(span.node.name) { return false }
        guard let name = query.name.map({ GlobPattern($0) }), !name.matches(span.span.name) else {
            return true
        }
        return span.span.attributes.contains { pair in
            guard HTTPAttributes.path.contains(pair.key), case .string(let text) = pair.value,
                let path = HTTPAttributes.path(text)
            else { return false }
            return name.matches(path)
        }
    }

    private func result(
        _ requests: [RequestScan.Candidate], hasMore: Bool
    ) throws(StoreError) -> SlowestResult {
        // A segment at a time: its columns are read once for all requests in it.
        let bySegment = Dictionary(grouping: requests.indices) { requests[$0].segment }.sorted {
            $0.key < $1.key
        }
        let outcome = try ParallelScan.run(
            bySegment.map { segments[$0.key] }, reader.source,
            makeState: { [(index: Int, row: RequestRow)]() }
        ) { (rows, view, group) throws(StoreError) in
            var found: [(index: Int, row: RequestRow)] = []
            for index in bySegment[group].value {
                found.append((index, try Self.row(requests[index], view)))
            }
            rows += found
        }
        reader.note(outcome.damages)
        let rows = outcome.states.joined().sorted { $0.index < $1.index }.map(\.row)
        return SlowestResult(
            rows: rows, hasMore: hasMore,
            notes: QualityNotes.nodes(of: rows)
                + (try QualityNotes.silence(segments, query.window, reader.source)))
    }

    private static func row(
        _ candidate: RequestScan.Candidate, _ view: SegmentView
    ) throws(StoreError) -> RequestRow {
        let row = candidate.row
        let materializer = try SpanMaterializer(view)
        var position = materializer.start
        materializer.advance(&position, to: row)
        let tables = try view.tables()
        let operation = tables.operations[Int(try view.operationIndexes()[row])]
        let attributes = try httpAttributes(at: position, tables, materializer)
        let origin = try view.origins()[Int(try view.originIndexes()[row])]
        let arrival = tables.arrivals[Int(try view.arrivalIndexes()[row])]
        return RequestRow(
            traceID: try trace(of: row, view), spanID: SpanID(rawValue: candidate.spanID),
            start: UnixNanos(clamping: candidate.start), durationNanos: candidate.durationNanos,
            node: origin.node(arrival), service: origin.service, spanName: try materializer.name(operation),
            kind: SpanKind(rawValue: operation.kind), urlPath: attributes.path, httpStatus: attributes.status,
            status: StatusCode(rawValue: operation.status))
    }

    private static func trace(of row: Int, _ view: SegmentView) throws(StoreError) -> TraceID {
        let offsets = try view.traceOffsets()
        // The last trace that starts at or before the span.
        var low = 0
        var high = offsets.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if offsets[middle] <= row { low = middle } else { high = middle }
        }
        return try view.traceIDs()[low]
    }

    /// Reads the few attributes that a request's row shows, and no other column.
    private static func httpAttributes(
        at position: SpanMaterializer.Position, _ tables: SegmentTables, _ materializer: SpanMaterializer
    ) throws(StoreError) -> (path: String?, status: Int?) {
        var path: (rank: Int, text: String)?
        var status: (rank: Int, code: Int)?
        for (column, index) in materializer.slots(at: position) {
            guard tables.columns[column].role == .attribute else { continue }
            let key = String(decoding: tables.columns[column].name, as: UTF8.self)
            if let rank = HTTPAttributes.path.firstIndex(of: key), rank <= path?.rank ?? .max,
                case .string(let text) = try materializer.value(column: column, index: index),
                let value = HTTPAttributes.path(text)
            {
                path = (rank, value)
            }
            if let rank = HTTPAttributes.status.firstIndex(of: key), rank <= status?.rank ?? .max,
                let code = HTTPAttributes.status(try materializer.value(column: column, index: index))
            {
                status = (rank, code)
            }
        }
        return (path?.text, status?.code)
    }
}
