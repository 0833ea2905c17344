package import OTLPModel

extension JSONNode {
    /// A request in OTLP's JSON encoding: ids in hex, enums as numbers, 64-bit integers in quotes. What is empty is
    /// left out, as protobuf does.
    package init(_ request: ExportTraceServiceRequest) {
        self = .object([JSONMember("resourceSpans", .array(request.resourceSpans.map(Self.resourceSpans)))])
    }

    private static func resourceSpans(_ group: ResourceSpans) -> JSONNode {
        var members = Members()
        members.list.append(JSONMember("resource", resource(group.resource)))
        members.list("scopeSpans", group.scopeSpans.map(scopeSpans))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    static func resource(_ resource: Resource) -> JSONNode {
        var members = Members()
        members.attributes(resource.attributes)
        members.count("droppedAttributesCount", resource.droppedAttributesCount)
        let entities = resource.entityRefs.map { entity in
            var members = Members()
            members.text("schemaUrl", entity.schemaURL)
            members.text("type", entity.type)
            members.list("idKeys", entity.idKeys.map { .string($0) })
            members.list("descriptionKeys", entity.descriptionKeys.map { .string($0) })
            return members.node
        }
        members.list("entityRefs", entities)
        return members.node
    }

    static func scope(_ scope: InstrumentationScope) -> JSONNode {
        var members = Members()
        members.text("name", scope.name)
        members.text("version", scope.version)
        members.attributes(scope.attributes)
        members.count("droppedAttributesCount", scope.droppedAttributesCount)
        return members.node
    }

    private static func scopeSpans(_ group: ScopeSpans) -> JSONNode {
        var members = Members()
        members.list.append(JSONMember("scope", scope(group.scope)))
        members.list("spans", group.spans.map(span))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    private static func span(_ span: OTLPModel.Span) -> JSONNode {
        var members = Members()
        members.text("traceId", hexadecimal(span.traceID))
        members.text("spanId", hexadecimal(span.spanID))
        members.text("traceState", span.traceState)
        members.text("parentSpanId", hexadecimal(span.parentSpanID))
        members.count("flags", span.flags)
        members.text("name", span.name)
        members.number("kind", span.kind.rawValue)
        members.time("startTimeUnixNano", span.startTimeUnixNano)
        members.time("endTimeUnixNano", span.endTimeUnixNano)
        members.attributes(span.attributes)
        members.count("droppedAttributesCount", span.droppedAttributesCount)
        members.list("events", span.events.map(event))
        members.count("droppedEventsCount", span.droppedEventsCount)
        members.list("links", span.links.map(link))
        members.count("droppedLinksCount", span.droppedLinksCount)
        var status = Members()
        status.text("message", span.status.message)
        status.number("code", span.status.code.rawValue)
        members.list.append(JSONMember("status", status.node))
        return members.node
    }

    private static func event(_ event: SpanEvent) -> JSONNode {
        var members = Members()
        members.time("timeUnixNano", event.timeUnixNano)
        members.text("name", event.name)
        members.attributes(event.attributes)
        members.count("droppedAttributesCount", event.droppedAttributesCount)
        return members.node
    }

    private static func link(_ link: SpanLink) -> JSONNode {
        var members = Members()
        members.text("traceId", hexadecimal(link.traceID))
        members.text("spanId", hexadecimal(link.spanID))
        members.text("traceState", link.traceState)
        members.attributes(link.attributes)
        members.count("droppedAttributesCount", link.droppedAttributesCount)
        members.count("flags", link.flags)
        return members.node
    }

    /// The members of an object, without those that hold nothing.
    struct Members {
        var list: [JSONMember] = []

        var node: JSONNode { .object(list) }

        mutating func text(_ key: String, _ text: String) {
            if !text.isEmpty { list.append(JSONMember(key, .string(text))) }
        }

        mutating func number(_ key: String, _ number: Int32) {
            if number != 0 { list.append(JSONMember(key, .integer(Int64(number)))) }
        }

        mutating func count(_ key: String, _ count: UInt32) {
            if count != 0 { list.append(JSONMember(key, .unsigned(UInt64(count)))) }
        }

        mutating func time(_ key: String, _ nanos: UInt64) {
            if nanos != 0 { list.append(JSONMember(key, .string(String(nanos)))) }
        }

        mutating func attributes(_ attributes: [KeyValue]) {
            if !attributes.isEmpty { list.append(JSONMember("attributes", JSONNode(attributes))) }
        }

        mutating func list(_ key: String, _ nodes: [JSONNode]) {
            if !nodes.isEmpty { list.append(JSONMember(key, .array(nodes))) }
        }
    }
}
