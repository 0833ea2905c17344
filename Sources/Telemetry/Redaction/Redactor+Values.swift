package import OTLPModel

extension Redactor {
    /// Attributes whose whole value is a query.
    private static let queryAttributes: Set<String> = ["url.query", "http.query_string"]

    static func isQuery(_ key: [UInt8]) -> Bool { isQuery(String(decoding: key, as: UTF8.self)) }

    private static func isQuery(_ key: String) -> Bool { queryAttributes.contains(key) }

    /// The value without what has to go; nil when nothing has to.
    package func redacted(_ value: AnyValue, key: String = "") -> AnyValue? {
        switch value {
        case .string(let text):
            return redacted(text, isQuery: Self.isQuery(key)).map { .string($0) }
        case .array(let values): return redactedAll(values) { redacted($0, key: key) }.map { .array($0) }
        case .keyValueList(let pairs): return redacted(pairs).map { .keyValueList($0) }
        case .empty, .bool, .int, .double, .bytes: return nil
        }
    }

    /// The attributes without what has to go; nil when nothing has to.
    package func redacted(_ attributes: [KeyValue]) -> [KeyValue]? {
        redactedAll(attributes) { pair in
            redacted(pair.value, key: pair.key).map { value in
                var pair = pair
                pair.value = value
                return pair
            }
        }
    }

    package func redacted(_ text: String, isQuery: Bool = false) -> String? {
        redacted(Array(text.utf8), isQuery: isQuery).map { String(decoding: $0, as: UTF8.self) }
    }

    private func redactedAll<Element>(_ all: [Element], _ one: (Element) -> Element?) -> [Element]? {
        var result: [Element]?
        for (index, element) in all.enumerated() {
            guard let changed = one(element) else { continue }
            if result == nil { result = all }
            result?[index] = changed
        }
        return result
    }

    // MARK: Canonical bytes

    // What is stored as bytes is taken apart only where a sign of a user or a query is in them. Canonical bytes are our
    // own; damaged ones cannot be, and would stay as they are.

    func redactedResource(_ bytes: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), var group = ResourceSpans(canonicalBytes: bytes),
            let attributes = redacted(group.resource.attributes)
        else { return nil }
        group.resource.attributes = attributes
        return group.protobufBytes()
    }

    func redactedValue(_ bytes: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), let value = AnyValue(canonicalBytes: bytes), let changed = redacted(value)
        else {
            return nil
        }
        var writer = ProtobufWriter()
        changed.write(to: &writer)
        return writer.bytes
    }

    func redactedScope(_ bytes: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), var group = ScopeSpans(canonicalBytes: bytes),
            let attributes = redacted(group.scope.attributes)
        else { return nil }
        group.scope.attributes = attributes
        return group.protobufBytes()
    }

    /// Canonical `KeyValueList` bytes.
    func redactedAttributes(_ bytes: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), let pairs = [KeyValue](canonicalBytes: bytes), let changed = redacted(pairs)
        else {
            return nil
        }
        var writer = ProtobufWriter()
        writer.attributes(1, changed)
        return writer.bytes
    }

    /// Canonical `ArrayValue` bytes.
    func redactedArray(_ bytes: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), let value = AnyValue(type: .array, bits: 0, bytes: bytes),
            case .array(let values)? = redacted(value, key: String(decoding: key, as: UTF8.self))
        else { return nil }
        var writer = ProtobufWriter()
        for value in values { writer.message(1) { value.write(to: &$0) } }
        return writer.bytes
    }

    /// Canonical bytes of `FieldColumn.events`.
    func redactedEvents(_ bytes: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), let events = [SpanEvent](canonicalBytes: bytes) else { return nil }
        let changed = redactedAll(events) { event in
            let name = redacted(event.name)
            let attributes = redacted(event.attributes)
            guard name != nil || attributes != nil else { return nil }
            var event = event
            event.name = name ?? event.name
            event.attributes = attributes ?? event.attributes
            return event
        }
        guard let changed else { return nil }
        var writer = ProtobufWriter()
        for event in changed { writer.message(11) { event.write(to: &$0) } }
        return writer.bytes
    }

    /// Canonical bytes of `FieldColumn.links`.
    func redactedLinks(_ bytes: [UInt8]) -> [UInt8]? {
        guard hasSign(bytes), let links = [SpanLink](canonicalBytes: bytes) else { return nil }
        let changed = redactedAll(links) { link in
            redacted(link.attributes).map { attributes in
                var link = link
                link.attributes = attributes
                return link
            }
        }
        guard let changed else { return nil }
        var writer = ProtobufWriter()
        for link in changed { writer.message(13) { link.write(to: &$0) } }
        return writer.bytes
    }

    private func hasSign(_ bytes: [UInt8]) -> Bool {
        firstSign(bytes.span, bytes.indices) < bytes.count
    }
}
