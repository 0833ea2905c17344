/// What other systems take, and the collector does not.
package enum OtherProtocol: Hashable, Sendable, CaseIterable {
    /// Spans of Jaeger.
    case jaeger
    /// Spans of Zipkin's version 1.
    case zipkinV1
    /// Remote write of Prometheus.
    case prometheusRemoteWrite
    /// Logs of Loki.
    case loki

    /// By where its senders send to; nil for a path that no such system has.
    /// - Parameter path: without slashes at its ends
    init?(path: String) {
        switch path {
        case "api/traces": self = .jaeger
        case "api/v1/spans": self = .zipkinV1
        case "api/v1/write", "api/v1/push", "api/prom/push", "write": self = .prometheusRemoteWrite
        case "loki/api/v1/push": self = .loki
        default: return nil
        }
    }

    /// What is not taken, and what to send instead.
    package var advice: String {
        switch self {
        case .jaeger:
            "spans of Jaeger are not taken: send OTLP to /v1/traces (OTEL_TRACES_EXPORTER=otlp; Jaeger's own "
                + "clients have to be replaced by OpenTelemetry's)"
        case .zipkinV1:
            "spans of Zipkin's version 1 are not taken: send version 2, as JSON, to \(HTTPRoute.zipkinPath)"
        case .prometheusRemoteWrite:
            "remote write of Prometheus is not taken: send metrics as OTLP to /v1/metrics, which an "
                + "OpenTelemetry Collector with a prometheus receiver does for what Prometheus scrapes"
        case .loki: "Loki's format is not taken: send OTLP to /v1/logs"
        }
    }
}
