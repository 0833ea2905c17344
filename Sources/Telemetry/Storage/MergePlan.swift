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
    /// How far the starts of one segment may lie apart: what is searched and deleted as a whole must not span
    /// months.
    var rangeNanosMax: Int64 = 86_400_000_000_000

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
    ///   - entries: those with fewer spans than `spansEnough`, by time
    ///   - isForced: also where fewer than `fanIn` are together, and whatever their levels
    func next(_ entries: [SegmentCatalogue.Entry], isForced: Bool = false) -> [SegmentCatalogue.Entry]? {
        let small = entries.filter { $0.summary.spans < spansEnough }
        if isForced { return run(in: small, isForced: true) }
        let levels = Set(small.map(\.level)).sorted()
        for level in levels {
            if let run = run(in: small.filter { $0.level == level }, isForced: false) { return run }
        }
        return nil
    }

    /// The first neighbours that are worth it.
    private func run(in entries: [SegmentCatalogue.Entry], isForced: Bool) -> [SegmentCatalogue.Entry]? {
        var first = 0
        while first < entries.count {
            var last = first
            var spans = entries[first].summary.spans
            var end = entries[first].summary.maxStart
            while last + 1 < entries.count, last + 1 - first < (isForced ? Int.max : fanIn) {
                let next = entries[last + 1].summary
                let lastStart = max(end, next.maxStart)
                let range = lastStart.rawValue.subtractingReportingOverflow(
                    entries[first].summary.minStart.rawValue)
                guard spans + next.spans <= spansMax, !range.overflow, range.partialValue <= rangeNanosMax
                else {
                    break
                }
                spans += next.spans
                end = lastStart
                last += 1
            }
            let count = last + 1 - first
            if count >= 2, isForced || count >= fanIn || spans >= spansEnough {
                return Array(entries[first...last])
            }
            first += 1
        }
        return nil
    }
}
