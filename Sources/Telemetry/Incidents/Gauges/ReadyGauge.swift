import OTLPModel

/// What a series tells of whether a node of Kubernetes is ready: above 0 it is.
struct ReadyGauge: Sendable {
    /// As Kubernetes calls it.
    var node: String

    /// Nil for what is of something else: kube-state-metrics, and the receivers of the OpenTelemetry Collector for clusters.
    init?(_ series: StoredSeries) {
        let attributes = series.attributes
        switch series.metric.name {
        case "kube_node_status_condition":
            guard attributes.string(of: "condition") == "Ready", attributes.string(of: "status") == "true"
            else { return nil }
            guard let name = attributes.string(of: "node") else { return nil }
            node = name
            return
        case "k8s.node.condition_ready": break
        case "k8s.node.condition.status":
            guard attributes.string(of: "k8s.node.condition.type") == "Ready",
                attributes.string(of: "k8s.node.condition.status") == "condition_true"
            else { return nil }
        default: return nil
        }
        guard let name = series.resource.attributes.string(of: "k8s.node.name") else { return nil }
        node = name
    }
}
