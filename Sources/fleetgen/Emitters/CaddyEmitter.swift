import OTLPModel

/// Spans as Caddy's `tracing` handler makes them: one SERVER span a request by otelhttp, with stable
/// attribute names. Two peculiarities are kept: an error that Caddy makes up itself (the proxy does
/// not answer) leaves status 200 on the span, and `http.response.body.size` is missing for no body. Where Souin is
/// its cache, `span_attributes` has `cache.status` say what the header `Cache-Status` does.
enum CaddyEmitter {
    static let schemaURL = "https://opentelemetry.io/schemas/1.43.0"
    static let scopes = [
        InstrumentationScope(
            name: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", version: "0.71.0")
    ]

    static func resource(of node: FleetNode) -> Resource {
        var attributes: [KeyValue] = []
        if node.isIdentified {
            attributes.add("cloud.region", node.region.name)
            attributes.add("service.instance.id", node.instance)
            attributes.add("service.name", "modproxy-edge")
        } else {
            attributes.add("service.name", "unknown_service:caddy")
        }
        attributes.add("telemetry.sdk.language", "go")
        attributes.add("telemetry.sdk.name", "opentelemetry")
        attributes.add("telemetry.sdk.version", "1.46.0")
        attributes.add("webengine.name", "Caddy")
        attributes.add("webengine.version", "v2.11.7")
        return Resource(attributes: attributes)
    }

    static func span(of exchange: Exchange, edge: EdgeLeg, context: SpanContext) -> EmittedSpan {
        var span = OTLPModel.Span()
        span.traceID = context.traceID
        span.spanID = context.spanID
        span.flags = SpanFlags.sampledLocal
        span.name = "modproxy"
        span.kind = .server
        span.startTimeUnixNano = edge.node.clockTime(of: edge.interval.start)
        span.endTimeUnixNano = edge.node.clockTime(of: edge.interval.end)
        span.attributes = attributes(of: exchange, edge: edge)
        if recordedStatus(of: edge) >= 500 { span.status = SpanStatus(code: .error) }
        return EmittedSpan(source: edge.node.index, scope: 0, span: span)
    }

    /// The tracing handler sees only what the handlers inside it wrote: an error page comes later.
    private static func recordedStatus(of edge: EdgeLeg) -> Int {
        edge.isOwnAnswer ? 200 : edge.status
    }

    private static func attributes(of exchange: Exchange, edge: EdgeLeg) -> [KeyValue] {
        var attributes: [KeyValue] = []
        attributes.reserveCapacity(11)
        attributes.add("server.address", edge.node.setup.host)
        attributes.add("http.request.method", "GET")
        attributes.add("url.scheme", "https")
        attributes.add("network.peer.address", exchange.client?.address ?? "")
        attributes.add("network.peer.port", NginxEmitter.peerPort(of: exchange))
        attributes.add("user_agent.original", exchange.client?.userAgent ?? "")
        attributes.add("client.address", exchange.client?.address ?? "")
        attributes.add("url.path", exchange.target.path)
        attributes.add("network.protocol.version", exchange.client?.httpVersion ?? "1.1")
        if !edge.isOwnAnswer, edge.bodyBytes > 0 {
            attributes.add("http.response.body.size", edge.bodyBytes)
        }
        attributes.add("http.response.status_code", recordedStatus(of: edge))
        if edge.node.setup.tellsCache, !edge.isOwnAnswer {
            attributes.add("cache.status", cacheStatus(of: exchange, edge: edge))
        }
        return attributes
    }

    /// The member that Souin adds to the header of RFC 9211. What has expired is gone: that is a miss, too.
    private static func cacheStatus(of exchange: Exchange, edge: EdgeLeg) -> String {
        let key = "GET-https-\(edge.node.setup.host)-\(exchange.target.path)"
        return edge.cacheStatus == "HIT"
            ? "Souin; hit; ttl=604790; key=\(key)" : "Souin; fwd=uri-miss; stored; key=\(key)"
    }
}
