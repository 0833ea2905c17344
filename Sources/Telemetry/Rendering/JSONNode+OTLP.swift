package import OTLPModel

/// Attributes and what hangs on a span in the shapes of OTLP's JSON encoding, from which every value can
/// be read back: 64-bit integers are strings, bytes are base64, and a key may occur twice.
extension JSONNode {
    package init(_ value: AnyValue) {
        switch value {
        case .empty: self = .object([])
        case .string(let text): self = .object([JSONMember("stringValue", .string(text))])
        case .bool(let flag): self = .object([JSONMember("boolValue", .bool(flag))])
        case .int(let number): self = .object([JSONMember("intValue", .string(String(number)))])
        case .double(let number): self = .object([JSONMember("doubleValue", Self.otlpDouble(number))])
        case .array(let values):
            let elements = JSONMember("values", .array(values.map(JSONNode.init)))
            self = .object([JSONMember("arrayValue", .object([elements]))])
        case .keyValueList(let pairs):
            let elements = JSONMember("values", JSONNode(pairs))
            self = .object([JSONMember("kvlistValue", .object([elements]))])
        case .bytes(let bytes): self = .object([JSONMember("bytesValue", .string(Base64.encode(bytes)))])
        }
    }

    /// `[{"key":…,"value":…}]`, in the order they came in.
    package init(_ attributes: [KeyValue]) {
        self = .array(
            attributes.map {
                .object([JSONMember("key", .string($0.key)), JSONMember("value", JSONNode($0.value))])
            })
    }

    package init(_ event: SpanEvent) {
        self = .object([
            JSONMember("time", .string(UnixNanos.rfc3339(unsigned: event.timeUnixNano))),
            JSONMember("name", .string(event.name)),
            JSONMember("attributes", JSONNode(event.attributes)),
            JSONMember("dropped_attributes_count", .unsigned(UInt64(event.droppedAttributesCount))),
        ])
    }

    package init(_ link: SpanLink) {
        self = .object([
            JSONMember("trace_id", .string(hexadecimal(link.traceID))),
            JSONMember("span_id", .string(hexadecimal(link.spanID))),
            JSONMember("trace_state", .string(link.traceState)),
            JSONMember("attributes", JSONNode(link.attributes)),
            JSONMember("dropped_attributes_count", .unsigned(UInt64(link.droppedAttributesCount))),
            JSONMember("flags", .unsigned(UInt64(link.flags))),
        ])
    }

    package init(_ resource: Resource, schemaURL: String) {
        let entities = resource.entityRefs.map { entity in
            JSONNode.object([
                JSONMember("schema_url", .string(entity.schemaURL)),
                JSONMember("type", .string(entity.type)),
                JSONMember("id_keys", .array(entity.idKeys.map(JSONNode.string))),
                JSONMember("description_keys", .array(entity.descriptionKeys.map(JSONNode.string))),
            ])
        }
        self = .object([
            JSONMember("attributes", JSONNode(resource.attributes)),
            JSONMember("dropped_attributes_count", .unsigned(UInt64(resource.droppedAttributesCount))),
            JSONMember("schema_url", .string(schemaURL)),
            JSONMember("entity_refs", .array(entities)),
        ])
    }

    package init(_ scope: InstrumentationScope, schemaURL: String) {
        self = .object([
            JSONMember("name", .string(scope.name)),
            JSONMember("version", .string(scope.version)),
            JSONMember("attributes", JSONNode(scope.attributes)),
            JSONMember("dropped_attributes_count", .unsigned(UInt64(scope.droppedAttributesCount))),
            JSONMember("schema_url", .string(schemaURL)),
        ])
    }

    /// As protobuf's JSON mapping has it: what is no number is one of three words.
    private static func otlpDouble(_ number: Double) -> JSONNode {
        if number.isNaN { return .string("NaN") }
        if number.isInfinite { return .string(number < 0 ? "-Infinity" : "Infinity") }
        return .double(number)
    }
}
