import OTLPModel

/// What other commands say of the time of the incident.
extension ReportBuilder {
    /// What `why` is to explain: requests that are bad as those of the incident; nil where they are so in no way that it
    /// knows.
    var whySelection: (selection: WhySelection, option: String)? {
        guard let finding, let culprit = finding.culprit else { return (.slow(minNanos: nil), "slow") }
        switch culprit.symptom {
        case .failure, .fetchFailure, .rateLimited, .maskedTimeout, .spoiled, .abandoned, .givenUpCold:
            return (.errors(nil), "errors")
        case .miss, .herd: return (.misses, "misses")
        case .keptRefusal, .withdrawn, .otherSize, .staleList, .unsupported, .keptRedirect, .badTile:
            return nil
        case .slowFetch, .slowServe, .slowLink: return slowSelection(of: finding)
        }
    }

    /// What is slow for a list or a look-up may be no time for a large archive: where most requests of the incident are of
    /// that kind, as long as they took is slow.
    private func slowSelection(of finding: IncidentFinding) -> (selection: WhySelection, option: String) {
        let rows = finding.rows.map { data.rows[Int($0)] }
        let isSlowAnyhow = rows.count {
            UInt64($0.micros) * 1_000
                > RequestClass.slowNanos(bytes: $0.bytes == .max ? nil : UInt64($0.bytes))
        }
        let micros = rows.map(\.micros).sorted()
        guard 2 * isSlowAnyhow < rows.count, let tenth = micros.dropFirst(micros.count / 10).first else {
            return (.slow(minNanos: nil), "slow")
        }
        let millis = max(1, UInt64(tenth) / 1_000)
        return (.slow(minNanos: millis * 1_000_000), "slow --min-duration \(millis)ms")
    }

    /// In which requests are held against each other: other trouble of the window has causes of its own.
    var attributesWindow: TimeWindow {
        incident == nil ? query.window : TimeWindow(since: before.since, until: interval.until)
    }

    mutating func contributing(_ main: Int) throws(StoreError) -> ReportSection {
        guard let (selection, option) = whySelection else {
            let text =
                "The requests of this incident neither failed nor took long, and whether a cache had them says nothing: "
                + "which attributes they share is not looked at."
            return ReportSection(
                "attributes", "Contributing attributes", [.paragraph([ReportSentence(text, [main])])])
        }
        let window = attributesWindow
        let time = incident == nil ? "in the window" : "of the incident and as long before it"
        let question = FleetWhyQuery(window: window, selection: selection, limit: 8)
        let result = try reader.why(question)
        let number = cite(
            command("why", window, "--\(option) --limit 8"),
            [ReportValue("selected", "\(result.selected)"), ReportValue("rest", "\(result.rest)")]
                + result.findings.map {
                    ReportValue("\($0.attribute)=\($0.value)", "\($0.selected) of \(result.selected)")
                })
        let table = ResultTable.why(result, question, target: nil, zone: query.zone)
        guard table.rowCount > 0 else {
            let text =
                result.selected == 0
                ? "There are no \(ResultTable.whyNoun(selection)) \(time) that attributes could explain."
                : table.summary.last ?? "Nothing explains them."
            return ReportSection(
                "attributes", "Contributing attributes", [.paragraph([ReportSentence(text, [number])])])
        }
        return ReportSection(
            "attributes", "Contributing attributes",
            [
                .table(
                    reportTable(
                        table, ["ATTRIBUTE", "VALUE", "OF THESE", "OF REST", "LIFT", "EXPLAINS", "CHANCE"],
                        caption: "What the \(count(result.selected, "request")) among the "
                            + "\(ResultTable.whyNoun(selection)) \(time) have in common that the others have not",
                        number, rowsMax: 8))
            ])
    }

    /// The time before that the incident is held against: as long as it is, and ten minutes at least.
    private var before: TimeWindow {
        let interval = interval
        let tenMinutes: Int64 = 600_000_000_000
        let (length, overflow) = interval.until.rawValue.subtractingReportingOverflow(interval.since.rawValue)
        let back = max(overflow ? tenMinutes : length, tenMinutes)
        return TimeWindow(since: interval.since.advanced(byNanos: -back), until: interval.since)
    }

    mutating func criticalPath() throws(StoreError) -> ReportSection {
        var question = FleetPathQuery(window: interval, limit: 10)
        if incident != nil { question.baseline = before }
        let result = try reader.criticalPath(question)
        let options =
            question.baseline.map {
                "--limit 10 --baseline-since \(exact($0.since)) --baseline-until \(exact($0.until))"
            }
            ?? "--limit 10"
        let number = cite(
            command("critical-path", interval, options),
            [
                ReportValue("requests", "\(result.totals.requests)"),
                ReportValue("mean", HumanUnits.duration(Int64(nanos: result.totals.meanNanos))),
                ReportValue(
                    "mean before",
                    result.baseline.map { HumanUnits.duration(Int64(nanos: $0.meanNanos)) } ?? "-"),
            ])
        let table = ResultTable.criticalPath(result, question, zone: query.zone)
        guard table.rowCount > 0 else {
            return ReportSection(
                "critical-path", "What was waited for",
                [.paragraph([ReportSentence("There is no request to add up.", [number])])])
        }
        return ReportSection(
            "critical-path", "What was waited for",
            [
                .paragraph(table.summary.map { ReportSentence(Self.sentence($0), [number]) }),
                .table(
                    reportTable(
                        table,
                        [
                            "STAGE", "SERVICE", "OPERATION", "SHARE", "PER REQUEST", "BEFORE", "CHANGE",
                            "OF CHANGE",
                        ],
                        caption: question.baseline == nil
                            ? "What requests waited for"
                            : "What requests waited for, what changed most first", number,
                        rowsMax: 10)),
            ])
    }

    /// A line under a table as a sentence.
    private static func sentence(_ line: String) -> String {
        line.prefix(1).uppercased() + line.dropFirst() + "."
    }

    // MARK: Blast radius

    mutating func blastRadius() throws(StoreError) -> ReportSection {
        var blocks: [ReportBlock] = []
        if let modules = moduleTable() { blocks.append(.table(modules)) }
        let nodesQuestion = FleetNodesQuery(window: query.window, now: query.window.until)
        var nodes = try reader.fleetNodes(nodesQuestion)
        let shared = SharedNames(nodes.nodes.map(\.node))
        let own = ownNodes(nodes.nodes, shared)
        nodes.nodes =
            nodes.nodes.filter { own.contains(shared.label($0.node)) }
            + nodes.nodes.filter { !own.contains(shared.label($0.node)) }
        let nodesNumber = cite(
            command("nodes", query.window, "--limit 20"),
            [
                ReportValue("nodes", "\(nodes.nodes.count)"),
                ReportValue("late or lost", "\(nodes.nodes.count { ($0.heartbeat?.state ?? .ok) != .ok })"),
            ])
        var nodeTable = reportTable(
            ResultTable.nodes(nodes, nodesQuestion, limit: 20),
            ["NODE", "ROLE", "REGION", "VERSION", "STATE", "REQ/S", "ERROR %", "HIT %", "P95", "SKEW"],
            caption: "Nodes, \(own.isEmpty ? "" : "those of the incident first, then ")those in trouble"
                + "\(own.isEmpty ? " first" : ""), of \(nodes.nodes.count)", nodesNumber)
        if !own.isEmpty {
            nodeTable.columns.append(ReportTable.Column(title: "INCIDENT", alignsRight: false))
            for (place, node) in nodes.nodes.prefix(nodeTable.rows.count).enumerated() {
                let isOwn = own.contains(shared.label(node.node))
                nodeTable.rows[place].append(ReportTable.Cell(text: isOwn ? "yes" : "", isAlert: isOwn))
            }
        }
        blocks.append(.table(nodeTable))
        let lagQuestion = FleetLagQuery(window: query.window, now: query.window.until)
        let lag = try reader.fleetLag(lagQuestion)
        let table = ResultTable.lag(lag, lagQuestion, only: nil, limit: 10, zone: query.zone)
        if table.rowCount > 0 {
            let number = cite(
                command("lag", query.window, "--limit 10"), [ReportValue("nodes", "\(lag.nodes.count)")])
            blocks.append(
                .table(
                    reportTable(
                        table, table.columns.compactMap(\.title), caption: "Lag of nodes, worst first",
                        number,
                        rowsMax: 10)))
        }
        return ReportSection("radius", "Who was concerned", blocks)
    }

    /// What the nodes are called that the incident is of: the one that it names, and those that had its bad requests, where
    /// others had none.
    private func ownNodes(_ nodes: [NodeReport], _ shared: SharedNames) -> Set<String> {
        guard let incident, let finding else { return [] }
        let named = Set([incident.subject.nodeLabel].compactMap(\.self))
        let own = named.union(
            Set(finding.rows.map { data.rows[Int($0)].node }).map { data.names.node($0).identity.name })
        return nodes.allSatisfy { own.contains(shared.label($0.node)) } ? named : own
    }

    private mutating func moduleTable() -> ReportTable? {
        guard let finding, !finding.rows.isEmpty else { return nil }
        struct Tally {
            var bad = 0
            var seconds = 0.0
        }
        var tallies: [String: Tally] = [:]
        for place in finding.rows {
            let row = data.rows[Int(place)]
            guard let name = data.names.module(row.module) else { continue }
            let text = name.version.map { "\(name.module)@\($0)" } ?? name.module
            tallies[text, default: Tally()].bad += 1
            tallies[text, default: Tally()].seconds += row.seconds
        }
        let worst = tallies.sorted { ($1.value.bad, $0.key) < ($0.value.bad, $1.key) }.prefix(10)
        guard !worst.isEmpty else { return nil }
        let number = cite(
            command("report", query.window, incident.map { "--incident \($0.id)" } ?? ""),
            worst.map { ReportValue($0.key, "\($0.value.bad)") })
        let isLoad = finding.load != nil
        let total = HumanUnits.count(Int64(tallies.count))
        return ReportTable(
            caption: ReportSentence(
                isLoad
                    ? "Module versions with most of these requests, of \(total)"
                    : "Module versions with most of the bad requests, of \(total)", [number]),
            columns: [
                ReportTable.Column(title: "MODULE", alignsRight: false),
                ReportTable.Column(title: isLoad ? "REQUESTS" : "BAD", alignsRight: true),
                ReportTable.Column(title: isLoad ? "TOOK" : "WAITED", alignsRight: true),
            ],
            rows: worst.map { name, tally in
                [
                    ReportTable.Cell(text: name), ReportTable.Cell(text: HumanUnits.count(Int64(tally.bad))),
                    ReportTable.Cell(text: seconds(tally.seconds)),
                ]
            })
    }

    // MARK: Traces

    private static let spansMax = 30

    /// A bad request, one of the middle, and one as it should be, all three chosen by rule.
    mutating func traces() throws(StoreError) -> ReportSection {
        var blocks: [ReportBlock] = []
        for (words, traceID) in try representatives() {
            guard let waterfall = try waterfall(words, traceID) else { continue }
            blocks.append(.waterfall(waterfall))
        }
        if blocks.isEmpty {
            let number = cite(command("slowest", interval), [ReportValue("traces", "0")])
            blocks.append(.paragraph([ReportSentence("No trace stands for what happened.", [number])]))
        }
        return ReportSection("traces", "Traces", blocks)
    }

    private func representatives() throws(StoreError) -> [(String, TraceID)] {
        guard let finding, !finding.rows.isEmpty else { return [] }
        func sorted(_ places: some Sequence<UInt32>) -> [IncidentRow] {
            places.map { data.rows[Int($0)] }.sorted {
                ($0.micros, $0.start, $0.segment, $0.row) < ($1.micros, $1.start, $1.segment, $1.row)
            }
        }
        let bad = sorted(finding.rows)
        let first = finding.load == nil ? "The worst" : "The one that took longest"
        var chosen = [(first, bad[bad.count - 1]), ("One of the middle", bad[bad.count / 2])]
        if let symptom, let culprit = finding.culprit {
            let good = sorted(
                symptom.entries.lazy.filter { entry in
                    !entry.isBad
                        && data.number(culprit.dimension, data.rows[Int(entry.row)]) == culprit.number
                }.map(\.row))
            if !good.isEmpty { chosen.append(("One that was well, for comparison", good[good.count / 2])) }
        }
        let ids = try found.answer.traceIDs(ofRows: chosen.map { ($0.1.segment, $0.1.row) }, reader)
        var known: Set<TraceID> = []
        return zip(chosen, ids).compactMap { choice, id in
            guard let id, known.insert(id).inserted else { return nil }
            return (choice.0, id)
        }
    }

    private mutating func waterfall(
        _ words: String, _ traceID: TraceID
    ) throws(StoreError) -> ReportWaterfall? {
        guard case .found(_, let stored, _) = try reader.trace(prefix: traceID.hex) else { return nil }
        let story = try reader.story(of: traceID, stored)
        let tree = TraceTree(story?.spans ?? stored)
        guard let range = tree.drawingRange else { return nil }
        let length = Double(max(range.upperBound - range.lowerBound, 1))
        let duration = HumanUnits.duration(Int64(clamping: range.upperBound - range.lowerBound))
        let number = cite(
            "traceq trace \(traceID.hex)",
            [ReportValue("spans", "\(tree.nodes.count)"), ReportValue("duration", duration)], [traceID])
        let rows = tree.nodes.prefix(Self.spansMax).map { node in
            let span = tree.span(of: node)
            // With its host, a private repository is known as such.
            let row = WaterfallRow(
                node: node, stored: span, guide: "", detailGuide: "", namesHost: true)
            let part = SpanID(bytes: span.span.spanID).flatMap { story?.parts[$0.rawValue] }
            let interval = span.span.interval
            let start = min(max(interval.lowerBound, range.lowerBound), range.upperBound)
            let end = min(max(interval.upperBound, start), range.upperBound)
            return ReportWaterfall.Row(
                depth: node.depth, name: row.title, place: row.place, durationNanos: node.durationNanos,
                stage: part?.stage.name ?? "", isError: row.isError,
                start: Double(start - range.lowerBound) / length, length: Double(end - start) / length)
        }
        return ReportWaterfall(
            caption: ReportSentence(
                "\(words): trace \(traceID.hex), \(duration), \(count(tree.nodes.count, "span"))", [number]),
            traceID: traceID, rows: rows, hidden: max(0, tree.nodes.count - Self.spansMax))
    }
}
