import Collector
import OTLPModel
import Telemetry
import Testing

@Suite("Which program sends", .timeLimit(.minutes(1)))
struct SenderSoftwareTests {
    private func inspection(_ attributes: [String: String], scopes: [String] = []) -> OriginInspection {
        let resource = Resource(attributes: attributes.map { KeyValue($0.key, .string($0.value)) })
        var inspection = OriginInspection(resource, receivedAt: .now())
        inspection.scopes = scopes
        return inspection
    }

    @Test("a resource and its scopes tell")
    func resourceTells() {
        let cases: [([String: String], [String], SenderSoftware?)] = [
            (["service.name": "unknown_service:caddy", "telemetry.sdk.language": "go"], [], .caddy),
            (["service.name": "edge", "webengine.name": "Caddy"], [], .caddy),
            (["service.name": "unknown_service:nginx"], [], .nginx),
            (["service.name": "edge"], ["nginx"], .nginx),
            (
                ["service.name": "proxy", "telemetry.sdk.language": "go"], ["github.com/gomods/athens"],
                .athens
            ),
            (["service.name": "edge"], ["github.com/traefik/traefik"], .traefik),
            (["service.name": "otel_tracer"], [], .trafficServer),
            (["telemetry.sdk.name": "envoy"], [], .envoy),
            (["service.name": "shop", "telemetry.sdk.language": "python"], ["flask"], .sdk),
            (["service.name": "shop"], [], nil),
        ]
        for (attributes, scopes, software) in cases {
            let found = SenderSoftware(inspection(attributes, scopes: scopes), userAgent: nil)
            #expect(found == software, "\(attributes) \(scopes)")
        }
    }

    @Test("a user agent tells where the resource does not, and never instead of it")
    func userAgentTells() {
        let plain = inspection(["service.name": "shop"])
        #expect(
            SenderSoftware(plain, userAgent: "OpenTelemetry Collector Contrib/0.130 (linux/amd64)")
                == .collector)
        #expect(SenderSoftware(plain, userAgent: "OTel-OTLP-Exporter-Python/1.45.2") == .sdk)
        #expect(SenderSoftware(plain, userAgent: "curl/8.14.1") == .curl)
        #expect(SenderSoftware(plain, userAgent: "") == nil)
        let caddy = inspection(["service.name": "unknown_service:caddy"])
        #expect(SenderSoftware(caddy, userAgent: "OpenTelemetry Collector/0.130") == .caddy)
    }

    @Test(
        "three quarters of what may be held is much", arguments: [(74, false), (75, true), (76, true)])
    func highWater(value: Int, isHigh: Bool) {
        #expect(Readiness.isHigh(value, 100) == isHigh)
        #expect(!Readiness.isHigh(value, 0), "no limit")
    }
}
