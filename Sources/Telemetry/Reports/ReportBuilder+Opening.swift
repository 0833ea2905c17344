/// What everybody reads: what it was, and how bad.
extension ReportBuilder {
    func header(_ main: Int) -> ReportSection {
        let window = query.window
        var facts = [
            ReportFact("Incident", incident.map { "\($0.rule), \(subjectText($0))" } ?? "none found", [main]),
            ReportFact("Id", incident?.id ?? "-", [main]),
            ReportFact("Severity", incident.map { severityText($0.severity) } ?? "-", [main]),
            ReportFact(
                "Window",
                "\(window.since == .distantPast ? "everything" : exact(window.since)) to "
                    + "\(exact(window.until)), the end not included", [main]),
        ]
        if query.zone.label != TimeZoneRules.utc.label {
            facts.append(
                ReportFact(
                    "In \(query.zone.label)", "\(shown(window.since)) to \(shown(window.until))", [main]))
        }
        facts += [
            ReportFact(
                "Held against",
                query.baselineNanos == 0 || !found.result.hasBaseline
                    ? "the window itself" : "the \(span(query.baselineNanos)) before", [main]),
            ReportFact("Written by", "traceq \(query.version)", [main]),
            ReportFact("Digest of the requests", hexadecimal(digest), [main]),
        ]
        return ReportSection(
            "header", "At a glance", [.facts(facts), .human(ReportHumanField.required("status"))])
    }

    private func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func severityText(_ severity: IncidentSeverity) -> String {
        switch severity {
        case .page: "P1, somebody has to look now"
        case .ticket: "P2, for the next working day"
        case .info: "P3, worth knowing"
        }
    }

    func summary(_ main: Int) -> ReportSection {
        guard let incident else {
            return ReportSection(
                "summary", "Summary",
                [
                    .paragraph([
                        ReportSentence(
                            found.result.requests == 0
                                ? "There are no module requests in the window."
                                : ResultTable.noIncidents(found.result), [main])
                    ])
                ])
        }
        var sentences = [ReportSentence(incident.explanation + ".", [main])]
        sentences.append(
            ReportSentence(
                incident.impact.requests > 0
                    ? "It concerned \(impactText(incident.impact)), from \(shown(incident.start)) on."
                    : "It began at \(shown(incident.start)).", [main]))
        if finding?.load != nil {
            sentences[1].text =
                "It is about \(impactText(incident.impact)), from \(shown(incident.start)) on: they need be "
                + "neither slow nor wrong."
        }
        sentences.append(ReportSentence(endText(incident), [main]))
        return ReportSection("summary", "Summary", [.paragraph(sentences)])
    }

    private func impactText(_ impact: IncidentImpact) -> String {
        var parts = [count(impact.requests, "request")]
        if impact.clients > 0 { parts.append("of \(count(impact.clients, "client"))") }
        if impact.modules > 0 { parts.append("for \(count(impact.modules, "module version"))") }
        return parts.joined(separator: " ")
    }

    private func endText(_ incident: Incident) -> String {
        let following = incident.explains.count
        let consequences =
            following == 0
            ? ""
            : "; \(count(following, "other finding")) \(following == 1 ? "is a consequence" : "are consequences")"
        guard let end = incident.end else {
            return "It was not over at the end of the window\(consequences)."
        }
        return
            "It was over at \(shown(end)), after \(HumanUnits.duration(end.rawValue &- incident.start.rawValue))"
            + "\(consequences)."
    }

    // MARK: Impact

    mutating func impact(_ main: Int) throws(StoreError) -> ReportSection {
        var blocks: [ReportBlock] = []
        if let incident, let finding {
            let impact = incident.impact
            let sessions = ReportSessions(data, bad: finding.rows)
            let bad = finding.rows.map { data.rows[Int($0)] }
            let failed = bad.count { $0.isFailure }
            let nodes = Set(bad.map(\.node)).count
            let lost = lostSeconds
            let number = cite(
                command("report", query.window, "--incident \(incident.id)"),
                [
                    ReportValue("sessions", "\(sessions.touched)"),
                    ReportValue("modules beside", "\(sessions.modulesBeside)"),
                ] + (finding.load == nil ? [ReportValue("lost minutes", decimal(lost / 60))] : []))
            let others =
                finding.load.map { $0.prefix(1).uppercased() + $0.dropFirst() + " that did not fail" }
                ?? "Requests that were slow or wrong"
            var facts = [
                ReportFact("Requests that failed", HumanUnits.count(Int64(failed)), [main]),
                ReportFact(others, HumanUnits.count(Int64(bad.count - failed)), [main]),
                ReportFact("Module versions", HumanUnits.count(Int64(impact.modules)), [main]),
                ReportFact("Nodes", HumanUnits.count(Int64(nodes)), [main]),
                ReportFact(
                    "Clients",
                    impact.clients > 0
                        ? HumanUnits.count(Int64(impact.clients)) : "unknown: no span says who asked",
                    [main]),
                ReportFact(
                    finding.load == nil
                        ? "Sessions of clients that waited or failed" : "Sessions of these clients",
                    sessions.isKnown ? HumanUnits.count(Int64(sessions.touched)) : "unknown", [number]),
                ReportFact(
                    "Modules that these sessions fetched besides",
                    sessions.isKnown ? HumanUnits.count(Int64(sessions.modulesBeside)) : "unknown",
                    [number]),
            ]
            if finding.load == nil {
                facts.append(ReportFact("Waited longer than usual, all in all", seconds(lost), [number]))
            }
            if finding.load == nil || failed > 0 {
                facts.append(
                    ReportFact(
                        "The same as if everything had failed for", "\(decimal(impact.budgetMinutes)) min",
                        [main]))
            }
            blocks.append(.facts(facts))
        } else {
            blocks.append(.paragraph([ReportSentence("No request is known to have suffered.", [main])]))
        }
        blocks += try objectives()
        return ReportSection("impact", "Impact", blocks)
    }

    /// How much longer than usual the bad requests took; failures all of their time.
    private var lostSeconds: Double {
        guard let symptom, let finding else { return 0 }
        let bad = Set(finding.rows)
        return symptom.entries.reduce(0) { $0 + (bad.contains($1.row) ? Double($1.excess) : 0) }
    }

    /// The budgets as they were at the end of the window.
    private mutating func objectives() throws(StoreError) -> [ReportBlock] {
        let question = query.objectiveQuestion
        let result: ObjectiveResult
        if let known = found.objectives { result = known } else { result = try reader.objectives(question) }
        guard result.quality.requests > 0 else { return [] }
        let number = cite(
            "traceq slo --window \(query.objectives.windowNanos / 1_000_000_000)s --until \(exact(query.window.until))",
            result.evaluations.map { ReportValue($0.objective.name, $0.verdict.rawValue) })
        let table = ResultTable.objectives(result, question)
        let oldest = try reader.catalogueTotals().minStart ?? question.window.since
        let ago = query.window.until.rawValue &- max(oldest, question.window.since).rawValue
        let known =
            ago < query.objectives.windowNanos / 100 * 99
            ? ", of which only the last \(HumanUnits.duration(ago)) are stored" : ""
        return [
            .table(
                reportTable(
                    table, ["OBJECTIVE", "TARGET", "MEASURED", "VERDICT", "BUDGET LEFT", "BURN 1H", "ALERT"],
                    caption: "Objectives over \(span(query.objectives.windowNanos)), to the end of the "
                        + "window\(known)", number))
        ]
    }

    /// Some columns of what a command answers.
    func reportTable(
        _ table: ResultTable, _ titles: [String], caption: String, _ evidence: Int, rowsMax: Int = 20
    ) -> ReportTable {
        let places = table.columns.indices.filter { place in
            table.columns[place].title.map { title in titles.contains { title.hasPrefix($0) } } == true
        }
        return ReportTable(
            caption: ReportSentence(caption, [evidence]),
            columns: places.map {
                ReportTable.Column(
                    title: table.columns[$0].title ?? "", alignsRight: table.columns[$0].alignsRight)
            },
            rows: (0..<min(table.rowCount, rowsMax)).map { index in
                let cells = table.row(index)
                return places.map { place in
                    let cell = cells[place]
                    let isAlert =
                        switch cell {
                        case .alert, .alarm: true
                        default: false
                        }
                    return ReportTable.Cell(text: cell.displayText(in: query.zone), isAlert: isAlert)
                }
            })
    }
}

/// Which runs of the go command were concerned: what a client asks for without a pause of 15 seconds is one.
struct ReportSessions {
    private static let pauseNanos: UInt64 = 15_000_000_000

    /// Sessions with at least one of the bad requests.
    private(set) var touched = 0
    /// Module versions that these asked for beside the bad ones.
    private(set) var modulesBeside = 0
    /// Whether any of the bad requests says who asked.
    let isKnown: Bool

    init(_ data: IncidentData, bad: [UInt32]) {
        var isBad = [Bool](repeating: false, count: data.rows.count)
        for place in bad { isBad[Int(place)] = true }
        let clients = Set(bad.map { data.rows[Int($0)].client }).subtracting([0])
        isKnown = !clients.isEmpty
        let places = data.rows.indices.filter { clients.contains(data.rows[$0].client) }
            .sorted {
                (data.rows[$0].client, data.rows[$0].start, $0) < (
                    data.rows[$1].client, data.rows[$1].start, $1
                )
            }
        let badModules = Set(bad.map { data.rows[Int($0)].module })
        var beside: Set<UInt32> = []
        var session: (client: UInt32, end: UInt64, modules: Set<UInt32>, isTouched: Bool) = (0, 0, [], false)
        func close(_ session: (client: UInt32, end: UInt64, modules: Set<UInt32>, isTouched: Bool)) -> Int {
            guard session.isTouched else { return 0 }
            beside.formUnion(session.modules)
            return 1
        }
        for place in places {
            let row = data.rows[place]
            if row.client != session.client || row.start > session.end &+ Self.pauseNanos {
                touched += close(session)
                session = (row.client, row.end, [], false)
            }
            session.end = max(session.end, row.end)
            if row.module > 0 { session.modules.insert(row.module) }
            if isBad[place] { session.isTouched = true }
        }
        touched += close(session)
        modulesBeside = beside.subtracting(badModules).count
    }
}
