import Glibc

/// `lock-failure`: an Athens does not get the lock that it shares with others, and its clients get errors. `lock-ttl`: its
/// fetches outlast the lock, so that another one may fetch the same and store over it.
///
/// Fetches of Athens are traces of their own (`redis.Stash` and the like at their root): one in which nothing is fetched
/// waited for the lock. Who waited for another fetch ends together with that one, and is no failure.
struct LockRule: IncidentRule {
    let name = "lock-failure"
    let names = ["lock-failure", "lock-ttl"]

    private static let requestsMin = 20
    /// They never happen when all is well.
    private static let failuresMin = 3
    private static let shareMin = 0.05
    /// Twice as often as before the window.
    private static let ratioMin = 2.0
    /// What never happens when all is well.
    private static let outlastingMin = 3
    /// Of the lock in Athens' `pkg/stash`: it is given up after so long, whoever holds it.
    private static let lockNanos: UInt64 = 900_000_000_000
    /// A request is over so soon after its fetch: there is no body to send.
    private static let promptNanos: UInt64 = 20_000_000

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let locked = Dictionary(grouping: context.fetches.filter(\.isLocked), by: \.node)
        guard !locked.isEmpty else { return [] }
        let rows = context.data.rows(ofNodes: Set(locked.keys))
        return locked.sorted { $0.key < $1.key }.flatMap { node, fetches in
            [
                failure(node, fetches, rows[node] ?? [], context),
                outlasting(node, fetches, rows[node] ?? [], context),
            ].compactMap(\.self)
        }
    }

    /// - Parameter places: of the node's requests among the rows of the data
    private func failure(
        _ node: UInt32, _ fetches: [DetachedFetch], _ places: [Int], _ context: IncidentContext
    ) -> IncidentFinding? {
        let data = context.data
        let leaders = fetches.filter(\.isLeader).map(\.end).sorted()
        let lone = fetches.filter { !$0.isLeader && !Self.isThere(leaders, near: $0.end) }
        let failing = places.filter { data.rows[$0].ending == .internalError }
            .sorted { data.rows[$0].end < data.rows[$1].end }
        let ends = failing.map { data.rows[$0].end }
        var failed: [UInt32] = []
        var waits: [UInt64] = []
        var before = 0
        for fetch in lone {
            // Micros are cut.
            let place = ends.firstPlace { $0 &+ 1_000 >= fetch.end }
            guard place < ends.count, ends[place] <= fetch.end &+ Self.promptNanos,
                data.rows[failing[place]].start <= fetch.start
            else { continue }
            if fetch.start >= data.since {
                failed.append(UInt32(failing[place]))
                waits.append(fetch.end &- fetch.start)
            } else {
                before += 1
            }
        }
        failed = Array(Set(failed)).sorted()
        let all = fetches.count { $0.start >= data.since }
        let earlier = fetches.count - all
        let requests = places.count { data.slot(data.rows[$0]) != nil }
        let share = Double(failed.count) / Double(max(all, 1))
        guard failed.count >= Self.failuresMin, requests >= Self.requestsMin, share >= Self.shareMin,
            share >= Self.ratioMin * Double(before) / Double(max(earlier, 1))
        else { return nil }
        let bad = failed.map { data.rows[Int($0)] }
        let start = bad.map(\.start).min() ?? data.since
        let end = bad.map(\.end).max() ?? data.until
        let subject = context.census.node(node)
        let median = Double(waits.sorted()[waits.count / 2]) / 1e9
        var finding = finding(
            .page, IncidentSubject(node: subject.identity.name, region: subject.region), start: start,
            end: end, score: 20 + log(Double(failed.count)), depth: -1,
            numbers: [
                ("requests", Double(requests)), ("bad_requests", Double(failed.count)),
                ("fetches", Double(all)), ("bad_share", share), ("median_wait_s", median),
            ],
            sentence:
                "\(subject.identity.name) does not get the lock that it shares with others: \(number(Double(failed.count))) of \(number(Double(all))) "
                + "fetches ended without it and with an error, after \(time(median)) in the median")
        finding.rows = failed
        finding.slowSeconds = bad.reduce(0) { $0 + $1.seconds }
        finding.covers = { row in
            (row.node == node || row.behind == node) && row.isFailure && row.start < end && row.end > start
        }
        return finding
    }

    private static func isThere(_ ends: [UInt64], near time: UInt64) -> Bool {
        let tolerance = FetchMatching.toleranceNanos
        let place = ends.firstPlace { $0 &+ tolerance >= time }
        return place < ends.count && ends[place] <= time &+ tolerance
    }

    private func outlasting(
        _ node: UInt32, _ fetches: [DetachedFetch], _ places: [Int], _ context: IncidentContext
    ) -> IncidentFinding? {
        let data = context.data
        let long = fetches.filter { $0.start >= data.since && $0.stashNanos > Self.lockNanos }
        guard long.count >= Self.outlastingMin else { return nil }
        let start = long.map(\.start).min() ?? data.since
        let end = long.map(\.end).max() ?? data.until
        let longest = long.map(\.stashNanos).max() ?? 0
        let subject = context.census.node(node)
        var finding = IncidentFinding(
            rule: "lock-ttl", severity: .page,
            subject: IncidentSubject(node: subject.identity.name, region: subject.region), start: start,
            end: end, score: 18 + log(Double(long.count)), confidence: 0.99, rows: [], slowSeconds: 0,
            numbers: [
                ("fetches", Double(long.count)), ("longest_s", Double(longest) / 1e9),
                ("lock_s", Double(Self.lockNanos) / 1e9),
            ],
            explanation:
                "Fetches of \(subject.identity.name) outlast the lock that it shares with others, which is given up after "
                + "\(HumanUnits.duration(Int64(Self.lockNanos))): \(long.count) of them, the longest took "
                + "\(HumanUnits.duration(Int64(clamping: longest)))",
            depth: 0, covers: { _ in false })
        finding.rows = places.filter {
            data.slot(data.rows[$0]) != nil && UInt64(data.rows[$0].micros) * 1_000 > Self.lockNanos
        }.map { UInt32($0) }
        return finding
    }
}

extension IncidentData {
    /// By node: the places of its requests.
    func rows(ofNodes nodes: Set<UInt32>) -> [UInt32: [Int]] {
        guard !nodes.isEmpty else { return [:] }
        var places: [UInt32: [Int]] = [:]
        for (place, row) in rows.enumerated() where nodes.contains(row.node) {
            places[row.node, default: []].append(place)
        }
        return places
    }
}
