import OTLPModel
import Testing

@testable import fleetgen

@Suite("Spans of nginx-like and Caddy-like edges")
struct EdgeShapeTests {
    private static let fleet = Fleet(edgeCount: 9, regionCount: 1, fault: .edgeErrors, seed: 1)
    private static let requests = Sample.all(
        SpanStream(fleet: fleet, plan: Sample.plan(seconds: 120, rate: 60), seed: 1))

    private static func edgeSpans(of kind: EmitterKind) -> [(exchange: Exchange, span: EmittedSpan)] {
        requests.compactMap { exchange, spans in
            guard exchange.edge?.node.kind == kind, let first = spans.first else { return nil }
            return (exchange, first)
        }
    }

    @Test("nginx: attribute names of the old conventions, with their types")
    func nginxAttributes() {
        let spans = Self.edgeSpans(of: .nginx)
        #expect(spans.count > 500)
        let integers = [
            "http.request_content_length", "http.response_content_length", "http.status_code",
            "net.sock.peer.port",
        ]
        let strings = [
            "http.method", "http.target", "http.route", "http.scheme", "http.flavor", "http.user_agent",
            "net.host.name", "net.sock.peer.addr", "nginx.upstream_cache_status",
            "nginx.upstream_header_time", "nginx.upstream_response_time", "nginx.upstream_status",
        ]
        let arrays = ["http.response.header.age", "http.response.header.cache-status"]
        for (_, emitted) in spans {
            #expect(Set(emitted.keys) == Set(integers + strings + arrays))
            #expect(integers.allSatisfy { emitted.span.attributes.int(of: $0) != nil })
            #expect(strings.allSatisfy { emitted.span.attributes.string(of: $0) != nil })
            #expect(arrays.allSatisfy { emitted.span.attributes.value(of: $0) == .array([.string("")]) })
            #expect(emitted.span.flags == 0)
        }
    }

    @Test("nginx: whole milliseconds, so that many hits take no time at all")
    func nginxTimes() {
        let spans = Self.edgeSpans(of: .nginx).map(\.span)
        #expect(
            spans.allSatisfy {
                $0.span.startTimeUnixNano % 1_000_000 == 0 && $0.span.endTimeUnixNano % 1_000_000 == 0
            })
        #expect(spans.contains { $0.milliseconds == 0 })
    }

    @Test("nginx: unset variables are empty, and failures leave a dash for the header's time")
    func nginxCacheVariables() {
        for (exchange, emitted) in Self.edgeSpans(of: .nginx) {
            let status = emitted.span.attributes.string(of: "nginx.upstream_cache_status")
            let upstream = emitted.span.attributes.string(of: "nginx.upstream_status")
            let header = emitted.span.attributes.string(of: "nginx.upstream_header_time")
            if status == "HIT" {
                #expect(upstream == "" && header == "")
                #expect(exchange.proxy == nil)
            } else {
                #expect(status == "MISS" || status == "EXPIRED")
                #expect(upstream != "")
            }
            if exchange.edge?.isOwnAnswer == true { #expect(header?.hasSuffix("-") == true) }
        }
    }

    @Test("nginx: errors from status 500 on; retried attempts are listed")
    func nginxErrors() {
        let spans = Self.edgeSpans(of: .nginx)
        for (exchange, emitted) in spans {
            #expect((emitted.span.status.code == .error) == (exchange.status >= 500))
        }
        #expect(spans.contains { $0.exchange.status == 502 })
        let times = spans.compactMap { $0.span.span.attributes.string(of: "nginx.upstream_response_time") }
        #expect(times.contains { $0.wholeMatch(of: /\d+\.\d{3}, \d+\.\d{3}/) != nil })
    }

    @Test("nginx sees the path as the client sent it, Caddy and Athens see it decoded")
    func paths() throws {
        let capital = Self.requests.filter { $0.exchange.target.wirePath.contains("%21") }
        let nginx = try #require(capital.first { $0.exchange.edge?.node.kind == .nginx })
        #expect(nginx.spans[0].span.attributes.string(of: "http.target")?.contains("%21") == true)
        let caddy = try #require(
            capital.first { $0.exchange.edge?.node.kind == .caddy && $0.exchange.proxy != nil })
        for server in caddy.spans where server.span.kind == .server {
            let path = server.span.attributes.string(of: "url.path")
            #expect(path?.contains("!") == true)
            #expect(path?.contains("%") == false)
        }
    }

    @Test("Caddy: names of the stable conventions, and status 200 on errors that it makes up")
    func caddyAttributes() {
        let spans = Self.edgeSpans(of: .caddy)
        #expect(spans.count > 200)
        let always: Set = [
            "server.address", "http.request.method", "url.scheme", "network.peer.address",
            "network.peer.port", "user_agent.original", "client.address", "url.path",
            "network.protocol.version", "http.response.status_code",
        ]
        var falseSuccesses = 0
        for (exchange, emitted) in spans {
            #expect(Set(emitted.keys).subtracting(["http.response.body.size"]) == always)
            #expect(emitted.span.flags == SpanFlags.sampledLocal)
            guard exchange.edge?.isOwnAnswer == true else { continue }
            falseSuccesses += 1
            #expect(exchange.status >= 500)
            #expect(emitted.span.attributes.int(of: "http.response.status_code") == 200)
            #expect(!emitted.keys.contains("http.response.body.size"))
            #expect(emitted.span.status == SpanStatus())
        }
        #expect(falseSuccesses > 0)
    }

    @Test("resources: what is configured, or the names that unconfigured software gives itself")
    func resources() {
        let sources = Self.fleet.edges.map(TelemetrySource.init(node:))
        let names = Set(sources.compactMap { $0.resource.attributes.string(of: "service.name") })
        #expect(names == ["modproxy-edge", "unknown_service:nginx", "unknown_service:caddy"])
        for source in sources {
            let instance = source.resource.attributes.string(of: "service.instance.id")
            #expect(instance == (source.node.isIdentified ? source.node.instance : nil))
            let hasSDK = source.resource.attributes.string(of: "telemetry.sdk.language") == "go"
            #expect(hasSDK == (source.node.kind == .caddy))
        }
    }

    @Test("the trace goes on from the edge to the proxy")
    func propagation() {
        for (exchange, spans) in Self.requests where exchange.edge != nil && exchange.proxy != nil {
            #expect(spans[1].span.name == "proxy")
            #expect(spans[1].span.traceID == spans[0].span.traceID)
            #expect(spans[1].span.parentSpanID == spans[0].span.spanID)
            #expect(spans[0].source != spans[1].source)
        }
    }
}
