extension SpanBatch {
    /// The first and the last start; nil without spans.
    var startRange: ClosedRange<UnixNanos>? {
        guard var first = starts.first else { return nil }
        var last = first
        for start in starts {
            first = min(first, start)
            last = max(last, start)
        }
        return UnixNanos(clamping: first)...UnixNanos(clamping: last)
    }

    /// On which side of the starts that are believed of them all spans are; nil without spans, and when they are not all
    /// on one.
    var side: BelievableStarts.Side? {
        guard let range = startRange else { return nil }
        let believable = BelievableStarts(receivedAt: arrival.receivedAt)
        let side = believable.side(of: range.lowerBound)
        return side == believable.side(of: range.upperBound) ? side : nil
    }

    /// The spans on each side of the starts that are believed of them: nearly always all are on one.
    func parts() -> [(side: BelievableStarts.Side, batch: SpanBatch)] {
        if spanCount == 0 { return [] }
        if let side { return [(side, self)] }
        let believable = BelievableStarts(receivedAt: arrival.receivedAt)
        let sides = starts.map { believable.side(of: UnixNanos(clamping: $0)) }
        return BelievableStarts.Side.allCases.compactMap { side in
            let part = keeping { sides[$0] == side }
            return part.spanCount == 0 ? nil : (side, part)
        }
    }

    /// Some of the spans, with the tables of all.
    private func keeping(_ isWanted: (Int) -> Bool) -> SpanBatch {
        var part = self
        part.traceIndexes = []
        part.spanIDs = []
        part.parentIDs = []
        part.starts = []
        part.ends = []
        part.operationIndexes = []
        part.originIndexes = []
        part.slots = []
        var slot = 0
        for span in 0..<spanCount {
            let operation = operationIndexes[span]
            let end = slot + layouts.range(Int(operations[Int(operation)].layout)).count
            defer { slot = end }
            guard isWanted(span) else { continue }
            part.traceIndexes.append(traceIndexes[span])
            part.spanIDs.append(spanIDs[span])
            part.parentIDs.append(parentIDs[span])
            part.starts.append(starts[span])
            part.ends.append(ends[span])
            part.operationIndexes.append(operation)
            part.originIndexes.append(originIndexes[span])
            part.slots += slots[slot..<end]
        }
        return part
    }
}
