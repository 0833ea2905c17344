/// Looks for one kind of trouble.
///
/// A new rule is a value of its own in a file of its own below `Rules`, and a name in `IncidentRules.all`.
protocol IncidentRule: Sendable {
    /// Its name in answers; a promise to scripts.
    var name: String { get }
    func findings(_ context: IncidentContext) -> [IncidentFinding]
}

/// What rules look at.
struct IncidentContext: Sendable {
    let data: IncidentData
    let census: NodeCensus
    /// By symptom.
    let culprits: [Symptom: [CulpritSearch.Culprit]]

    func culprits(_ symptom: Symptom) -> [CulpritSearch.Culprit] { culprits[symptom] ?? [] }
}

enum IncidentRules {
    static let all: [any IncidentRule] =
        [
            SlowUpstreamRule(), SlowNodeRule(), SlowLinkRule(), VersionRegressionRule(),
            CacheRule(), FailureRule(), NodeLostRule(), ClockSkewRule(), LateTelemetryRule(),
        ] + SignRule.all
}
