/// Reads off a segment where the time of its exchanges went. Keeps its memory between them.
struct StageReader: Sendable {
    private var path = CriticalPath()
    private var rows: [Int] = []
    private var starts: [UInt64] = []
    private var ends: [UInt64] = []
    private var parents: [Int32] = []
    /// By how much each span is moved, in nanoseconds.
    private var shifts: [Int64] = []

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
        collect(below: root, segment)
        align(segment.nodes)
        // Of their own, as the path changes while they are borrowed.
        let (rows, starts, ends, parents, shifts) = (rows, starts, ends, parents, shifts)
        let spans = CriticalPath.Spans(starts: starts.span, ends: ends.span, parents: parents.span)
        path.walk(spans, from: 0) { span, from, to in
            // By the clock of its own node again.
            let shift = UInt64(bitPattern: shifts[span])
            piece(rows[span], from &- shift, to &- shift)
        }
    }

    /// A span and all below it, parents before their children.
    private mutating func collect(below root: Int, _ segment: SegmentExchanges) {
        rows.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        parents.removeAll(keepingCapacity: true)
        add(root, parent: -1, segment)
        let children = segment.tree.children
        var next = 0
        while next < rows.count {
            // A circle of parents leads back to where it began, and nowhere else.
            for child in children[rows[next]] where child != root {
                add(child, parent: Int32(next), segment)
            }
            next += 1
        }
    }

    private mutating func add(_ row: Int, parent: Int32, _ segment: SegmentExchanges) {
        rows.append(row)
        starts.append(segment.starts[row])
        ends.append(segment.end(row))
        parents.append(parent)
    }

    // MARK: Clocks

    /// Moves what nodes with other clocks saw into the spans that caused it: a span that lies outside of its parent at
    /// another node, though it is no longer, is put into the parent's middle, and with it all that lies below it.
    private mutating func align(_ nodes: [UInt32]) {
        shifts.removeAll(keepingCapacity: true)
        for _ in rows { shifts.append(0) }
        guard rows.contains(where: { nodes[$0] != nodes[rows[0]] }) else { return }
        for span in rows.indices.dropFirst() {
            let parent = Int(parents[span])
            shift(span, into: parent, isOther: nodes[rows[span]] != nodes[rows[parent]])
        }
    }

    /// Moves a span as its parent was moved, and if need be into it.
    private mutating func shift(_ span: Int, into parent: Int, isOther: Bool) {
        var shift = shifts[parent]
        let start = starts[span] &+ UInt64(bitPattern: shift)
        let duration = ends[span] &- starts[span]
        let room = ends[parent] &- starts[parent]
        // nginx has whole milliseconds.
        if isOther, duration <= room &+ 1_000_000, start < starts[parent] || start &+ duration > ends[parent]
        {
            let before = UInt64(bitPattern: Int64(bitPattern: room &- duration) / 2)
            shift &+= Int64(bitPattern: starts[parent] &+ before &- start)
        }
        shifts[span] = shift
        starts[span] &+= UInt64(bitPattern: shift)
        ends[span] &+= UInt64(bitPattern: shift)
    }
}
