import Glibc
import OTLPModel

/// `private-leak`: a public proxy, or a checksum database, was asked for modules that are private. One request is enough.
///
/// Which ones is not told here, for incidents go where everybody reads them: `traceq leaks` lists them.
struct PrivateLeakRule: IncidentRule {
    let name = "private-leak"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        Dictionary(grouping: context.leaks, by: \.leak.host).sorted { $0.key < $1.key }.map { host, entries in
            finding(host, entries)
        }
    }

    private func finding(_ host: String, _ entries: [LeakList.Entry]) -> IncidentFinding {
        let leaks = entries.map(\.leak)
        let requests = leaks.reduce(0) { $0 + $1.requests }
        let modules = Set(leaks.map(\.module)).count
        let nodes = Set(leaks.map(\.node.identity.name)).sorted()
        let node = nodes.count == 1 ? nodes.first : nil
        var impact = IncidentImpact()
        impact.requests = requests
        impact.clients = Set(leaks.compactMap(\.client)).count
        impact.modules = modules
        let times =
            leaks.map { UInt64(max($0.first.rawValue, 0)) } + leaks.map { UInt64(max($0.last.rawValue, 0)) }
        let score = 20 + log(Double(max(requests, 1)))
        var subject = IncidentSubject(upstream: host)
        // Where the public host tells of itself it is the node, too.
        if node != host { subject.node = node }
        return IncidentFinding(
            rule: name, severity: .page, subject: subject, start: times.min() ?? 0, end: times.max() ?? 0,
            score: score, confidence: 1 - exp(-score / 4) * 0.5, rows: [], slowSeconds: 0,
            numbers: [("requests", Double(requests)), ("private_modules", Double(modules))],
            explanation: "\(host) was asked for \(HumanUnits.count(modules, "private module")), "
                + "\(HumanUnits.count(requests, "time")): it knows of them now, and traceq leaks says which and by whom",
            depth: 0, culprit: nil, covers: { _ in false }, impact: impact,
            examples: entries.prefix(5).map { ($0.segment, $0.row) })
    }
}
