import Glibc

/// `no-completion`: what a proxy begins does not come to its end, as when git waits for somebody to type a password. Its
/// workers are all busy while it completes hardly anything, or what it gives up after a quarter of an hour comes in numbers.
struct NoCompletionRule: IncidentRule {
    let name = "no-completion"

    /// Athens gives up what it does for a request after 15 minutes; three in a hundred more or less.
    private static let limitMicros: ClosedRange<UInt32> = 873_000_000...927_000_000
    /// They never happen when all is well.
    private static let givenUpMin = 3
    private static let requestsMin = 20
    /// Twice as many an hour as before the window.
    private static let ratioMin = 2.0
    /// All workers but one in twenty, for so long, in readings of at least so many slots.
    private static let busyShare = 0.95
    private static let busyNanosMin: UInt64 = 600_000_000_000
    private static let busyReadingsMin = 5
    /// Before, they were not.
    private static let usualShare = 0.8
    /// So much of what was completed in that time before.
    private static let completedShare = 0.2
    /// Of fewer that were to be expected, none says little.
    private static let expectedMin = 5.0

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        var byNode: [UInt32: [Int]] = [:]
        for (place, row) in data.rows.enumerated()
        where Self.limitMicros.contains(row.micros) && row.ending != .ok && !row.flags.contains(.clientSide) {
            // A large archive for somebody with a slow line takes as long, and comes to its end.
            // Who waits for the node behind is not to blame.
            if row.hasHop, Self.limitMicros.contains(row.behindMicros) { continue }
            byNode[row.node, default: []].append(place)
        }
        let principals = context.principals
        var pools: [UInt32: [PoolReadings.Key]] = [:]
        for key in context.gauges.pools?.keys ?? [] {
            pools[principals[key.node] ?? key.node, default: []].append(key)
        }
        let nodes = Set(byNode.keys).union(pools.keys)
        let rows = data.rows(ofNodes: nodes)
        return nodes.sorted().compactMap { node in
            let places = rows[node] ?? []
            return givenUp(node, byNode[node] ?? [], places, context)
                ?? busy(node, pools[node] ?? [], places, context)
        }
    }

    private func givenUp(
        _ node: UInt32, _ long: [Int], _ places: [Int], _ context: IncidentContext
    ) -> IncidentFinding? {
        let data = context.data
        let bad = long.filter { data.slot(data.rows[$0]) != nil }
        guard bad.count >= Self.givenUpMin,
            places.count(where: { data.slot(data.rows[$0]) != nil }) >= Self.requestsMin
        else { return nil }
        let first = places.map { data.rows[$0].start }.min() ?? data.since
        let before = Double(data.since - min(first, data.since))
        let usual = before > 0 ? Double(long.count - bad.count) / before : 0
        guard Double(bad.count) >= Self.ratioMin * usual * Double(data.until - data.since) else { return nil }
        let rows = bad.map { data.rows[$0] }
        let seconds = rows.map(\.seconds).sorted()[rows.count / 2]
        return finding(
            node, bad, rows, context, score: 21 + log(Double(bad.count)),
            numbers: [("bad_requests", Double(bad.count)), ("median_s", seconds)],
            words: "\(bad.count) requests were given up after \(time(seconds))")
    }

    private func finding(
        _ node: UInt32, _ bad: [Int], _ rows: [IncidentRow], _ context: IncidentContext, score: Double,
        since: UInt64? = nil, numbers: [(name: String, value: Double)], words: String
    ) -> IncidentFinding {
        let start = since ?? rows.map(\.start).min() ?? context.data.since
        let end = since != nil ? context.data.until : rows.map(\.end).max() ?? context.data.until
        let subject = context.census.node(node)
        var finding = finding(
            .page, IncidentSubject(node: subject.identity.name, region: subject.region), start: start,
            end: max(end, start + 1), score: score, depth: -1, numbers: numbers,
            sentence: "What \(subject.identity.name) begins does not come to its end: \(words)")
        finding.rows = bad.map { UInt32($0) }
        finding.slowSeconds = rows.reduce(0) { $0 + $1.seconds }
        // Who asked it has given up before.
        finding.covers = { row in
            row.start < end && row.end > start
                && (row.node == node && Self.limitMicros.contains(row.micros)
                    || row.behind == node && row.isFailure)
        }
        return finding
    }

    /// Its workers are all busy, and nothing comes of it.
    private func busy(
        _ node: UInt32, _ pools: [PoolReadings.Key], _ places: [Int], _ context: IncidentContext
    ) -> IncidentFinding? {
        let data = context.data
        for key in pools {
            let readings = context.gauges.pools?.readings(key) ?? []
            let run = readings.reversed().prefix { $0.share >= Self.busyShare }
            guard run.count >= Self.busyReadingsMin, let last = run.first, let first = run.last,
                last.time >= data.windowSince, last.time - first.time >= Self.busyNanosMin
            else { continue }
            let before = readings.dropLast(run.count).map(\.share).sorted()
            guard before.count >= Self.busyReadingsMin, before[before.count / 2] <= Self.usualShare,
                let begin = readings.first?.time
            else { continue }
            let ends = places.filter { data.rows[$0].isCompletedFetch }.map { data.rows[$0].end }
            let completed = ends.count { $0 >= first.time && $0 < last.time }
            let earlier = ends.count { $0 >= begin && $0 < first.time }
            let part = Double(last.time - first.time) / Double(max(first.time - begin, 1))
            let expected = Double(earlier) * part
            guard expected >= Self.expectedMin, Double(completed) <= Self.completedShare * expected else {
                continue
            }
            let share = run.map(\.share).min() ?? 1
            return finding(
                node, [], [], context, score: 20 + log(expected), since: first.time,
                numbers: [
                    ("pool_share", share), ("completed", Double(completed)), ("expected", expected),
                ],
                words: "its workers\(key.pool.isEmpty ? "" : " of \(key.pool)") have all been busy for "
                    + "\(HumanUnits.duration(Int64(clamping: last.time - first.time))), in which "
                    + "\(number(Double(completed))) fetches were completed where \(number(expected)) are usual"
            )
        }
        return nil
    }
}

extension IncidentRow {
    /// Something that the node's cache did not have, and that it got.
    fileprivate var isCompletedFetch: Bool {
        ending == .ok && result.isLookup && !result.isHit && !flags.contains(.clientSide)
    }
}
