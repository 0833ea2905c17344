import COTLP
import OTLPModel

// With the files beside it for other signals, all that touches libprotobuf-c and the generated code: no other file of
// this module imports it.

extension ReferenceDecoder {
    /// Unpacks a body that `WireScan` found sound; `nil` when the arena is full.
    static func unpack(_ body: ByteSpan, in arena: borrowing DecodeArena) -> Decoded? {
        var allocator = unsafe allocator(arena)
        // Safe: the unpacked message lives in the arena and is copied before the arena goes.
        return unsafe body.withUnsafeBufferPointer { bytes in
            guard
                let message =
                    unsafe opentelemetry__proto__collector__trace__v1__export_trace_service_request__unpack(
                        &allocator, bytes.count, bytes.baseAddress)
            else { return nil }
            var values = ReferenceDecoderValues()
            let request = unsafe values.request(message.pointee)
            return Decoded(request: request, repairedStrings: values.repairedStrings, arenaBytes: 0)
        }
    }

    /// Has libprotobuf-c take its memory from an arena.
    static func allocator(_ arena: borrowing DecodeArena) -> ProtobufCAllocator {
        unsafe ProtobufCAllocator(
            alloc: allocateFromArena, free: keepInArena, allocator_data: UnsafeMutableRawPointer(arena.state))
    }
}

// The callbacks are functions of the file, not closures: a closure may become isolated to an actor,
// which costs a check at every allocation.

private func allocateFromArena(_ data: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let data = unsafe data else { return nil }
    return unsafe DecodeArena.allocate(size, from: data.assumingMemoryBound(to: DecodeArena.State.self))
}

private func keepInArena(_ data: UnsafeMutableRawPointer?, _ pointer: UnsafeMutableRawPointer?) {}

extension WireScanSchema {
    /// `ExportTraceServiceRequest` and all below it.
    package static let traceRequest: WireScanSchema = {
        var message = unsafe Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceRequest()
        unsafe opentelemetry__proto__collector__trace__v1__export_trace_service_request__init(&message)
        return unsafe WireScanSchema(root: message.base.descriptor)
    }()

    /// Walks the descriptors below a root, breadth first.
    init(root: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.init()
        var found = unsafe [root]
        while unsafe messages.count < found.count {
            unsafe messages.append(Self.message(found[messages.count].pointee, found: &found))
        }
    }

    private static func message(
        _ descriptor: ProtobufCMessageDescriptor, found: inout [UnsafePointer<ProtobufCMessageDescriptor>]
    ) -> Message {
        var fields: [Field?] = []
        var slots: [UInt32: Int] = [:]
        var slotCount = 0
        for index in 0..<Int(unsafe descriptor.n_fields) {
            let field = unsafe descriptor.fields[index]
            let isOneofMember = unsafe field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
            var slot = slotCount
            if isOneofMember {
                // Members of one `oneof` have its case enum in common.
                slot = unsafe slots[field.quantifier_offset, default: slotCount]
                unsafe slots[field.quantifier_offset] = slot
            }
            if slot == slotCount { slotCount += 1 }
            precondition(slotCount <= 64, "a message of the schema has more than 64 singular fields")
            let number = unsafe Int(field.id)
            while fields.count <= number { fields.append(nil) }
            unsafe fields[number] = Field(
                shape: shape(field, found: &found), isRepeated: field.label == PROTOBUF_C_LABEL_REPEATED,
                slot: slot, isOneofMember: isOneofMember)
        }
        let package = unsafe String(cString: descriptor.package_name) + "."
        let name = unsafe String(cString: descriptor.name)
        return Message(
            name: String(name.dropFirst(package.count)), fields: fields,
            isAnyValue: name == "opentelemetry.proto.common.v1.AnyValue")
    }

    private static func shape(
        _ field: ProtobufCFieldDescriptor, found: inout [UnsafePointer<ProtobufCMessageDescriptor>]
    ) -> Shape {
        switch unsafe field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            guard let descriptor = unsafe field.descriptor else { return .bytes }
            let pointer = unsafe descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            if let known = unsafe found.firstIndex(of: pointer) { return .message(known) }
            unsafe found.append(pointer)
            return unsafe .message(found.count - 1)
        case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_STRING: return .bytes
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: return .fixed64
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: return .fixed32
        default: return .varint
        }
    }
}

/// Copies messages that libprotobuf-c unpacked into values that own their memory.
///
/// The structs hold pointers into the arena, valid while it lives; nothing of them is kept.
struct ReferenceDecoderValues {
    /// Strings that were not UTF-8.
    private(set) var repairedStrings = 0

    mutating func request(
        _ message: Opentelemetry__Proto__Collector__Trace__V1__ExportTraceServiceRequest
    ) -> ExportTraceServiceRequest {
        unsafe ExportTraceServiceRequest(
            resourceSpans: copies(message.resource_spans, message.n_resource_spans) {
                unsafe resourceSpans($0)
            })
    }

    private mutating func resourceSpans(
        _ message: Opentelemetry__Proto__Trace__V1__ResourceSpans
    ) -> ResourceSpans {
        var result = ResourceSpans()
        if let resource = unsafe message.resource { unsafe result.resource = self.resource(resource.pointee) }
        unsafe result.scopeSpans = copies(message.scope_spans, message.n_scope_spans) {
            unsafe scopeSpans($0)
        }
        unsafe result.schemaURL = text(message.schema_url)
        return result
    }

    mutating func resource(_ message: Opentelemetry__Proto__Resource__V1__Resource) -> Resource {
        unsafe Resource(
            attributes: attributes(message.attributes, message.n_attributes),
            droppedAttributesCount: message.dropped_attributes_count,
            entityRefs: copies(message.entity_refs, message.n_entity_refs) { unsafe entityRef($0) })
    }

    private mutating func entityRef(_ message: Opentelemetry__Proto__Common__V1__EntityRef) -> EntityRef {
        unsafe EntityRef(
            schemaURL: text(message.schema_url), type: text(message.type),
            idKeys: texts(message.id_keys, message.n_id_keys),
            descriptionKeys: texts(message.description_keys, message.n_description_keys))
    }

    private mutating func scopeSpans(_ message: Opentelemetry__Proto__Trace__V1__ScopeSpans) -> ScopeSpans {
        var result = ScopeSpans()
        if let scope = unsafe message.scope { unsafe result.scope = self.scope(scope.pointee) }
        unsafe result.spans = copies(message.spans, message.n_spans) { unsafe span($0) }
        unsafe result.schemaURL = text(message.schema_url)
        return result
    }

    mutating func scope(
        _ message: Opentelemetry__Proto__Common__V1__InstrumentationScope
    ) -> InstrumentationScope {
        unsafe InstrumentationScope(
            name: text(message.name), version: text(message.version),
            attributes: attributes(message.attributes, message.n_attributes),
            droppedAttributesCount: message.dropped_attributes_count)
    }

    private mutating func span(_ message: Opentelemetry__Proto__Trace__V1__Span) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        unsafe span.traceID = bytes(message.trace_id)
        unsafe span.spanID = bytes(message.span_id)
        unsafe span.traceState = text(message.trace_state)
        unsafe span.parentSpanID = bytes(message.parent_span_id)
        span.flags = unsafe message.flags
        unsafe span.name = text(message.name)
        span.kind = unsafe SpanKind(rawValue: Int32(truncatingIfNeeded: message.kind.rawValue))
        span.startTimeUnixNano = unsafe message.start_time_unix_nano
        span.endTimeUnixNano = unsafe message.end_time_unix_nano
        unsafe span.attributes = attributes(message.attributes, message.n_attributes)
        span.droppedAttributesCount = unsafe message.dropped_attributes_count
        unsafe span.events = copies(message.events, message.n_events) { unsafe event($0) }
        span.droppedEventsCount = unsafe message.dropped_events_count
        unsafe span.links = copies(message.links, message.n_links) { unsafe link($0) }
        span.droppedLinksCount = unsafe message.dropped_links_count
        if let status = unsafe message.status { unsafe span.status = self.status(status.pointee) }
        return span
    }

    private mutating func status(_ message: Opentelemetry__Proto__Trace__V1__Status) -> SpanStatus {
        unsafe SpanStatus(
            code: StatusCode(rawValue: Int32(truncatingIfNeeded: message.code.rawValue)),
            message: text(message.message))
    }

    private mutating func event(_ message: Opentelemetry__Proto__Trace__V1__Span__Event) -> SpanEvent {
        unsafe SpanEvent(
            timeUnixNano: message.time_unix_nano, name: text(message.name),
            attributes: attributes(message.attributes, message.n_attributes),
            droppedAttributesCount: message.dropped_attributes_count)
    }

    private mutating func link(_ message: Opentelemetry__Proto__Trace__V1__Span__Link) -> SpanLink {
        var link = SpanLink()
        unsafe link.traceID = bytes(message.trace_id)
        unsafe link.spanID = bytes(message.span_id)
        unsafe link.traceState = text(message.trace_state)
        unsafe link.attributes = attributes(message.attributes, message.n_attributes)
        link.droppedAttributesCount = unsafe message.dropped_attributes_count
        link.flags = unsafe message.flags
        return link
    }

    mutating func attributes(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<Opentelemetry__Proto__Common__V1__KeyValue>?>?,
        _ count: Int
    ) -> [KeyValue] {
        unsafe copies(start, count) { unsafe keyValue($0) }
    }

    private mutating func keyValue(_ message: Opentelemetry__Proto__Common__V1__KeyValue) -> KeyValue {
        var pair = unsafe KeyValue(text(message.key), .empty)
        if let value = unsafe message.value { unsafe pair.value = anyValue(value.pointee) }
        return pair
    }

    mutating func anyValue(_ message: Opentelemetry__Proto__Common__V1__AnyValue) -> AnyValue {
        switch unsafe message.value_case {
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_STRING_VALUE:
            return unsafe .string(text(message.string_value))
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BOOL_VALUE:
            return unsafe .bool(message.bool_value != 0)
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_INT_VALUE:
            return unsafe .int(message.int_value)
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_DOUBLE_VALUE:
            return unsafe .double(message.double_value)
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_ARRAY_VALUE:
            guard let array = unsafe message.array_value?.pointee else { return .array([]) }
            return unsafe .array(copies(array.values, array.n_values) { unsafe anyValue($0) })
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_KVLIST_VALUE:
            guard let list = unsafe message.kvlist_value?.pointee else { return .keyValueList([]) }
            return unsafe .keyValueList(attributes(list.values, list.n_values))
        case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BYTES_VALUE:
            return unsafe .bytes(bytes(message.bytes_value))
        default:
            return .empty
        }
    }

    private mutating func texts(_ start: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int) -> [String]
    {
        guard let start = unsafe start else { return [] }
        return (0..<count).map { unsafe text(start[$0]) }
    }

    mutating func text(_ data: ProtobufCBinaryData) -> String {
        let buffer = unsafe UnsafeBufferPointer(start: data.data, count: data.len)
        let (text, wasBroken) = unsafe repairedUTF8(buffer.span)
        if wasBroken { repairedStrings += 1 }
        return text
    }

    func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: data.data, count: data.len))
    }
}

/// Copies of a repeated submessage; libprotobuf-c gives NULL for an empty one.
func copies<Message, Value>(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int, _ copy: (Message) -> Value
) -> [Value] {
    guard let start = unsafe start else { return [] }
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        guard let message = unsafe start[index] else { continue }
        values.append(copy(unsafe message.pointee))
    }
    return values
}
