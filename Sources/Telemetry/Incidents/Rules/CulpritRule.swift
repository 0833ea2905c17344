import Glibc

/// A rule that names what the search for culprits of a symptom found.
extension IncidentRule {
    /// - Parameters:
    ///   - sentence: what is told of it, without its end
    ///   - depth: see `IncidentFinding`
    func finding(
        _ culprit: CulpritSearch.Culprit, _ data: IncidentData, rule: String? = nil,
        severity: IncidentSeverity, depth: Int, subject: IncidentSubject? = nil,
        numbers: [(name: String, value: Double)] = [], sentence: String
    ) -> IncidentFinding {
        let times = data.times(culprit.excess.slots)
        let bad = culprit.rows.map { data.rows[Int($0)] }
        let told = culprit.told
        let seconds = bad.reduce(0) { $0 + $1.seconds }
        let (dimension, number, slots) = (culprit.dimension, culprit.number, culprit.excess.slots)
        return IncidentFinding(
            rule: rule ?? name, severity: severity, subject: subject ?? data.subject(dimension, number),
            start: bad.map(\.start).min() ?? times.lowerBound, end: bad.map(\.end).max() ?? times.upperBound,
            score: culprit.score, confidence: 1 - exp(-max(culprit.score, 0) / 4) * 0.5, rows: culprit.rows,
            slowSeconds: seconds,
            numbers: [
                ("requests", told.count), ("bad_requests", told.bad), ("bad_share", told.badShare),
                ("usual_share", told.usualShare),
            ] + numbers, explanation: sentence, depth: depth, culprit: culprit,
            covers: { row in
                data.slot(row).map { slots.contains($0) } == true && data.number(dimension, row) == number
            })
    }

    func share(_ part: Double) -> String { "\((part * 1_000).rounded() / 10) %" }

    /// How many, as people read it.
    func number(_ value: Double) -> String { HumanUnits.count(Int64(min(max(value, 0), 0x1p62))) }

    func time(_ seconds: Double) -> String { HumanUnits.duration(Int64(seconds * 1e9)) }
}

extension IncidentRule {
    /// Of a node, and not of requests.
    func finding(
        _ severity: IncidentSeverity, _ subject: IncidentSubject, start: UInt64, end: UInt64, score: Double,
        depth: Int, numbers: [(name: String, value: Double)], sentence: String
    ) -> IncidentFinding {
        IncidentFinding(
            rule: name, severity: severity, subject: subject, start: start, end: end, score: score,
            confidence: 1 - exp(-score / 4) * 0.5, rows: [], slowSeconds: 0, numbers: numbers,
            explanation: sentence, depth: depth, covers: { _ in false })
    }
}
