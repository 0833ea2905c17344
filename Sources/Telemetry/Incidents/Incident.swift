import OTLPModel

/// How soon somebody has to look.
package enum IncidentSeverity: String, CaseIterable, Comparable, Sendable {
    /// Now.
    case page = "P1"
    /// On the next working day.
    case ticket = "P2"
    /// Worth knowing.
    case info = "P3"

    package static func < (left: IncidentSeverity, right: IncidentSeverity) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What it did to those who wait for modules.
package struct IncidentImpact: Sendable {
    /// Bad requests, as nodes saw them.
    package var requests = 0
    /// Clients that had some; as far as addresses tell them apart.
    package var clients = 0
    package var modules = 0
    /// How much longer was waited than usual; of failures all of it.
    package var slowSeconds = 0.0
    /// Of the error budget of a month for 99.95 % of this traffic: so many minutes of it.
    package var budgetMinutes = 0.0
}

/// What speaks for it.
package struct IncidentEvidence: Sendable {
    /// Of bad requests, worst first.
    package var traceIDs: [TraceID] = []
    /// By name, with the unit at its end.
    package var numbers: [(name: String, value: Double)] = []
}

/// Something that went wrong, whose fault it is as far as the telemetry tells, and why that is said.
package struct Incident: Sendable {
    /// The same for the same data.
    package var id: String
    package var rule: String
    package var severity: IncidentSeverity
    package var subject: IncidentSubject
    package var start: UnixNanos
    /// Nil where it was still going on at the end of the window.
    package var end: UnixNanos?
    /// 0 to 1.
    package var confidence: Double
    package var impact: IncidentImpact
    package var evidence: IncidentEvidence
    /// Ids of what is a consequence of it.
    package var explains: [String] = []
    /// One sentence.
    package var explanation: String
}

/// What a rule has found, before it is known whether something else explains it.
struct IncidentFinding: Sendable {
    var rule: String
    var severity: IncidentSeverity
    var subject: IncidentSubject
    /// Nanoseconds since the Unix epoch.
    var start: UInt64
    var end: UInt64
    /// How sure it is, and how much of what is bad it explains: what findings are ordered by.
    var score: Double
    var confidence: Double
    /// Places of bad requests among the rows of the data.
    var rows: [UInt32]
    var slowSeconds: Double
    var numbers: [(name: String, value: Double)]
    var explanation: String
    /// Causes stand before what they cause: the lower the nearer to the cause.
    var depth: Int
    /// What the search for culprits found; nil for what is about a node and not about requests.
    var culprit: CulpritSearch.Culprit?
    /// Whether a request of somebody else may be bad because of it.
    var covers: @Sendable (IncidentRow) -> Bool
    /// What it did beyond the rows, and examples of that: of requests that are no rows of the data.
    var impact = IncidentImpact()
    var examples: [(segment: UInt32, row: UInt32)] = []
    /// What its rows are where they are many, and need be neither slow nor wrong; nil where they are bad.
    var load: String?
    /// The command that shows what it was found from, without the program and the window; nil where it is requests.
    var check: String?

    /// Takes the time and the requests of what comes right before or after it. What overlaps it is the same, seen from
    /// another side.
    mutating func append(_ next: IncidentFinding) {
        guard next.end <= start || end <= next.start else { return }
        start = min(start, next.start)
        end = max(end, next.end)
        slowSeconds += next.slowSeconds
        rows = Set(rows).union(next.rows).sorted()
    }
}
