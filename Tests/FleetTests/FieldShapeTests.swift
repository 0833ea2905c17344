import OTLPModel
import Testing

@testable import fleetgen

@Suite("Spans of the edges that one finds in the field")
struct FieldShapeTests {
    private typealias Request = (exchange: Exchange, spans: [EmittedSpan])

    @Test("ids are unique and every parent is sent with its children")
    func validity() {
        var seen: Set<[UInt8]> = []
        for (_, spans) in FieldSample.requests {
            let traces = Dictionary(uniqueKeysWithValues: spans.map { ($0.span.spanID, $0.span.traceID) })
            for emitted in spans {
                #expect(seen.insert(emitted.span.spanID).inserted)
                #expect(emitted.span.startTimeUnixNano <= emitted.span.endTimeUnixNano)
                guard !emitted.span.parentSpanID.isEmpty else { continue }
                #expect(traces[emitted.span.parentSpanID] == emitted.span.traceID)
            }
        }
        #expect(seen.count > 15_000)
    }

    @Test("Envoy: strings alone, status 0 for a client that left, and the cache filter's flag")
    func envoy() {
        let requests = FieldSample.edgeSpans(of: .envoy)
        #expect(requests.count > 300)
        var flags: Set<String> = []
        for (exchange, spans) in requests {
            let ingress = spans[0].span
            #expect(ingress.name == "ingress" && ingress.kind == .server)
            for attribute in ingress.attributes + spans[1...].prefix(1).flatMap(\.span.attributes)
            where spans[0].source == exchange.edge?.node.index && attribute.key.hasPrefix("http.status") {
                guard case .string = attribute.value else {
                    Issue.record("\(attribute.key) is no string")
                    continue
                }
            }
            #expect(ingress.attributes.allSatisfy { if case .string = $0.value { true } else { false } })
            let url = ingress.attributes.string(of: "http.url") ?? ""
            #expect(url == "https://goproxy.example.net" + exchange.target.wirePath)
            let isHit = exchange.edge?.cacheStatus == "HIT"
            let flag = ingress.attributes.string(of: "response_flags") ?? ""
            flags.insert(flag)
            #expect((flag == "RFCF") == isHit)
            // A hit asks nobody; anything else has a CLIENT span under it, which the proxy's are under.
            #expect((spans.count > 1 && spans[1].span.kind == .client) == !isHit)
            let egress = spans.count > 1 ? spans[1].span : nil
            #expect(isHit || egress?.parentSpanID == ingress.spanID)
            if exchange.proxy != nil { #expect(spans[2].span.parentSpanID == egress?.spanID) }
            let status = ingress.attributes.string(of: "http.status_code")
            #expect(status == (exchange.status == 499 ? "0" : String(exchange.status)))
            #expect((ingress.attributes.string(of: "error") == "true") == (exchange.status >= 500))
        }
        #expect(flags.isSuperset(of: ["-", "RFCF"]))
    }

    @Test("Envoy waits 15 s for a whole answer, and says who gave up")
    func envoyLimit() {
        let fleet = Fleet(
            edgeCount: 3, regionCount: 1, fault: .slowUpstream, seed: 2, scenario: FieldSample.scenario)
        let stream = SpanStream(fleet: fleet, plan: Sample.plan(seconds: 1_200, rate: 3), seed: 2)
        var flags: [String: Int] = [:]
        for (exchange, spans) in Sample.all(stream) where exchange.edge?.node.kind == .envoy {
            let flag = spans[0].span.attributes.string(of: "response_flags") ?? ""
            flags[flag, default: 0] += 1
            #expect((flag == "UT") == (exchange.status == 504 && exchange.edge?.isOwnAnswer == true))
            #expect((flag == "DC") == (exchange.status == 499))
            // A proxy that takes the connection and is silent is given up sooner.
            guard flag == "UT", exchange.proxy != nil else { continue }
            #expect((15_000...15_100).contains(spans[0].milliseconds))
        }
        #expect(flags["UT", default: 0] > 5 && flags["DC", default: 0] > 0, "\(flags)")
    }

    @Test("Traefik: four spans, no size of the answer, a 4xx an error of the CLIENT span alone")
    func traefik() {
        let requests = FieldSample.edgeSpans(of: .traefik)
        #expect(requests.count > 300)
        for (exchange, spans) in requests {
            #expect(
                spans.prefix(4).map { $0.span.name } == ["GET", "Router", "Service", "ReverseProxy"])
            #expect(
                [EmittedSpan](spans.prefix(4)).shape
                    == ["GET", "Router<GET", "Service<Router", "ReverseProxy<Service"])
            #expect(spans[3].span.kind == .client)
            #expect(!spans[0].keys.contains { $0.contains("response.body.size") })
            #expect((spans[0].span.status.code == .error) == (exchange.status >= 500))
            #expect((spans[3].span.status.code == .error) == (exchange.status >= 400))
            #expect(spans[0].span.attributes.string(of: "url.path") == exchange.target.path)
            if exchange.proxy != nil { #expect(spans[4].span.parentSpanID == spans[3].span.spanID) }
        }
        let source = TelemetrySource(node: requests[0].exchange.edge?.node ?? FieldSample.fleet.edges[3])
        #expect(source.resource.attributes.string(of: "host.name") == source.node.instance)
    }

    @Test("Caddy with Souin says hit or why not; without, nothing of a cache")
    func souin() {
        var words: Set<String> = []
        for (exchange, spans) in FieldSample.edgeSpans(of: .caddy) {
            guard let edge = exchange.edge else { continue }
            let text = spans[0].span.attributes.string(of: "cache.status")
            #expect((text != nil) == (edge.node.setup.tellsCache && !edge.isOwnAnswer))
            guard let text else { continue }
            #expect(text.hasPrefix("Souin; hit;") == (edge.cacheStatus == "HIT"))
            words.insert(text.split(separator: ";").prefix(2).joined(separator: ";"))
        }
        #expect(words == ["Souin; hit", "Souin; fwd=uri-miss"])
    }

    @Test("nginx as it is installed: nothing of a cache, and the proxy begins a trace of its own")
    func plainNginx() {
        var traces = 0
        for (exchange, spans) in FieldSample.edgeSpans(of: .nginx) {
            guard let edge = exchange.edge, !edge.node.setup.propagates else { continue }
            #expect(!spans[0].keys.contains { $0.hasPrefix("nginx.") || $0.contains("header") })
            guard exchange.proxy != nil else { continue }
            traces += 1
            #expect(spans[1].span.name == "proxy" && spans[1].span.parentSpanID.isEmpty)
            #expect(spans[1].span.traceID != spans[0].span.traceID)
        }
        #expect(traces > 50)
    }

    @Test(
        "Athens with a Redis lock names its span after it; in asynchronous mode it answers 404 and fetches on"
    )
    func athens() {
        var locked = 0
        var asynchronous = 0
        for (exchange, spans) in FieldSample.requests {
            guard let leg = exchange.proxy, let stash = leg.stash else { continue }
            let name = leg.node.setup.lock == .redis ? "redis.Stash" : "singleflight.Stash"
            #expect(spans.named(name).count == 1)
            if leg.node.setup.lock == .redis { locked += 1 }
            guard leg.node.setup.isAsynchronous else { continue }
            asynchronous += 1
            #expect(leg.status == 404)
            #expect(spans.named("minio.Info").count + spans.named("minio.GoMod").count < 2)
            #expect(leg.interval.end < stash.interval.end)
        }
        #expect(locked > 10 && asynchronous > 10)
    }
}
