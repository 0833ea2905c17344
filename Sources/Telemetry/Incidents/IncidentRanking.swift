import Glibc

/// Brings findings into an order, the most likely cause first, and puts below each what follows from it.
struct IncidentRanking {
    /// Of a finding's bad requests, the part that another one has to have a hand in to explain it.
    static let explainedShareMin = 0.6

    /// Causes, each with its consequences.
    private(set) var causes: [(finding: IncidentFinding, consequences: [IncidentFinding])] = []

    init(_ findings: [IncidentFinding], _ data: IncidentData) {
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
        let covered = effect.rows.count { cause.covers(data.rows[Int($0)]) }
        return Double(covered) >= Self.explainedShareMin * Double(effect.rows.count)
    }

    private static func text(_ subject: IncidentSubject) -> String {
        subject.members.map { $0.key + "=" + $0.value }.joined(separator: " ")
    }
}
