import OTLPModel

/// What a series tells of whether a node of Kubernetes is ready: above 0 it is.
struct ReadyGauge: Sendable {
    /// As Kubernetes calls it.
    var node: String
    /// The cluster that it is of; empty where nothing says it.
    var cluster: String
    /// Name of the metric.
    var metric: String

    /// Of kube-state-metrics.
    static let stateMetric = "kube_node_status_condition"
    /// Of the resource, and labels that Prometheus adds.
    private static let clusterKeys = ["k8s.cluster.uid", "k8s.cluster.name"]
    private static let clusterLabels = ["cluster", "k8s_cluster", "k8s_cluster_name"]

    /// Nil for what is of something else: kube-state-metrics, and the receivers of the OpenTelemetry Collector for clusters.
    init?(_ series: StoredSeries) {
        let attributes = series.attributes
        let resource = series.resource.attributes
        switch series.metric.name {
        case Self.stateMetric:
            guard attributes.string(of: "condition") == "Ready", attributes.string(of: "status") == "true"
            else { return nil }
        case "k8s.node.condition_ready": break
        case "k8s.node.condition.status":
            guard attributes.string(of: "k8s.node.condition.type") == "Ready",
                attributes.string(of: "k8s.node.condition.status") == "condition_true"
            else { return nil }
        default: return nil
        }
        let name =
            series.metric.name == Self.stateMetric
            ? attributes.string(of: "node") : resource.string(of: "k8s.node.name")
        guard let name else { return nil }
        node = name
        metric = series.metric.name
        cluster =
            Self.clusterKeys.lazy.compactMap { resource.string(of: $0) }.first
            ?? Self.clusterLabels.lazy.compactMap { attributes.string(of: $0) }.first ?? ""
    }
}
