/// Reads off a segment where the time of its exchanges went. Keeps its memory between them.
struct StageReader: Sendable {
    private var path = CriticalPath()
    private var starts: [UInt64] = []
    private var ends: [UInt64] = []
    private var parents: [Int32] = []
    /// By how much each span is moved, in nanoseconds.
    private var shifts: [Int64] = []
    private var isAligned: [Bool] = []
    private var chain: [Int] = []

    /// The stages of an exchange: its critical path, piece by piece.
    mutating func stages(of place: Int, in segment: SegmentExchanges) -> StageTimes {
        let exchange = segment.exchanges[place]
        var times = StageTimes()
        pieces(of: Int(exchange.row), trace: Int(exchange.trace), in: segment) { row, from, to in
            times[segment.stage(ofRow: row, from: from, in: place)] &+= to &- from
        }
        return times
    }

    /// The stages of the time below a span that belongs to no exchange: a detached fetch.
    mutating func stages(ofRow root: Int, trace: Int, in segment: SegmentExchanges) -> StageTimes {
        var times = StageTimes()
        pieces(of: root, trace: trace, in: segment) { row, from, to in
            times[segment.stage(ofRow: row, from: from, kind: nil, cacheResult: .unknown)] &+= to &- from
        }
        return times
    }

    /// Gives the pieces of a span's critical path, the last first.
    mutating func pieces(
        of root: Int, trace: Int, in segment: SegmentExchanges,
        _ piece: (_ row: Int, _ from: UInt64, _ to: UInt64) -> Void
    ) {
        let rows = segment.rows(ofTrace: trace)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        parents.removeAll(keepingCapacity: true)
        for row in rows {
            starts.append(segment.starts[row])
            ends.append(segment.end(row))
            let parent = segment.parents[row]
            parents.append(parent < 0 ? -1 : parent - Int32(rows.lowerBound))
        }
        align(rows, segment.nodes)
        // Of their own, as the path changes while they are borrowed.
        let (starts, ends, parents, shifts) = (starts, ends, parents, shifts)
        let spans = CriticalPath.Spans(starts: starts.span, ends: ends.span, parents: parents.span)
        path.walk(spans, from: root - rows.lowerBound) { span, from, to in
            // By the clock of its own node again.
            let shift = UInt64(bitPattern: shifts[span])
            piece(rows.lowerBound + span, from &- shift, to &- shift)
        }
    }

    // MARK: Clocks

    /// Moves what nodes with other clocks saw into the spans that caused it: a span that lies outside of its parent at
    /// another node, though it is no longer, is put into the parent's middle, and with it all that lies below it.
    private mutating func align(_ rows: Range<Int>, _ nodes: [UInt32]) {
        shifts.removeAll(keepingCapacity: true)
        isAligned.removeAll(keepingCapacity: true)
        for _ in rows {
            shifts.append(0)
            isAligned.append(false)
        }
        guard rows.contains(where: { nodes[$0] != nodes[rows.lowerBound] }) else { return }
        for place in 0..<rows.count {
            // Parents first, wherever they are stored.
            var above = place
            chain.removeAll(keepingCapacity: true)
            while above >= 0, !isAligned[above] {
                isAligned[above] = true
                chain.append(above)
                above = Int(parents[above])
            }
            while let span = chain.popLast() {
                let parent = Int(parents[span])
                guard parent >= 0 else { continue }
                let isOther = nodes[rows.lowerBound + span] != nodes[rows.lowerBound + parent]
                shift(span, into: parent, isOther: isOther)
            }
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
