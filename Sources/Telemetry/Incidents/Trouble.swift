/// What kind of trouble a rule tells of, and what such trouble may bring about in requests of others.
///
/// That two troubles are at the same node at the same time makes neither the cause of the other one: no slow list makes a
/// host refuse for too many requests, and no empty archive makes a tile of the checksum database too short.
enum Trouble: CaseIterable, Sendable {
    /// More is asked than anybody is there for.
    case load
    /// Other software than before.
    case change
    case slowness
    /// Requests end with an error, or with "not found" in its stead.
    case failure
    /// Refused for too many requests.
    case refusal
    /// Caches lack what they had.
    case loss
    /// What is given out is not what was asked for.
    case content
    case tile
    case redirect
    case staleness
    /// Refusals that are kept.
    case keptRefusal
    /// What had been given out is refused.
    case withdrawal
    case unsupported
    /// The same is fetched many times.
    case herd
    /// Clients go away, or an edge does not wait.
    case givingUp
    /// Clients ask others, or know better than to ask here; or they are sent to others.
    case detour
    /// Two say different things of the same.
    case divergence
    case storage
    /// Of a node's telemetry.
    case silence
    case clock
    case leak

    /// - Parameter rule: one of `IncidentRules.names`
    init?(rule: String) {
        switch rule {
        case "rate-anomaly": self = .load
        case "version-regression": self = .change
        case "slow-upstream", "slow-list", "sumdb-slow", "slow-node", "slow-link": self = .slowness
        case "node-errors", "upstream-errors", "edge-only-5xx", "masked-timeout", "false-200", "lock-failure",
            "lock-ttl", "no-completion":
            self = .failure
        case "rate-limited": self = .refusal
        case "cache-degraded", "cache-flush": self = .loss
        case "empty-zip", "truncated", "checksum-mismatch", "size-divergence": self = .content
        case "bad-tile": self = .tile
        case "cached-redirect": self = .redirect
        case "stale-list": self = .staleness
        case "negative-cache": self = .keptRefusal
        case "withdrawn": self = .withdrawal
        case "sumdb-unsupported": self = .unsupported
        case "stampede", "origin-hammering": self = .herd
        case "edge-timeout-cold", "client-aborts": self = .givingUp
        case "fallback-storm", "misrouted": self = .detour
        case "semantic-divergence", "ghost-status": self = .divergence
        case "disk-full": self = .storage
        case "node-lost", "node-flapping", "slow-recovery", "late-telemetry": self = .silence
        case "clock-skew": self = .clock
        case "private-leak": self = .leak
        default: return nil
        }
    }

    /// What a finding tells of as something that may follow from another one: of a version what it does.
    init?(effect finding: IncidentFinding) {
        guard let trouble = Trouble(rule: finding.rule) else { return nil }
        guard trouble == .change, let symptom = finding.culprit?.symptom else {
            self = trouble
            return
        }
        switch symptom {
        case .slowFetch, .slowServe, .slowLink: self = .slowness
        case .spoiled: self = .content
        case .miss: self = .loss
        case .unsupported: self = .unsupported
        case .abandoned: self = .givingUp
        case .withdrawn: self = .withdrawal
        default: self = .failure
        }
    }

    /// What may follow from it. More of the same always may: that is another view of it.
    func mayBring(_ effect: Trouble) -> Bool {
        if self == effect { return true }
        let effects: Set<Trouble> =
            switch self {
            case .load: [.slowness, .failure, .refusal, .loss, .herd, .givingUp, .detour, .storage]
            case .change: Set(Trouble.allCases).subtracting([.load, .leak])
            case .slowness: [.failure, .keptRefusal, .withdrawal, .herd, .givingUp, .detour, .divergence]
            case .failure: [.slowness, .keptRefusal, .withdrawal, .herd, .givingUp, .detour, .divergence]
            case .refusal: [.failure, .givingUp, .detour]
            case .loss: [.slowness, .failure, .refusal, .herd, .givingUp, .detour]
            case .content: [.failure, .givingUp, .detour]
            case .tile, .redirect, .unsupported: [.failure, .detour]
            case .staleness: [.divergence, .withdrawal]
            case .keptRefusal: [.detour, .divergence, .withdrawal]
            case .herd: [.slowness, .failure, .refusal, .givingUp]
            case .givingUp: [.detour]
            case .storage: [.slowness, .failure, .loss, .withdrawal, .content, .herd, .givingUp, .silence]
            case .silence: [.slowness, .failure, .loss, .givingUp, .detour]
            // What go commands, or other nodes, show of it says more than that something is refused.
            case .detour, .divergence: [.withdrawal]
            case .withdrawal: [.detour, .divergence, .givingUp]
            case .clock, .leak: []
            }
        return effects.contains(effect)
    }
}
