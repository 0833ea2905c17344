/// `slow-upstream`: files of one host, or everything, take longer to fetch than before and than those of others.
/// `sumdb-slow`: so do answers of a checksum database, as for versions that it fetches itself first. `slow-list`: so do
/// lists of versions alone.
struct SlowUpstreamRule: IncidentRule {
    let name = "slow-upstream"
    let names = ["slow-upstream", "slow-list", "sumdb-slow"]

    /// How many times as often lists have to be slow as files for them alone to be.
    private static let listFactor = 4.0

    /// Whether files of the same, at the same time, are well. Most of what is fetched are lists: that most of what is slow are
    /// says nothing.
    private static func isOfLists(_ culprit: CulpritSearch.Culprit, _ data: IncidentData) -> Bool {
        let bad = culprit.rows.map { data.rows[Int($0)] }
        let slowLists = bad.count { isList($0) }
        let slowOthers = bad.count { !isList($0) && $0.moduleKind?.isChecksum == false }
        var lists = 0
        var others = 0
        for (place, row) in data.rows.enumerated() {
            guard let slot = data.slot(row), culprit.excess.slots.contains(slot),
                data.number(culprit.dimension, row) == culprit.number, data.group(.slowFetch, place) != nil
            else { continue }
            // A checksum database has no part in what repositories do.
            if isList(row) { lists += 1 } else if row.moduleKind?.isChecksum == false { others += 1 }
        }
        guard slowLists > 0 else { return false }
        // One more than were seen: of a few files that are well it is not known.
        let shareOfOthers = Double(slowOthers + 1) / Double(others + 1)
        return Double(slowLists) / Double(max(lists, 1)) >= listFactor * shareOfOthers
    }

    private static func isList(_ row: IncidentRow) -> Bool {
        row.moduleKind == .list || row.moduleKind == .latest
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return context.culprits(.slowFetch).compactMap { culprit in
            guard [.upstream, .module, .everything].contains(culprit.dimension) else { return nil }
            // What was given up is told as what it ended with.
            let late = culprit.rows.count { data.rows[Int($0)].isFailure }
            guard 2 * late <= culprit.rows.count else { return nil }
            let told = culprit.told
            var subject = data.subject(culprit.dimension, culprit.number)
            if let module = subject.module {
                subject.upstream = ModuleName(module: module, version: nil).upstream
            }
            let isChecksum =
                culprit.dimension == .upstream && culprit.number == UInt64(data.checksumHost)
            let isOfLists = Self.isOfLists(culprit, data)
            let whose =
                isChecksum
                ? "The checksum database answers slowly"
                : isOfLists
                    ? "Lists of versions take long\(subject.upstream.map { ", of modules of \($0)" } ?? "")"
                    : subject.module.map { "\($0) takes long to fetch" }
                        ?? subject.upstream.map { "\($0) answers slowly" } ?? "All upstreams answer slowly"
            var finding = finding(
                culprit, data, rule: isChecksum ? "sumdb-slow" : isOfLists ? "slow-list" : nil,
                severity: .ticket, depth: 0,
                subject: subject,
                numbers: [("median_s", told.median), ("usual_median_s", told.usualMedian)],
                sentence: "\(whose): \(time(told.median)) in the median where "
                    + "\(time(told.usualMedian)) is usual, \(share(told.badShare)) of "
                    + "\(number(told.count)) fetches slow")
            if isOfLists, !isChecksum {
                // Files do not wait for lists.
                let covers = finding.covers
                finding.covers = { Self.isList($0) && covers($0) }
            }
            return finding
        }
    }
}
