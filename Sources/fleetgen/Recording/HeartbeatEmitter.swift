import OTLPModel

/// What a node says of itself every fifteen seconds, as an agent beside the software would: that it is alive, and how
/// long ago it looked for its configuration.
enum HeartbeatEmitter {
    private static let scope = InstrumentationScope(name: "edge-agent", version: "1.4.0")

    /// - Parameters:
    ///   - time: when it is said, in true time.
    ///   - number: how many there were before.
    ///   - configurationAge: at that time, in seconds; nil for a node that does not know.
    static func request(
        of source: TelemetrySource, resource: Resource, at time: UInt64, since start: UInt64, number: Int,
        configurationAge: Double?
    ) -> ExportMetricsServiceRequest {
        let node = source.node
        let now = node.clockTime(of: time)
        var beats = Metric(
            "edge.heartbeats", .sum,
            [MetricPoint(.int(Int64(number + 1)), time: now, start: node.clockTime(of: start))])
        beats.unit = "{heartbeat}"
        beats.temporality = .cumulative
        beats.isMonotonic = true
        let seconds = Double(ReportingSchedule.heartbeatInterval) / 1e9
        var metrics = [beats, gauge("edge.heartbeat.interval", seconds, at: now)]
        if let configurationAge {
            var age = gauge("edge.config.age", configurationAge, at: now)
            age.points[0].attributes.add("kind", "config")
            metrics.append(age)
        }
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(
                resource: resource, scopeMetrics: [ScopeMetrics(scope: scope, metrics: metrics)],
                schemaURL: source.resourceSchemaURL)
        ])
    }

    private static func gauge(_ name: String, _ value: Double, at time: UInt64) -> Metric {
        var metric = Metric(name, .gauge, [MetricPoint(.double(value), time: time)])
        metric.unit = "s"
        return metric
    }
}
