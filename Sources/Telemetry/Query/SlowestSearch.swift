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
        // What turned out to be damaged: others' requests take the places of those that cannot be shown.
        var damaged: Set<Int> = []
        while true {
            let found = try candidates(max: candidatesMax, without: damaged)
            damaged.formUnion(found.damaged)
            let traces = Set(found.slowest.compactMap(\.doubtfulTrace))
            let spans = try traces.isEmpty ? [:] : TraceSearch(segments, reader).storedSpans(of: traces)
            var ancestries = spans.mapValues { spans in
                TraceAncestry(spans) { $0.span.kind == .server && passesFilters($0) }
            }
            let requests = found.slowest.filter { candidate in
                candidate.doubtfulTrace.map { ancestries[$0]?.isOutermost(candidate.spanID) ?? true } ?? true
            }
            // One more than asked for tells that there are more.
            if requests.count <= query.limit, found.slowest.count == candidatesMax {
                candidatesMax *= 4
                continue
            }
            let made = try rows(of: Array(requests.prefix(query.limit)))
            guard made.damaged.isEmpty else {
                damaged.formUnion(made.damaged)
                continue
            }
            return SlowestResult(
                rows: made.rows, hasMore: requests.count > query.limit,
                notes: QualityNotes.nodes(of: made.rows)
                    + (try reader.silence(
                        segments, query.window, now: query.isFiltered ? nil : query.now)))
        }
    }

    /// Looks at segments with long spans first: as soon as there are enough candidates, a segment without a
    /// span as long as the last of them is passed over, and so is one whose longest are as long but start later.
    /// - Parameter damaged: segments to leave out
    /// - Returns: also the segments that were found to be damaged
    private func candidates(
        max limit: Int, without damaged: Set<Int>
    ) throws(StoreError) -> (slowest: [RequestScan.Candidate], damaged: [Int]) {
        // One for all workers: what any of them found spares the others work.
        let slowest = NIOLockedValueBox(
            BoundedHeap<RequestScan.Candidate>(limit: limit, isBefore: RequestScan.Candidate.isBefore))
        let query = self.query
        let readable = segments.indices.filter { !damaged.contains($0) }
        let outcome = try ParallelScan.run(readable.map { segments[$0] }, reader.source, makeState: {}) {
            (_, view, index) throws(StoreError) in
            let last = slowest.withLockedValue(\.last)
            if let last, !Self.mayPrecede(last, view.summary) { return }
            let found = try RequestScan.requests(
                view, segment: readable[index], query, atLeast: last?.durationNanos ?? 0)
            slowest.withLockedValue { slowest in
                for candidate in found { slowest.insert(candidate) }
            }
        }
        reader.note(outcome.damages)
        return (slowest.withLockedValue { $0.sorted() }, outcome.damaged.map { readable[$0] })
    }

    /// Whether a span of a segment may come before the last of the slowest: as long as it or longer, and what is
    /// just as long must not start later.
    private static func mayPrecede(_ last: RequestScan.Candidate, _ summary: SegmentSummary) -> Bool {
        if summary.maxDuration != last.durationNanos { return summary.maxDuration > last.durationNanos }
        return summary.minStart <= UnixNanos(clamping: last.start)
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

    /// What the rows of some requests are made of.
    private struct Rows: Sendable {
        var rows: [(index: Int, row: RequestRow)] = []
        /// Why some rows lack a path or a status.
        var damages: [String] = []
    }

    /// - Returns: rows in the order of the requests, and the segments whose damage costs the rows of theirs
    private func rows(
        of requests: [RequestScan.Candidate]
    ) throws(StoreError) -> (rows: [RequestRow], damaged: [Int]) {
        // A segment at a time: its columns are read once for all requests in it.
        let bySegment = Dictionary(grouping: requests.indices) { requests[$0].segment }.sorted {
            $0.key < $1.key
        }
        let outcome = try ParallelScan.run(
            bySegment.map { segments[$0.key] }, reader.source, makeState: { Rows() }
        ) { (all, view, group) throws(StoreError) in
            var found = Rows()
            for index in bySegment[group].value {
                found.rows.append((index, try Self.row(requests[index], view, &found.damages)))
            }
            all.rows += found.rows
            all.damages += found.damages
        }
        reader.note(outcome.damages)
        reader.note(
            outcome.states.flatMap(\.damages).sorted(), costs: "what it tells of requests is not shown")
        return (
            outcome.states.flatMap(\.rows).sorted { $0.index < $1.index }.map(\.row),
            outcome.damaged.map { bySegment[$0].key }
        )
    }

    /// - Parameter damages: takes up the damage of columns that a row can do without
    private static func row(
        _ candidate: RequestScan.Candidate, _ view: SegmentView, _ damages: inout [String]
    ) throws(StoreError) -> RequestRow {
        let row = candidate.row
        let materializer = try SpanMaterializer(view, onlyAttributes: true)
        var position = materializer.start
        materializer.advance(&position, to: row)
        let tables = try view.tables()
        let operation = tables.operations[Int(try view.operationIndexes()[row])]
        let attributes = try httpAttributes(at: position, tables, materializer, &damages)
        let origin = try view.origins()[Int(try view.originIndexes()[row])]
        let arrival = tables.arrivals[Int(try view.arrivalIndexes()[row])]
        return RequestRow(
            traceID: try view.traceID(ofRow: row), spanID: SpanID(rawValue: candidate.spanID),
            start: UnixNanos(clamping: candidate.start), durationNanos: candidate.durationNanos,
            node: origin.node(arrival), service: origin.service, spanName: try materializer.name(operation),
            kind: SpanKind(rawValue: operation.kind), urlPath: attributes.path, httpStatus: attributes.status,
            status: StatusCode(rawValue: operation.status))
    }

    /// Reads the few attributes that a request's row shows, and no other column.
    private static func httpAttributes(
        at position: SpanMaterializer.Position, _ tables: SegmentTables, _ materializer: SpanMaterializer,
        _ damages: inout [String]
    ) throws(StoreError) -> (path: String?, status: Int?) {
        var path: (rank: Int, text: String)?
        var status: (rank: Int, code: Int)?
        for (column, index) in materializer.slots(at: position) {
            guard tables.columns[column].role == .attribute else { continue }
            let key = String(decoding: tables.columns[column].name, as: UTF8.self)
            let pathRank = HTTPAttributes.path.firstIndex(of: key) ?? .max
            let statusRank = HTTPAttributes.status.firstIndex(of: key) ?? .max
            guard min(pathRank, statusRank) < .max else { continue }
            let value: AnyValue
            do throws(StoreError) {
                value = try materializer.value(column: column, index: index)
            } catch {
                guard error.code == .damaged else { throw error }
                damages.append(error.message)
                continue
            }
            if pathRank < .max, pathRank <= path?.rank ?? .max, case .string(let text) = value,
                let text = HTTPAttributes.path(text)
            {
                path = (pathRank, text)
            }
            if statusRank < .max, statusRank <= status?.rank ?? .max, let code = HTTPAttributes.status(value)
            {
                status = (statusRank, code)
            }
        }
        return (path?.text, status?.code)
    }
}
