import OTLPModel

extension ResultTable {
    /// What `traceq incidents` found.
    package static func incidents(
        _ result: IncidentResult, _ query: IncidentQuery, zone: TimeZoneRules
    ) -> ResultTable {
        let rows = result.incidents
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return ResultTable(
            schema: "traceq.incidents/1", window: query.window,
            columns: [
                ResultColumn(key: "severity", title: "SEVERITY"), ResultColumn(key: "rule", title: nil),
                ResultColumn(key: nil, title: "RULE"),
                ResultColumn(key: "subject", title: nil),
                ResultColumn(key: nil, title: "SUBJECT", fit: .elastic),
                ResultColumn(key: "start", title: "START (\(zone.label))", fit: .movable),
                ResultColumn(key: "end", title: "END", fit: .spare(2)),
                number("confidence", nil), number(nil, "SURE", .spare(1)),
                number(nil, "REQUESTS"), number(nil, "CLIENTS", .spare(0)),
                ResultColumn(key: "impact", title: nil), ResultColumn(key: "evidence", title: nil),
                ResultColumn(key: "explains", title: nil), ResultColumn(key: "caused_by", title: nil),
                ResultColumn(key: "explanation", title: nil),
                ResultColumn(key: "id", title: "ID", fit: .spare(3)),
            ], rowCount: rows.count,
            row: { cells(rows[$0], result.causes[rows[$0].id]) },
            notes: result.notes + result.quality.notes(isAboutCaches: false),
            summary: summary(result),
            members: [JSONMember("quality", result.quality.json)])
    }

    private static func cells(_ row: Incident, _ cause: String?) -> [ResultCell] {
        let subject = row.subject.members
        let words =
            subject.isEmpty ? "everything" : row.subject.words.map(\.value).joined(separator: " ")
        return [
            row.severity == .page ? .alert(row.severity.rawValue) : .identifier(row.severity.rawValue),
            .identifier(row.rule), .identifier((cause == nil ? "" : "└ ") + row.rule),
            .structured(.object(subject.map { JSONMember($0.key, .string($0.value)) })), .text(words),
            .time(row.start), row.end.map { .time($0) } ?? .missing, .decimal(row.confidence),
            .identifier(percent(row.confidence)), .integer(Int64(row.impact.requests)),
            knownCount(row.impact.clients), .structured(impact(row.impact)),
            .structured(evidence(row.evidence)),
            .structured(.array(row.explains.map { .string($0) })),
            cause.map { .identifier($0) } ?? .missing, .text(row.explanation + "."), .identifier(row.id),
        ]
    }

    private static func impact(_ impact: IncidentImpact) -> JSONNode {
        .object([
            JSONMember("requests", .integer(Int64(impact.requests))),
            JSONMember("clients", .integer(Int64(impact.clients))),
            JSONMember("modules", .integer(Int64(impact.modules))),
            JSONMember("slow_seconds", .double(rounded(impact.slowSeconds))),
            JSONMember("budget_minutes", .double(rounded(impact.budgetMinutes))),
        ])
    }

    private static func evidence(_ evidence: IncidentEvidence) -> JSONNode {
        .object([
            JSONMember("trace_ids", .array(evidence.traceIDs.map { .string($0.hex) })),
            JSONMember(
                "numbers",
                .object(evidence.numbers.map { JSONMember($0.name, .double(rounded($0.value))) })),
        ])
    }

    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }

    /// Of more than these nobody reads sentences; --format json has them all.
    private static let toldMax = 12

    private static func summary(_ result: IncidentResult) -> [String] {
        guard !result.incidents.isEmpty else { return [] }
        let causes = result.incidents.count { result.causes[$0.id] == nil }
        let following = result.incidents.count - causes
        let told = result.incidents.prefix(toldMax).map { incident in
            let example =
                incident.evidence.traceIDs.first.map { " (traceq trace \($0.hex.prefix(16)))" } ?? ""
            // The id begins with the rule, and has no place in a narrow table.
            return "\(incident.id): \(DisplayText.escaped(incident.explanation)).\(example)"
        }
        return [
            "\(HumanUnits.count(causes, "incident")), the most likely cause first"
                + (following > 0 ? "; \(HumanUnits.count(following, "consequence")) below (└)" : "")
        ] + told
    }

    /// What is said where nothing was found.
    package static func noIncidents(_ result: IncidentResult, isOfSomeRules: Bool = false) -> String {
        let requests = HumanUnits.count(result.requests, "module request")
        return isOfSomeRules
            ? "No incident of these rules among \(requests)."
            : result.hasBaseline
                ? "No incident: of \(requests), no more were slow, failed or missed than usual, beyond what may be chance."
                : "No incident found among \(requests), but nothing is known of the time before: what is wrong everywhere "
                    + "and all the time does not show. \(result.wantsBaseline ? "A shorter --since" : "--baseline 24h") has a "
                    + "time before it."
    }
}
