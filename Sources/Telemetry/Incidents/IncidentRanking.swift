import Glibc

/// Brings findings into an order, the most likely cause first, and puts below each what follows from it.
struct IncidentRanking {
    /// Of a finding's bad requests, the part that another one has to have a hand in to explain it.
    static let explainedShareMin = 0.6
    /// A few bad requests do not make hundreds of others bad: a cause has so many of its own, as a part of the effect's.
    static let ownShareMin = 0.1
    /// Where the cause was and the effect was not, so many requests tell whether one makes the other: a number, and a part
    /// of those of the effect.
    static let elsewhereMin = 20.0
    static let elsewhereShare = 0.25
    /// An effect that is so many times as frequent where it was found as elsewhere under the same cause has another one.
    static let elsewhereRatio = 3.0

    private let symptoms: [Symptom: SymptomRows]

    /// Causes, each with its consequences.
    private(set) var causes: [(finding: IncidentFinding, consequences: [IncidentFinding])] = []

    /// - Parameter symptoms: of those with findings
    init(_ findings: [IncidentFinding], _ data: IncidentData, _ symptoms: [Symptom: SymptomRows]) {
        self.symptoms = symptoms
        // Equal data give equal answers.
        let ordered = findings.sorted {
            ($1.score, $0.depth, $0.rule, Self.text($0.subject), $0.start) < (
                $0.score, $1.depth, $1.rule, Self.text($1.subject), $1.start
            )
        }
        for finding in ordered {
            // What two symptoms tell of is told once.
            let isTold = causes.contains { cause in
                ([cause.finding] + cause.consequences).contains {
                    $0.rule == finding.rule && $0.subject == finding.subject && $0.start < finding.end
                        && finding.start < $0.end
                }
            }
            if isTold { continue }
            if let cause = causes.indices.first(where: { explains(causes[$0].finding, finding, data) }) {
                causes[cause].consequences.append(finding)
            } else if let effect = causes.indices.first(where: {
                finding.depth < causes[$0].finding.depth && explains(finding, causes[$0].finding, data)
            }) {
                let folded = causes[effect]
                causes[effect] = (finding, [folded.finding] + folded.consequences)
            } else {
                causes.append((finding, []))
            }
        }
    }

    private func explains(_ cause: IncidentFinding, _ effect: IncidentFinding, _ data: IncidentData) -> Bool {
        guard cause.depth <= effect.depth, cause.start < effect.end, effect.start < cause.end,
            !effect.rows.isEmpty
        else { return false }
        // What gauges tell of has none.
        if cause.culprit != nil, Double(cause.rows.count) < Self.ownShareMin * Double(effect.rows.count) {
            return false
        }
        let covered = effect.rows.count { cause.covers(data.rows[Int($0)]) }
        return Double(covered) >= Self.explainedShareMin * Double(effect.rows.count)
            && !isIndependent(effect, of: cause, data)
    }

    /// Whether an effect keeps to its own time and place, though the cause was there before, longer, or elsewhere besides:
    /// lists that are slow everywhere do not make one node of many slow.
    private func isIndependent(
        _ effect: IncidentFinding, of cause: IncidentFinding, _ data: IncidentData
    ) -> Bool {
        guard let culprit = effect.culprit, let rows = symptoms[culprit.symptom] else { return false }
        // Modules and hosts differ in what comes of the same trouble: of a slow one only its largest archives may fail.
        let isPlace = [.node, .link, .region, .serviceVersion].contains(culprit.dimension)
        var inside = (count: 0.0, bad: 0.0)
        var elsewhere = inside
        rows.forEach { place, isBad in
            let row = data.rows[place]
            guard cause.covers(row) else { return }
            if effect.covers(row) {
                inside.count += 1
                if isBad { inside.bad += 1 }
            } else if isPlace || data.number(culprit.dimension, row) == culprit.number {
                elsewhere.count += 1
                if isBad { elsewhere.bad += 1 }
            }
        }
        guard elsewhere.count >= max(Self.elsewhereMin, Self.elsewhereShare * inside.count) else {
            return false
        }
        // One more than were seen: of a few that are well it is not known.
        return inside.bad / max(inside.count, 1)
            >= Self.elsewhereRatio * (elsewhere.bad + 1) / (elsewhere.count + 1)
    }

    private static func text(_ subject: IncidentSubject) -> String {
        subject.members.map { $0.key + "=" + $0.value }.joined(separator: " ")
    }
}
