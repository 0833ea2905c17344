/// What requests show only next to others of the same file, or what happens to a few of them only: `edge-timeout-cold`,
/// `negative-cache`, `withdrawn`, `size-divergence`, `truncated`, `stale-list`, `stampede`, `sumdb-unsupported`, `client-aborts`,
/// `cached-redirect`, `bad-tile`.
struct SignRule: IncidentRule {
    let name: String
    let symptom: Symptom
    let severity: IncidentSeverity
    /// What is told of it before whose it is.
    let words: String
    /// What its requests are called.
    let noun: String
    /// See `IncidentFinding`.
    var depth = 1

    var names: [String] { symptom == .otherSize ? [name, "truncated"] : [name] }

    static let all = [
        SignRule(
            name: "edge-timeout-cold", symptom: .givenUpCold, severity: .ticket,
            words: "Given up while the fetch went on, and had a little later", noun: "requests for files",
            depth: 2),
        SignRule(
            name: "negative-cache", symptom: .keptRefusal, severity: .ticket,
            words: "\"Not found\" is kept for what is there", noun: "requests for files"),
        SignRule(
            name: "withdrawn", symptom: .withdrawn, severity: .page,
            words: "\"Not found\" for what had been given out before", noun: "requests for files", depth: 3),
        SignRule(
            name: "size-divergence", symptom: .otherSize, severity: .page,
            words: "Archives of another size than elsewhere", noun: "archives", depth: 0),
        SignRule(
            name: "stale-list", symptom: .staleList, severity: .ticket,
            words: "Lists without what others were told five minutes before", noun: "lists"),
        SignRule(
            name: "stampede", symptom: .herd, severity: .ticket,
            words: "Five and more fetch the same version at once", noun: "fetches"),
        SignRule(
            name: "sumdb-unsupported", symptom: .unsupported, severity: .ticket,
            words: "The checksum database is no longer handed on", noun: "questions for it", depth: 0),
        SignRule(
            name: "cached-redirect", symptom: .keptRedirect, severity: .ticket,
            words: "A cache gives out redirects for files (301) that it kept", noun: "requests for files",
            depth: 0),
        SignRule(
            name: "bad-tile", symptom: .badTile, severity: .ticket,
            words: "Tiles of the checksum database have a wrong size", noun: "tiles", depth: 0),
        SignRule(
            name: "client-aborts", symptom: .abandoned, severity: .info,
            words: "Clients go away before they have their archive", noun: "archives", depth: 3),
    ]

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        return context.culprits(symptom).compactMap { culprit in
            guard culprit.dimension != .serviceVersion else { return nil }
            var subject = data.subject(culprit.dimension, culprit.number)
            if subject.node == nil { subject.node = Self.node(of: culprit, data) }
            let usual = culprit.told.usualShare
            let isCutShort =
                symptom == .otherSize
                && 2 * culprit.rows.count { data.signs[Int($0)].contains(.cutShort) } > culprit.rows.count
            return finding(
                culprit, data, rule: isCutShort ? "truncated" : nil, severity: severity, depth: depth,
                subject: subject,
                sentence: "\(isCutShort ? "Archives cut short" : words)\(Self.whose(subject)): "
                    + "\(number(culprit.told.bad)) of \(number(culprit.told.count)) \(noun), "
                    + "where \(share(usual)) is usual"
                    + (symptom == .withdrawn ? FailureRule.mostly(culprit, data) : ""))
        }
    }

    /// Who nearly all of the bad ones are of, where a file is found: others answer as they should.
    private static func node(of culprit: CulpritSearch.Culprit, _ data: IncidentData) -> String? {
        guard culprit.dimension == .module || culprit.dimension == .upstream else { return nil }
        let counts = Dictionary(grouping: culprit.rows) { data.rows[Int($0)].node }.mapValues(\.count)
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            10 * most.value >= 9 * culprit.rows.count
        else { return nil }
        return data.names.node(most.key).identity.name
    }

    private static func whose(_ subject: IncidentSubject) -> String {
        let place = subject.node.map { " at \($0)" } ?? subject.region.map { " at nodes in \($0)" }
        let file =
            subject.module.map { ", of \($0)" + (subject.version.map { "@\($0)" } ?? "") }
            ?? subject.upstream.map { ", of modules of \($0)" }
        return place == nil && file == nil ? " everywhere" : (place ?? "") + (file ?? "")
    }
}
