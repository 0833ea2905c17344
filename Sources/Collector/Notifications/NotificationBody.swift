import Telemetry

/// What webhooks are sent.
enum NotificationBody {
    static let schema = "traceq.notification/1"

    /// Our own document: what is told, with rows as in `traceq.incidents/1`.
    static func generic(
        _ notices: [IncidentLedger.Notice], at now: UnixNanos, link: String?
    ) -> String {
        let rows = notices.map { notice in
            let members = [
                JSONMember("status", .string(notice.entry.status.rawValue)),
                JSONMember("reason", .string(notice.reason.rawValue)),
                JSONMember("summary", .string(summary(notice.entry))),
            ]
            // The row is an object that is not empty.
            return JSONNode.object(members).text.dropLast() + "," + row(notice.entry).dropFirst()
        }
        let head = JSONNode.object([
            JSONMember("schema", .string(schema)), JSONMember("sent_at", .string(now.rfc3339)),
            JSONMember("link", link.map { .string($0) } ?? .null),
        ]).text
        return head.dropLast() + ",\"incidents\":[\n" + rows.joined(separator: ",\n") + "\n]}\n"
    }

    /// What the incident was found with last says of one that is over that it goes on.
    private static func row(_ entry: IncidentLedger.Entry) -> String {
        guard entry.status == .resolved, let end = entry.incident.end else { return entry.incident.row }
        return entry.incident.row.replacing(
            "\"end\":null", with: "\"end\":\"\(end.rfc3339)\"", maxReplacements: 1)
    }

    private static func summary(_ entry: IncidentLedger.Entry) -> String {
        let begin = entry.status == .resolved ? "over: " : ""
        return "\(begin)\(entry.severity.rawValue) \(entry.incident.rule): \(entry.incident.explanation)."
    }

    // MARK: Alertmanager

    /// An array of alerts. What goes on has an end in the future, at which it is over for Alertmanager unless it is told
    /// again before: of a collector that is gone nothing goes on for ever.
    ///
    /// - Parameters:
    ///   - firing: all that goes on
    ///   - notices: what ended or became graver
    ///   - validUntil: the end of what goes on
    static func alerts(
        _ firing: [IncidentLedger.Entry], _ notices: [IncidentLedger.Notice], at now: UnixNanos,
        validUntil: UnixNanos, link: String?
    ) -> String {
        var alerts = firing.map { alert($0, $0.severity, ends: validUntil, link) }
        for notice in notices {
            switch notice.reason {
            case .new: break
            case .ended:
                // Never in the future, where it would go on.
                let end = min(notice.entry.incident.end ?? now, now)
                alerts.append(
                    alert(notice.entry, notice.before?.severity ?? notice.entry.severity, ends: end, link))
            case .severity:
                // Labels tell alerts apart: with another severity it is another one.
                guard let before = notice.before else { continue }
                alerts.append(alert(notice.entry, before.severity, ends: now, link))
            }
        }
        return "[" + alerts.map(\.text).joined(separator: ",\n") + "]\n"
    }

    private static func alert(
        _ entry: IncidentLedger.Entry, _ severity: IncidentSeverity, ends: UnixNanos, _ link: String?
    ) -> JSONNode {
        let incident = entry.incident
        var labels = [
            ("alertname", incident.rule), ("severity", word(severity)), ("priority", severity.rawValue),
            ("incident", incident.key),
        ]
        labels += incident.subject.map { ($0.key, $0.value) }
        var annotations = [
            ("summary", summary(entry)), ("description", incident.explanation + "."),
        ]
        if let trace = incident.trace { annotations.append(("trace_id", trace)) }
        var members = [
            JSONMember("labels", object(labels)), JSONMember("annotations", object(annotations)),
            JSONMember("startsAt", .string(min(incident.start, ends).rfc3339)),
            JSONMember("endsAt", .string(ends.rfc3339)),
        ]
        if let link { members.append(JSONMember("generatorURL", .string(link))) }
        return .object(members)
    }

    /// What routes of Alertmanager usually go by.
    private static func word(_ severity: IncidentSeverity) -> String {
        switch severity {
        case .page: "critical"
        case .ticket: "warning"
        case .info: "info"
        }
    }

    private static func object(_ pairs: [(String, String)]) -> JSONNode {
        .object(pairs.map { JSONMember($0.0, .string($0.1)) })
    }
}
