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
    /// By node: how long answers took that were none, in order.
    private var givenUp: [String: [UInt64]] = [:]

    init(_ hops: [SeenHop]) {
        for hop in hops where hop.status == 200 {
            let key = Key(node: hop.node, kind: hop.truth.kind)
            if hop.bodyBytes == nil { untold[key, default: 0] += 1 } else { told[key, default: 0] += 1 }
        }
        for hop in hops where hop.outcome == "false_200" && showsBySize(hop.truth, at: hop.node) {
            if hop.truth.proxyIsDelivered == true { continue }
            givenUp[hop.node, default: []].append(hop.truth.reportedDurationNs)
        }
    }

    /// How a request ended as far as the spans of the fleet show it.
    func outcome(_ outcome: String, of truth: RequestTruth, at node: String) -> String {
        guard outcome == "false_200" else { return outcome }
        guard showsBySize(truth, at: node) else { return showsByTime(truth, at: node) ? outcome : "ok" }
        // What lies behind it had an answer in time.
        let isAnswered =
            truth.proxyIsDelivered == true && truth.proxyStatus == 200
            && truth.proxyDurationNs ?? .max <= truth.reportedDurationNs
        return isAnswered ? "ok" : outcome
    }

    private func showsBySize(_ truth: RequestTruth, at node: String) -> Bool {
        let key = Key(node: node, kind: truth.kind)
        guard TruthAnswers.immutableKinds.contains(truth.kind), let told = told[key] else { return false }
        return told >= 20 && told >= untold[key] ?? 0
    }

    /// A list may be empty: where three others of the node took as long, within 3 %, and a second or more, it was given up.
    private func showsByTime(_ truth: RequestTruth, at node: String) -> Bool {
        let own = truth.reportedDurationNs
        guard own >= 1_000_000_000, truth.proxyIsDelivered != true, let known = givenUp[node] else {
            return false
        }
        return known.count { abs(Double($0) - Double(own)) <= 0.03 * Double(own) } >= 3
    }
}
