import Glibc

/// Brings findings into an order, the most likely cause first, and puts below each what follows from it.
struct IncidentRanking {
    /// Of a finding's bad requests, the part that another one has to have a hand in to explain it.
    static let explainedShareMin = 0.6
    /// Which part of them makes both the same.
    static let sameShareMin = 0.95
    /// A few bad requests do not make hundreds of others bad: a cause has so many of its own, as a part of the effect's.
    static let ownShareMin = 0.1
    /// Where the cause was and the effect was not, so many requests tell whether one makes the other: a number, and a part
    /// of those of the effect.
    static let elsewhereMin = 20.0
    static let elsewhereShare = 0.25
    /// An effect that is so many times as frequent where it was found as elsewhere under the same cause has another one.
    static let elsewhereRatio = 3.0
    /// And it is as improbable as e to the minus this that chance makes it so rare there.
    static let elsewhereRarityMin = 9.0

    /// So long after a cause has ended, or before it began, what goes on is not brought about by it, if so large a part of it
    /// is bad of what is bad meanwhile: nanoseconds, and a part.
    static let otherTimeNanos: UInt64 = 180_000_000_000
    static let otherTimeShare = 0.6

    /// What more requests bring about is of what more is asked of: twice as much as in the rest of the window, of which so
    /// much has to be known, in nanoseconds.
    static let loadRatio = 2.0
    static let restNanosMin = 300_000_000_000.0
    /// Who waited for so long may have been given up for that, in microseconds: the least of the usual time limits.
    static let waitMicros: UInt32 = 5_000_000

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
            if isTold(finding, data) { continue }
            if let cause = causes.indices.first(where: { explains(causes[$0].finding, finding, data) }) {
                causes[cause].consequences.append(finding)
            } else if let effect = causes.indices.first(where: {
                (finding.depth < causes[$0].finding.depth || Self.isOfNode(causes[$0].finding, finding))
                    && explains(finding, causes[$0].finding, data)
            }) {
                let folded = causes[effect]
                causes[effect] = (finding, [folded.finding] + folded.consequences)
            } else {
                causes.append((finding, []))
            }
        }
        // Of telemetry, and of no request: nobody who waits for modules is helped by these first.
        let isAside: (IncidentFinding) -> Bool = { $0.severity == .info && $0.rows.isEmpty }
        causes =
            causes.filter { !isAside($0.finding) } + causes.filter { isAside($0.finding) }
    }

    /// Whether what a finding is about is told already: by another symptom, or as a part of the same trouble that ends where
    /// it begins. Then it becomes a part of that one.
    private mutating func isTold(_ finding: IncidentFinding, _ data: IncidentData) -> Bool {
        func isSame(_ told: IncidentFinding) -> Bool {
            guard told.rule == finding.rule, told.subject == finding.subject else { return false }
            let (end, start) = (min(told.end, finding.end), max(told.start, finding.start))
            return start < end || start - end <= data.slotNanos
        }
        for place in causes.indices {
            if Self.hasSameRequests(causes[place].finding, finding) {
                // Whom one of them names is the answer.
                if causes[place].finding.subject == IncidentSubject() { causes[place].finding = finding }
                return true
            }
            if isSame(causes[place].finding) {
                causes[place].finding.append(finding)
                return true
            }
            if let effect = causes[place].consequences.firstIndex(where: isSame) {
                causes[place].consequences[effect].append(finding)
                return true
            }
        }
        return false
    }

    /// Whether two findings of one rule are about the same requests, of which one names everything.
    private static func hasSameRequests(_ told: IncidentFinding, _ finding: IncidentFinding) -> Bool {
        guard told.rule == finding.rule, told.subject != finding.subject,
            told.subject == IncidentSubject() || finding.subject == IncidentSubject(),
            !finding.rows.isEmpty
        else { return false }
        let shared = Set(told.rows).intersection(finding.rows).count
        return Double(shared) >= sameShareMin * Double(max(told.rows.count, finding.rows.count))
    }

    private func explains(_ cause: IncidentFinding, _ effect: IncidentFinding, _ data: IncidentData) -> Bool {
        guard
            cause.depth <= effect.depth || effect.rule == "version-regression"
                || Self.isOfNode(effect, cause),
            cause.start < effect.end,
            effect.start < cause.end,
            !effect.rows.isEmpty, Self.mayBring(cause, effect, data)
        else { return false }
        if Trouble(rule: cause.rule) == .load, isUntouched(effect, byLoad: cause, data) { return false }
        // What gauges tell of has none.
        if cause.culprit != nil, Double(cause.rows.count) < Self.ownShareMin * Double(effect.rows.count) {
            return false
        }
        let covered = effect.rows.count { cause.covers(data.rows[Int($0)]) }
        guard Double(covered) >= Self.explainedShareMin * Double(effect.rows.count) else { return false }
        if Self.isOfNode(effect, cause) {
            return Double(covered) >= Self.sameShareMin * Double(effect.rows.count)
        }
        // A version is nearer to the cause than what it does, unless all of its requests are those of something more likely.
        if cause.depth > effect.depth {
            return Double(covered) >= Self.sameShareMin * Double(effect.rows.count)
                && Double(effect.rows.count) <= Double(cause.rows.count)
        }
        // A herd is over when caches have what it came for, though what brought it goes on.
        if Trouble(rule: effect.rule) == .herd { return true }
        return !isIndependent(effect, of: cause, data) && !hasOtherTime(effect, than: cause, data)
    }

    /// A node that is slow by itself makes what it fetches no slower than this many times what it is slower with its own.
    private static let ownDelayMax = 1.5

    /// Whether what a host takes longer is no more than what a node takes longer with answers of its own: where all that is
    /// fetched goes by way of one node, the host only looks slow. What is quick elsewhere shows it first.
    private static func isOfNode(_ host: IncidentFinding, _ node: IncidentFinding) -> Bool {
        guard node.rule == "slow-node", let own = node.culprit, own.symptom == .slowServe,
            own.dimension == .node,
            ["slow-upstream", "slow-list", "sumdb-slow"].contains(host.rule), let fetched = host.culprit
        else { return false }
        let (late, lateByItself) = (
            fetched.told.median - fetched.told.usualMedian, own.told.median - own.told.usualMedian
        )
        return late <= ownDelayMax * lateByItself
    }

    /// Whether the one is of a kind that may bring about the other.
    private static func mayBring(
        _ cause: IncidentFinding, _ effect: IncidentFinding, _ data: IncidentData
    ) -> Bool {
        guard let source = Trouble(rule: cause.rule), let outcome = Trouble(effect: effect),
            source.mayBring(outcome)
        else { return false }
        // An error that comes at once is none of waiting, and nobody waits for it.
        switch (source, outcome) {
        case (.slowness, .failure): return isOfWaiting(effect, data)
        case (.failure, .slowness): return isOfWaiting(cause, data)
        default: return true
        }
    }

    /// Whether most of what failed had taken as long as time limits are.
    private static func isOfWaiting(_ finding: IncidentFinding, _ data: IncidentData) -> Bool {
        2 * finding.rows.count { data.rows[Int($0)].hasWaited } >= finding.rows.count
    }

    /// Whether more requests changed nothing for those that an effect is about: what caches have may be asked for ten times
    /// as often, and no more be fetched.
    private func isUntouched(
        _ effect: IncidentFinding, byLoad cause: IncidentFinding, _ data: IncidentData
    ) -> Bool {
        guard let culprit = effect.culprit, let rows = symptoms[culprit.symptom] else { return false }
        var (within, without) = (0.0, 0.0)
        rows.forEach { place, _ in
            let row = data.rows[place]
            guard data.number(culprit.dimension, row) == culprit.number else { return }
            if row.start >= cause.start, row.start < cause.end { within += 1 } else { without += 1 }
        }
        let (start, end) = (max(cause.start, data.since), min(cause.end, data.until))
        let length = Double(end - min(start, end))
        let rest = Double(data.until - data.since) - length
        guard rest >= Self.restNanosMin, without >= Self.elsewhereMin else { return false }
        return within * rest < Self.loadRatio * without * length
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
            // Who passes a failure on is not well, though the failure is somebody else's.
            guard cause.covers(row), !row.flags.contains(.passedFailureOn) else { return }
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
        let rate = inside.bad / max(inside.count, 1)
        guard rate >= Self.elsewhereRatio * (elsewhere.bad + 1) / (elsewhere.count + 1) else { return false }
        // What is rare has such a time by chance, and that is the one that was found.
        return ScanStatistic.rarity(elsewhere.bad, of: elsewhere.count, expected: rate * elsewhere.count)
            >= Self.elsewhereRarityMin
    }

    /// Whether who is affected was about as badly off minutes before the cause began, or still is minutes after it has
    /// ended: what is brought about begins and ends with what brings it about.
    private func hasOtherTime(
        _ effect: IncidentFinding, than cause: IncidentFinding, _ data: IncidentData
    ) -> Bool {
        let before = cause.start - min(cause.start, Self.otherTimeNanos)
        let after = cause.end + min(.max - cause.end, Self.otherTimeNanos)
        guard effect.start < before || effect.end > after,
            let culprit = effect.culprit, let rows = symptoms[culprit.symptom]
        else { return false }
        var (during, earlier, later) = ((all: 0.0, bad: 0.0), (all: 0.0, bad: 0.0), (all: 0.0, bad: 0.0))
        func count(_ isBad: Bool, in counts: inout (all: Double, bad: Double)) {
            counts.all += 1
            if isBad { counts.bad += 1 }
        }
        rows.forEach { place, isBad in
            let row = data.rows[place]
            guard effect.covers(row), !row.flags.contains(.passedFailureOn) else { return }
            if row.start < before {
                count(isBad, in: &earlier)
            } else if row.start >= after {
                count(isBad, in: &later)
            } else {
                count(isBad, in: &during)
            }
        }
        return [earlier, later].contains { other in
            other.all >= Self.elsewhereMin
                && other.bad * during.all >= Self.otherTimeShare * during.bad * other.all
        }
    }

    private static func text(_ subject: IncidentSubject) -> String {
        subject.members.map { $0.key + "=" + $0.value }.joined(separator: " ")
    }
}

extension IncidentRow {
    /// Whether it took as long as somebody may have a limit for.
    var hasWaited: Bool {
        ending == .timeout || ending == .maskedTimeout || micros >= IncidentRanking.waitMicros
    }
}
