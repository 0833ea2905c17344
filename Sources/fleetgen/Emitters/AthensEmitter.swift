import OTLPModel

/// Spans as Athens makes them: a SERVER span `proxy` by otelhttp that alone has attributes, and bare
/// INTERNAL spans under it. Fetching a version runs in a trace of its own, with nothing that ties it
/// to the request but its times. Only otelhttp marks an error, and only from status 500 on.
struct AthensEmitter {
    static let schemaURL = "https://opentelemetry.io/schemas/1.40.0"
    static let scopes = [
        InstrumentationScope(
            name: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", version: "0.68.0"),
        InstrumentationScope(name: "github.com/gomods/athens"),
    ]
    private static let serverScope = 0
    private static let athensScope = 1

    let exchange: Exchange
    let leg: ProxyLeg

    /// Athens names itself only; the rest comes from `OTEL_RESOURCE_ATTRIBUTES` where it is set.
    static func resource(of node: FleetNode) -> Resource {
        var attributes: [KeyValue] = []
        if node.isIdentified {
            attributes.add("cloud.region", node.region.name)
            attributes.add("service.instance.id", node.instance)
        }
        attributes.add("service.name", "proxy")
        return Resource(attributes: attributes)
    }

    /// The storage that the node is configured with, which its spans are named after.
    static func storageName(of node: FleetNode) -> String {
        node.region.octet / 10 % 2 == 1 ? "fs" : "minio"
    }

    /// The request's spans, then those of the detached fetch if there was one.
    func spans(parent: SpanContext?, using identifiers: inout SeededGenerator) -> [EmittedSpan] {
        let root = parent?.child(using: &identifiers) ?? .root(using: &identifiers)
        var spans = [serverSpan(root, parent: parent)]
        let storage = Self.storageName(of: leg.node)
        switch leg.work {
        case .none:
            break
        case .hit(let read, let handler):
            let name = fileName
            let context = add("protocol.\(name)", handler, under: root, to: &spans, &identifiers)
            add("\(storage).\(name)", read, under: context, to: &spans, &identifiers)
        case .miss(let first, let second, let stash, let handler):
            let name = fileName
            let context = add("protocol.\(name)", handler, under: root, to: &spans, &identifiers)
            add("\(storage).\(name)", first, under: context, to: &spans, &identifiers)
            if let second { add("\(storage).\(name)", second, under: context, to: &spans, &identifiers) }
            addStash(stash, storage: storage, to: &spans, &identifiers)
        case .list(let read, let versions, let handler):
            let context = add("protocol.List", handler, under: root, to: &spans, &identifiers)
            add("\(storage).List", read, under: context, to: &spans, &identifiers)
            add("vcsLister.List", versions, under: context, to: &spans, &identifiers)
        case .latest(let versions, let handler):
            let context = add("protocol.Latest", handler, under: root, to: &spans, &identifiers)
            add("vcsLister.List", versions, under: context, to: &spans, &identifiers)
        }
        return spans
    }

    /// What Athens calls the file that is asked for.
    private var fileName: String {
        switch exchange.target.kind {
        case .mod: "GoMod"
        case .zip: "Zip"
        default: "Info"
        }
    }

    private func addStash(
        _ stash: StashWork, storage: String, to spans: inout [EmittedSpan],
        _ identifiers: inout SeededGenerator
    ) {
        let root = SpanContext.root(using: &identifiers)
        spans.append(
            internalSpan("\(leg.node.setup.lock.rawValue).Stash", stash.interval, context: root, parent: nil))
        guard let fetch = stash.fetch else { return }
        let pool = add("stash.Pool", fetch.pool, under: root, to: &spans, &identifiers)
        let stasher = add("stasher.Stash", fetch.stasher, under: pool, to: &spans, &identifiers)
        add("goGetFetcher.Fetch", fetch.download, under: stasher, to: &spans, &identifiers)
        if let save = fetch.save { add("\(storage).Save", save, under: stasher, to: &spans, &identifiers) }
    }

    @discardableResult
    private func add(
        _ name: String, _ interval: Interval, under parent: SpanContext, to spans: inout [EmittedSpan],
        _ identifiers: inout SeededGenerator
    ) -> SpanContext {
        let context = parent.child(using: &identifiers)
        spans.append(internalSpan(name, interval, context: context, parent: parent))
        return context
    }

    private func internalSpan(
        _ name: String, _ interval: Interval, context: SpanContext, parent: SpanContext?
    ) -> EmittedSpan {
        var span = OTLPModel.Span()
        span.traceID = context.traceID
        span.spanID = context.spanID
        span.parentSpanID = parent?.spanID ?? []
        span.flags = SpanFlags.sampledLocal
        span.name = name
        span.kind = .internal
        span.startTimeUnixNano = leg.node.clockTime(of: interval.start)
        span.endTimeUnixNano = leg.node.clockTime(of: interval.end)
        return EmittedSpan(source: leg.node.index, scope: Self.athensScope, span: span)
    }

    private func serverSpan(_ context: SpanContext, parent: SpanContext?) -> EmittedSpan {
        var span = OTLPModel.Span()
        span.traceID = context.traceID
        span.spanID = context.spanID
        span.parentSpanID = parent?.spanID ?? []
        span.flags = parent == nil ? SpanFlags.sampledLocal : SpanFlags.sampledRemote
        span.name = "proxy"
        span.kind = .server
        span.startTimeUnixNano = leg.node.clockTime(of: leg.interval.start)
        span.endTimeUnixNano = leg.node.clockTime(of: leg.interval.end)
        span.attributes = serverAttributes
        if leg.status >= 500 { span.status = SpanStatus(code: .error) }
        return EmittedSpan(source: leg.node.index, scope: Self.serverScope, span: span)
    }

    private var serverAttributes: [KeyValue] {
        // nginx sets the upstream's name; the other edges hand on the client's Host header.
        let keepsHost = exchange.edge.map { $0.node.kind != .nginx } ?? false
        let peer = exchange.edge?.node.address ?? "10.\(leg.node.region.octet).0.1"
        var attributes: [KeyValue] = []
        attributes.reserveCapacity(12)
        attributes.add("server.address", keepsHost ? "goproxy.example.net" : leg.node.instance)
        attributes.add("http.request.method", "GET")
        attributes.add("url.scheme", "http")
        if !keepsHost { attributes.add("server.port", 3_000) }
        attributes.add("network.peer.address", peer)
        attributes.add("network.peer.port", NginxEmitter.peerPort(of: exchange))
        attributes.add("user_agent.original", exchange.client?.userAgent ?? "kube-probe/1.33")
        attributes.add("client.address", exchange.client?.address ?? peer)
        attributes.add("url.path", exchange.target.path)
        attributes.add("network.protocol.version", "1.1")
        if leg.bodyBytes > 0 { attributes.add("http.response.body.size", leg.bodyBytes) }
        attributes.add("http.response.status_code", leg.status)
        return attributes
    }
}
