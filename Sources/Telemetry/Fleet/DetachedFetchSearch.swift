import OTLPModel

/// Finds the fetches of Athens, each in a trace of its own, that began and ended about when a request waited.
struct DetachedFetchSearch {
    private let segments: [SegmentReference]
    private let reader: TelemetryReader

    init(_ segments: [SegmentReference], _ reader: TelemetryReader) {
        self.segments = segments
        self.reader = reader
    }

    /// In the order of their ids.
    func traces(of node: FleetNode.Key, _ wait: (from: UInt64, to: UInt64)) throws(StoreError) -> [TraceID] {
        let tolerance = FetchMatching.toleranceNanos
        let first = wait.from > tolerance ? wait.from - tolerance : 0
        let concerned = segments.filter {
            $0.summary.minStart <= UnixNanos(clamping: wait.from &+ tolerance)
                && $0.summary.maxStart >= UnixNanos(clamping: first)
        }
        let found = try ParallelScan.run(concerned, reader.source, makeState: { [TraceID]() }) {
            (traces: inout [TraceID], view, _) throws(StoreError) in
            traces += try Self.traces(view, node, wait)
        }
        reader.note(found.damages)
        return Set(found.states.joined()).sorted()
    }

    private static func traces(
        _ view: SegmentView, _ node: FleetNode.Key, _ wait: (from: UInt64, to: UInt64)
    ) throws(StoreError) -> [TraceID] {
        let tables = try view.tables()
        let names = try view.names()
        let isRoot = tables.operations.map {
            SpanRole(kind: SpanKind(rawValue: $0.kind), name: names.text(Int($0.name))).beginsDetachedFetch
        }
        guard isRoot.contains(true) else { return [] }
        let operations = try view.operationIndexes()
        let parents = try view.parents()
        let starts = try view.starts()
        let durations = try view.durations()
        let offsets = try view.traceOffsets()
        let origins = try view.origins()
        let originIndexes = try view.originIndexes()
        let arrivals = try view.arrivalIndexes()
        var found: [TraceID] = []
        for trace in 0..<(offsets.count - 1) {
            for row in offsets[trace]..<offsets[trace + 1]
            where isRoot[Int(operations[row])] && parents[row] == ParentCode.root
                && FetchMatching.isNear(starts[row], wait.from)
                && FetchMatching.isNear(starts[row] &+ durations[row], wait.to)
            {
                let peer = tables.arrivals[Int(arrivals[row])].peerAddress
                guard FleetNode(origins[Int(originIndexes[row])], peerAddress: peer).key == node else {
                    continue
                }
                found.append(try view.traceIDs()[trace])
            }
        }
        return found
    }
}
