/// When each node was last heard of in a window, as far as some segments tell.
struct LastStarts: Sendable {
    /// What sends spans, as the database calls it: cheaper to look up than the node that it is.
    private struct Sender: Hashable {
        var origin: SegmentOriginReference
        var peer: String
    }

    private var senders: [Sender: UnixNanos] = [:]
    /// Of what has no ids in the database or had to be looked for among spans.
    private var nodes: [NodeIdentity: UnixNanos] = [:]

    /// Takes up a segment; all of it is read before anything changes.
    mutating func add(_ view: SegmentView, _ window: TimeWindow) throws(StoreError) {
        guard view.segmentID != nil, let statistics = try view.statistics(),
            statistics.sources.allSatisfy({ $0.lastStart < window.until })
        else {
            nodes.merge(try Self.fromColumns(view, window), uniquingKeysWith: max)
            return
        }
        let origins = try view.storedOrigins()
        for source in statistics.sources where source.lastStart >= window.since {
            let sender = Sender(
                origin: origins[Int(source.origin)], peer: statistics.peers[Int(source.peer)])
            senders[sender, default: source.lastStart].raise(to: source.lastStart)
        }
    }

    /// What several workers found, by node.
    static func byNode(
        _ states: [LastStarts], _ source: SegmentSource
    ) throws(StoreError) -> [NodeIdentity: UnixNanos] {
        var last: [NodeIdentity: UnixNanos] = [:]
        for state in states {
            last.merge(state.nodes, uniquingKeysWith: max)
            for (sender, time) in state.senders {
                do throws(StoreError) {
                    let node = try source.origin(sender.origin).node(peerAddress: sender.peer)
                    last[node, default: time].raise(to: time)
                } catch {
                    // Damage is noted by what made the answer.
                    guard error.code == .damaged else { throw error }
                }
            }
        }
        return last
    }

    /// The same, of spans that are not stored as a segment, of a segment without statistics, or one that goes on
    /// after the window. Spans are about in the order of time, so the walk starts at the end and stops when every
    /// origin was seen.
    private static func fromColumns(
        _ view: SegmentView, _ window: TimeWindow
    ) throws(StoreError) -> [NodeIdentity: UnixNanos] {
        let origins = try view.origins()
        let indexes = try view.originIndexes()
        let starts = try view.starts()
        let arrivals = try view.arrivalIndexes()
        let tables = try view.tables()
        var seen = [Bool](repeating: false, count: origins.count)
        var unseen = origins.count
        var last: [NodeIdentity: UnixNanos] = [:]
        for row in indexes.indices.reversed() where !seen[Int(indexes[row])] {
            let time = UnixNanos(clamping: starts[row])
            guard window.contains(time) else { continue }
            let origin = Int(indexes[row])
            seen[origin] = true
            unseen -= 1
            let node = origins[origin].node(tables.arrivals[Int(arrivals[row])])
            last[node, default: time].raise(to: time)
            if unseen == 0 { break }
        }
        return last
    }
}

extension UnixNanos {
    fileprivate mutating func raise(to other: UnixNanos) { self = max(self, other) }
}
