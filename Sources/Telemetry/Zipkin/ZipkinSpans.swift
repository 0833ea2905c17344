import OTLPModel

/// Spans of Zipkin on their way into OTLP: sorted into resources by their service, and into scopes.
struct ZipkinSpans {
    /// Zipkin's `Endpoint`: a service, or where it was reached.
    struct Endpoint {
        var serviceName = ""
        var ipv4 = ""
        var ipv6 = ""
        var port: Int64 = 0

        var address: String { ipv4.isEmpty ? ipv6 : ipv4 }
    }

    /// A span as it was read.
    struct Item {
        /// All but attributes and status.
        var span = OTLPModel.Span()
        var tags: [KeyValue] = []
        var local = Endpoint()
        var remote = Endpoint()
    }

    /// Who made a span.
    private struct Origin: Hashable {
        var serviceName: String
        var scopeName = ""
        var scopeVersion = ""
    }

    private(set) var request = ExportTraceServiceRequest()
    private var resources: [String: Int] = [:]
    /// By origin: the scope within its resource.
    private var scopes: [Origin: Int] = [:]

    mutating func append(_ item: Item) {
        var span = item.span
        var origin = Origin(serviceName: item.local.serviceName)
        for tag in item.tags {
            guard case .string(let text) = tag.value else { continue }
            if !Self.take(tag.key, text, into: &span, &origin) { span.attributes.append(tag) }
        }
        Self.addEndpoints(item, to: &span)
        let resource = resource(of: origin.serviceName)
        let scope = scope(of: origin, in: resource)
        request.resourceSpans[resource].scopeSpans[scope].spans.append(span)
    }

    /// Takes a tag that stands for a field of OTLP.
    private static func take(
        _ key: String, _ text: String, into span: inout OTLPModel.Span, _ origin: inout Origin
    ) -> Bool {
        switch key {
        case "otel.status_code":
            switch text {
            case "OK": span.status.code = .ok
            case "ERROR": span.status.code = .error
            case "UNSET": break
            default: return false
            }
        case "otel.status_description": span.status.message = text
        case "error":
            // A sender that says false means that there was none.
            guard text != "false" else { break }
            if span.status.code != .ok { span.status.code = .error }
            if text != "true", !text.isEmpty { span.status.message = text }
        case "otel.scope.name", "otel.library.name": origin.scopeName = text
        case "otel.scope.version", "otel.library.version": origin.scopeVersion = text
        case "otel.dropped_attributes_count": return set(&span.droppedAttributesCount, text)
        case "otel.dropped_events_count": return set(&span.droppedEventsCount, text)
        case "otel.dropped_links_count": return set(&span.droppedLinksCount, text)
        default: return false
        }
        return true
    }

    private static func set(_ count: inout UInt32, _ text: String) -> Bool {
        guard let number = UInt32(text) else { return false }
        count = number
        return true
    }

    private static func addEndpoints(_ item: Item, to span: inout OTLPModel.Span) {
        func add(_ key: String, _ value: AnyValue) {
            if span.attributes.value(of: key) == nil { span.attributes.append(KeyValue(key, value)) }
        }
        if !item.local.address.isEmpty { add("network.local.address", .string(item.local.address)) }
        if item.local.port != 0 { add("network.local.port", .int(item.local.port)) }
        if !item.remote.serviceName.isEmpty { add("peer.service", .string(item.remote.serviceName)) }
        if !item.remote.address.isEmpty { add("network.peer.address", .string(item.remote.address)) }
        if item.remote.port != 0 { add("network.peer.port", .int(item.remote.port)) }
    }

    private mutating func resource(of serviceName: String) -> Int {
        if let known = resources[serviceName] { return known }
        let name = KeyValue("service.name", .string(serviceName))
        let resource = Resource(attributes: serviceName.isEmpty ? [] : [name])
        request.resourceSpans.append(ResourceSpans(resource: resource))
        resources[serviceName] = request.resourceSpans.count - 1
        return request.resourceSpans.count - 1
    }

    private mutating func scope(of origin: Origin, in resource: Int) -> Int {
        if let known = scopes[origin] { return known }
        let scope = InstrumentationScope(name: origin.scopeName, version: origin.scopeVersion)
        request.resourceSpans[resource].scopeSpans.append(ScopeSpans(scope: scope))
        scopes[origin] = request.resourceSpans[resource].scopeSpans.count - 1
        return request.resourceSpans[resource].scopeSpans.count - 1
    }
}
