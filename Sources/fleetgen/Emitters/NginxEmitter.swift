import OTLPModel

/// Spans as nginx's `ngx_otel_module` makes them: one SERVER span a request, named after the location,
/// with the attribute names of semantic conventions 1.16 and times of nginx's clock, which moves in
/// whole milliseconds. Unless the node is as the package installs it, it is configured with
/// `otel_trace_context propagate` and with span attributes for its cache; what `otel_span_attr` sets is a
/// string, and an unset variable is empty.
enum NginxEmitter {
    static let scopes = [InstrumentationScope(name: "nginx", version: "1.29.3")]

    /// nginx sends its resource attributes sorted by name.
    static func resource(of node: FleetNode) -> Resource {
        guard node.isIdentified else {
            return Resource(attributes: [KeyValue("service.name", .string("unknown_service:nginx"))])
        }
        return Resource(attributes: [
            KeyValue("cloud.region", .string(node.region.name)),
            KeyValue("service.instance.id", .string(node.instance)),
            KeyValue("service.name", .string("modproxy-edge")),
        ])
    }

    static func span(of exchange: Exchange, edge: EdgeLeg, context: SpanContext) -> EmittedSpan {
        var span = OTLPModel.Span()
        span.traceID = context.traceID
        span.spanID = context.spanID
        span.name = location(of: exchange.target)
        span.kind = .server
        span.startTimeUnixNano = wholeMilliseconds(edge.node.clockTime(of: edge.interval.start))
        span.endTimeUnixNano = wholeMilliseconds(edge.node.clockTime(of: edge.interval.end))
        span.attributes = attributes(of: exchange, edge: edge)
        if edge.node.setup.tellsCache { span.attributes += cacheAttributes(of: edge) }
        if edge.status >= 500 { span.status = SpanStatus(code: .error) }
        return EmittedSpan(source: edge.node.index, scope: 0, span: span)
    }

    /// The location block that serves the path; its name is the span's name and `http.route`.
    private static func location(of target: RequestTarget) -> String {
        target.wirePath.hasPrefix("/sumdb/") ? "/sumdb/" : "/"
    }

    private static func attributes(of exchange: Exchange, edge: EdgeLeg) -> [KeyValue] {
        var attributes: [KeyValue] = []
        attributes.reserveCapacity(19)
        attributes.add("http.method", "GET")
        attributes.add("http.target", exchange.target.wirePath)
        attributes.add("http.route", location(of: exchange.target))
        attributes.add("http.scheme", "https")
        attributes.add("http.flavor", exchange.client?.httpVersion ?? "1.1")
        attributes.add("http.user_agent", exchange.client?.userAgent ?? "")
        attributes.add("http.request_content_length", 0)
        attributes.add("http.response_content_length", edge.bodyBytes)
        attributes.add("http.status_code", edge.status)
        attributes.add("net.host.name", edge.node.setup.host)
        attributes.add("net.sock.peer.addr", exchange.client?.address ?? "")
        attributes.add("net.sock.peer.port", peerPort(of: exchange))
        return attributes
    }

    private static func cacheAttributes(of edge: EdgeLeg) -> [KeyValue] {
        var attributes: [KeyValue] = []
        attributes.add("nginx.upstream_cache_status", edge.cacheStatus)
        attributes.add(
            "nginx.upstream_header_time",
            list(edge.attempts) { $0.headerMilliseconds.map(seconds) ?? "-" })
        attributes.add(
            "nginx.upstream_response_time", list(edge.attempts) { seconds($0.responseMilliseconds) })
        attributes.add("nginx.upstream_status", list(edge.attempts) { String($0.status) })
        // The proxy sends neither header: both variables are unset, in an array of one as all headers.
        attributes.append(KeyValue("http.response.header.age", .array([.string("")])))
        attributes.append(KeyValue("http.response.header.cache-status", .array([.string("")])))
        return attributes
    }

    /// The values of all attempts, as nginx joins them; empty when no upstream was asked.
    private static func list(
        _ attempts: [UpstreamAttempt], _ text: (UpstreamAttempt) -> String
    ) -> String {
        attempts.map(text).joined(separator: ", ")
    }

    /// Seconds with three digits after the point.
    private static func seconds(_ milliseconds: Double) -> String {
        let whole = UInt64(max(0, milliseconds))
        let fraction = String(whole % 1_000)
        return "\(whole / 1_000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }

    private static func wholeMilliseconds(_ nanos: UInt64) -> UInt64 {
        nanos / 1_000_000 * 1_000_000
    }

    /// Ephemeral ports of Linux, from the request's number so that neighbours differ.
    static func peerPort(of exchange: Exchange) -> Int {
        32_768 + exchange.number &* 7_919 % 28_232
    }
}
