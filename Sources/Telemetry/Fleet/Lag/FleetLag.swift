package struct FleetLagQuery: Sendable {
    /// By start of requests and spans.
    package var window: TimeWindow
    package var filter: NodeFilter
    /// The time of asking.
    package var now: UnixNanos

    package init(window: TimeWindow, filter: NodeFilter = NodeFilter(), now: UnixNanos) {
        self.window = window
        self.filter = filter
        self.now = now
    }

    var end: UnixNanos { min(window.until, now) }
}

/// How long a node's telemetry took to arrive, by the collector's clock.
package struct ArrivalLag: Sendable {
    /// How often exporters send when nothing else is known, and what a healthy link adds, in nanoseconds.
    static let flushNanos: Int64 = 5_000_000_000
    static let linkNanos: Int64 = 1_000_000_000

    package var p50Nanos: Int64
    package var p95Nanos: Int64
    package var spans: Int
    /// What p95 is above the exporter's interval and a second; negative where it is below.
    package var excessNanos: Int64

    var alarm: LagAlarm { LagAlarm(nanos: excessNanos, warn: 30_000_000_000) }

    /// The time between two exports of a node's software, by its default.
    static func flushNanos(_ software: ProxySoftware?) -> Int64 {
        software == .trafficServer ? 3_000_000_000 : flushNanos
    }
}

/// What an edge adds to the time of the proxy behind it: its own duration less that of the proxy.
package struct EdgeLag: Sendable {
    package var p50Nanos: Int64
    package var p95Nanos: Int64
    package var requests: Int
    /// Whether requests of the two were brought together by module and time, as they have no trace in common.
    package var isByTime: Bool

    var alarm: LagAlarm { LagAlarm(nanos: p95Nanos, warn: 200_000_000) }
}

/// How old answers were beyond what they may be, as the header `Age` says.
package struct AgeLag: Sendable {
    /// Age less what the kind of request allows: 60 s for lists, a day for checksums, a week for files. The worst.
    package var worstNanos: Int64
    package var tooOld: Int
    /// Answers that say an age.
    package var answers: Int

    var alarm: LagAlarm { LagAlarm(nanos: max(worstNanos, 0), warn: 0) }
}

package struct SyncLag: Sendable {
    /// Since the last successful run.
    package var nanos: Int64
    /// Between runs, as the node declares it.
    package var intervalNanos: Int64?

    var alarm: LagAlarm { LagAlarm(nanos: nanos, warn: 2 * min(intervalNanos ?? 300_000_000_000, .max / 4)) }
}

package struct ConfigurationLag: Sendable {
    /// Since the node looked for a configuration; nil where it does not say.
    package var ageNanos: Int64?
    /// What it runs; nil where it does not say.
    package var version: String?
    /// From when the first node had the newest configuration to when this one had; nil where that is not known.
    package var adoptionNanos: Int64?
    /// For how long the newest has been there that this node does not run; nil for one that does.
    package var behindNanos: Int64?
    /// Nothing comes from the node any more: what it runs now is not known, and the version is the last that it told of.
    package var isUnknown = false

    var alarm: LagAlarm {
        let age = LagAlarm(nanos: ageNanos ?? 0, warn: 600_000_000_000)
        let behind = LagAlarm(nanos: behindNanos ?? 0, warn: 900_000_000_000)
        return age.level > behind.level || (age.level == behind.level && age.excess > behind.excess)
            ? age : behind
    }
}

package struct QueueLag: Sendable {
    package var p50Nanos: Int64
    package var p95Nanos: Int64
    package var requests: Int

    var alarm: LagAlarm { LagAlarm(nanos: p95Nanos, warn: 100_000_000) }
}

/// Everything that is called lag of one node. What is nil is not known.
package struct NodeLag: Sendable {
    package var node: FleetNode
    package var arrival: ArrivalLag?
    package var clock: ClockReading?
    /// What comes from it comes late, and nothing tells whether its clock is behind or its link slow.
    package var isClockOrLink: Bool
    package var heartbeat: NodeHeartbeat?
    package var edge: EdgeLag?
    package var visibility: NodeVisibility?
    package var list: ListLag?
    package var age: AgeLag?
    package var sync: SyncLag?
    package var config: ConfigurationLag?
    /// How many publications it has not seen yet.
    package var serial: Int64?
    package var queue: QueueLag?

    /// Whether a measure says anything of the node.
    package func says(_ measure: LagMeasure) -> Bool {
        switch measure {
        case .arrival: arrival != nil
        case .skew: clock != nil || isClockOrLink
        case .heartbeat: heartbeat != nil
        case .edge: edge != nil
        case .visibility: visibility != nil
        case .list: list != nil
        case .age: age != nil
        case .sync: sync != nil
        case .config: config != nil
        case .serial: serial != nil
        case .queue: queue != nil
        }
    }

    package func alarm(_ measure: LagMeasure) -> LagAlarm? {
        switch measure {
        case .arrival: arrival?.alarm
        case .skew: skewAlarm
        case .heartbeat: heartbeat?.alarm
        case .edge: edge?.alarm
        case .visibility: visibility?.alarm
        case .list: list?.alarm
        case .age: age?.alarm
        case .sync: sync?.alarm
        case .config: config?.alarm
        case .serial: serial.map { LagAlarm(Double($0), warn: 0) }
        case .queue: queue?.alarm
        }
    }

    private var skewAlarm: LagAlarm? {
        guard let clock else { return isClockOrLink ? LagAlarm(0, warn: 1) : nil }
        guard clock.isSkewed else { return LagAlarm(0, warn: 1) }
        return LagAlarm(
            Double(clock.offsetNanos.magnitude), warn: Double(ClockReading.warnNanos),
            error: Double(ClockReading.errorNanos))
    }

    /// What a node is ordered by, the most important first; more is worse.
    private func trouble(_ measures: [LagMeasure]) -> (Int, Int, Double) {
        let alarms = measures.compactMap { alarm($0) }
        return (
            alarms.count { $0.level == .error }, alarms.count { $0.level != .fine },
            alarms.map { min($0.excess, 1e9) }.max() ?? -1
        )
    }

    static func isWorse(_ left: NodeLag, _ right: NodeLag, _ measures: [LagMeasure]) -> Bool {
        let (ours, theirs) = (left.trouble(measures), right.trouble(measures))
        if ours != theirs { return ours > theirs }
        return (left.node.identity.name, left.node.service) < (right.node.identity.name, right.node.service)
    }
}

package struct FleetLagResult: Sendable {
    /// All that pass the filter, in no order.
    package var nodes: [NodeLag]
    /// Of each version that was published in the window, at each node that was asked for it.
    package var visibility: [VersionVisibility]
    /// How many configurations nodes run; 0 where none says it.
    package var configurations: Int
    package var hasOthers: Bool
    package var quality: FleetQuality
    package var notes: [QualityNote]

    /// Worst first, by one measure or by all.
    package func worst(_ measure: LagMeasure?) -> [NodeLag] {
        let measures = measure.map { [$0] } ?? LagMeasure.allCases
        let concerned = measure.map { measure in nodes.filter { $0.says(measure) } } ?? nodes
        return concerned.sorted { NodeLag.isWorse($0, $1, measures) }
    }

    /// Whether a measure says anything of any node.
    package func says(_ measure: LagMeasure) -> Bool { nodes.contains { $0.says(measure) } }
}
