import OTLPModel

/// What the exporter of one node says about itself with every request that it sends.
struct TelemetrySource: Hashable, Sendable {
    let node: FleetNode
    private(set) var resource: Resource
    let resourceSchemaURL: String
    /// The libraries that make the node's spans; `EmittedSpan.scope` is a position here.
    let scopes: [InstrumentationScope]

    init(node: FleetNode) {
        self.node = node
        switch node.kind {
        case .nginx:
            resource = NginxEmitter.resource(of: node)
            resourceSchemaURL = ""
            scopes = NginxEmitter.scopes
        case .caddy:
            resource = CaddyEmitter.resource(of: node)
            resourceSchemaURL = CaddyEmitter.schemaURL
            scopes = CaddyEmitter.scopes
        case .envoy:
            resource = EnvoyEmitter.resource(of: node)
            resourceSchemaURL = ""
            scopes = EnvoyEmitter.scopes
        case .traefik:
            resource = TraefikEmitter.resource(of: node)
            resourceSchemaURL = TraefikEmitter.schemaURL
            scopes = TraefikEmitter.scopes
        case .athens:
            resource = AthensEmitter.resource(of: node)
            resourceSchemaURL = AthensEmitter.schemaURL
            scopes = AthensEmitter.scopes
        case .go:
            resource = GoCommandEmitter.resource(of: node)
            resourceSchemaURL = ""
            scopes = GoCommandEmitter.scopes
        }
    }

    /// The same exporter when it has something else to say about itself.
    func with(resource: Resource) -> TelemetrySource {
        var source = self
        source.resource = resource
        return source
    }
}

/// A span together with who sends it.
struct EmittedSpan: Hashable, Sendable {
    /// The node's position in the fleet.
    let source: Int
    /// The position of the span's scope in its source.
    let scope: Int
    let span: OTLPModel.Span
}
