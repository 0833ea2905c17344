package import OTLPModel

/// Decodes an OTLP/JSON `ExportTraceServiceRequest`.
/// - Parameters:
///   - body: the decompressed body, whole
///   - limits: `maxDepth` means what it means for protobuf: how many `AnyValue`s may nest
/// - Throws: `.malformedJSON`, `.tooDeep` or `.tooLarge`, with line, column and field path
package func decodeTraceRequest(
    json body: ByteSpan, limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> ExportTraceServiceRequest {
    var decoder = OTLPJSONDecoder(body, limits: limits)
    return try decoder.traceRequest()
}

/// The same, with what is odd about the body.
func decodeNotedTraceRequest(
    json body: ByteSpan, limits: DecodeLimits
) throws(DecodeError) -> (request: ExportTraceServiceRequest, notes: DecodeNotes) {
    var decoder = OTLPJSONDecoder(body, limits: limits)
    let request = try decoder.traceRequest()
    return (request, decoder.allNotes)
}

/// Reads OTLP/JSON: protobuf's JSON mapping with hex ids and open enums.
///
/// More than a sender may write is read: names of enum values, snake_case keys, integers and doubles as
/// numbers or strings, `null` for an absent field, base64 of either alphabet with or without padding.
/// Unknown fields are passed over. Of a key that comes twice the last one counts, and of several members
/// of an `AnyValue` the last one. Ids may have any length: whoever stores a span judges them.
struct OTLPJSONDecoder: ~Escapable {
    var reader: JSONReader
    let maxDepth: Int
    /// What is odd about the body so far, but for its text.
    var notes: DecodeNotes = []
    /// Bytes that the decoded values may still take: `{}` is three bytes with its comma, and a span in
    /// memory is a hundred times that.
    private var memoryLeft: Int
    private var memoryTaken = 0
    private let allowance: MemoryAllowance?

    @_lifetime(copy body)
    init(_ body: ByteSpan, limits: DecodeLimits) {
        maxDepth = min(limits.maxDepth, ReferenceDecoder.maxDepthMax)
        // A list of pairs takes four levels of JSON an `AnyValue`; twelve lead to an event's attribute.
        reader = JSONReader(body, maxDepth: 16 + 4 * maxDepth)
        allowance = limits.allowance
        memoryLeft = ReferenceDecoder.arenaCapacity(bodyBytes: body.count)
    }

    mutating func traceRequest() throws(DecodeError) -> ExportTraceServiceRequest {
        var request = ExportTraceServiceRequest()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "resourceSpans":
                request.resourceSpans = []
                try reader.beginArray()
                while try nextMessage(of: ResourceSpans.self) {
                    request.resourceSpans.append(try resourceSpans())
                }
            default: try reader.skipValue()
            }
        }
        try reader.end()
        return request
    }

    private mutating func resourceSpans() throws(DecodeError) -> ResourceSpans {
        var result = ResourceSpans()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "resource": result.resource = try resource()
            case "scopeSpans":
                result.scopeSpans = []
                try reader.beginArray()
                while try nextMessage(of: ScopeSpans.self) { result.scopeSpans.append(try scopeSpans()) }
            case "schemaUrl": result.schemaURL = try reader.string()
            default: try reader.skipValue()
            }
        }
        return result
    }

    mutating func resource() throws(DecodeError) -> Resource {
        var resource = Resource()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "attributes": resource.attributes = try attributes()
            case "droppedAttributesCount": resource.droppedAttributesCount = try reader.integer(UInt32.self)
            case "entityRefs":
                resource.entityRefs = []
                try reader.beginArray()
                while try nextMessage(of: EntityRef.self) { resource.entityRefs.append(try entityRef()) }
            default: try reader.skipValue()
            }
        }
        return resource
    }

    private mutating func entityRef() throws(DecodeError) -> EntityRef {
        var reference = EntityRef()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "schemaUrl": reference.schemaURL = try reader.string()
            case "type": reference.type = try reader.string()
            case "idKeys": reference.idKeys = try strings()
            case "descriptionKeys": reference.descriptionKeys = try strings()
            default: try reader.skipValue()
            }
        }
        return reference
    }

    private mutating func scopeSpans() throws(DecodeError) -> ScopeSpans {
        var result = ScopeSpans()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "scope": result.scope = try scope()
            case "spans":
                result.spans = []
                try reader.beginArray()
                while try nextMessage(of: OTLPModel.Span.self) { result.spans.append(try span()) }
            case "schemaUrl": result.schemaURL = try reader.string()
            default: try reader.skipValue()
            }
        }
        return result
    }

    mutating func scope() throws(DecodeError) -> InstrumentationScope {
        var scope = InstrumentationScope()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "name": scope.name = try reader.string()
            case "version": scope.version = try reader.string()
            case "attributes": scope.attributes = try attributes()
            case "droppedAttributesCount": scope.droppedAttributesCount = try reader.integer(UInt32.self)
            default: try reader.skipValue()
            }
        }
        return scope
    }

    // MARK: - Fields and elements

    /// The next field's name in lowerCamelCase, whichever way it was written.
    mutating func nextField() throws(DecodeError) -> String? {
        guard let key = try reader.nextKey() else { return nil }
        guard key.utf8.contains(UInt8(ascii: "_")) else { return key }
        notes.insert(.snakeCase)
        return Self.camelCase(key)
    }

    /// What is odd about the body.
    var allNotes: DecodeNotes { reader.repairedStrings > 0 ? notes.union(.brokenText) : notes }

    /// Moves to the next message of an array; `null`s are passed over.
    mutating func nextMessage<Message>(of type: Message.Type) throws(DecodeError) -> Bool {
        while try reader.nextElement() {
            if try reader.takeNull() { continue }
            try reserve(MemoryLayout<Message>.stride)
            return true
        }
        return false
    }

    /// Counts memory for values against what the body may take.
    mutating func reserve(_ bytes: Int) throws(DecodeError) {
        // Arrays grow by doubling.
        memoryLeft -= 2 * bytes
        if memoryLeft < 0 {
            throw reader.failure(.tooLarge, "the body needs too much memory to decode: send smaller batches")
        }
        memoryTaken += 2 * bytes
        try allowance?.cover(memoryTaken)
    }

    private static func camelCase(_ key: String) -> String {
        var text = ""
        var isWordStart = false
        for character in key {
            if character == "_" {
                isWordStart = !text.isEmpty
            } else {
                text += isWordStart ? character.uppercased() : String(character)
                isWordStart = false
            }
        }
        return text
    }
}
