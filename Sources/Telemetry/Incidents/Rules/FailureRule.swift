/// Failures, by what they mostly are: `edge-only-5xx` (edges that get no answer from behind), `rate-limited`,
/// `masked-timeout`, `false-200`, `empty-zip`, `truncated`, `checksum-mismatch`, else `upstream-errors` and `node-errors`.
struct FailureRule: IncidentRule {
    let name = "node-errors"
    let names = [
        "edge-only-5xx", "rate-limited", "masked-timeout", "false-200", "empty-zip", "truncated",
        "checksum-mismatch", "upstream-errors", "node-errors",
    ]

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return [.failure, .fetchFailure, .rateLimited, .maskedTimeout].flatMap(context.culprits).compactMap {
            culprit in
            guard culprit.dimension != .serviceVersion else { return nil }
            let bad = culprit.rows.map { data.rows[Int($0)] }
            let subject = data.subject(culprit.dimension, culprit.number)
            let (rule, what, depth) = Self.kind(bad, culprit.dimension)
            let usual = culprit.excess.expected / max(culprit.excess.count, 1)
            let whose =
                switch culprit.dimension {
                case .node: "at \(subject.node ?? "a node")"
                case .region: "at nodes in \(subject.region ?? "a region")"
                case .upstream: "for modules of \(subject.upstream ?? "a host")"
                case .module: "for \(subject.module ?? "a module")"
                default: "everywhere"
                }
            return finding(
                culprit, data, rule: rule, severity: .page, depth: depth,
                sentence:
                    "\(what) \(whose): \(share(culprit.excess.rate)) of \(Int(culprit.excess.count)) "
                    + "\(culprit.symptom == .failure ? "requests" : "fetches") failed, where \(share(usual)) is usual"
            )
        }
    }

    private static func kind(
        _ bad: [IncidentRow], _ dimension: IncidentDimension
    ) -> (rule: String, words: String, depth: Int) {
        func isMost(_ test: (IncidentRow) -> Bool) -> Bool { 2 * bad.count(where: test) > bad.count }
        if isMost({ $0.flags.contains(.isCutOff) && $0.ending != .false200 }) {
            return ("edge-only-5xx", "No answer from behind the edge", 0)
        }
        let words: [(RequestOutcome, String, String)] = [
            (.rateLimited, "rate-limited", "Refused for too many requests (429)"),
            (.maskedTimeout, "masked-timeout", "\"Not found\" after a time-out"),
            (.false200, "false-200", "200 without a body"), (.empty, "empty-zip", "Empty zips"),
            (.truncated, "truncated", "Answers cut short"),
            (.checksumMismatch, "checksum-mismatch", "Wrong checksums"),
        ]
        for (outcome, rule, text) in words where isMost({ $0.ending == outcome }) { return (rule, text, 0) }
        return dimension == .upstream || dimension == .module
            ? ("upstream-errors", "Errors", 0) : ("node-errors", "Errors", 0)
    }
}
