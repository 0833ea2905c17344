import OTLPModel

/// Turns requests into the spans that the nodes on their way would have sent.
struct FleetEmitter: Sendable {
    /// One for each node, by `FleetNode.index`, and behind them those of new versions.
    let sources: [TelemetrySource]
    private let versions: DeployedVersions
    private var identifiers: SeededGenerator

    /// - Parameter start: of the traffic
    init(fleet: Fleet, start: UInt64 = 0, seed: UInt64) {
        versions = DeployedVersions(fleet, start: start)
        sources = versions.sources
        identifiers = SeededGenerator.stream("identifiers", seed: seed)
    }

    /// The spans of a request in the order in which their parents come first.
    mutating func spans(of exchange: Exchange) -> [EmittedSpan] {
        var spans: [EmittedSpan] = []
        var parent: SpanContext?
        // All edges start the trace, as the go command sends no trace context, and nearly all hand it on.
        if let edge = exchange.edge {
            spans = edgeSpans(of: exchange, edge: edge)
            parent = edge.node.setup.propagates ? spans.last.map { SpanContext(of: $0.span) } : nil
        }
        if let proxy = exchange.proxy {
            let emitter = AthensEmitter(exchange: exchange, leg: proxy)
            spans += emitter.spans(parent: parent, using: &identifiers)
        }
        if let leg = exchange.goCommand, let machine = leg.machine {
            spans += GoCommandEmitter.spans(of: exchange, leg, at: machine, using: &identifiers)
        }
        return spans.map { emitted in
            // A request is of the program that began it.
            let isEdge = exchange.edge?.node.index == emitted.source
            let start = isEdge ? exchange.edge?.interval.start : exchange.proxy?.interval.start
            let source = versions.source(of: emitted.source, at: start ?? exchange.start)
            return source == emitted.source
                ? emitted : EmittedSpan(source: source, scope: emitted.scope, span: emitted.span)
        }
    }

    /// The spans of an edge, the one that the proxy's are under last.
    private mutating func edgeSpans(of exchange: Exchange, edge: EdgeLeg) -> [EmittedSpan] {
        switch edge.node.kind {
        case .caddy:
            [CaddyEmitter.span(of: exchange, edge: edge, context: .root(using: &identifiers))]
        case .envoy: EnvoyEmitter.spans(of: exchange, edge: edge, using: &identifiers)
        case .traefik: TraefikEmitter.spans(of: exchange, edge: edge, using: &identifiers)
        case .nginx, .athens, .go:
            [NginxEmitter.span(of: exchange, edge: edge, context: .root(using: &identifiers))]
        }
    }
}

extension [KeyValue] {
    /// Appends a string attribute.
    mutating func add(_ key: String, _ text: String) {
        append(KeyValue(key, .string(text)))
    }

    /// Appends an integer attribute.
    mutating func add(_ key: String, _ number: some BinaryInteger) {
        append(KeyValue(key, .int(Int64(number))))
    }
}
