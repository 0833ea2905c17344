/// Reads off a segment where the time of its exchanges went. Keeps its memory between them.
struct StageReader: Sendable {
    private var path = CriticalPath()
    private var rows: [Int] = []
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
        pieces(of: Int(exchange.row), in: segment) { row, from, to in
            times[segment.stage(ofRow: row, from: from, in: place)] &+= to &- from
        }
        return times
    }

    /// The stages of the time below a span that belongs to no exchange: a detached fetch.
    mutating func stages(ofRow root: Int, in segment: SegmentExchanges) -> StageTimes {
        var times = StageTimes()
        pieces(of: root, in: segment) { row, from, to in
            times[segment.stage(ofRow: row, from: from, kind: nil, cacheResult: .unknown)] &+= to &- from
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
        // Of their own, as the path changes while they are borrowed.
        let (rows, starts, ends, parents) = (rows, starts, ends, parents)
        let spans = CriticalPath.Spans(starts: starts.span, ends: ends.span, parents: parents.span)
        path.walk(spans, from: 0) { span, from, to in
            piece(rows[span], from, to)
        }
    }

    /// A span and all below it, parents before their children.
    private mutating func collect(below root: Int, _ segment: SegmentExchanges) {
        rows.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        parents.removeAll(keepingCapacity: true)
        add(root, parent: -1, segment)
        var next = 0
        while next < rows.count {
            // A circle of parents leads back to where it began, and nowhere else.
            for child in segment.children[rows[next]] where child != root {
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
}
