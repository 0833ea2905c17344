import Glibc

/// `node-lost`: nothing comes from a node any more while others go on sending.
struct NodeLostRule: IncidentRule {
    let name = "node-lost"

    /// Nobody is lost within two minutes.
    private static let silenceMinNanos: Int64 = 120_000_000_000
    /// Who sends when it is asked something sends by chance: that nothing comes for twenty times as long as the median is
    /// as probable as 10 to the minus 6.
    private static let intervals: Int64 = 20
    /// Of fewer nodes it is not known whether the others go on.
    private static let othersMin = 2

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let nodes = context.heartbeats
        guard let newest = nodes.map(\.heartbeat.lastSeen).max() else { return [] }
        let silent = nodes.filter { _, heartbeat in
            let silence = newest.nanos(since: heartbeat.lastSeen)
            let interval = heartbeat.intervalNanos ?? Self.silenceMinNanos
            return silence > max(Self.silenceMinNanos, interval.multipliedSaturating(by: Self.intervals))
        }
        // Where all but a few stop, it is what was recorded that ends.
        guard nodes.count - silent.count >= Self.othersMin, 2 * silent.count <= nodes.count else { return [] }
        // Who comes and goes is told of as that.
        let flapping = Set(NodeFlappingRule.flapping(context).map(\.name))
        return silent.filter { !flapping.contains($0.node.identity.name) }.map { node, heartbeat in
            let silence = newest.nanos(since: heartbeat.lastSeen)
            return finding(
                .page, IncidentSubject(node: node.identity.name, region: node.region),
                start: UInt64(max(heartbeat.lastSeen.rawValue, 0)), end: context.data.until,
                score: 20 + log(Double(silence) / 1e9), depth: 0,
                numbers: [
                    ("silence_s", Double(silence) / 1e9),
                    ("usual_interval_s", Double(heartbeat.intervalNanos ?? 0) / 1e9),
                ],
                sentence: "Nothing came from \(node.identity.name) for \(HumanUnits.duration(silence)), "
                    + (heartbeat.intervalNanos.map {
                        "where something comes every \(HumanUnits.duration($0)), "
                    } ?? "")
                    + "while others went on")
        }
    }
}

extension IncidentContext {
    /// Nodes of which it is known when something came.
    fileprivate var heartbeats: [(node: FleetNode, heartbeat: NodeHeartbeat)] {
        census.numbers.compactMap { number in
            census.heartbeat(number).map { (census.node(number), $0) }
        }
    }
}

extension Int64 {
    /// What is more than fits is as much as fits.
    fileprivate func multipliedSaturating(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}

extension UnixNanos {
    /// Nanoseconds since an earlier time; 0 since a later one.
    fileprivate func nanos(since other: UnixNanos) -> Int64 {
        let (difference, overflow) = rawValue.subtractingReportingOverflow(other.rawValue)
        return overflow ? .max : Swift.max(0, difference)
    }
}
