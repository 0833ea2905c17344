/// `cache-degraded`: the cache of a node, or of those of a region, no longer has what it had.
/// `cache-flush`: the caches of half of the nodes, or more, do not, all at once.
struct CacheRule: IncidentRule {
    let name = "cache-degraded"
    let names = ["cache-degraded", "cache-flush"]

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return context.culprits(.miss).compactMap { culprit in
            guard culprit.dimension != .serviceVersion else { return nil }
            let usual = culprit.told.usualShare
            let nodes = Set(culprit.rows.map { data.rows[Int($0)].node })
            let all = Set(
                data.rows.indices.lazy.filter { data.group(.miss, $0) != nil }.map { data.rows[$0].node })
            let isFlush =
                [.everything, .region].contains(culprit.dimension) && 2 * nodes.count >= all.count
                && nodes.count > 1
            let subject = data.subject(culprit.dimension, culprit.number)
            let isOfOne = culprit.dimension == .node
            let who =
                isOfOne
                ? "The cache of \(subject.node ?? "a node")"
                : "The caches of \(nodes.count) of \(HumanUnits.count(all.count, "node"))"
            return finding(
                culprit, data, rule: isFlush ? "cache-flush" : nil, severity: isFlush ? .page : .ticket,
                depth: 1,
                sentence:
                    "\(who) missed \(share(culprit.told.badShare)) of \(number(culprit.told.count)) requests for "
                    + "files that \(isOfOne ? "it" : "they") had given out before, where \(share(usual)) is usual"
            )
        }
    }
}
