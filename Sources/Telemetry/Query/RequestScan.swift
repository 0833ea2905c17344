import OTLPModel

/// Finds the requests of a segment: its outermost server spans, and the roots of traces without one but those
/// of work that a request caused in the background.
///
/// A request that an edge and a proxy both saw is one request: of server spans that contain each other
/// only the outermost counts, among those that pass the filters on node, service and name.
struct RequestScan {
    /// A span that is a request.
    struct Candidate {
        var view: SegmentView
        var row: Int
        var durationNanos: Int64
        var start: UInt64
        var spanID: UInt64
        /// Whether spans of the trace that are stored elsewhere could show it to be an inner one.
        var isCertain: Bool

        /// Slowest first; equal durations by start, then by span id.
        static func isBefore(_ left: Candidate, _ right: Candidate) -> Bool {
            if left.durationNanos != right.durationNanos { return left.durationNanos > right.durationNanos }
            return (left.start, left.spanID) < (right.start, right.spanID)
        }
    }

    private let view: SegmentView
    private let query: SlowestQuery
    private let tables: SegmentTables
    private let operations: [UInt32]
    private let starts: [UInt64]
    private let durations: [UInt64]
    private let parents: [UInt32]
    private let offsets: [Int]
    private let isServer: [Bool]
    /// By operation: whether a root of it is background work.
    private let isBackground: [Bool]
    /// By span; nil where the query has no filter of that kind.
    private let passesName: [Bool]?
    private let passesOrigin: [Bool]?

    init(_ view: SegmentView, _ query: SlowestQuery) throws(StoreError) {
        self.view = view
        self.query = query
        tables = try view.tables()
        operations = try view.operationIndexes()
        starts = try view.starts()
        durations = try view.durations()
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

    /// Visits every request that the query wants.
    func forEachRequest(_ visit: (Candidate) throws(StoreError) -> Void) throws(StoreError) {
        let spanIDs = try view.spanIDs()
        for trace in 0..<offsets.count - 1 {
            let rows = offsets[trace]..<offsets[trace + 1]
            let hasServer = rows.contains { isServer[Int(operations[$0])] && passesFilters($0) }
            for row in rows where isWanted(row) {
                guard let isCertain = isOutermost(row, hasServer: hasServer, rows) else { continue }
                try visit(
                    Candidate(
                        view: view, row: row,
                        durationNanos: clampedDuration(durations[row], start: starts[row]),
                        start: starts[row], spanID: spanIDs[row], isCertain: isCertain))
            }
        }
    }

    private func isWanted(_ row: Int) -> Bool {
        query.window.contains(UnixNanos(clamping: starts[row]))
            && clampedDuration(durations[row], start: starts[row]) >= query.minDurationNanos
            && passesFilters(row)
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

    private static func rowsWithName(
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
            let uses = tables.operations.map { operation in
                tables.layouts[Int(operation.layout)].reduce(0) { $0 + ($1 == UInt32(column) ? 1 : 0) }
            }
            var next = 0
            for row in operations.indices {
                for _ in 0..<uses[Int(operations[row])] {
                    if pathMatches[Int(entries[next])] { passes[row] = true }
                    next += 1
                }
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
