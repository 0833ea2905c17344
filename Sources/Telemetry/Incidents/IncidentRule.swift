/// Looks for one kind of trouble.
///
/// A new rule is a value of its own in a file of its own below `Rules`, and a name in `IncidentRules.all`.
protocol IncidentRule: Sendable {
    /// Its name in answers; a promise to scripts.
    var name: String { get }
    /// All names that its findings may have, where it tells one kind from another.
    var names: [String] { get }
    func findings(_ context: IncidentContext) -> [IncidentFinding]
}

extension IncidentRule {
    var names: [String] { [name] }
}

/// What rules look at.
struct IncidentContext: Sendable {
    let data: IncidentData
    let census: NodeCensus
    /// By symptom.
    let culprits: [Symptom: [CulpritSearch.Culprit]]
    let gauges: NodeGauges
    /// Of Athens, in traces of their own, those before the window included.
    let fetches: [DetachedFetch]
    let silences: NodeSilences

    /// What pairs of nodes say of their clocks, in the order of time.
    var clockParts: [ClockSeries.Part] = []
    /// In no order.
    var direct: [DirectRequest] = []
    /// Private modules that somebody in public was asked for, the most frequent first.
    var leaks: [LeakList.Entry] = []
    /// What go commands saw by their logs, in no order.
    var clientSide: [ClientSideRequest] = []
    /// Empty where nobody says where clients are.
    var clientRegions = ClientRegions()
    /// By number of the node: the label of the host as which it is asked mostly; 0 where nobody says it.
    var askedHosts: [UInt32] = []

    /// See `askedHosts`.
    func host(ofNode number: UInt32) -> UInt32 {
        askedHosts.indices.contains(Int(number)) ? askedHosts[Int(number)] : 0
    }

    /// By number: the node that an agent beside it tells of; those that tell of themselves are not in it.
    var principals: [UInt32: UInt32] {
        var principals: [UInt32: UInt32] = [:]
        for number in census.numbers {
            for member in census.members(number) where member != number && principals[member] == nil {
                principals[member] = number
            }
        }
        return principals
    }

    /// Nodes of which something is of the window, or came in it: what is known of others is of before.
    var heard: Set<UInt32> {
        let since = UnixNanos(clamping: data.windowSince)
        let arrived = census.numbers.filter { number in
            census.heartbeat(number).map { $0.lastSeen >= since } == true
        }
        return Set(data.rows.lazy.filter { $0.start >= data.since && $0.start < data.until }.map(\.node))
            .union(arrived)
    }

    func culprits(_ symptom: Symptom) -> [CulpritSearch.Culprit] { culprits[symptom] ?? [] }
}

package enum IncidentRules {
    /// Of all findings that there may be, in order.
    package static let names = Set(all.flatMap(\.names)).sorted()

    /// What all rules find, in the order of the rules; they look at the same, on all cores.
    static func findings(_ context: IncidentContext) -> [IncidentFinding] {
        ParallelWork.map(all.count) { all[$0].findings(context) }.flatMap(\.self)
    }

    static let all: [any IncidentRule] =
        [
            SlowUpstreamRule(), SlowNodeRule(), SlowLinkRule(), VersionRegressionRule(),
            CacheRule(), FailureRule(), NodeLostRule(), ClockSkewRule(), LateTelemetryRule(),
            DiskFullRule(), LockRule(), NoCompletionRule(), NodeFlappingRule(),
            RateAnomalyRule(), SemanticDivergenceRule(),
            PrivateLeakRule(), FallbackStormRule(), OriginHammeringRule(), MisroutedRule(),
            GhostStatusRule(),
        ] + SignRule.all
}
