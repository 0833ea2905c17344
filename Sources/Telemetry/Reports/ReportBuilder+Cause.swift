import Glibc

/// When it was, and whose doing.
extension ReportBuilder {
    /// When the scan would have told of it, had it looked at the end of each slot.
    static func detection(
        of culprit: CulpritSearch.Culprit, _ symptom: SymptomTable, _ data: IncidentData
    ) -> UnixNanos? {
        var slots = [ScanStatistic.Slot](repeating: ScanStatistic.Slot(), count: data.slotCount)
        for entry in symptom.entries where entry.slot != SymptomTable.before {
            guard data.number(culprit.dimension, data.rows[Int(entry.row)]) == culprit.number else {
                continue
            }
            slots[Int(entry.slot)] += ScanStatistic.Slot(
                count: 1, bad: entry.isBad ? 1 : 0, expected: entry.expected)
        }
        let least = culprit.symptom.least
        for end in culprit.excess.slots {
            let known = Array(slots.prefix(end + 1))
            guard
                let excess = ScanStatistic.excess(known, factor: culprit.factor, least: least.requests),
                excess.bad >= least.bad, excess.ratio >= CulpritSearch.ratioMin,
                excess.rate - excess.expected / excess.count >= least.difference,
                excess.likelihood > culprit.likelihoodMin
            else { continue }
            return UnixNanos(clamping: data.times(end..<end + 1).upperBound)
        }
        return nil
    }

    mutating func detection(_ main: Int) -> ReportSection {
        var blocks: [ReportBlock] = []
        if let incident {
            var facts = [
                ReportFact("Rule", incident.rule, [main]),
                ReportFact("First breach", shown(incident.start), [main]),
            ]
            if let detected = detectedAt {
                let delay = detected.rawValue &- incident.start.rawValue
                facts.append(
                    ReportFact(
                        "Could be told from",
                        "\(shown(detected)), \(HumanUnits.duration(max(0, delay))) after it began",
                        [main]))
            } else {
                facts.append(
                    ReportFact("Could be told from", "not known: it is not told by requests", [main]))
            }
            facts.append(
                ReportFact(
                    "Sureness", "\(share(incident.confidence)), which orders findings and is no probability",
                    [main]))
            blocks.append(.facts(facts))
        } else {
            blocks.append(.paragraph([ReportSentence("No rule found anything.", [main])]))
        }
        blocks.append(.human(ReportHumanField.required("detection")))
        return ReportSection("detection", "Detection", blocks)
    }

    // MARK: Timeline

    mutating func timeline(_ main: Int) -> ReportSection {
        var events: [(time: UnixNanos, text: String, isAlert: Bool)] = []
        if let incident, let finding {
            if let culprit = finding.culprit {
                let times = data.times(culprit.excess.slots)
                let likelihood = decimal(culprit.excess.likelihood)
                events.append(
                    (
                        UnixNanos(clamping: times.lowerBound),
                        "Change for the worse: from here on \(share(culprit.told.badShare)) are bad where "
                            + "\(share(culprit.told.usualShare)) are usual (log likelihood "
                            + "\(likelihood), at least \(decimal(culprit.likelihoodMin)) tells)", true
                    ))
                if incident.end != nil {
                    events.append((UnixNanos(clamping: times.upperBound), "Change for the better", false))
                }
            }
            events.append((incident.start, "First sign: \(subjectText(incident))", true))
            if let detected = detectedAt { events.append((detected, "\(incident.rule) can be told", false)) }
            if let end = incident.end { events.append((end, "Last sign", false)) }
        }
        for other in found.result.incidents where other.id != incident?.id && isRelated(other) {
            events.append((other.start, "\(other.rule): \(other.explanation)", other.severity == .page))
        }
        for number in found.census.numbers {
            guard let heartbeat = found.census.heartbeat(number), heartbeat.state == .lost,
                query.window.contains(heartbeat.lastSeen)
            else { continue }
            let name = found.census.node(number).identity.name
            events.append((heartbeat.lastSeen, "Last telemetry of \(name)", false))
        }
        events += versionEvents.map { ($0.time, $0.text, false) }
        guard !events.isEmpty else {
            return ReportSection(
                "timeline", "Timeline",
                [.paragraph([ReportSentence("Nothing happened that is known.", [main])])])
        }
        let sorted = events.sorted { ($0.time, $0.text) < ($1.time, $1.text) }
        return ReportSection(
            "timeline", "Timeline",
            [
                .table(
                    ReportTable(
                        caption: ReportSentence("What is known, in order (\(query.zone.label))", [main]),
                        columns: [
                            ReportTable.Column(title: "Time", alignsRight: false, isWhole: true),
                            ReportTable.Column(title: "What", alignsRight: false),
                        ],
                        rows: sorted.map {
                            [
                                ReportTable.Cell(text: $0.time.displayText(in: query.zone)),
                                ReportTable.Cell(text: $0.text, isAlert: $0.isAlert),
                            ]
                        }))
            ])
    }

    /// Of more nodes than these that go over to one version, the first and the last are told.
    private static let versionNodesMax = 6

    /// Deployments: that nodes went over to another version of their service.
    private var versionEvents: [(time: UnixNanos, text: String)] {
        struct Kind: Hashable {
            var service: String
            var from: String
            var to: String
            var text: String { "went from \(service) \(from) to \(to)" }
        }
        let changes = data.versionChanges.filter { query.window.contains(UnixNanos(clamping: $0.time)) }
        let byKind = Dictionary(grouping: changes) {
            Kind(service: data.names.node($0.node).service, from: $0.from, to: $0.to)
        }
        return byKind.flatMap { kind, changes in
            changes.enumerated().compactMap { place, change in
                let name = data.names.node(change.node).identity.name
                let time = UnixNanos(clamping: change.time)
                guard changes.count > Self.versionNodesMax else { return (time, "\(name) \(kind.text)") }
                switch place {
                case 0: return (time, "\(name) \(kind.text), as the first of \(changes.count)")
                case changes.count - 1:
                    return (time, "\(name) \(kind.text), as the last of \(changes.count)")
                default: return nil
                }
            }
        }
    }

    /// Whether another finding was at the same time.
    private func isRelated(_ other: Incident) -> Bool {
        let interval = interval
        return other.start < interval.until && (other.end ?? query.window.until) > interval.since
    }

    /// So many others are named.
    private static let besidesMax = 5

    /// What else went wrong in the window: whoever reads one report only has to know.
    private func besides(than told: [String], _ main: Int) -> [ReportSentence] {
        let others = found.result.incidents.filter {
            found.result.causes[$0.id] == nil && !told.contains($0.id)
        }
        guard !others.isEmpty else { return [] }
        let names = others.prefix(Self.besidesMax).map { other in
            "\(other.severity.rawValue) \(other.rule), \(subjectText(other)) (\(other.id))"
        }
        let more = others.count - names.count
        return [
            ReportSentence(
                "The window has others besides: \(names.joined(separator: "; "))"
                    + (more > 0 ? "; and \(more) more." : "."), [main])
        ]
    }

    // MARK: Cause

    mutating func cause(_ main: Int) throws(StoreError) -> ReportSection {
        let trigger = ReportBlock.human(ReportHumanField.required("trigger"))
        guard let incident else {
            return ReportSection(
                "cause", "Trigger and cause",
                [.paragraph([ReportSentence("Not determined: nothing was found.", [main])]), trigger])
        }
        var sentences = [
            ReportSentence(
                "Suspected is \(suspectText(incident)), by the rule \(incident.rule), with a sureness of "
                    + "\(share(incident.confidence)).", [main])
        ]
        if let cause = found.result.causes[incident.id],
            let other = found.result.incidents.first(where: { $0.id == cause })
        {
            sentences.append(
                ReportSentence(
                    "It is a consequence of another finding, \(other.rule) (\(other.id)): \(other.explanation).",
                    [main]))
        }
        let runnerUp = found.result.incidents.first {
            $0.id != incident.id && found.result.causes[$0.id] == nil && isRelated($0)
        }
        sentences.append(
            ReportSentence(
                runnerUp.map { "Next to it stands \($0.rule), \(subjectText($0)): \($0.explanation)." }
                    ?? "No other cause was found in this time.", [main]))
        sentences += besides(than: [incident.id, runnerUp?.id].compactMap(\.self), main)
        var blocks: [ReportBlock] = [.paragraph(sentences)]
        if !incident.explains.isEmpty {
            blocks.append(
                .list(
                    found.result.incidents.filter { incident.explains.contains($0.id) }.map {
                        ReportSentence("Follows from it: \($0.rule) (\($0.id)). \($0.explanation).", [main])
                    }))
        }
        if let hypotheses = hypotheses() { blocks.append(.table(hypotheses)) }
        blocks.append(trigger)
        return ReportSection("cause", "Trigger and cause", blocks)
    }

    private func suspectText(_ incident: Incident) -> String {
        incident.subject.members.isEmpty
            ? "nobody in particular: it is everywhere" : subjectText(incident)
    }

    private mutating func hypotheses() -> ReportTable? {
        guard let symptom, let finding, let culprit = finding.culprit else { return nil }
        let tests = ReportHypotheses(data, symptom, culprit, found.census)
        let verdicts = tests.verdicts
        let number = cite(
            command("report", query.window, incident.map { "--incident \($0.id)" } ?? ""),
            verdicts.map { ReportValue($0.question, $0.answer.rawValue) })
        return ReportTable(
            caption: ReportSentence("What else it could have been", [number]),
            columns: ["Could it be …", "Verdict", "Because"].map {
                ReportTable.Column(title: $0, alignsRight: false)
            },
            rows: verdicts.map { verdict in
                [
                    ReportTable.Cell(text: verdict.question),
                    ReportTable.Cell(
                        text: verdict.answer.rawValue,
                        isAlert: verdict.answer == .suspect || verdict.answer == .possible),
                    ReportTable.Cell(text: verdict.reason),
                ]
            })
    }
}
