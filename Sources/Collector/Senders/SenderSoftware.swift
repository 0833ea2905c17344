import Telemetry

/// Which program a sender is, as far as it shows: whoever mends its configuration needs to know where to look.
package enum SenderSoftware: String, Hashable, Sendable, CaseIterable {
    case caddy = "Caddy"
    case nginx = "nginx"
    case envoy = "Envoy"
    case traefik = "Traefik"
    case athens = "Athens"
    case trafficServer = "Apache Traffic Server"
    case haproxy = "HAProxy"
    case collector = "OpenTelemetry Collector"
    /// An application with one of OpenTelemetry's SDKs.
    case sdk = "OpenTelemetry SDK"
    case curl = "curl"
    case unknown

    /// Nil when nothing in a request tells.
    ///
    /// A collector in between has its own user agent and hands on resources of others: what they say comes first.
    init?(_ inspection: OriginInspection, userAgent: String?) {
        let name = inspection.serviceName ?? ""
        if inspection.webEngine == "Caddy" || name == "unknown_service:caddy" {
            self = .caddy
        } else if inspection.scopes.contains("nginx") || name == "unknown_service:nginx" {
            self = .nginx
        } else if inspection.scopes.contains(where: { $0.hasPrefix("github.com/gomods/athens") }) {
            self = .athens
        } else if inspection.scopes.contains(where: { $0.hasPrefix("github.com/traefik/traefik") }) {
            self = .traefik
        } else if inspection.sdkName == "envoy" || inspection.scopes.contains("envoy") {
            self = .envoy
        } else if name == "otel_tracer" {
            self = .trafficServer
        } else if inspection.scopes.contains(where: { $0.lowercased().contains("haproxy") }) {
            self = .haproxy
        } else if inspection.language != nil {
            self = .sdk
        } else if let own = SenderSoftware(userAgent: userAgent ?? "") {
            self = own
        } else {
            return nil
        }
    }

    /// What a `User-Agent` tells; nil for one that tells nothing.
    init?(userAgent: String) {
        let text = userAgent.lowercased()
        if text.contains("opentelemetry collector") || text.contains("otelcol") || text.contains("rotel") {
            self = .collector
        } else if text.hasPrefix("otel-otlp-exporter") || text.hasPrefix("otel otlp exporter") {
            self = .sdk
        } else if text.hasPrefix("curl/") {
            self = .curl
        } else if text.contains("envoy") {
            self = .envoy
        } else {
            return nil
        }
    }
}
