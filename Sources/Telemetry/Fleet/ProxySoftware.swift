package import OTLPModel

/// Which software a node runs, recognised from what its exporter says of itself.
package enum ProxySoftware: String, CaseIterable, Sendable {
    case athens
    case nginx
    case caddy
    case envoy
    case traefik
    case trafficServer = "traffic_server"
    case haproxy
    case varnish

    /// Nil where nothing tells.
    ///
    /// Scopes and services as the exporters name them: Athens' scope is its import path and its service `proxy`, nginx
    /// names both `nginx`, Caddy says `webengine.name`, Traffic Server's service is `otel_tracer`.
    package init?(scope: String, resource: [KeyValue], service: String) {
        let engine = resource.string(of: "webengine.name")?.lowercased() ?? ""
        let all = [scope.lowercased(), service.lowercased(), engine]
        func says(_ word: String) -> Bool { all.contains { $0.contains(word) } }
        if says("gomods/athens") || says("athens") {
            self = .athens
        } else if says("nginx") {
            self = .nginx
        } else if says("caddy") {
            self = .caddy
        } else if says("envoy") || says("istio-proxy") {
            self = .envoy
        } else if says("traefik") {
            self = .traefik
        } else if service == "otel_tracer" || says("trafficserver") {
            self = .trafficServer
        } else if says("haproxy") {
            self = .haproxy
        } else if says("varnish") {
            self = .varnish
        } else {
            return nil
        }
    }
}
