/// `slow-link`: what lies between edges and the node behind them takes long, while both are fast.
struct SlowLinkRule: IncidentRule {
    let name = "slow-link"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return context.culprits(.slowLink).map { culprit in
            let told = culprit.told
            let subject = data.subject(culprit.dimension, culprit.number)
            let way =
                switch culprit.dimension {
                case .link: "from \(subject.region ?? "edges") to \(subject.node ?? "its proxy")"
                case .node: "behind \(subject.node ?? "an edge")"
                default: "from edges\(subject.region.map { " in \($0)" } ?? "") to their proxies"
                }
            return finding(
                culprit, data, severity: .ticket, depth: 1,
                numbers: [("median_s", told.median), ("usual_median_s", told.usualMedian)],
                sentence: "The way \(way) is slow: \(time(told.median)) besides what the proxy took, "
                    + "where \(time(told.usualMedian)) is usual")
        }
    }
}
