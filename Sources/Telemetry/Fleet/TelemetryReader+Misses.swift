import OTLPModel

extension TelemetryReader {
    /// What caches did for requests for files that never change.
    /// - Throws: `StoreError`
    package func misses(_ query: MissQuery) throws(StoreError) -> MissResult {
        try snapshot { () throws(StoreError) in
            var question = FleetQuestion(window: query.window, filter: query.filter)
            if case .attribute(let key) = query.dimension { question.label = key }
            let (dimension, period) = (query.dimension, query.periodNanos)
            let answer = try FleetScan.run(question, self) { _ in MissTally(dimension, periodNanos: period) }
            let names = FleetNameTables(answer.names)
            let (all, totals) = Self.groups(answer.aggregate, query, names)
            var groups = all
            let count = groups.count
            groups.sort { query.periodNanos == nil ? Self.isWorse($0, $1) : Self.isEarlier($0, $1) }
            groups.removeSubrange(min(query.limit, count)...)
            return MissResult(
                groups: groups, groupCount: count, totals: totals,
                likely: totals.unknown > 0 ? LikelyMisses(answer.aggregate.rows) : LikelyMisses(),
                quality: answer.quality,
                notes: damageNotes())
        }
    }

    private static func groups(
        _ tally: MissTally, _ query: MissQuery, _ names: FleetNameTables
    ) -> ([MissGroup], MissCounts) {
        var counts = tally.counts
        var totals = tally.totals
        if !query.dimension.isOfSingleFiles {
            let fetches = tally.fetches(names.modules)
            for (key, more) in fetches.byKey { counts[key, default: MissCounts()] += more }
            totals += fetches.total
        }
        if query.periodNanos == nil {
            let refetches = tally.refetches()
            for (code, more) in refetches.byCode {
                counts[.init(code: code, period: 0), default: MissCounts()] += more
            }
            // What several nodes on one way did not have was waited for once.
            if !query.dimension.isOfNodes { totals += refetches.total }
        }
        let shared =
            query.dimension == .node
            ? SharedNames(counts.lazy.filter { $0.value.requests > 0 }.map { names.node($0.key.code) }) : nil
        func text(_ code: UInt32) -> String? {
            shared?.label(names.node(code)) ?? query.dimension.text(code, names)
        }
        // Several codes may stand for one text.
        struct Folded: Hashable {
            var key: String?
            var period: Int64
        }
        var folded: [Folded: MissCounts] = [:]
        for (key, more) in counts {
            folded[Folded(key: text(key.code), period: key.period), default: MissCounts()] += more
        }
        let groups = folded.filter { $0.value.requests > 0 }.map { folded, counts in
            var counts = counts
            // A version that clients had is not of one node's doing: who is behind it had it, or had not.
            if query.dimension.isOfNodes { counts.forgetFetches() }
            return MissGroup(
                key: folded.key,
                period: query.periodNanos.map { UnixNanos(rawValue: folded.period * $0) }, counts: counts)
        }
        return (groups, totals)
    }

    private static func isWorse(_ left: MissGroup, _ right: MissGroup) -> Bool {
        let (one, other) = (left.counts, right.counts)
        if one.missNanos != other.missNanos { return one.missNanos > other.missNanos }
        if one.requests != other.requests { return one.requests > other.requests }
        return (left.key ?? "") < (right.key ?? "")
    }

    private static func isEarlier(_ left: MissGroup, _ right: MissGroup) -> Bool {
        (left.period ?? .distantPast, left.key ?? "") < (right.period ?? .distantPast, right.key ?? "")
    }
}

extension MissQuery {
    /// Whether it is counted what a node fetched again: for whole windows, in groups that are not of clients' doing.
    var hasRefetches: Bool {
        guard periodNanos == nil else { return false }
        switch dimension {
        case .client, .attribute: return false
        default: return true
        }
    }

    /// Whether it has a total: what several nodes on one way did not have was waited for once.
    var hasTotalRefetches: Bool { periodNanos == nil && !dimension.isOfNodes }
}

extension MissCounts {
    fileprivate mutating func forgetFetches() {
        fetches = 0
        warmFetches = 0
    }
}

extension FleetDimension {
    /// Whether the files of a version lie in different groups, so that versions have none.
    var isOfSingleFiles: Bool {
        switch self {
        case .kind, .attribute: true
        default: false
        }
    }
}
