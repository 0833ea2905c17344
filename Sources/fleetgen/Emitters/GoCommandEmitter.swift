import OTLPModel

/// Spans as `traceq record` and `traceq import gox` make them of the log of a go command (`-x`): a client span for each
/// request and each tool that it runs, each a trace of its own, in whole milliseconds, as the log has them.
enum GoCommandEmitter {
    static let scopes = [InstrumentationScope(name: "traceq.gox", version: "")]

    static func resource(of node: FleetNode) -> Resource {
        Resource(attributes: [
            KeyValue("service.name", .string("go")), KeyValue("host.name", .string(node.instance)),
            KeyValue("process.command_line", .string("go mod download -x")),
        ])
    }

    static func spans(
        of exchange: Exchange, _ leg: GoCommandLeg, at machine: FleetNode,
        using generator: inout SeededGenerator
    ) -> [EmittedSpan] {
        var spans = [span(leg.interval, leg, name: "GET", using: &generator)]
        describeRequest(&spans[0], exchange, leg)
        if let bypass = leg.bypass {
            var tool = span(bypass, leg, name: "git fetch", using: &generator)
            describeFetch(&tool, exchange.target)
            spans.append(tool)
        }
        return spans.map { EmittedSpan(source: machine.index, scope: 0, span: $0) }
    }

    private static func span(
        _ interval: Interval, _ leg: GoCommandLeg, name: String, using generator: inout SeededGenerator
    ) -> OTLPModel.Span {
        let context = SpanContext.root(using: &generator)
        var span = OTLPModel.Span()
        (span.traceID, span.spanID) = (context.traceID, context.spanID)
        span.name = name
        span.kind = .client
        span.startTimeUnixNano = interval.start / 1_000_000 * 1_000_000
        span.endTimeUnixNano = interval.end / 1_000_000 * 1_000_000
        let session = String(SplitMix.mixed(UInt64(leg.session)), radix: 16)
        span.attributes.add(
            "session.id", String(repeating: "0", count: 32 - session.utf8.count) + session)
        return span
    }

    private static func describeRequest(
        _ span: inout OTLPModel.Span, _ exchange: Exchange, _ leg: GoCommandLeg
    ) {
        let (host, target) = (exchange.client?.edge.setup.host ?? "", exchange.target)
        span.attributes.add("http.request.method", "GET")
        span.attributes.add("url.full", "https://\(host)\(target.wirePath)")
        span.attributes.add("server.address", host)
        span.attributes.add("goproxy.request.kind", target.kind.analystName)
        if !target.modulePath.isEmpty { span.attributes.add("goproxy.module.path", target.modulePath) }
        if !target.version.isEmpty { span.attributes.add("goproxy.module.version", target.version) }
        span.attributes.add("http.response.status_code", leg.status)
        guard leg.status >= 400 else { return }
        span.attributes.add("error.type", String(leg.status))
        span.status = SpanStatus(code: .error, message: "\(leg.status)")
    }

    private static func describeFetch(_ span: inout OTLPModel.Span, _ target: RequestTarget) {
        let parts = target.modulePath.split(separator: "/").prefix(3)
        span.attributes.add("goproxy.request.kind", "vcs")
        span.attributes.add("process.command_line", "git fetch -f https://\(parts.joined(separator: "/"))")
        span.attributes.add("vcs.repository.url.full", "https://\(parts.joined(separator: "/"))")
        span.attributes.add("server.address", String(parts.first ?? ""))
    }
}
