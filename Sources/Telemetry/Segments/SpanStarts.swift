/// When some spans start: tells which segments may have the same spans.
struct SpanStarts {
    /// Of the spans whose starts are believed, which lie close together.
    private var believable: ClosedRange<UnixNanos>?
    /// The other starts, in order. They may lie decades apart: between two of them is nothing.
    private var strays: [UnixNanos] = []

    init(_ batches: [SpanBatch]) {
        for batch in batches {
            guard let range = batch.startRange else { continue }
            let wanted = BelievableStarts(receivedAt: batch.arrival.receivedAt)
            if wanted.side(of: range.lowerBound) == .ordinary, wanted.side(of: range.upperBound) == .ordinary
            {
                add(range)
                continue
            }
            for start in batch.starts {
                let start = UnixNanos(clamping: start)
                if wanted.side(of: start) == .ordinary { add(start...start) } else { strays.append(start) }
            }
        }
        strays.sort()
    }

    private mutating func add(_ range: ClosedRange<UnixNanos>) {
        let known = believable ?? range
        believable = min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
    }

    /// From the first to the last of them; nil when there are none.
    var range: ClosedRange<UnixNanos>? {
        guard let first = strays.first, let last = strays.last else { return believable }
        guard let believable else { return first...last }
        return min(first, believable.lowerBound)...max(last, believable.upperBound)
    }

    /// Whether one of them may lie in a segment.
    func meet(_ segment: SegmentSummary) -> Bool {
        if let believable, believable.lowerBound <= segment.maxStart,
            believable.upperBound >= segment.minStart
        {
            return true
        }
        // The first stray that is not before the segment.
        var low = 0
        var high = strays.count
        while low < high {
            let middle = (low + high) / 2
            if strays[middle] < segment.minStart { low = middle + 1 } else { high = middle }
        }
        return low < strays.count && strays[low] <= segment.maxStart
    }
}
