import OTLPModel

/// Spans as Traefik 3 makes them: SERVER `GET`, under it INTERNAL `Router` and `Service`, and CLIENT
/// `ReverseProxy`. Names of the stable conventions, the protocol's version as Go spells it, no size of the answer;
/// a 4xx is an error of the client span alone. The resource says all that the SDK finds out by itself.
enum TraefikEmitter {
    static let schemaURL = "https://opentelemetry.io/schemas/1.37.0"
    static let scopes = [InstrumentationScope(name: "github.com/traefik/traefik", version: "v3.5.3")]
    private static let service = "modproxy@file"

    static func resource(of node: FleetNode) -> Resource {
        var attributes: [KeyValue] = []
        attributes.add("host.name", node.instance)
        attributes.add("os.type", "linux")
        attributes.add("process.pid", 1)
        attributes.add("process.runtime.name", "go")
        attributes.add("service.name", "traefik")
        attributes.add("service.version", "3.5.3")
        attributes.add("telemetry.sdk.language", "go")
        attributes.add("telemetry.sdk.name", "opentelemetry")
        attributes.add("telemetry.sdk.version", "1.38.0")
        return Resource(attributes: attributes)
    }

    /// The four spans of a request, the one that hands its context on last.
    static func spans(
        of exchange: Exchange, edge: EdgeLeg, using identifiers: inout SeededGenerator
    ) -> [EmittedSpan] {
        let asked = edge.asked ?? edge.interval
        var context = SpanContext.root(using: &identifiers)
        var server = span("GET", .server, edge.interval, at: edge.node, context, parent: nil)
        server.attributes = serverAttributes(of: exchange, edge: edge)
        if edge.status >= 500 { server.status = SpanStatus(code: .error) }
        var spans = [server]
        for name in ["Router", "Service"] {
            let child = context.child(using: &identifiers)
            // Both last from before the proxy is asked until the client has the whole body.
            let start = max(edge.interval.start, asked.start &- 20_000)
            let interval = Interval(start: start, end: edge.interval.end)
            var inner = span(name, .internal, interval, at: edge.node, child, parent: context)
            if name == "Router" {
                inner.attributes.add("traefik.router.name", "modproxy@file")
                inner.attributes.add("http.route", "PathPrefix(`/`)")
            }
            inner.attributes.add("traefik.service.name", service)
            spans.append(inner)
            context = child
        }
        let child = context.child(using: &identifiers)
        var client = span("ReverseProxy", .client, asked, at: edge.node, child, parent: context)
        client.attributes = clientAttributes(of: exchange, edge: edge)
        if edge.status >= 400 { client.status = SpanStatus(code: .error) }
        spans.append(client)
        return spans.map { EmittedSpan(source: edge.node.index, scope: 0, span: $0) }
    }

    private static func span(
        _ name: String, _ kind: SpanKind, _ interval: Interval, at node: FleetNode, _ context: SpanContext,
        parent: SpanContext?
    ) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = context.traceID
        span.spanID = context.spanID
        span.parentSpanID = parent?.spanID ?? []
        span.flags = SpanFlags.sampledLocal
        span.name = name
        span.kind = kind
        span.startTimeUnixNano = node.clockTime(of: interval.start)
        span.endTimeUnixNano = node.clockTime(of: interval.end)
        return span
    }

    private static func serverAttributes(of exchange: Exchange, edge: EdgeLeg) -> [KeyValue] {
        let client = exchange.client
        var attributes: [KeyValue] = []
        attributes.reserveCapacity(15)
        attributes.add("entry_point", "websecure")
        attributes.add("http.request.method", "GET")
        // Go's own spelling is handed on where it is not one of those that Traefik translates.
        attributes.add("network.protocol.version", client?.httpVersion == "1.1" ? "1.1" : "HTTP/2.0")
        attributes.add("http.request.body.size", 0)
        attributes.add("url.path", exchange.target.path)
        attributes.add("url.query", "")
        attributes.add("url.scheme", "https")
        attributes.add("user_agent.original", client?.userAgent ?? "")
        attributes.add("server.address", edge.node.setup.host)
        attributes.add("client.address", client?.address ?? "")
        attributes.add("client.port", NginxEmitter.peerPort(of: exchange))
        attributes.add("network.peer.address", client?.address ?? "")
        attributes.add("network.peer.port", NginxEmitter.peerPort(of: exchange))
        attributes.add("http.response.status_code", edge.status)
        return attributes
    }

    private static func clientAttributes(of exchange: Exchange, edge: EdgeLeg) -> [KeyValue] {
        let address = "10.\(edge.node.region.octet).200.1"
        var attributes: [KeyValue] = []
        attributes.reserveCapacity(10)
        attributes.add("http.request.method", "GET")
        attributes.add("network.protocol.version", "1.1")
        attributes.add("url.full", "http://\(address):3000\(exchange.target.wirePath)")
        attributes.add("url.scheme", "http")
        attributes.add("user_agent.original", exchange.client?.userAgent ?? "")
        attributes.add("server.address", address)
        attributes.add("server.port", 3_000)
        attributes.add("network.peer.address", address)
        attributes.add("network.peer.port", 3_000)
        attributes.add("http.response.status_code", edge.status)
        return attributes
    }
}
