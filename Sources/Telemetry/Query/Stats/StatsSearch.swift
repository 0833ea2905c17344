import NIOConcurrencyHelpers

/// Answers a `StatsQuery` from the columns of spans.
struct StatsSearch {
    /// What one worker has found.
    struct Partial: Sendable {
        var groups = GroupTable()
        var durations = GroupedDurations()
        var sketches: [DurationSketch] = []
        var keys = KeysSeen()
        /// Of the segments' spans, where the window has no begin or no end.
        var starts = StartRange()
        /// Answers that may have been none.
        var unsized = 0
        /// Segments that the catalogue told to have nothing.
        var passedOver: [Int] = []
    }

    private let query: StatsQuery
    private let segments: [SegmentReference]
    private let reader: TelemetryReader

    /// - Parameter segments: those that the window can concern
    init(_ query: StatsQuery, _ segments: [SegmentReference], _ reader: TelemetryReader) {
        self.query = query
        self.segments = segments
        self.reader = reader
    }

    func run() throws(StoreError) -> StatsResult {
        let query = self.query
        let usesSketches = query.isApproximate && RollupStats.canAnswer(query)
        let outcome = try ParallelScan.run(segments, reader.source, makeState: { Partial() }) {
            (partial: inout Partial, view, index) throws(StoreError) in
            let starts = try Self.starts(view, query.window)
            if usesSketches, RollupStats.canAnswer(query, view.summary), let rollup = try view.rollup() {
                try RollupStats(query, view, rollup).add(to: &partial)
            } else if SegmentStats.isEmpty(query, view.summary) {
                partial.passedOver.append(index)
            } else {
                try SegmentStats(query, view).add(to: &partial, asSketches: usesSketches)
            }
            partial.starts.merge(starts)
            try query.check(groupCount: partial.groups.count)
        }
        reader.note(outcome.damages)
        var all = try merged(outcome.states)
        try lookForKeys(in: all.passedOver, &all.keys)
        return result(all, usesSketches: usesSketches)
    }

    /// Looks for keys that no segment had which was read among those that were not.
    private func lookForKeys(in passedOver: [Int], _ keys: inout KeysSeen) throws(StoreError) {
        let missing = query.mentionedKeys.filter { [keys] in !keys.seen.contains($0) }
        guard !missing.isEmpty else { return }
        // Damage there costs nothing of the answer.
        let outcome = try ParallelScan.run(
            passedOver.map { segments[$0] }, reader.source, makeState: { KeysSeen() }
        ) { (keys: inout KeysSeen, view, _) throws(StoreError) in
            try keys.look(for: missing.filter { [keys] in !keys.seen.contains($0) }, in: SegmentRows(view))
        }
        for state in outcome.states { keys.formUnion(state) }
        keys.isUncertain = keys.isUncertain || !outcome.damaged.isEmpty
    }

    /// Brings the workers' groups together. Which worker met which is chance; sums do not depend on it.
    private func merged(_ states: [Partial]) throws(StoreError) -> Partial {
        guard var all = states.first else { return Partial() }
        for other in states.dropFirst() {
            let groups = other.groups.keys.map { all.groups.group($0) }
            try query.check(groupCount: all.groups.count)
            for (own, group) in groups.enumerated() { all.groups.totals[group].add(other.groups.totals[own]) }
            all.durations.merge(other.durations, groups: groups)
            for (own, sketch) in other.sketches.enumerated() {
                all.addSketch(sketch, group: groups[own])
            }
            all.keys.formUnion(other.keys)
            all.passedOver += other.passedOver
            all.starts.merge(other.starts)
            all.unsized += other.unsized
        }
        return all
    }

    private func result(_ all: Partial, usesSketches: Bool) -> StatsResult {
        let quantiles =
            usesSketches
            ? all.sketches.map { DurationQuantiles($0) }
            : all.durations.quantiles(groupCount: all.groups.count)
        var groups = BoundedHeap<StatsGroup>(limit: query.limit) { [order = query.order] in
            order.isBefore($0, $1)
        }
        for index in 0..<all.groups.count {
            groups.insert(
                StatsGroup(
                    key: all.groups.keys[index], totals: all.groups.totals[index],
                    quantiles: quantiles[index]))
        }
        let unknown = query.mentionedKeys.filter { !all.keys.seen.contains($0) }
        let isUnknown = !unknown.isEmpty && !segments.isEmpty && !all.keys.isUncertain
        return StatsResult(
            groups: groups.sorted(), groupCount: all.groups.count,
            spanCount: all.groups.totals.reduce(0) { $0 + $1.spans },
            rateNanos: query.periodNanos ?? query.window.rateNanos(all.starts),
            isExact: !usesSketches, unknownKeys: isUnknown ? unknown : [],
            knownKeys: isUnknown ? all.keys.others.sorted() : [], unsized: all.unsized,
            notes: query.periodNanos == nil ? all.starts.notes(query.window, "span") : [])
    }

    /// When a segment's spans begin, where that matters. The catalogue tells it, unless a clock was not set: then the one span
    /// of 1970 is all that it tells.
    private static func starts(_ view: SegmentView, _ window: TimeWindow) throws(StoreError) -> StartRange {
        var starts = StartRange()
        guard window.since == .distantPast || window.until == .distantFuture else { return starts }
        let first = UInt64(clamping: view.summary.minStart.rawValue)
        if first < StartRange.believableMin {
            for start in try view.starts() { starts.add(start) }
        } else {
            starts.add(first)
            starts.add(UInt64(clamping: view.summary.maxStart.rawValue))
        }
        return starts
    }
}

extension StatsSearch.Partial {
    mutating func addSketch(_ sketch: DurationSketch, group: Int) {
        while sketches.count <= group { sketches.append(DurationSketch()) }
        sketches[group].merge(sketch)
    }
}

extension DurationQuantiles {
    /// - Parameter sketch: of at least one duration
    init(_ sketch: DurationSketch) {
        self.init(
            p50: sketch.quantile(0.5) ?? 0, p90: sketch.quantile(0.9) ?? 0, p99: sketch.quantile(0.99) ?? 0)
    }
}

extension StatsQuery {
    /// How long the periods are that spans are grouped by; nil without.
    var periodNanos: Int64? {
        for case .period(let nanos) in keys { return nanos }
        return nil
    }

    fileprivate func check(groupCount: Int) throws(StoreError) {
        guard groupCount > groupsMax else { return }
        throw StoreError(
            .limit,
            "--by makes more than \(HumanUnits.count(Int64(groupsMax))) groups, which is the most: choose a shorter "
                + "window with --since and --until, fewer spans with --where, or keys with fewer values")
    }

    /// The keys that spans must have for an answer to mean something.
    var mentionedKeys: [SpanKey] {
        var keys = keys + predicates.map(\.key)
        if let ratio { keys.append(ratio.key) }
        return keys.filter { key in
            switch key {
            case .attribute, .resource: true
            case .name, .kind, .status, .service, .node, .scope, .traceID, .duration, .moduleKind,
                .cacheResult, .outcome, .module, .moduleVersion, .period:
                false
            }
        }
    }
}
