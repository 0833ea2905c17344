// The canonical protobuf encoding of the trace messages. Field numbers are OTLP's.

extension ExportTraceServiceRequest {
    /// The request as an exporter would send it, in canonical protobuf.
    package func protobufBytes() -> [UInt8] {
        var writer = ProtobufWriter()
        for group in resourceSpans { writer.message(1) { group.write(to: &$0) } }
        return writer.bytes
    }
}

extension ResourceSpans {
    package func write(to writer: inout ProtobufWriter) {
        if resource != Resource() { writer.message(1) { resource.write(to: &$0) } }
        for group in scopeSpans { writer.message(2) { group.write(to: &$0) } }
        writer.string(3, schemaURL)
    }
}

extension ScopeSpans {
    package func write(to writer: inout ProtobufWriter) {
        if scope != InstrumentationScope() { writer.message(1) { scope.write(to: &$0) } }
        for span in spans { writer.message(2) { span.write(to: &$0) } }
        writer.string(3, schemaURL)
    }
}

extension Resource {
    package func write(to writer: inout ProtobufWriter) {
        writer.attributes(1, attributes)
        writer.varint(2, UInt64(droppedAttributesCount))
        for reference in entityRefs { writer.message(3) { reference.write(to: &$0) } }
    }
}

extension EntityRef {
    package func write(to writer: inout ProtobufWriter) {
        writer.string(1, schemaURL)
        writer.string(2, type)
        for key in idKeys { writer.repeatedString(3, key) }
        for key in descriptionKeys { writer.repeatedString(4, key) }
    }
}

extension InstrumentationScope {
    package func write(to writer: inout ProtobufWriter) {
        writer.string(1, name)
        writer.string(2, version)
        writer.attributes(3, attributes)
        writer.varint(4, UInt64(droppedAttributesCount))
    }
}

extension Span {
    package func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, traceID)
        writer.bytes(2, spanID)
        writer.string(3, traceState)
        writer.bytes(4, parentSpanID)
        writer.string(5, name)
        writer.int32(6, kind.rawValue)
        writer.fixed64(7, startTimeUnixNano)
        writer.fixed64(8, endTimeUnixNano)
        writer.attributes(9, attributes)
        writer.varint(10, UInt64(droppedAttributesCount))
        for event in events { writer.message(11) { event.write(to: &$0) } }
        writer.varint(12, UInt64(droppedEventsCount))
        for link in links { writer.message(13) { link.write(to: &$0) } }
        writer.varint(14, UInt64(droppedLinksCount))
        if status != SpanStatus() {
            writer.message(15) { inner in
                inner.string(2, status.message)
                inner.int32(3, status.code.rawValue)
            }
        }
        writer.fixed32(16, flags)
    }
}

extension SpanEvent {
    package func write(to writer: inout ProtobufWriter) {
        writer.fixed64(1, timeUnixNano)
        writer.string(2, name)
        writer.attributes(3, attributes)
        writer.varint(4, UInt64(droppedAttributesCount))
    }
}

extension SpanLink {
    package func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, traceID)
        writer.bytes(2, spanID)
        writer.string(3, traceState)
        writer.attributes(4, attributes)
        writer.varint(5, UInt64(droppedAttributesCount))
        writer.fixed32(6, flags)
    }
}

extension KeyValue {
    package func write(to writer: inout ProtobufWriter) {
        writer.string(1, key)
        if value != .empty { writer.message(2) { value.write(to: &$0) } }
    }
}

extension AnyValue {
    /// Members of a `oneof` are written even when they hold the default: presence is the kind.
    package func write(to writer: inout ProtobufWriter) {
        switch self {
        case .empty: break
        case .string(let text): writer.repeatedString(1, text)
        case .bool(let flag):
            writer.tag(2, .varint)
            writer.varint(flag ? 1 : 0)
        case .int(let number):
            writer.tag(3, .varint)
            writer.varint(UInt64(bitPattern: number))
        case .double(let number):
            writer.tag(4, .fixed64)
            writer.littleEndian(number.bitPattern)
        case .array(let values):
            writer.message(5) { inner in
                for value in values { inner.message(1) { value.write(to: &$0) } }
            }
        case .keyValueList(let pairs):
            writer.message(6) { $0.attributes(1, pairs) }
        case .bytes(let bytes): writer.repeatedBytes(7, bytes)
        }
    }
}

extension ProtobufWriter {
    /// Attributes in their order, repeated keys included.
    package mutating func attributes(_ field: Int, _ attributes: [KeyValue]) {
        for attribute in attributes { message(field) { attribute.write(to: &$0) } }
    }
}
