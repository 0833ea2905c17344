/// `slow-node`: a node takes longer for its own work (answering from its cache, fetching what others fetch faster) than
/// its peers do, and than itself before.
struct SlowNodeRule: IncidentRule {
    let name = "slow-node"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        [(Symptom.slowServe, "answers from its cache"), (.slowFetch, "fetches")].flatMap { symptom, words in
            context.culprits(symptom).compactMap { culprit -> IncidentFinding? in
                guard
                    [.node, .region].contains(culprit.dimension)
                        || symptom == .slowServe && culprit.dimension == .everything
                else { return nil }
                // What was given up is told as what it ended with.
                let late = culprit.rows.count { context.data.rows[Int($0)].isFailure }
                guard 2 * late <= culprit.rows.count else { return nil }
                return finding(culprit, words, context.data)
            }
        }
    }

    private func finding(
        _ culprit: CulpritSearch.Culprit, _ words: String, _ data: IncidentData
    ) -> IncidentFinding {
        let told = culprit.told
        let subject = data.subject(culprit.dimension, culprit.number)
        let who = subject.node ?? subject.region.map { "Nodes in \($0)" } ?? "All nodes"
        return finding(
            culprit, data, severity: .ticket, depth: 1,
            numbers: [("median_s", told.median), ("usual_median_s", told.usualMedian)],
            sentence:
                "\(who) \(subject.node == nil ? "are" : "is") slow by \(subject.node == nil ? "themselves" : "itself"): "
                + "of its \(words) \(share(told.badShare)) were slow, \(time(told.median)) in the median "
                + "where \(time(told.usualMedian)) is usual")
    }
}
