import OTLPModel

/// Answers "which requests were the slowest?".
struct SlowestSearch {
    private let query: SlowestQuery
    private let views: [SegmentView]
    private let reader: TelemetryReader

    init(_ query: SlowestQuery, _ views: [SegmentView], _ reader: TelemetryReader) {
        self.query = query
        self.views = views
        self.reader = reader
    }

    func run() throws(StoreError) -> SlowestResult {
        // Some candidates may turn out to be inner spans of requests that are stored elsewhere.
        var candidatesMax = max(1, query.limit) + 16
        while true {
            let found = try candidates(max: candidatesMax)
            var requests: [RequestScan.Candidate] = []
            var inner = 0
            for candidate in found.slowest where requests.count < query.limit {
                if candidate.isCertain ? true : try isOutermost(candidate) {
                    requests.append(candidate)
                } else {
                    inner += 1
                }
            }
            if requests.count < query.limit, found.slowest.count == candidatesMax {
                candidatesMax *= 4
                continue
            }
            return try result(requests, matched: found.count - inner)
        }
    }

    private func candidates(
        max limit: Int
    ) throws(StoreError) -> (slowest: [RequestScan.Candidate], count: Int) {
        var slowest = BoundedHeap<RequestScan.Candidate>(
            limit: limit, isBefore: RequestScan.Candidate.isBefore)
        var count = 0
        for view in views {
            let found = try reader.tolerating { () throws(StoreError) in
                var candidates: [RequestScan.Candidate] = []
                try RequestScan(view, query).forEachRequest { (candidate) throws(StoreError) in
                    candidates.append(candidate)
                }
                return candidates
            }
            for candidate in found ?? [] { slowest.insert(candidate) }
            count += found?.count ?? 0
        }
        return (slowest.sorted(), count)
    }

    /// Looks at all of the trace: a request's spans may lie in several segments.
    private func isOutermost(_ candidate: RequestScan.Candidate) throws(StoreError) -> Bool {
        let trace = try Self.trace(of: candidate.row, candidate.view)
        let spans = try TraceSearch(views, reader).storedSpans(of: trace)
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
        _ requests: [RequestScan.Candidate], matched: Int
    ) throws(StoreError) -> SlowestResult {
        var rows: [RequestRow] = []
        for request in requests {
            let row = try reader.tolerating { () throws(StoreError) in try Self.row(request) }
            if let row { rows.append(row) }
        }
        return SlowestResult(
            rows: rows, matchedRequests: matched,
            notes: QualityNotes.nodes(of: rows) + (try QualityNotes.silence(views, query.window)))
    }

    private static func row(_ candidate: RequestScan.Candidate) throws(StoreError) -> RequestRow {
        let view = candidate.view
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
