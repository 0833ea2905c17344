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
        let engine = resource.string(of: "webengine.name") ?? ""
        let all = [scope, service, engine].map { $0.utf8.map { $0 | 0x20 } }
        func says(_ word: String) -> Bool { all.contains { Self.contains($0, Array(word.utf8)) } }
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

    /// Whether bytes have a word in them. Of each segment all origins are looked at: `String` would take longer than
    /// everything else.
    private static func contains(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
        guard bytes.count >= word.count else { return false }
        return (0...(bytes.count - word.count)).contains { bytes[$0..<($0 + word.count)].elementsEqual(word) }
    }
}
