package import Telemetry

/// An incident, as far as notifications need it.
package struct NotedIncident: Hashable, Sendable {
    /// The same as long as it goes on: of the rule and whom it names.
    package var key: String
    package var id: String
    package var rule: String
    package var severity: IncidentSeverity
    package var subject: [Member]
    package var start: UnixNanos
    /// Nil while it goes on.
    package var end: UnixNanos?
    package var explanation: String
    /// Whether it follows from another one: then that one is told.
    package var isConsequence: Bool
    /// A trace of a bad request, in hexadecimal.
    package var trace: String?
    /// Its row in `traceq.incidents/1`: one line of JSON.
    package var row: String

    package struct Member: Hashable, Sendable {
        package var key: String
        package var value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    package init(
        key: String, id: String, rule: String, severity: IncidentSeverity, subject: [Member] = [],
        start: UnixNanos, end: UnixNanos? = nil, explanation: String, isConsequence: Bool = false,
        trace: String? = nil, row: String
    ) {
        self.key = key
        self.id = id
        self.rule = rule
        self.severity = severity
        self.subject = subject
        self.start = start
        self.end = end
        self.explanation = explanation
        self.isConsequence = isConsequence
        self.trace = trace
        self.row = row
    }

    /// All that was found, in its order.
    static func all(_ result: IncidentResult, _ query: IncidentQuery) -> [NotedIncident] {
        var output = ""
        var buffer = OutputBuffer { output += $0 }
        var diagnostics = OutputBuffer { _ in }
        ResultTable.incidents(result, query, zone: .utc).write(
            as: .jsonl, style: RenderStyle(), to: &buffer, diagnostics: &diagnostics)
        buffer.flush()
        let rows = output.split(separator: "\n")
        return zip(result.incidents, rows).map { incident, row in
            NotedIncident(
                // The same rule and subject at another time have a number behind that.
                key: String(incident.id.prefix(incident.rule.count + 9)), id: incident.id,
                rule: incident.rule, severity: incident.severity,
                subject: incident.subject.members.map { Member(key: $0.key, value: $0.value) },
                start: incident.start, end: incident.end, explanation: incident.explanation,
                isConsequence: result.causes[incident.id] != nil,
                trace: incident.evidence.traceIDs.first?.hex, row: String(row))
        }
    }
}
