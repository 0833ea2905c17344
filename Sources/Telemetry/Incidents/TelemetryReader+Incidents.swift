import OTLPModel

package struct IncidentQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    /// How much before the window tells what is normal, in nanoseconds.
    package var baselineNanos: Int64
    /// The time of asking.
    package var now: UnixNanos
    /// Empty where nobody says it: then no module leaks.
    package var privateModules: PrivateModules
    /// Empty where nobody says it: then no client is in a wrong place.
    package var clientRegions: ClientRegions

    package init(
        window: TimeWindow, baselineNanos: Int64, now: UnixNanos,
        privateModules: PrivateModules = PrivateModules([]), clientRegions: ClientRegions = ClientRegions()
    ) {
        self.clientRegions = clientRegions
        self.privateModules = privateModules
        self.window = window
        self.baselineNanos = baselineNanos
        self.now = now
    }
}

package struct IncidentResult: Sendable {
    /// Most likely cause first, each right before what follows from it.
    package var incidents: [Incident]
    /// By id: what it follows from.
    package var causes: [String: String]
    package var requests: Int
    package var quality: FleetQuality
    package var notes: [QualityNote]
    /// Whether a time before the window was to tell what is normal.
    package var wantsBaseline = true
}

extension IncidentResult {
    static let noBaselineCode = "no_baseline"

    /// Whether enough requests from before the window tell what is normal.
    var hasBaseline: Bool { !notes.contains { $0.code == Self.noBaselineCode } }

    /// Leaves out what other rules have found. What is left still says what it follows from.
    package mutating func keep(rules: Set<String>) {
        incidents.removeAll { !rules.contains($0.rule) }
    }
}

/// What an answer about incidents was made of, for who tells more of one.
struct IncidentInvestigation: Sendable {
    var result: IncidentResult
    /// By id: what each incident was found from.
    var findings: [String: IncidentFinding]
    let data: IncidentData
    let census: NodeCensus
    let answer: FleetScan<IncidentRows>.Answer
    /// Nil where they have to be asked for by themselves.
    let objectives: ObjectiveResult?
    /// Of two to the power of this, one request was kept.
    let thinning: Int
}

extension TelemetryReader {
    /// What went wrong in a window, and who is to blame.
    /// - Throws: `StoreError`
    package func incidents(_ query: IncidentQuery) throws(StoreError) -> IncidentResult {
        try investigation(query).result
    }

    /// The same, with what it was made of.
    /// - Parameter objectives: are answered by the same look at all requests, where both are about the same ones: where
    ///   nothing is older than what is looked at
    /// - Throws: `StoreError`
    func investigation(
        _ query: IncidentQuery, objectives: ObjectiveQuery? = nil
    ) throws(StoreError) -> IncidentInvestigation {
        try snapshot { () throws(StoreError) in
            let since = query.window.since
            let scanned = TimeWindow(
                since: since == .distantPast ? since : since.advanced(byNanos: -query.baselineNanos),
                until: query.window.until)
            let end = min(query.window.until, query.now)
            var question = FleetQuestion(window: scanned)
            question.labelsHosts = true
            question.qualityWindow = query.window
            let besides = try sharedObjectives(objectives, scanned)
            let leaks = query.privateModules.isEmpty ? nil : leakQuery(query)
            var answer = try FleetScan.run(question, self) { names in
                IncidentRows(
                    window: scanned, asked: query.window, end: end,
                    objectives: besides.map { ObjectiveTally($0) },
                    leaks: leaks.map { LeakTally($0, names) })
            }
            let rows = answer.aggregate.takeRows()
            var found = answer.aggregate
            var names = FleetNameTables(answer.names)
            let shared = SharedNames(names.nodes)
            names.label(shared)
            let data = IncidentData(
                rows, window: IncidentTime.range(of: query.window, rows.map(\.start)), names,
                asked: found.hosts, windowSince: query.window.since)
            let requests = data.rows.count { data.slot($0) != nil && $0.flags.contains(.isRequest) }
            let metrics = try NodeMetrics(
                scanned, end: end, self, answer.names, &found.telemetry,
                gauges: NodeGauges(Self.gaugeTimes(data, query, end: end), since: data.windowSince))
            try addLogs(scanned, answer.names, &found.telemetry)
            let census = NodeCensus(answer.names, found.telemetry, metrics, end: end, shared: shared)
            var objectiveResult: ObjectiveResult?
            if let besides, let tally = found.objectives {
                objectiveResult = try result(tally, besides, answer.names, answer.quality)
            }
            let symptoms = Self.symptoms(data)
            var context = IncidentContext(
                data: data, census: census, culprits: symptoms.mapValues(\.culprits),
                gauges: metrics.gauges, fetches: answer.fetches, silences: NodeSilences(census))
            context.clockParts = found.clocks.told
            context.direct = Array(found.direct)
            context.clientSide = Array(found.clientSide)
            context.clientRegions = query.clientRegions
            context.askedHosts = found.hosts.main(nodeCount: names.nodes.count)
            if let leaks, let tally = found.leaks {
                context.leaks = try answer.leaks(tally, leaks, names, self).leaks
            }
            let ranking = IncidentRanking(
                IncidentRules.findings(context), data, symptoms.compactMapValues(\.rows))
            var investigation = IncidentInvestigation(
                result: IncidentResult(
                    incidents: [], causes: [:], requests: requests << found.thinning, quality: answer.quality,
                    notes: census.notes + baselineNotes(data) + coarseNotes(data) + damageNotes()),
                findings: [:], data: data, census: census, answer: answer,
                objectives: objectiveResult, thinning: found.thinning)
            investigation.result.wantsBaseline = query.baselineNanos > 0
            try add(ranking, to: &investigation, requests: requests)
            return investigation
        }
    }

    private func sharedObjectives(
        _ query: ObjectiveQuery?, _ scanned: TimeWindow
    ) throws(StoreError) -> ObjectiveQuery? {
        guard let query, query.filter.isEmpty, query.window.until == scanned.until else { return nil }
        guard let oldest = try catalogueTotals().minStart else { return nil }
        return oldest >= scanned.since && oldest >= query.window.since ? query : nil
    }

    /// The time that gauges are looked at. Where the window is open, they are where the requests are.
    private static func gaugeTimes(
        _ data: IncidentData, _ query: IncidentQuery, end: UnixNanos
    ) -> Range<UInt64> {
        guard query.window.since != .distantPast else { return data.since..<data.until }
        let before = UInt64(clamping: query.baselineNanos)
        return
            (data.windowSince - min(before, data.windowSince))..<max(data.until, UInt64(max(end.rawValue, 0)))
    }

    private func leakQuery(_ query: IncidentQuery) -> LeakQuery {
        LeakQuery(window: query.window, modules: query.privateModules, mirrors: mirrors)
    }

    private static func symptoms(
        _ data: IncidentData
    ) -> [Symptom: (culprits: [CulpritSearch.Culprit], rows: SymptomRows?)] {
        let symptoms = Symptom.allCases
        let found = ParallelWork.map(symptoms.count) { place in
            let search = CulpritSearch(SymptomTable(symptoms[place], data), data)
            return (culprits: search.culprits, rows: search.rows)
        }
        return Dictionary(uniqueKeysWithValues: zip(symptoms, found))
    }

    /// Each cause, and right behind it what follows from it.
    private func add(
        _ ranking: IncidentRanking, to investigation: inout IncidentInvestigation, requests: Int
    ) throws(StoreError) {
        var given: [String: Int] = [:]
        for cause in ranking.causes {
            var incidents: [Incident] = []
            for finding in [cause.finding] + cause.consequences {
                let incident = try self.incident(
                    finding, investigation.data, requests, investigation.answer, &given)
                investigation.findings[incident.id] = finding
                incidents.append(incident)
            }
            let consequences = incidents.dropFirst().map(\.id)
            incidents[0].explains = consequences
            for id in consequences { investigation.result.causes[id] = incidents[0].id }
            investigation.result.incidents += incidents
        }
    }

    private func baselineNotes(_ data: IncidentData) -> [QualityNote] {
        let before = data.rows.count { data.slot($0) == nil }
        guard !data.rows.isEmpty else { return [] }
        if before >= IncidentTime.baselineMin { return shortBaselineNotes(data) }
        return [
            QualityNote(
                code: IncidentResult.noBaselineCode,
                message:
                    "\(before == 0 ? "nothing" : HumanUnits.count(before, "request")) from before the window "
                    + "\(before > 1 ? "tell" : "tells") what is "
                    + "normal: nodes and hosts are held against others like them, what was wrong everywhere and all the "
                    + "time does not show, and of traffic (rate-anomaly, fallback-storm) nothing is said")
        ]
    }

    /// Enough to tell what a request is usually like need not be enough to tell how many there usually are.
    private func shortBaselineNotes(_ data: IncidentData) -> [QualityNote] {
        guard let first = data.rows.lazy.map(\.start).min(), first < data.since,
            data.since - first < RateAnomalyRule.historyMin
        else { return [] }
        let known = data.since - first
        return [
            QualityNote(
                code: "short_baseline",
                message:
                    "what is stored begins \(HumanUnits.duration(Int64(clamping: known))) before the window: that there are "
                    + "far more requests than usual (rate-anomaly) shows only where it began "
                    + "\(HumanUnits.duration(Int64(clamping: RateAnomalyRule.historyMin - known))) after its begin or later"
            )
        ]
    }

    /// Of a long window, what is short drowns in its slots.
    private static let coarseNanos: UInt64 = 600_000_000_000

    private func coarseNotes(_ data: IncidentData) -> [QualityNote] {
        guard data.slotNanos >= Self.coarseNanos else { return [] }
        let step = HumanUnits.duration(Int64(clamping: data.slotNanos))
        return [
            QualityNote(
                code: "coarse_steps",
                message:
                    "so long a window is looked at in steps of \(step): what was shorter may not show, and begins and ends are "
                    + "as coarse; a shorter window sees more")
        ]
    }

    /// - Parameter given: how often each id was given; of one rule and subject at different times the later ones have a number
    private func incident(
        _ finding: IncidentFinding, _ data: IncidentData, _ requests: Int,
        _ answer: FleetScan<IncidentRows>.Answer, _ given: inout [String: Int]
    ) throws(StoreError) -> Incident {
        let bad = finding.rows.map { data.rows[Int($0)] }
        // Worst first, and of equal ones the first: what anybody would look at.
        let worst = bad.sorted {
            ($1.micros, $0.start, $0.segment, $0.row) < ($0.micros, $1.start, $1.segment, $1.row)
        }.prefix(5)
        let examples = worst.map { (segment: $0.segment, row: $0.row) } + finding.examples
        let ids = try answer.traceIDs(ofRows: Array(examples.prefix(5)), self)
        var impact = finding.impact
        impact.requests += bad.count
        var clients = RequestClients(data.names)
        impact.clients += clients.addressCount(finding.rows, data)
        impact.modules += Set(bad.lazy.map(\.module)).subtracting([0]).count
        impact.slowSeconds = finding.slowSeconds
        let minutes = Double(data.until - data.since) / 60e9
        let lost = finding.load == nil ? bad.count : bad.count { $0.isFailure }
        impact.budgetMinutes = requests > 0 ? Double(lost) / Double(requests) * minutes : 0
        let isOver = finding.end + 2 * data.slotNanos < data.until
        let subject = Self.subject(finding.subject, answer)
        var id = Self.id(finding.rule, subject)
        given[id, default: 0] += 1
        if let count = given[id], count > 1 { id += "-\(count)" }
        return Incident(
            id: id, rule: finding.rule, severity: finding.severity, subject: subject,
            start: UnixNanos(clamping: finding.start), end: isOver ? UnixNanos(clamping: finding.end) : nil,
            confidence: finding.confidence, impact: impact,
            evidence: IncidentEvidence(traceIDs: ids.compactMap(\.self), numbers: finding.numbers),
            explanation: finding.explanation)
    }

    /// Name and service of a node each by itself, where findings tell nodes of one name apart by both.
    private static func subject(
        _ found: IncidentSubject, _ answer: FleetScan<IncidentRows>.Answer
    ) -> IncidentSubject {
        guard let label = found.node, label.hasSuffix(")") else { return found }
        let nodes = answer.names.nodes
        let shared = SharedNames(nodes)
        guard let node = nodes.first(where: { shared.isShared($0) && shared.label($0) == label }) else {
            return found
        }
        var subject = found
        (subject.node, subject.service) = (node.identity.name, node.service)
        return subject
    }

    /// The same for the same trouble, whenever one asks: of the rule and whom it names.
    private static func id(_ rule: String, _ subject: IncidentSubject) -> String {
        let text = ([rule] + subject.members.map { $0.key + "=" + $0.value }).joined(separator: "\n")
        return rule + "-" + hexDigits(SeededRandom.digest(text))
    }

    private static func hexDigits(_ number: UInt64) -> String {
        let digits = String(number & 0xffff_ffff, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
