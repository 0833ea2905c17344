import OTLPModel

/// The part of a `StatsQuery` that concerns one segment, answered from its rollup: sums of minutes, and no span.
struct RollupStats {
    private static let minuteNanos: Int64 = 60_000_000_000

    private let query: StatsQuery
    private let view: SegmentView
    private let rollup: SegmentRollup
    private let sources: [SegmentStatistics.Source]
    private let peers: [String]
    private let origins: [ResolvedOrigin]
    private let names: StringTable

    init(_ query: StatsQuery, _ view: SegmentView, _ rollup: SegmentRollup) throws(StoreError) {
        self.query = query
        self.view = view
        self.rollup = rollup
        let statistics = try view.statistics()
        sources = statistics?.sources ?? []
        peers = statistics?.peers ?? []
        origins = try view.origins()
        names = try view.names()
    }

    /// Whether rollups know everything that a query asks for.
    static func canAnswer(_ query: StatsQuery) -> Bool {
        query.keys.allSatisfy(isKept) && query.predicates.allSatisfy { isKept($0.key) }
            && query.ratio.map { isKept($0.key) } ?? true && query.name == nil
    }

    /// The first key that rollups do not have; nil when they have all.
    static func obstacle(_ query: StatsQuery) -> String? {
        let keys = query.keys + query.predicates.map(\.key) + (query.ratio.map { [$0.key] } ?? [])
        return keys.first { !isKept($0) }?.text ?? (query.name == nil ? nil : "URL paths")
    }

    private static func isKept(_ key: SpanKey) -> Bool {
        switch key {
        case .name, .kind, .service, .node, .scope, .moduleKind, .cacheResult, .outcome, .resource: true
        case .period(let nanos): nanos % minuteNanos == 0
        case .status, .traceID, .duration, .module, .moduleVersion, .attribute: false
        }
    }

    /// Whether the window cuts no minute of a segment in two. A window that begins before the segment's first
    /// span or ends after its last leaves all of it on one side.
    static func canAnswer(_ query: StatsQuery, _ summary: SegmentSummary) -> Bool {
        let window = query.window
        let cutsStart = window.since > summary.minStart && window.since.rawValue % minuteNanos != 0
        let cutsEnd = window.until <= summary.maxStart && window.until.rawValue % minuteNanos != 0
        // Times before the epoch and past what can be said are not kept apart by minute.
        return !cutsStart && !cutsEnd && summary.maxStart < .distantFuture
    }

    func add(to partial: inout StatsSearch.Partial) throws(StoreError) {
        let passes = rollup.groups.map { group in
            query.predicates.allSatisfy { $0.test.passes(value(of: $0.key, group)) }
        }
        let marks = query.ratio.map { ratio in
            rollup.groups.map { group -> (has: Bool, passes: Bool) in
                let value = value(of: ratio.key, group)
                let passes = ratio.test.passes(value)
                return (passes || ratio.key.countsInRatio(value), passes)
            }
        }
        try noteKeys(&partial.keys)
        let hasPeriod = query.keys.contains { if case .period = $0 { true } else { false } }
        // Rows are ordered by group, and most groups of the rollup fall into few of the query's: neighbours
        // mostly into the same one.
        var known: [[UInt32]: Int] = [:]
        var lastCodes: [UInt32] = []
        var target = 0
        // Neighbours of one group are added together.
        var run = 0..<0
        var totals = SpanTotals()
        var runTarget = 0
        var last: (group: UInt32, minute: UInt32)?
        for row in 0..<rollup.rowCount {
            let index = rollup.groupIndexes[row]
            let group = rollup.groups[Int(index)]
            let minute = rollup.minutes[row]
            let start = Int64(minute) * Self.minuteNanos
            guard passes[Int(index)], overlapsWindow(start) else { continue }
            if last?.group != index || hasPeriod && last?.minute != minute {
                if last == nil || !areCodes(lastCodes, of: group, minute) {
                    lastCodes = query.keys.map { code(of: $0, group, minute) }
                    target =
                        known[lastCodes]
                        ?? partial.groups.group(query.keys.map { value(of: $0, group, start) })
                    known[lastCodes] = target
                }
                last = (index, minute)
            }
            if row != run.upperBound || target != runTarget {
                add(run, totals, to: runTarget, &partial)
                run = row..<row
                totals = SpanTotals()
                runTarget = target
            }
            run = run.lowerBound..<row + 1
            add(row, mark: marks?[Int(index)], to: &totals)
        }
        add(run, totals, to: runTarget, &partial)
    }

    /// Rollups have no attributes of spans: the keys to look for are those of resources.
    private func noteKeys(_ keys: inout KeysSeen) throws(StoreError) {
        let missing = query.mentionedKeys.filter { key in
            guard case .resource(let name) = key else { return true }
            return !origins.contains { $0.resource.attributes.value(of: name) != nil }
        }
        if !missing.isEmpty { try keys.look(for: missing, in: SegmentRows(view)) }
        keys.seen.formUnion(query.mentionedKeys.filter { !missing.contains($0) })
    }

    private func areCodes(_ codes: [UInt32], of group: SegmentRollup.Group, _ minute: UInt32) -> Bool {
        for (index, key) in query.keys.enumerated() where codes[index] != code(of: key, group, minute) {
            return false
        }
        return true
    }

    /// A number that stands for the value of a key in this segment; several may stand for one value.
    private func code(of key: SpanKey, _ group: SegmentRollup.Group, _ minute: UInt32) -> UInt32 {
        switch key {
        case .name: group.name
        case .kind: UInt32(bitPattern: group.kind)
        case .service, .node, .scope, .resource: group.source
        case .moduleKind: UInt32(group.moduleKind)
        case .cacheResult: UInt32(group.cacheResult)
        case .outcome: UInt32(group.outcome)
        case .period: minute
        case .status, .traceID, .duration, .module, .moduleVersion, .attribute: 0
        }
    }

    /// A minute that the window cuts has spans on one side of the cut only: see `canAnswer`.
    private func overlapsWindow(_ start: Int64) -> Bool {
        start < query.window.until.rawValue
            && start.addingReportingOverflow(Self.minuteNanos - 1).partialValue >= query.window.since.rawValue
    }

    private func value(of key: SpanKey, _ group: SegmentRollup.Group, _ start: Int64) -> SpanValue {
        guard case .period(let nanos) = key else { return value(of: key, group) }
        return .time(UnixNanos(rawValue: start / nanos * nanos))
    }

    private func add(_ row: Int, mark: (has: Bool, passes: Bool)?, to totals: inout SpanTotals) {
        let spans = Int(rollup.spans[row])
        totals.spans += spans
        totals.errors += Int(rollup.errors[row])
        totals.addDuration(Int64(clamping: rollup.durationSums[row]))
        // The middle of the last bucket that has a span: within 1 %, as everything of a sketch.
        if let last = rollup.sketchRange(row).last {
            totals.longestNanos = max(
                totals.longestNanos, DurationSketch.middle(of: Int(rollup.buckets[last])))
        }
        guard let mark else { return }
        if mark.has { totals.ratioSpans += spans }
        if mark.passes { totals.ratioPassed += spans }
    }

    private func add(
        _ rows: Range<Int>, _ totals: SpanTotals, to target: Int, _ partial: inout StatsSearch.Partial
    ) {
        guard !rows.isEmpty else { return }
        partial.groups.totals[target].add(totals)
        while partial.sketches.count <= target { partial.sketches.append(DurationSketch()) }
        rollup.merge(rows: rows, into: &partial.sketches[target])
    }

    private func value(of key: SpanKey, _ group: SegmentRollup.Group) -> SpanValue {
        let source = sources[Int(group.source)]
        let origin = origins[Int(source.origin)]
        switch key {
        case .name: return .text(names.text(Int(group.name)))
        case .kind: return .text(SpanKind(rawValue: group.kind).word)
        case .service: return .text(origin.service)
        case .scope: return .text(origin.scope.name)
        case .node: return .text(origin.node(peerAddress: peers[Int(source.peer)]).name)
        case .resource(let key):
            return origin.resource.attributes.value(of: key).map { SpanValue($0) } ?? .missing
        case .moduleKind:
            return ModuleKind(rawValue: group.moduleKind).map { .text($0.name) } ?? .missing
        case .cacheResult:
            return CacheResult(rawValue: group.cacheResult).map { .text($0.name) } ?? .missing
        case .outcome: return RequestOutcome(rawValue: group.outcome).map { .text($0.name) } ?? .missing
        case .status, .traceID, .duration, .module, .moduleVersion, .period, .attribute: return .missing
        }
    }
}
