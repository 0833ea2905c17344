package import OTLPModel

/// A series: who measured what.
package struct StoredSeries: Sendable {
    /// Its row in the table `series`; nil as long as only the journal has it.
    package var id: Int64?
    /// The metric, without points.
    package var metric: Metric
    /// By key, each key once.
    package var attributes: [KeyValue]
    let origin: ResolvedOrigin
    /// Tells it from all others, wherever it lies.
    let identity: BodyDigest
    let isResourceKnown: Bool

    package var service: String { origin.service }
    package var resource: Resource { origin.resource }
    package var resourceSchemaURL: String { origin.resourceSchemaURL }
    package var scope: InstrumentationScope { origin.scope }
    package var scopeSchemaURL: String { origin.scopeSchemaURL }

    /// The node of a point that came with an arrival.
    func node(_ arrival: Arrival) -> NodeIdentity { origin.node(arrival) }

    /// - Parameters:
    ///   - resource: canonical `ResourceSpans` bytes; nil when they are gone
    ///   - scope: canonical `ScopeSpans` bytes; the same
    ///   - metric: canonical `Metric` bytes
    ///   - attributes: canonical `KeyValueList` bytes
    /// - Returns: nil when the metric or the attributes are damaged
    init?(id: Int64?, resource: [UInt8]?, scope: [UInt8]?, metric: [UInt8], attributes: [UInt8]) {
        guard let known = Metric(canonicalBytes: metric), let pairs = [KeyValue](canonicalBytes: attributes)
        else { return nil }
        self.id = id
        self.metric = known
        self.attributes = pairs
        let resourceSpans = resource.flatMap { ResourceSpans(canonicalBytes: $0) }
        let scopeSpans = scope.flatMap { ScopeSpans(canonicalBytes: $0) }
        isResourceKnown = resourceSpans != nil && scopeSpans != nil
        origin = ResolvedOrigin(resource: resourceSpans, scope: scopeSpans)
        var writer = ByteWriter()
        for bytes in [resource ?? [], scope ?? [], metric, attributes] { writer.counted(bytes) }
        identity = BodyDigest(of: writer.bytes.span)
    }
}
