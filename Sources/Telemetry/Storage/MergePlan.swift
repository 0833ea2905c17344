/// Which segments to make one of: neighbours in time that are small, few at once, so that a span is written again
/// only as often as segments grow eightfold.
struct MergePlan: Hashable, Sendable {
    /// Segments with that many spans are left alone: with more a span takes hardly less room, and finding a trace
    /// takes longer.
    var spansEnough = 65_536
    /// A merged segment has no more spans: two sealed segments fit into memory.
    var spansMax = 131_072
    /// Segments of one level that make one of the next.
    var fanIn = 8
    /// What a merged segment has at the most: as one that is sealed.
    var memoryBytesMax = PendingSegment.memoryBytesMax
    var columnsMax = PendingSegment.columnsMax
    /// How far the starts of one segment may lie apart, and the times at which its spans were sealed: what is
    /// searched and deleted as a whole must not span months.
    var rangeNanosMax: Int64 = 86_400_000_000_000
    /// How many neighbours in time that were sealed at other times are passed over to find those of one time.
    var passedOverMax = 64

    /// The plan for spans that are kept so long: a segment goes as a whole, when its newest span is too old, and
    /// must not keep others much longer than that.
    func keeping(_ retainNanos: Int64?) -> MergePlan {
        guard let retainNanos else { return self }
        var plan = self
        plan.rangeNanosMax = min(rangeNanosMax, retainNanos / 8)
        return plan
    }

    /// The next segments to merge; nil when there is nothing to be gained.
    /// - Parameters:
    ///   - entries: those with fewer spans than `spansEnough`
    ///   - isForced: also where fewer than `fanIn` are together, and whatever their levels
    func next(_ entries: [SegmentCatalogue.Entry], isForced: Bool = false) -> [SegmentCatalogue.Entry]? {
        let small = entries.filter { $0.summary.spans < spansEnough }
        for kind in kinds(small) {
            if isForced {
                if let run = run(in: kind, isForced: true) { return run }
                continue
            }
            for level in Set(kind.entries.map(\.level)).sorted() {
                let ofLevel = Kind(entries: kind.entries.filter { $0.level == level }, isWide: kind.isWide)
                if let run = run(in: ofLevel, isForced: false) { return run }
            }
        }
        return nil
    }

    /// Segments that are merged among themselves only.
    private struct Kind {
        /// Narrow ones by their starts, wide ones by when they were sealed.
        var entries: [SegmentCatalogue.Entry]
        /// Whether their own starts lie further apart than those of a merged segment may.
        var isWide: Bool
    }

    /// Nothing makes the starts of wide segments narrow again: they are merged with each other, so that there
    /// are few, and with no others, which would become like them. Those that lie before the time when they were
    /// sealed stay apart from those that lie behind it: together they would cover all of the time between.
    private func kinds(_ entries: [SegmentCatalogue.Entry]) -> [Kind] {
        var narrow: [SegmentCatalogue.Entry] = []
        var wide: [BelievableStarts.Side: [SegmentCatalogue.Entry]] = [:]
        for entry in entries {
            if isNear(entry.summary.minStart, entry.summary.maxStart) {
                narrow.append(entry)
            } else {
                let side = BelievableStarts(receivedAt: entry.createdAt).side(of: entry.summary.maxStart)
                wide[side, default: []].append(entry)
            }
        }
        narrow.sort { ($0.summary.minStart, $0.id) < ($1.summary.minStart, $1.id) }
        return [Kind(entries: narrow, isWide: false)]
            + BelievableStarts.Side.allCases.map { side in
                let entries = wide[side, default: []]
                return Kind(
                    entries: entries.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }, isWide: true)
            }
    }

    /// Whether two times, the earlier one first, may belong to one segment.
    private func isNear(_ first: UnixNanos, _ last: UnixNanos) -> Bool {
        let range = last.rawValue.subtractingReportingOverflow(first.rawValue)
        return !range.overflow && range.partialValue <= rangeNanosMax
    }

    /// The first neighbours that are worth it.
    private func run(in kind: Kind, isForced: Bool) -> [SegmentCatalogue.Entry]? {
        for first in kind.entries.indices {
            let run = neighbours(of: first, in: kind, countMax: isForced ? .max : fanIn)
            let spans = run.reduce(0) { $0 + $1.summary.spans }
            if run.count >= 2, isForced || run.count >= fanIn || spans >= spansEnough { return run }
        }
        return nil
    }

    /// An entry and those after it that may be merged with it.
    private func neighbours(of first: Int, in kind: Kind, countMax: Int) -> [SegmentCatalogue.Entry] {
        let start = kind.entries[first]
        var run = [start]
        var spans = start.summary.spans
        var end = start.summary.maxStart
        var sealed = start.createdAt...start.createdAt
        var passedOver = 0
        for entry in kind.entries[(first + 1)...] {
            let nextEnd = max(end, entry.summary.maxStart)
            let nextSealed =
                min(sealed.lowerBound, entry.createdAt)...max(sealed.upperBound, entry.createdAt)
            guard run.count < countMax, spans + entry.summary.spans <= spansMax,
                kind.isWide || isNear(start.summary.minStart, nextEnd)
            else { break }
            // What came late must not keep for longer what was there, nor the other way round.
            guard isNear(nextSealed.lowerBound, nextSealed.upperBound) else {
                passedOver += 1
                if passedOver > passedOverMax { break }
                continue
            }
            run.append(entry)
            spans += entry.summary.spans
            end = nextEnd
            sealed = nextSealed
        }
        return run
    }
}
