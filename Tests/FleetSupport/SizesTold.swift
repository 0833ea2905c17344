import fleetgen

/// How large nodes say that their answers are: that an answer 200 of Caddy was an error of its own shows where it says the
/// size of others.
struct SizesTold {
    private struct Key: Hashable {
        var node: String
        var kind: String
    }

    private var told: [Key: Int] = [:]
    private var untold: [Key: Int] = [:]

    init(_ hops: [SeenHop]) {
        for hop in hops where hop.status == 200 {
            let key = Key(node: hop.node, kind: hop.truth.kind)
            if hop.bodyBytes == nil { untold[key, default: 0] += 1 } else { told[key, default: 0] += 1 }
        }
    }

    /// How a request ended as far as the spans of the fleet show it.
    func outcome(_ outcome: String, of truth: RequestTruth, at node: String) -> String {
        guard outcome == "false_200" else { return outcome }
        let key = Key(node: node, kind: truth.kind)
        guard TruthAnswers.immutableKinds.contains(truth.kind), let told = told[key], told >= 20,
            told >= untold[key] ?? 0
        else { return "ok" }
        // What lies behind it had an answer in time.
        let isAnswered =
            truth.proxyIsDelivered == true && truth.proxyStatus == 200
            && truth.proxyDurationNs ?? .max <= truth.reportedDurationNs
        return isAnswered ? "ok" : outcome
    }
}
