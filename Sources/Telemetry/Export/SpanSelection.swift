import OTLPModel

/// Which spans to take out of a database.
package struct SpanSelection: Hashable, Sendable {
    /// By the span's start.
    package var window: TimeWindow
    /// `service.name`, exact; `*` stands for any characters.
    package var service: String?
    /// Node identity, exact; `*` stands for any characters.
    package var node: String?
    /// Span name or URL path, exact; `*` stands for any characters.
    package var name: String?
    package var trace: TraceID?

    package init(
        window: TimeWindow = .all, service: String? = nil, node: String? = nil, name: String? = nil,
        trace: TraceID? = nil
    ) {
        self.window = window
        self.service = service
        self.node = node
        self.name = name
        self.trace = trace
    }
}

/// Decides for the spans of one segment whether a selection wants them: once for each name, path and origin.
struct SpanSelectionScan {
    /// By trace of the segment; nil for all of them.
    private let trace: Int?
    private let window: TimeWindow
    private let starts: [UInt64]
    private let originIndexes: [UInt32]
    private let arrivalIndexes: [UInt32]
    private let origins: [Bool]
    /// By origin: only the address that a span came from can tell.
    private let asksPeer: [Bool]
    private let peers: [Bool]
    /// By span; nil where every name will do.
    private let names: [Bool]?
    private let offsets: [Int]

    /// The rows of the traces that are wanted.
    let rows: Range<Int>

    init(_ selection: SpanSelection, _ view: SegmentView) throws(StoreError) {
        window = selection.window
        offsets = try view.traceOffsets()
        if let id = selection.trace {
            trace = try view.traceIDs().firstIndex(of: id)
            rows = trace.map { [offsets] in offsets[$0]..<offsets[$0 + 1] } ?? 0..<0
        } else {
            trace = nil
            rows = 0..<view.summary.spans
        }
        starts = try view.starts()
        originIndexes = try view.originIndexes()
        arrivalIndexes = try view.arrivalIndexes()
        let service = selection.service.map { GlobPattern($0) }
        let node = selection.node.map { GlobPattern($0) }
        let found = try view.origins()
        let tables = try view.tables()
        origins = found.map { origin in
            (service?.matches(origin.service) ?? true)
                && (node.flatMap { node in origin.declaredNode.map { node.matches($0.name) } } ?? true)
        }
        asksPeer = found.map { node != nil && $0.declaredNode == nil }
        peers = tables.arrivals.map { node?.matches($0.peerAddress) ?? true }
        names = try selection.name.map { (name) throws(StoreError) in
            try RequestScan.rowsWithName(GlobPattern(name), view, tables)
        }
    }

    func wants(_ row: Int) -> Bool {
        let start = UnixNanos(clamping: starts[row])
        // A window without an end has the last moment that can be said, too.
        guard window.contains(start) || (window.until == .distantFuture && start >= window.since) else {
            return false
        }
        let origin = Int(originIndexes[row])
        guard origins[origin], !asksPeer[origin] || peers[Int(arrivalIndexes[row])] else { return false }
        return names?[row] ?? true
    }
}
