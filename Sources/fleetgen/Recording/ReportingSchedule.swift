/// When what a node has to tell leaves it, and when it arrives: exporters send what they have every five seconds,
/// each at its own moment, and the network takes some milliseconds.
struct ReportingSchedule: Sendable {
    /// How often an exporter sends: nginx, Envoy and the SDKs all do so every five seconds.
    static let interval = UInt64(seconds: 5)
    static let heartbeatInterval = UInt64(seconds: 15)
    /// What comes after an outage comes one after another.
    private static let backlogPace = UInt64(milliseconds: 20)

    private let plan: TrafficPlan
    private let seed: UInt64
    private let hasConfigurations: Bool
    private let faults: ActiveFaults

    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64) {
        self.plan = plan
        self.seed = seed
        faults = ActiveFaults(fleet, start: plan.start)
        hasConfigurations = fleet.scenario.hasHeartbeats
    }

    /// When a node sends what ended at a time; nil when it never does.
    func tick(of node: FleetNode, _ time: UInt64) -> UInt64? {
        if let silence = silence(of: node), time >= silence { return nil }
        if isSilenced(node, at: time) { return nil }
        let phase = UInt64(unit(node, 1) * Double(Self.interval))
        let origin = plan.start - Self.interval + phase
        guard time >= origin else { return origin }
        return origin + ((time - origin) / Self.interval + 1) * Self.interval
    }

    /// When what a node sends at a time arrives.
    func arrival(of node: FleetNode, tick: UInt64) -> UInt64 {
        let late = faults.strength(.lateTelemetry, at: tick, node: node) ?? 0
        let way = UInt64(milliseconds: 2 + 28 * unit(node, 2)) + UInt64(seconds: late)
        guard let outage = outage(of: node), tick >= outage.start, tick < outage.end else {
            return tick + way
        }
        let position = (tick - outage.start) / Self.interval
        return outage.end + position * Self.backlogPace + way
    }

    /// When a node says that it is alive.
    func heartbeats(of node: FleetNode) -> [UInt64] {
        let phase = UInt64(unit(node, 3) * Double(Self.heartbeatInterval))
        let end = silence(of: node) ?? plan.end
        return stride(from: plan.start + phase, to: end, by: Int(Self.heartbeatInterval)).filter {
            !isSilenced(node, at: $0)
        }
    }

    /// A node that comes and goes is silent at the begin of each of these.
    private static let flappingPeriod = UInt64(seconds: 600)

    /// A node that recovers slowly is silent for so long.
    private static let failureLength = UInt64(seconds: 300)

    /// Whether Kubernetes says of a node that it is ready.
    func isReady(_ node: FleetNode, at time: UInt64) -> Bool {
        guard let seconds = faults.strength(.slowRecovery, at: time, node: node),
            let begin = faults.begin(.slowRecovery, at: time, node: node)
        else { return true }
        return time - begin >= Self.failureLength + UInt64(seconds: seconds)
    }

    private func isSilenced(_ node: FleetNode, at time: UInt64) -> Bool {
        if faults.strength(.nodeLost, at: time, node: node) != nil { return true }
        if let begin = faults.begin(.slowRecovery, at: time, node: node), time - begin < Self.failureLength {
            return true
        }
        guard let silence = faults.strength(.nodeFlapping, at: time, node: node),
            let begin = faults.begin(.nodeFlapping, at: time, node: node)
        else { return false }
        return (time - begin) % Self.flappingPeriod < UInt64(seconds: silence)
    }

    /// When a node has no link.
    func outage(of node: FleetNode) -> Interval? {
        guard case .late(let nanos) = node.reporting else { return nil }
        let length = plan.end - plan.start
        let half = min(nanos / 2, length / 2 - length / 20)
        let middle = plan.start + length / 2
        return Interval(start: middle - half, end: middle + half)
    }

    /// From when on a node tells nothing.
    func silence(of node: FleetNode) -> UInt64? {
        node.reporting == .silent ? plan.start + (plan.end - plan.start) / 2 : nil
    }

    /// The configurations that a node runs, in their order. The new one is handed out at three fifths of the time;
    /// most nodes have it within two minutes, one in eight never gets it.
    func configurations(of node: FleetNode) -> [ConfigurationTruth] {
        guard hasConfigurations, node.isIdentified else { return [] }
        let old = ConfigurationTruth(version: "2026-11-01.1", sinceNs: plan.start)
        guard unit(node, 4) >= 0.125 else { return [old] }
        let length = Double(plan.end - plan.start)
        let delay = min(unit(node, 5) * 120e9, length / 5)
        let time = plan.start + UInt64(length * 0.6 + delay)
        return [old, ConfigurationTruth(version: "2026-11-01.2", sinceNs: time)]
    }

    /// How often nodes look for their configuration, as KubeEdge does (`sync-interval`), in nanoseconds.
    private static let configurationInterval: UInt64 = 300_000_000_000

    /// How long ago a node looked for its configuration, at a time, in seconds. Who never gets the new one has not looked since
    /// the beginning.
    /// - Returns: nil for a node that has none
    func configurationAge(of node: FleetNode, at time: UInt64) -> Double? {
        let configurations = configurations(of: node)
        guard let last = configurations.last, time >= plan.start else { return nil }
        let since = time - plan.start
        guard configurations.count > 1 else { return Double(since) / 1e9 }
        // It has a new one from when it looks.
        let interval = Self.configurationInterval
        let age =
            time >= last.sinceNs
            ? (time - last.sinceNs) % interval
            : (interval - (last.sinceNs - time) % interval) % interval
        return Double(min(age, since)) / 1e9
    }

    /// The configuration that a node reports with what it sends at a time.
    func configuration(of node: FleetNode, tick: UInt64) -> String? {
        let configurations = configurations(of: node)
        return (configurations.last { $0.sinceNs <= tick } ?? configurations.first)?.version
    }

    private func unit(_ node: FleetNode, _ purpose: UInt64) -> Double {
        SplitMix.unit(seed, UInt64(node.index), purpose &+ 7_000)
    }
}
