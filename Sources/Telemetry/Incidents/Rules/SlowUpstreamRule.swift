/// `slow-upstream`: files of one host, or everything, take longer to fetch than before and than those of others.
/// `sumdb-slow`: so do answers of a checksum database, as for versions that it fetches itself first. `slow-list`: so do
/// lists of versions alone.
struct SlowUpstreamRule: IncidentRule {
    let name = "slow-upstream"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return context.culprits(.slowFetch).compactMap { culprit in
            guard [.upstream, .module, .everything].contains(culprit.dimension) else { return nil }
            // What was given up is told as what it ended with.
            let late = culprit.rows.count { data.rows[Int($0)].isFailure }
            guard 2 * late <= culprit.rows.count else { return nil }
            let (bad, usual) = medians(culprit, data)
            var subject = data.subject(culprit.dimension, culprit.number)
            if let module = subject.module {
                subject.upstream = ModuleName(module: module, version: nil).upstream
            }
            let isChecksum =
                culprit.dimension == .upstream && culprit.number == UInt64(data.checksumHost)
            let lists = culprit.rows.count { [.list, .latest].contains(data.rows[Int($0)].moduleKind) }
            let isOfLists = 5 * lists >= 4 * culprit.rows.count
            let whose =
                isChecksum
                ? "The checksum database answers slowly"
                : isOfLists
                    ? "Lists of versions take long\(subject.upstream.map { ", of modules of \($0)" } ?? "")"
                    : subject.module.map { "\($0) takes long to fetch" }
                        ?? subject.upstream.map { "\($0) answers slowly" } ?? "All upstreams answer slowly"
            return finding(
                culprit, data, rule: isChecksum ? "sumdb-slow" : isOfLists ? "slow-list" : nil,
                severity: .ticket, depth: 0,
                subject: subject, numbers: [("median_s", bad), ("usual_median_s", usual)],
                sentence: "\(whose): \(time(bad)) in the median where \(time(usual)) is usual, "
                    + "\(share(culprit.excess.rate)) of \(Int(culprit.excess.count)) fetches slow")
        }
    }
}
