/// Reads off a segment where the time of its exchanges went. Keeps its memory between them.
struct StageReader: Sendable {
    private var path = CriticalPath()
    private var spans: [CriticalPath.TimedSpan] = []
    private var origins: [Origin] = []

    /// What stands behind a span of a path.
    private struct Origin: Sendable {
        var row: Int
        /// By how much the span is moved, in nanoseconds.
        var shift: Int64 = 0
    }

    /// The stages of an exchange: its critical path, piece by piece.
    mutating func stages(of place: Int, in segment: SegmentExchanges) -> StageTimes {
        let exchange = segment.exchanges[place]
        let tree = segment.tree
        var times = StageTimes()
        pieces(of: Int(exchange.row), in: segment) { row, from, to in
            times[segment.stage(ofRow: row, from: from, in: place, tree)] &+= to &- from
        }
        return times
    }

    /// The stages of the time below a span that belongs to no exchange: a detached fetch.
    mutating func stages(ofRow root: Int, in segment: SegmentExchanges) -> StageTimes {
        let tree = segment.tree
        var times = StageTimes()
        pieces(of: root, in: segment) { row, from, to in
            times[segment.stage(ofRow: row, from: from, kind: nil, cacheResult: .unknown, tree)] &+=
                to &- from
        }
        return times
    }

    /// Gives the pieces of a span's critical path, the last first. Looks at what lies below the span only: a trace may
    /// have as many requests as spans.
    mutating func pieces(
        of root: Int, in segment: SegmentExchanges,
        _ piece: (_ row: Int, _ from: UInt64, _ to: UInt64) -> Void
    ) {
        let tree = segment.tree
        if tree.children.isEmpty(root) {
            // Most that a cache answers: there is nothing else that it could have waited for.
            if segment.durations[root] > 0 { piece(root, segment.starts[root], segment.end(root)) }
            return
        }
        collect(below: root, segment, tree.children)
        align(segment.nodes)
        // Of their own, as the path changes while they are borrowed.
        let (spans, origins) = (spans, origins)
        path.walk(spans.span, from: 0) { span, from, to in
            // By the clock of its own node again.
            let shift = UInt64(bitPattern: origins[span].shift)
            piece(origins[span].row, from &- shift, to &- shift)
        }
    }

    /// A span and all below it, parents before their children.
    private mutating func collect(below root: Int, _ segment: SegmentExchanges, _ children: ChildLists) {
        spans.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        add(root, parent: -1, segment)
        var next = 0
        while next < origins.count {
            // A circle of parents leads back to where it began, and nowhere else.
            for child in children[origins[next].row] where child != root {
                add(child, parent: Int32(next), segment)
            }
            next += 1
        }
    }

    private mutating func add(_ row: Int, parent: Int32, _ segment: SegmentExchanges) {
        origins.append(Origin(row: row))
        spans.append(
            CriticalPath.TimedSpan(start: segment.starts[row], end: segment.end(row), parent: parent))
    }

    // MARK: Clocks

    /// Moves what nodes with other clocks saw into the spans that caused it: a span that lies outside of its parent at
    /// another node, though it is no longer, is put into the parent's middle, and with it all that lies below it.
    private mutating func align(_ nodes: [UInt32]) {
        let own = nodes[origins[0].row]
        guard origins.contains(where: { nodes[$0.row] != own }) else { return }
        for span in origins.indices.dropFirst() {
            let parent = Int(spans[span].parent)
            shift(span, into: parent, isOther: nodes[origins[span].row] != nodes[origins[parent].row])
        }
    }

    /// Moves a span as its parent was moved, and if need be into it.
    private mutating func shift(_ span: Int, into parent: Int, isOther: Bool) {
        let outer = spans[parent]
        var moved = spans[span]
        var shift = origins[parent].shift
        let start = moved.start &+ UInt64(bitPattern: shift)
        let duration = moved.end &- moved.start
        let room = outer.end &- outer.start
        // nginx has whole milliseconds.
        if isOther, duration <= room &+ 1_000_000, start < outer.start || start &+ duration > outer.end {
            let before = UInt64(bitPattern: Int64(bitPattern: room &- duration) / 2)
            shift &+= Int64(bitPattern: outer.start &+ before &- start)
        }
        guard shift != 0 else { return }
        origins[span].shift = shift
        moved.start &+= UInt64(bitPattern: shift)
        moved.end &+= UInt64(bitPattern: shift)
        spans[span] = moved
    }
}
