/// What has to be known of all segments before the exchanges of one can be read.
struct FleetSurvey: Sendable {
    /// Traces of which several segments have a part, so that spans of the one have their parents in another.
    private(set) var splitTraces: Set<TraceID> = []
    /// Whether spans of edge nodes are there: only then may a proxy's request be the hop of another one without a
    /// common trace.
    private(set) var hasEdges = false
    private(set) var hasProxies = false

    /// What one worker found.
    private struct Part: Sendable {
        /// Traces with spans whose parent is not beside them, by segment.
        var incomplete: [TraceID] = []
    }

    /// - Parameter names: takes up all nodes, with all that is said of them: what one segment has of a node need not be
    ///   what tells its software
    init(
        _ segments: [SegmentReference], _ reader: TelemetryReader, _ names: FleetNames
    ) throws(StoreError) {
        let found = try ParallelScan.run(segments, reader.source, makeState: { Part() }) {
            (part: inout Part, view, _) throws(StoreError) in
            let incomplete = try Self.incompleteTraces(view)
            names.add(try Self.nodes(view))
            part.incomplete += incomplete
        }
        reader.note(found.damages)
        let nodes = names.nodes
        hasEdges = nodes.contains { $0.role == .edge }
        hasProxies = nodes.contains { $0.role == .proxy || $0.role == .origin }
        let incomplete = Set(found.states.lazy.map(\.incomplete).joined())
        guard !incomplete.isEmpty, segments.count > 1 else { return }
        splitTraces = try Self.split(incomplete, segments, reader)
    }

    /// All that a segment's resources and scopes say of nodes, one entry for each that says something.
    static func nodes(_ view: SegmentView) throws(StoreError) -> [FleetNode] {
        let nodes = try view.origins().map { FleetNode($0, peerAddress: "") }
        if let statistics = try view.statistics() {
            return statistics.sources.map { nodes[Int($0.origin)].at(statistics.peers[Int($0.peer)]) }
        }
        let arrivals = try view.tables().arrivals
        let pairs = zip(try view.originIndexes(), try view.arrivalIndexes()).lazy.map {
            UInt64($0) << 32 | UInt64($1)
        }
        return Set(pairs).map { pair in
            nodes[Int(pair >> 32)].at(arrivals[Int(pair & 0xffff_ffff)].peerAddress)
        }
    }

    private static func incompleteTraces(_ view: SegmentView) throws(StoreError) -> [TraceID] {
        let codes = try view.parents()
        guard codes.contains(ParentCode.external) else { return [] }
        let offsets = try view.traceOffsets()
        let ids = try view.traceIDs()
        var found: [TraceID] = []
        let span = codes.span
        for trace in ids.indices {
            for row in offsets[trace]..<offsets[trace + 1] where span[row] == ParentCode.external {
                found.append(ids[trace])
                break
            }
        }
        return found
    }

    /// Those of some traces that more than one segment has.
    private static func split(
        _ traces: Set<TraceID>, _ segments: [SegmentReference], _ reader: TelemetryReader
    ) throws(StoreError) -> Set<TraceID> {
        let found = try ParallelScan.run(segments, reader.source, makeState: { [TraceID: Int]() }) {
            (counts: inout [TraceID: Int], view, _) throws(StoreError) in
            for id in try view.traceIDs() where traces.contains(id) { counts[id, default: 0] += 1 }
        }
        reader.note(found.damages)
        var sums: [TraceID: Int] = [:]
        for counts in found.states { sums.merge(counts, uniquingKeysWith: +) }
        return Set(sums.lazy.filter { $0.value > 1 }.map(\.key))
    }
}
