import OTLPModel

/// Spans as Envoy's OpenTelemetry tracer makes them: a SERVER span `ingress` and, when it asks the proxy, a CLIENT
/// span `router … egress` under it. Every attribute is a string; an answer that the client did not wait for has
/// status `0`. A hit of the cache filter has the response flag `RFCF`.
enum EnvoyEmitter {
    static let scopes = [InstrumentationScope(name: "envoy", version: "1.35.3")]
    private static let cluster = "modproxy"
    /// `max_path_tag_length`: of a longer path the rest is cut off.
    private static let pathLimit = 256

    static func resource(of node: FleetNode) -> Resource {
        guard node.isIdentified else {
            return Resource(attributes: [KeyValue("service.name", .string("unknown_service:envoy"))])
        }
        return Resource(attributes: [
            KeyValue("cloud.region", .string(node.region.name)),
            KeyValue("service.instance.id", .string(node.instance)),
            KeyValue("service.name", .string("modproxy-edge")),
        ])
    }

    /// The span of the request, then that of asking the proxy, if it was asked.
    static func spans(
        of exchange: Exchange, edge: EdgeLeg, using identifiers: inout SeededGenerator
    ) -> [EmittedSpan] {
        let context = SpanContext.root(using: &identifiers)
        var ingress = span("ingress", .server, edge.interval, at: edge.node, context)
        ingress.attributes = ingressAttributes(of: exchange, edge: edge)
        setError(of: &ingress, status: edge.status, isError: edge.status >= 500)
        var spans = [EmittedSpan(source: edge.node.index, scope: 0, span: ingress)]
        guard let asked = edge.asked else { return spans }
        var egress = span(
            "router \(cluster) egress", .client, asked, at: edge.node, context.child(using: &identifiers))
        egress.parentSpanID = context.spanID
        egress.attributes = egressAttributes(of: edge, exchange)
        setError(of: &egress, status: edge.status, isError: edge.status >= 400 && edge.status != 499)
        spans.append(EmittedSpan(source: edge.node.index, scope: 0, span: egress))
        return spans
    }

    private static func span(
        _ name: String, _ kind: SpanKind, _ interval: Interval, at node: FleetNode, _ context: SpanContext
    ) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = context.traceID
        span.spanID = context.spanID
        span.name = name
        span.kind = kind
        span.startTimeUnixNano = node.clockTime(of: interval.start)
        span.endTimeUnixNano = node.clockTime(of: interval.end)
        return span
    }

    private static func setError(of span: inout OTLPModel.Span, status: Int, isError: Bool) {
        if status >= 500 { span.attributes.add("error", "true") }
        if isError { span.status = SpanStatus(code: .error) }
    }

    private static func ingressAttributes(of exchange: Exchange, edge: EdgeLeg) -> [KeyValue] {
        let client = exchange.client
        var attributes: [KeyValue] = []
        attributes.reserveCapacity(17)
        attributes.add("node_id", edge.node.isIdentified ? edge.node.instance : "")
        attributes.add("zone", edge.node.isIdentified ? edge.node.region.name : "")
        attributes.add("guid:x-request-id", requestID(of: exchange))
        attributes.add(
            "http.url",
            "https://\(edge.node.setup.host)\(exchange.target.wirePath.prefix(pathLimit))")
        attributes.add("http.method", "GET")
        attributes.add("downstream_cluster", "-")
        attributes.add("user_agent", client?.userAgent ?? "-")
        attributes.add("http.protocol", client?.httpVersion == "1.1" ? "HTTP/1.1" : "HTTP/2")
        attributes.add("peer.address", client?.address ?? "")
        attributes.add("request_size", "0")
        attributes.add("response_size", String(edge.bodyBytes))
        attributes.add("component", "proxy")
        if edge.asked != nil { addCluster(to: &attributes) }
        attributes.add("http.status_code", statusText(of: edge))
        attributes.add("response_flags", flags(of: edge))
        return attributes
    }

    private static func egressAttributes(of edge: EdgeLeg, _ exchange: Exchange) -> [KeyValue] {
        let address = "10.\(edge.node.region.octet).200.1:3000"
        var attributes: [KeyValue] = []
        attributes.add("component", "proxy")
        addCluster(to: &attributes)
        attributes.add("upstream_address", address)
        attributes.add("peer.address", address)
        attributes.add("http.protocol", "HTTP/1.1")
        attributes.add("http.status_code", statusText(of: edge))
        attributes.add("response_flags", flags(of: edge))
        return attributes
    }

    private static func addCluster(to attributes: inout [KeyValue]) {
        attributes.add("upstream_cluster", cluster)
        attributes.add("upstream_cluster.name", cluster)
    }

    private static func statusText(of edge: EdgeLeg) -> String {
        edge.status == 499 ? "0" : String(edge.status)
    }

    /// `-` is what there usually is to say.
    private static func flags(of edge: EdgeLeg) -> String {
        switch edge.status {
        case 499: "DC"
        case 504 where edge.isOwnAnswer: "UT"
        case 502 where edge.isOwnAnswer: "UF"
        default: edge.cacheStatus == "HIT" ? "RFCF" : "-"
        }
    }

    /// What looks like a UUID and follows from the request's number.
    private static func requestID(of exchange: Exchange) -> String {
        let high = SplitMix.mixed(UInt64(exchange.number))
        let digits = [high, SplitMix.mixed(high)].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
        let bounds = [0, 8, 12, 16, 20, 32]
        return zip(bounds, bounds.dropFirst()).map { from, to in
            digits.dropFirst(from).prefix(to - from)
        }.joined(separator: "-")
    }
}
