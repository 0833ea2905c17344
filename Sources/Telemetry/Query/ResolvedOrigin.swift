import OTLPModel

/// Who emitted a span, as far as the span itself says.
struct ResolvedOrigin {
    var resource: Resource
    var resourceSchemaURL: String
    var scope: InstrumentationScope
    var scopeSchemaURL: String
    /// What the resource says about the node; nil when only the peer's address is left.
    var declaredNode: NodeIdentity?
    /// `service.name`, or `unknown_service`.
    var service: String

    /// - Parameters:
    ///   - resource: nil when what was stored is damaged; it then counts as empty
    ///   - scope: the same
    init(resource: ResourceSpans?, scope: ScopeSpans?) {
        self.resource = resource?.resource ?? Resource()
        resourceSchemaURL = resource?.schemaURL ?? ""
        self.scope = scope?.scope ?? InstrumentationScope()
        scopeSchemaURL = scope?.schemaURL ?? ""
        let node = NodeIdentity(resource: self.resource, peerAddress: "")
        declaredNode = node.source == .peerAddress ? nil : node
        let name = self.resource.attributes.string(of: "service.name") ?? ""
        service = name.isEmpty ? "unknown_service" : name
    }

    /// The node of a span that came with an arrival.
    func node(_ arrival: Arrival) -> NodeIdentity { node(peerAddress: arrival.peerAddress) }

    /// The node of a span that came from an address.
    func node(peerAddress: String) -> NodeIdentity {
        declaredNode ?? NodeIdentity(name: peerAddress, source: .peerAddress)
    }
}
