import OTLPModel

/// Finds the requests of a segment: its outermost server spans, and the roots of traces without one but those
/// of work that a request caused in the background.
///
/// A request that an edge and a proxy both saw is one request: of server spans that contain each other
/// only the outermost counts, among those that pass the filters on node, service and name.
struct RequestScan {
    /// A span that is a request.
    struct Candidate: Sendable {
        /// Which of the segments that the query looks at.
        var segment: Int
        var row: Int
        var durationNanos: Int64
        var start: UInt64
        var spanID: UInt64
        /// The trace, when spans of it that are stored elsewhere could show this to be an inner one.
        var doubtfulTrace: TraceID?

        /// Slowest first; equal durations by start, then by span id.
        static func isBefore(_ left: Candidate, _ right: Candidate) -> Bool {
            if left.durationNanos != right.durationNanos { return left.durationNanos > right.durationNanos }
            return (left.start, left.spanID) < (right.start, right.spanID)
        }
    }

    private let view: SegmentView
    private let segment: Int
    private let query: SlowestQuery
    private let tables: SegmentTables
    private let operations: [UInt32]
    private let durations: [UInt64]
    private let parents: [UInt32]
    private let offsets: [Int]
    private let isServer: [Bool]
    /// By operation: whether a root of it is background work.
    private let isBackground: [Bool]
    /// By span; nil where the query has no filter of that kind.
    private let passesName: [Bool]?
    private let passesOrigin: [Bool]?

    /// The requests of a segment that the query wants, in no order.
    /// - Parameters:
    ///   - segment: which of the segments that the query looks at this is
    ///   - leastNanos: what is shorter is left out
    static func requests(
        _ view: SegmentView, segment: Int, _ query: SlowestQuery, atLeast leastNanos: Int64
    ) throws(StoreError) -> [Candidate] {
        // Nearly all segments are done with when their durations were seen.
        let least = UInt64(max(leastNanos, query.minDurationNanos, 0))
        let durations = try view.durations()
        var rows: [Int] = []
        let all = durations.span
        for row in all.indices where all[row] >= least { rows.append(row) }
        guard !rows.isEmpty else { return [] }
        return try RequestScan(view, segment: segment, query, durations).requests(rows, atLeast: least)
    }

    private init(
        _ view: SegmentView, segment: Int, _ query: SlowestQuery, _ durations: [UInt64]
    ) throws(StoreError) {
        self.view = view
        self.segment = segment
        self.query = query
        self.durations = durations
        tables = try view.tables()
        operations = try view.operationIndexes()
        parents = try view.parents()
        offsets = try view.traceOffsets()
        isServer = tables.operations.map { $0.kind == SpanKind.server.rawValue }
        let names = try view.names()
        isBackground = tables.operations.map { operation in
            operation.kind == SpanKind.internal.rawValue
                && AthensSpans.detachedStashRoots.contains(names.text(Int(operation.name)))
        }
        let tables = self.tables
        passesName = try query.name.map { (name) throws(StoreError) in
            try Self.rowsWithName(GlobPattern(name), view, tables)
        }
        passesOrigin =
            query.node == nil && query.service == nil ? nil : try Self.rowsFromOrigin(query, view, tables)
    }

    /// The requests among some rows, which are in order.
    private func requests(_ rows: [Int], atLeast least: UInt64) throws(StoreError) -> [Candidate] {
        var found: [(row: Int, trace: Int, isCertain: Bool)] = []
        var trace = 0
        var serverOf: (trace: Int, hasServer: Bool)?
        for row in rows where passesFilters(row) {
            while offsets[trace + 1] <= row { trace += 1 }
            let rowsOfTrace = offsets[trace]..<offsets[trace + 1]
            if serverOf?.trace != trace { serverOf = (trace, hasServer(rowsOfTrace)) }
            let hasServer = serverOf?.hasServer ?? false
            guard let isCertain = isOutermost(row, hasServer: hasServer, rowsOfTrace) else { continue }
            found.append((row, trace, isCertain))
        }
        guard !found.isEmpty else { return [] }
        let starts = try view.starts()
        let spanIDs = try view.spanIDs()
        let traceIDs = found.allSatisfy(\.isCertain) ? [] : try view.traceIDs()
        return found.compactMap { row, trace, isCertain in
            let nanos = clampedDuration(durations[row], start: starts[row])
            guard nanos >= Int64(clamping: least), query.window.contains(UnixNanos(clamping: starts[row]))
            else { return nil }
            return Candidate(
                segment: segment, row: row, durationNanos: nanos, start: starts[row], spanID: spanIDs[row],
                doubtfulTrace: isCertain ? nil : traceIDs[trace])
        }
    }

    private func hasServer(_ rows: Range<Int>) -> Bool {
        rows.contains { isServer[Int(operations[$0])] && passesFilters($0) }
    }

    private func passesFilters(_ row: Int) -> Bool {
        (passesName?[row] ?? true) && (passesOrigin?[row] ?? true)
    }

    /// Nil for what is no request or an inner one; else whether that is certain from this segment alone.
    private func isOutermost(_ row: Int, hasServer: Bool, _ rows: Range<Int>) -> Bool? {
        guard isServer[Int(operations[row])] else {
            let isRequest =
                !hasServer && parents[row] == ParentCode.root && !isBackground[Int(operations[row])]
            return isRequest ? false : nil
        }
        var ancestor = row
        // A trace has no more ancestors than spans: a cycle of parents ends here.
        for _ in rows {
            guard let distance = ParentCode.distance(parents[ancestor]) else {
                return parents[ancestor] == ParentCode.root
            }
            ancestor -= distance
            guard rows.contains(ancestor), ancestor != row else { return true }
            if isServer[Int(operations[ancestor])], passesFilters(ancestor) { return nil }
        }
        return true
    }

    // MARK: Filters

    /// By span: whether its name or a path of it matches.
    static func rowsWithName(
        _ pattern: GlobPattern, _ view: SegmentView, _ tables: SegmentTables
    ) throws(StoreError) -> [Bool] {
        let names = try view.names()
        let nameMatches = (0..<names.count).map { pattern.matches(names[$0]) }
        let operations = try view.operationIndexes()
        var passes = operations.map { nameMatches[Int(tables.operations[Int($0)].name)] }
        for (column, key) in tables.columns.enumerated()
        where key.role == .attribute && key.type == .string
            && HTTPAttributes.path.contains(String(decoding: key.name, as: UTF8.self))
        {
            guard case .entries(let entries, let paths) = try view.values(of: column) else { continue }
            let pathMatches = (0..<paths.count).map { entry in
                HTTPAttributes.path(paths.text(entry)).map { pattern.matches($0) } ?? false
            }
            for (row, places) in ColumnCursor(column, tables, operations)
            where places.contains(where: { pathMatches[Int(entries[$0])] }) {
                passes[row] = true
            }
        }
        return passes
    }

    private static func rowsFromOrigin(
        _ query: SlowestQuery, _ view: SegmentView, _ tables: SegmentTables
    ) throws(StoreError) -> [Bool] {
        let node = query.node.map { GlobPattern($0) }
        let service = query.service.map { GlobPattern($0) }
        let origins = try view.origins()
        let serviceMatches = origins.map { service?.matches($0.service) ?? true }
        // Nil: only the address that a span came from can tell.
        let nodeMatches = origins.map { origin in
            node.map { pattern in origin.declaredNode.map { pattern.matches($0.name) } } ?? .some(true)
        }
        let arrivals = try view.arrivalIndexes()
        let peerMatches = tables.arrivals.map { node?.matches($0.peerAddress) ?? true }
        let originIndexes = try view.originIndexes()
        return originIndexes.indices.map { row in
            let origin = Int(originIndexes[row])
            return serviceMatches[origin] && (nodeMatches[origin] ?? peerMatches[Int(arrivals[row])])
        }
    }
}
