import Telemetry

/// Where senders should send to.
package struct SenderEndpoints: Hashable, Sendable {
    /// `HOST:PORT` for OTLP over gRPC and over HTTP.
    package var grpc: String
    package var http: String
    package var hasTLS = false

    /// An address that everybody can connect to has no name that a sender could use.
    package init(grpc: ListenAddress, http: ListenAddress, hasTLS: Bool = false) {
        func text(_ address: ListenAddress) -> String {
            ["0.0.0.0", "::"].contains(address.host) ? "THIS-HOST:\(address.port)" : address.description
        }
        self.grpc = text(grpc)
        self.http = text(http)
        self.hasTLS = hasTLS
    }

    private var scheme: String { hasTLS ? "https" : "http" }

    /// The lines for a sender of what is not taken.
    func setting(insteadOf reason: RefusalReason?) -> SenderSetting {
        let exporter = ["exporters:", "  otlphttp:", "    endpoint: \(scheme)://\(http)"]
        switch reason {
        case .otherProtocol(.prometheusRemoteWrite):
            return SenderSetting(
                "in an OpenTelemetry Collector that scrapes in Prometheus' place",
                lines: ["receivers:", "  prometheus: {config: {scrape_configs: [...]}}"] + exporter)
        case .otherProtocol(.loki):
            return SenderSetting(
                "in an OpenTelemetry Collector that reads the logs", lines: exporter)
        default:
            return SenderSetting(
                SenderSetting.environment, "OTEL_TRACES_EXPORTER=otlp",
                "OTEL_EXPORTER_OTLP_ENDPOINT=\(scheme)://\(http)",
                "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
        }
    }

    /// The line that says where to send to.
    /// - Parameter signals: what goes astray; none of them for all that the sender sends
    func setting(_ software: SenderSoftware, _ signals: SignalSet = []) -> SenderSetting {
        // One path where a program has a line for each signal; that of traces, where nobody knows.
        let signal = signals.signals.last ?? .traces
        let path = "/v1/\(signal.name)"
        return switch software {
        case .nginx:
            SenderSetting(SenderSetting.nginxExporter, "endpoint \(hasTLS ? "https://" : "")\(grpc);")
        case .athens:
            SenderSetting(
                SenderSetting.environment, "ATHENS_TRACE_EXPORTER=otlp",
                "ATHENS_TRACE_EXPORTER_URL=\(grpc)")
        case .trafficServer:
            SenderSetting(
                SenderSetting.trafficServerPlugin, "otel_tracer.so --url=\(scheme)://\(http)/v1/traces")
        case .traefik:
            SenderSetting(
                "in Traefik's static configuration",
                signal == .traces ? "tracing:" : signal == .metrics ? "metrics:" : "accessLog:",
                "  otlp:", "    http:", "      endpoint: \(scheme)://\(http)\(path)")
        case .collector:
            SenderSetting(
                SenderSetting.collectorFile, "exporters:", "  otlp:", "    endpoint: \(grpc)",
                "    tls: {insecure: \(!hasTLS)}")
        case .curl:
            SenderSetting(
                "on its command line",
                "curl -H 'Content-Type: application/json' -d @FILE \(scheme)://\(http)\(path)")
        case .envoy:
            SenderSetting("in the cluster that the tracer's grpc_service names", "address: \(grpc)")
        case .caddy, .haproxy, .sdk, .unknown:
            SenderSetting(
                SenderSetting.environment,
                lines: variables(signals) + ["OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"])
        }
    }

    private func variables(_ signals: SignalSet) -> [String] {
        guard !signals.isEmpty else { return ["OTEL_EXPORTER_OTLP_ENDPOINT=\(scheme)://\(http)"] }
        // The variable of a signal stands above the one of all.
        return signals.signals.map { signal in
            let name = "OTEL_EXPORTER_OTLP_\(signal.name.uppercased())_ENDPOINT"
            return "\(name)=\(scheme)://\(http)/v1/\(signal.name)"
        }
    }
}
