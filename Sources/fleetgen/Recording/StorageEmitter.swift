import OTLPModel

/// What an agent beside a node says of its storage once a minute. Proxies keep what they have; edges make room when their
/// caches are nearly full.
struct StorageEmitter: Sendable {
    private static let scope = InstrumentationScope(name: "edge-agent", version: "1.4.0")
    /// 200 GiB.
    private static let limitBytes: Int64 = 200 << 30
    /// A proxy's storage grows by so much of it in a day.
    private static let growth = 0.02
    /// Between these an edge's cache is filled and cleaned, in so long a time.
    private static let cleaned = 0.70
    private static let filled = 0.88
    private static let period = UInt64(seconds: 2_400)

    private let plan: TrafficPlan
    private let seed: UInt64
    private let faults: ActiveFaults

    init(fleet: Fleet, plan: TrafficPlan, seed: UInt64) {
        self.plan = plan
        self.seed = seed
        faults = ActiveFaults(fleet, start: plan.start)
    }

    /// - Parameter time: when it is said, in true time
    func request(of source: TelemetrySource, resource: Resource, at time: UInt64)
        -> ExportMetricsServiceRequest
    {
        let now = source.node.clockTime(of: time)
        let used = Int64(share(of: source.node, at: time) * Double(Self.limitBytes))
        let metrics = [("usage", used), ("limit", Self.limitBytes)].map { name, bytes in
            var metric = Metric("goproxy.storage.\(name)", .sum, [MetricPoint(.int(bytes), time: now)])
            metric.unit = "By"
            metric.temporality = .cumulative
            return metric
        }
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(
                resource: resource, scopeMetrics: [ScopeMetrics(scope: Self.scope, metrics: metrics)],
                schemaURL: source.resourceSchemaURL)
        ])
    }

    /// The part that is used, 0 to 1.
    private func share(of node: FleetNode, at time: UInt64) -> Double {
        guard let hours = faults.strength(.diskFull, at: time, node: node) else {
            return usual(of: node, at: time)
        }
        let begin = faults.begin(.diskFull, at: time, node: node) ?? plan.start
        let level = usual(of: node, at: begin)
        return min(1, level + (1 - level) * Double(time - begin) / 3_600e9 / hours)
    }

    private func usual(of node: FleetNode, at time: UInt64) -> Double {
        let phase = SplitMix.unit(seed, UInt64(node.index), 7_006)
        guard node.setup.caches else {
            return 0.3 + phase * 0.3 + Self.growth * Double(time - plan.start) / 86_400e9
        }
        let offset = UInt64(phase * Double(Self.period))
        let place = Double((time - plan.start + offset) % Self.period) / Double(Self.period)
        return Self.cleaned + (Self.filled - Self.cleaned) * place
    }
}
