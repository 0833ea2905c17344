import OTLPModel

/// What kube-state-metrics says of all nodes once a minute: which of them are ready.
struct ReadinessEmitter: Sendable {
    static let interval = UInt64(seconds: 60)
    static let instance = "kube-state-metrics-0"
    static let address = "10.0.0.250"
    private static let scope = InstrumentationScope(name: "kube-state-metrics", version: "2.13.0")

    let nodes: [FleetNode]
    let schedule: ReportingSchedule

    /// - Parameter time: when it is said, in true time
    func request(at time: UInt64) -> ExportMetricsServiceRequest {
        let points = nodes.map { node in
            var point = MetricPoint(.double(schedule.isReady(node, at: time) ? 1 : 0), time: time)
            point.attributes = [
                KeyValue("node", .string(node.instance)), KeyValue("condition", .string("Ready")),
                KeyValue("status", .string("true")),
            ]
            return point
        }
        let resource = Resource(attributes: [
            KeyValue("service.name", .string("kube-state-metrics")),
            KeyValue("service.instance.id", .string(Self.instance)),
        ])
        let metric = Metric("kube_node_status_condition", .gauge, points)
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(
                resource: resource, scopeMetrics: [ScopeMetrics(scope: Self.scope, metrics: [metric])])
        ])
    }
}
