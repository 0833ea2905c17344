/// What a report is to be about.
package struct ReportQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    /// How much before the window tells what is normal, in nanoseconds.
    package var baselineNanos: Int64
    /// The id of an incident, or a unique beginning of one; nil for the most likely cause.
    package var incident: String?
    package var objectives: ObjectiveList
    package var redaction: ReportRedaction
    /// That nobody in public is to be asked for.
    package var privateModules: PrivateModules
    /// See `IncidentQuery`.
    package var clientRegions: ClientRegions
    package var zone: TimeZoneRules
    /// As `--tz` has it.
    package var zoneName: String
    /// Of the program.
    package var version: String

    package init(
        window: TimeWindow, baselineNanos: Int64, incident: String? = nil,
        objectives: ObjectiveList = .builtIn, redaction: ReportRedaction = ReportRedaction(),
        privateModules: PrivateModules = PrivateModules([]), clientRegions: ClientRegions = ClientRegions(),
        zone: TimeZoneRules = .utc, zoneName: String = "UTC", version: String
    ) {
        self.clientRegions = clientRegions
        self.window = window
        self.baselineNanos = baselineNanos
        self.incident = incident
        self.objectives = objectives
        self.redaction = redaction
        self.privateModules = privateModules
        self.zone = zone
        self.zoneName = zoneName
        self.version = version
    }

    /// Whether objectives were kept, as it was at the end of the window.
    var objectiveQuestion: ObjectiveQuery { ObjectiveQuery(objectives, end: window.until) }
}

package enum ReportAnswer: Sendable {
    case report(ReportDocument)
    /// No incident has that id, or several begin so: those that there are.
    case noSuchIncident([String])
    case ambiguous([String])
}

extension TelemetryReader {
    /// All that is known of an incident, as a document.
    ///
    /// - Throws: `StoreError`
    package func report(_ query: ReportQuery) throws(StoreError) -> ReportAnswer {
        try snapshot { () throws(StoreError) in
            // The end of the window is when it is asked, whenever that is: the same data give the same report.
            let question = IncidentQuery(
                window: query.window, baselineNanos: query.baselineNanos, now: query.window.until,
                privateModules: query.privateModules, clientRegions: query.clientRegions)
            let found = try investigation(question, objectives: query.objectiveQuestion)
            let incidents = found.result.incidents
            var chosen = incidents.first
            if let wanted = query.incident {
                let exact = incidents.filter { $0.id == wanted }
                let matching = exact.isEmpty ? incidents.filter { $0.id.hasPrefix(wanted) } : exact
                guard matching.count < 2 else { return .ambiguous(matching.map(\.id)) }
                guard let match = matching.first else { return .noSuchIncident(incidents.map(\.id)) }
                chosen = match
            }
            var builder = ReportBuilder(query, found, chosen, self)
            let document = try builder.document()
            let nodes = Set(found.answer.names.nodes.map(\.identity.name))
            return .report(query.redaction.redact(document, nodes: nodes, modules: found.data.names.modules))
        }
    }
}
