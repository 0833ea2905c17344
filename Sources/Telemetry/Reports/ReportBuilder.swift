import OTLPModel

/// Puts together what is known of an incident. Each part is in a file of its own.
struct ReportBuilder {
    let query: ReportQuery
    let found: IncidentInvestigation
    /// Nil where nothing was found.
    let incident: Incident?
    let finding: IncidentFinding?
    let reader: TelemetryReader
    let symptom: SymptomTable?
    let digest: UInt64
    /// From when on the data sufficed for the rule to tell of it; nil where that is not known.
    let detectedAt: UnixNanos?
    private(set) var evidence: [ReportEvidence] = []

    var data: IncidentData { found.data }

    init(
        _ query: ReportQuery, _ found: IncidentInvestigation, _ incident: Incident?, _ reader: TelemetryReader
    ) {
        self.query = query
        self.found = found
        self.incident = incident
        self.reader = reader
        finding = incident.flatMap { found.findings[$0.id] }
        symptom = finding?.culprit.map { [data = found.data] in SymptomTable($0.symptom, data) }
        digest = IncidentDigest(found.data).value
        detectedAt = symptom.flatMap { [finding, data = found.data] symptom in
            finding?.culprit.flatMap { Self.detection(of: $0, symptom, data) }
        }
    }

    mutating func document() throws(StoreError) -> ReportDocument {
        let main = cite(
            incidentsCommand,
            incident.map { incident in
                [
                    ReportValue("rule", incident.rule), ReportValue("id", incident.id),
                    ReportValue("subject", subjectText(incident)),
                    ReportValue("start", exact(incident.start)),
                    ReportValue("end", incident.end.map(exact) ?? "not over"),
                    ReportValue("confidence", decimal(incident.confidence)),
                ] + incident.evidence.numbers.map { ReportValue($0.name, decimal($0.value)) }
            } ?? [ReportValue("incidents", "0"), ReportValue("requests", "\(found.result.requests)")],
            incident?.evidence.traceIDs ?? [])
        var sections = [header(main), summary(main)]
        sections.append(try impact(main))
        sections.append(course())
        sections.append(detection(main))
        sections.append(timeline(main))
        sections.append(try cause(main))
        sections.append(try contributing(main))
        sections.append(try criticalPath())
        sections.append(try blastRadius())
        sections.append(nextChecks(main))
        sections.append(
            ReportSection("resolution", "Resolution", [.human(ReportHumanField.required("resolution"))]))
        sections.append(
            ReportSection("actions", "Action items", [.human(ReportHumanField.required("actions"))]))
        sections.append(
            ReportSection(
                "lessons", "Lessons",
                ["went-well", "went-wrong", "got-lucky"].map { .human(ReportHumanField.required($0)) }))
        sections.append(quality(main))
        sections.append(try traces())
        sections.append(appendix())
        return ReportDocument(
            parameters: parameters, title: title, sections: sections, evidence: evidence)
    }

    /// - Returns: the number of the evidence
    mutating func cite(_ command: String, _ values: [ReportValue], _ traceIDs: [TraceID] = []) -> Int {
        evidence.append(
            ReportEvidence(
                number: evidence.count + 1, command: command, values: values, traceIDs: traceIDs))
        return evidence.count
    }

    private var parameters: ReportParameters {
        ReportParameters(
            version: query.version, window: query.window, baselineNanos: query.baselineNanos,
            incident: incident?.id, zone: query.zoneName, isPrivate: query.redaction.showsEverything,
            privatePatterns: query.redaction.digest, objectives: query.objectives.digest,
            dataDigest: digest)
    }

    private var title: String {
        guard let incident else { return "No incident from \(shown(query.window.since))" }
        return "\(incident.rule): \(subjectText(incident)), \(shown(incident.start))"
    }

    // MARK: Words

    /// A time as people of the report's zone read it.
    func shown(_ time: UnixNanos) -> String {
        time == .distantPast ? "the beginning" : "\(time.displayText(in: query.zone)) \(query.zone.label)"
    }

    func subjectText(_ incident: Incident) -> String {
        let words = incident.subject.words
        return words.isEmpty
            ? "everything" : words.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    func decimal(_ value: Double) -> String { ((value * 1_000).rounded() / 1_000).description }

    func share(_ value: Double) -> String { ResultTable.tenths(value) }

    func seconds(_ value: Double) -> String {
        HumanUnits.duration(Int64(min(max(value, -9e9), 9e9) * 1e9))
    }

    /// With as many digits as it has, as it can be typed.
    func exact(_ time: UnixNanos) -> String {
        var text = time.rfc3339
        guard text.contains("."), text.last == "Z" else { return text }
        text.removeLast()
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text + "Z"
    }

    /// `30 days` or `24 h` where it is whole ones, else as durations are told.
    func span(_ nanos: Int64) -> String {
        let hour: Int64 = 3_600_000_000_000
        if nanos >= 48 * hour, nanos % (24 * hour) == 0 { return "\(nanos / (24 * hour)) days" }
        return nanos >= hour && nanos % hour == 0 ? "\(nanos / hour) h" : HumanUnits.duration(nanos)
    }

    func count(_ value: Int, _ noun: String) -> String { HumanUnits.count(value, noun) }

    // MARK: Commands

    /// When the incident was, or the whole window.
    var interval: TimeWindow {
        // A window without a begin, or with an end that is not yet, is longer than what there is to look at.
        let looked = TimeWindow(
            since: max(query.window.since, UnixNanos(clamping: data.since)),
            until: min(query.window.until, UnixNanos(clamping: data.until)))
        guard let incident else { return looked }
        // What requests do not show may be later than all of them.
        let until = incident.start < looked.until ? looked.until : query.window.until
        guard incident.start < until else { return looked }
        return TimeWindow(since: incident.start, until: incident.end ?? until)
    }

    private func time(_ time: UnixNanos) -> String { time == .distantPast ? "all" : exact(time) }

    func windowOptions(_ window: TimeWindow) -> String {
        "--since \(time(window.since)) --until \(time(window.until))"
    }

    private var incidentsCommand: String {
        "traceq incidents \(windowOptions(query.window)) --baseline "
            + (query.baselineNanos == 0 ? "0" : "\(query.baselineNanos / 1_000_000_000)s")
    }

    /// That a command says so itself where it is not asked for everything.
    func command(_ name: String, _ window: TimeWindow, _ options: String = "") -> String {
        "traceq \(name) \(windowOptions(window))\(options.isEmpty ? "" : " " + options)"
    }
}

extension ReportHumanField {
    /// A field that there is.
    static func required(_ id: String) -> ReportHumanField {
        guard let field = named(id) else { preconditionFailure("there is no field \(id)") }
        return field
    }
}

/// A number that changes when a request of the data does, and does not depend on the order in which they are stored.
struct IncidentDigest {
    let value: UInt64

    init(_ data: IncidentData) {
        value = data.rows.reduce(0) { sum, row in
            var hash = SeededRandom.mixed(row.start)
            hash = SeededRandom.mixed(hash ^ UInt64(row.micros) << 32 ^ UInt64(row.bytes))
            hash = SeededRandom.mixed(
                hash ^ UInt64(row.kind) << 24 ^ UInt64(row.cacheResult) << 16 ^ UInt64(row.outcome) << 8
                    ^ UInt64(row.flags.rawValue))
            return sum &+ hash
        }
    }
}
