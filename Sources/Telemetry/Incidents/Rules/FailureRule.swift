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
        let symptoms: [Symptom] = [.failure, .fetchFailure, .rateLimited, .maskedTimeout, .spoiled]
        return symptoms.flatMap(context.culprits).compactMap { culprit in
            guard culprit.dimension != .serviceVersion,
                culprit.symptom != .maskedTimeout || Self.isOfLimits(culprit, data)
            else { return nil }
            let bad = culprit.rows.map { data.rows[Int($0)] }
            var subject = data.subject(culprit.dimension, culprit.number)
            if let other = culprit.counterpart {
                let more = data.subject(other.dimension, other.number)
                (subject.node, subject.upstream) = (
                    subject.node ?? more.node, subject.upstream ?? more.upstream
                )
            }
            let (rule, what, depth) = Self.kind(bad, culprit)
            let usual = culprit.told.usualShare
            let noun =
                switch culprit.symptom {
                case .failure: "requests"
                case .spoiled: "archives"
                default: "fetches"
                }
            let whose =
                switch culprit.dimension {
                case .node: "at \(subject.node ?? "a node")"
                case .region: "at nodes in \(subject.region ?? "a region")"
                case .upstream where 2 * bad.count { $0.moduleKind?.isChecksum == true } > bad.count:
                    "of what \(subject.upstream ?? "a checksum database") was asked"
                case .upstream: "for modules of \(subject.upstream ?? "a host")"
                case .module: "for \(subject.module ?? "a module")"
                default: "everywhere"
                }
            return finding(
                culprit, data, rule: rule, severity: .page, depth: depth, subject: subject,
                sentence:
                    "\(what) \(whose)\(counterpart(culprit, subject)): \(share(culprit.told.badShare)) of \(number(culprit.told.count)) "
                    + "\(noun) failed, where \(share(usual)) is usual"
                    + Self.mostly(culprit, data))
        }
    }

    /// Who asked, where others who ask for the same have it; or whom, where it has all else.
    private func counterpart(_ culprit: CulpritSearch.Culprit, _ subject: IncidentSubject) -> String {
        switch culprit.counterpart?.dimension {
        case .node: " that \(subject.node ?? "a node") asks for, and no other node"
        case .upstream: " for modules of \(subject.upstream ?? "a host"), and no others"
        default: ""
        }
    }

    /// Of few modules a person knows what to look at, though each by itself proves less than all of them together: so many
    /// at the most have so large a part of what is bad.
    private static let fewModules = 3
    private static let fewShare = 0.8

    /// Of which modules nearly all of it is, where these are few: words behind a sentence.
    static func mostly(_ culprit: CulpritSearch.Culprit, _ data: IncidentData) -> String {
        guard culprit.dimension != .module else { return "" }
        let modules = culprit.rows.map { data.names.module(data.rows[Int($0)].module) }
        let versions = modules.map { name in
            name.map { $0.module + ($0.version.map { "@" + $0 } ?? "") }
        }
        // Versions where these are few, else whatever versions of few modules.
        guard let (names, count) = few(versions) ?? few(modules.map { $0?.module }), let last = names.last
        else { return "" }
        let listed = names.count > 1 ? names.dropLast().joined(separator: ", ") + " and " + last : last
        return
            "; \(count == culprit.rows.count ? "all" : HumanUnits.count(Int64(count))) of these are for \(listed)"
    }

    /// The most frequent names, the first ones first, and how many have them; nil where they are not nearly all.
    private static func few(_ names: [String?]) -> (names: [String], count: Int)? {
        var counts: [String: Int] = [:]
        for case let name? in names { counts[name, default: 0] += 1 }
        let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(fewModules)
        let count = most.reduce(0) { $0 + $1.value }
        guard Double(count) >= fewShare * Double(names.count), count > 0 else { return nil }
        return (most.map(\.key), count)
    }

    private static func kind(
        _ bad: [IncidentRow], _ culprit: CulpritSearch.Culprit
    ) -> (rule: String, words: String, depth: Int) {
        func isMost(_ test: (IncidentRow) -> Bool) -> Bool { 2 * bad.count(where: test) > bad.count }
        // What is given up after a while may be of what is slow.
        let depth = isMost(\.hasWaited) ? 1 : 0
        // Caddy tells of an answer that it did not get as of 200 without a body.
        if isMost({ $0.ending == .false200 }) { return ("false-200", "200 without a body", depth) }
        // An edge without a way has none for any host.
        let isOfFiles = culprit.dimension == .upstream || culprit.dimension == .module
        if !isOfFiles, isMost({ $0.flags.contains(.isCutOff) || $0.ending == .false200 }) {
            return ("edge-only-5xx", "No answer from behind the edge", depth)
        }
        let words: [(RequestOutcome, String, String)] = [
            (.rateLimited, "rate-limited", "Refused for too many requests (429)"),
            (.maskedTimeout, "masked-timeout", "\"Not found\" after a time-out"),
            (.empty, "empty-zip", "Empty zips"),
            (.truncated, "truncated", "Answers cut short"),
            (.checksumMismatch, "checksum-mismatch", "Wrong checksums"),
        ]
        for (outcome, rule, text) in words where isMost({ $0.ending == outcome }) {
            return (rule, text, depth)
        }
        // Fetches that fail at all nodes alike have what they fetch from in common.
        let isOfUpstreams =
            [.upstream, .module].contains(culprit.dimension)
            || culprit.dimension == .everything && culprit.symptom == .fetchFailure
        return (isOfUpstreams ? "upstream-errors" : "node-errors", "Errors", depth)
    }

    /// Limits of time end requests after about the same time: so many of them lie within three in a hundred of it.
    private static let limitWidth = 1.06
    private static let limitShare = 0.5
    /// Or "not found" takes so long this many times as often as what is found.
    private static let lateRatio = 3.0

    /// Whether what is "not found" late was given up. To look in a large repository for what is not there takes as long as
    /// to fetch what is, now and then longer than many a limit, and never the same.
    private static func isOfLimits(_ culprit: CulpritSearch.Culprit, _ data: IncidentData) -> Bool {
        let times = culprit.rows.map { Double(data.rows[Int($0)].micros) }.sorted()
        guard let least = times.first else { return false }
        var first = 0
        var most = 0
        for (place, time) in times.enumerated() {
            while times[first] * limitWidth < time { first += 1 }
            most = max(most, place - first + 1)
        }
        if Double(most) >= limitShare * Double(times.count) { return true }
        var found = (count: 0.0, late: 0.0)
        var refused = found
        for row in data.rows {
            guard let kind = row.moduleKind, kind.isImmutable, !row.hasHop, !row.result.isHit,
                !row.flags.contains(.clientSide),
                data.number(culprit.dimension, row) == culprit.number
            else { continue }
            let late = Double(row.micros) >= least ? 1.0 : 0
            if row.ending == .ok, Symptom.isFetch(row, kind) {
                found = (found.count + 1, found.late + late)
            } else if row.isRefusal || row.ending == .maskedTimeout, data.slot(row) != nil {
                refused = (refused.count + 1, refused.late + late)
            }
        }
        guard refused.count > 0 else { return true }
        // One more than were seen: of a few that were quick it is not known.
        return refused.late / refused.count >= lateRatio * (found.late + 1) / (found.count + 1)
    }
}
