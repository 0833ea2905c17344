import Telemetry

/// Which metrics of a service were totals and which were differences, to notice one that changes.
///
/// Takes some 1 KiB a service at the most: metrics past `metricsMax` are not watched.
struct TemporalityMemory: Sendable {
    static let metricsMax = 64

    /// By a hash of what the metric is: whether it came as differences the last time.
    private var isDelta: [Int: Bool] = [:]

    /// Takes up what a request has.
    /// - Returns: the names of those that came the other way before, some
    mutating func changes(_ metrics: [OriginInspection.MetricTemporality]) -> [String] {
        var changed: [String] = []
        for metric in metrics {
            var hasher = Hasher()
            hasher.combine(metric.metric)
            hasher.combine(metric.type)
            hasher.combine(metric.isMonotonic)
            let key = hasher.finalize()
            if let before = isDelta[key] {
                if before != metric.isDelta, changed.count < OriginInspection.listedMax,
                    !changed.contains(metric.metric)
                {
                    changed.append(metric.metric)
                }
            } else if isDelta.count >= Self.metricsMax {
                continue
            }
            isDelta[key] = metric.isDelta
        }
        return changed
    }
}
