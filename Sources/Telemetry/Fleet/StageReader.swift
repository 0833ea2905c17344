/// Reads off a segment where the time of its exchanges went. Keeps its memory between them.
struct StageReader: Sendable {
    private var path = CriticalPath()
    private var starts: [UInt64] = []
    private var ends: [UInt64] = []
    private var parents: [Int32] = []

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
        // Of their own, as the path changes while they are borrowed.
        let (starts, ends, parents) = (starts, ends, parents)
        let spans = CriticalPath.Spans(starts: starts.span, ends: ends.span, parents: parents.span)
        path.walk(spans, from: root - rows.lowerBound) { span, from, to in
            piece(rows.lowerBound + span, from, to)
        }
    }
}
