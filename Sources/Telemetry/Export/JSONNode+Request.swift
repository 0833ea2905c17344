package import OTLPModel

extension JSONNode {
    /// A request in OTLP's JSON encoding: ids in hex, enums as numbers, 64-bit integers in quotes. What is empty is
    /// left out, as protobuf does.
    package init(_ request: ExportTraceServiceRequest) {
        self = .object([JSONMember("resourceSpans", .array(request.resourceSpans.map(Self.resourceSpans)))])
    }

    private static func resourceSpans(_ group: ResourceSpans) -> JSONNode {
        var resource = Members()
        resource.attributes(group.resource.attributes)
        resource.count("droppedAttributesCount", group.resource.droppedAttributesCount)
        let entities = group.resource.entityRefs.map { entity in
            var members = Members()
            members.text("schemaUrl", entity.schemaURL)
            members.text("type", entity.type)
            members.list("idKeys", entity.idKeys.map { .string($0) })
            members.list("descriptionKeys", entity.descriptionKeys.map { .string($0) })
            return members.node
        }
        resource.list("entityRefs", entities)
        var members = Members()
        members.list.append(JSONMember("resource", resource.node))
        members.list("scopeSpans", group.scopeSpans.map(scopeSpans))
        members.text("schemaUrl", group.schemaURL)
        return members.node
    }

    private static func scopeSpans(_ group: ScopeSpans) -> JSONNode {
        var scope = Members()
        scope.text("name", group.scope.name)
        scope.text("version", group.scope.version)
        scope.attributes(group.scope.attributes)
        scope.count("droppedAttributesCount", group.scope.droppedAttributesCount)
        var members = Members()
        members.list.append(JSONMember("scope", scope.node))
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
    private struct Members {
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
