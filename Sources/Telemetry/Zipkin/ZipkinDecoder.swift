import OTLPModel

extension DecodedTraces {
    /// Decodes what senders of Zipkin's version 2 post: a list of spans, in JSON.
    /// - Throws: `DecodeError` with line and column
    package static func fromZipkin(
        _ body: ByteSpan, arrival: Arrival, limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedTraces {
        var decoder = ZipkinDecoder(body, limits: limits)
        let request = try decoder.request()
        return try from(request, arrival: arrival, notes: decoder.notes, limits: limits)
    }
}

/// Reads Zipkin's version 2 JSON into OTLP, by OpenTelemetry's rules for the way back from Zipkin.
///
/// - The service of the local endpoint becomes `service.name` of a resource; where a span ran and whom it spoke to
///   become attributes, `peer.service` among them unless the span has it as a tag.
/// - A span without a kind is an internal one.
/// - Microseconds become nanoseconds. A span without a duration ends when it starts.
/// - `otel.status_code` and `error` become the status, `otel.scope.name` and `otel.scope.version` the scope, the tags
///   of dropped counts these counts. All other tags are attributes, and texts.
/// - Ids that are shorter than OpenTelemetry's are filled up with zeros on the left, as Zipkin does itself.
struct ZipkinDecoder: ~Escapable {
    private var reader: JSONReader
    /// Bytes that the decoded spans may still take, as for OTLP/JSON.
    private var memoryLeft: Int
    private var memoryTaken = 0
    private let allowance: MemoryAllowance?
    private var spans = ZipkinSpans()

    @_lifetime(copy body)
    init(_ body: ByteSpan, limits: DecodeLimits = DecodeLimits()) {
        // A list of spans, a list of annotations in one, and what nobody knows.
        reader = JSONReader(body, maxDepth: 64)
        allowance = limits.allowance
        memoryLeft = ReferenceDecoder.arenaCapacity(bodyBytes: body.count)
    }

    /// What is odd about the body so far.
    var notes: DecodeNotes { reader.repairedStrings > 0 ? .brokenText : [] }

    mutating func request() throws(DecodeError) -> ExportTraceServiceRequest {
        reader.skipWhitespace()
        guard reader.peek() != nil else { return ExportTraceServiceRequest() }
        try reader.beginArray()
        while try nextElement() { spans.append(try span()) }
        try reader.end()
        return spans.request
    }

    private mutating func span() throws(DecodeError) -> ZipkinSpans.Item {
        var item = ZipkinSpans.Item()
        item.span.kind = .internal
        var timestamp: UInt64 = 0
        var duration: UInt64 = 0
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "traceId": item.span.traceID = try identifier(byteCount: 16)
            case "id": item.span.spanID = try identifier(byteCount: 8)
            case "parentId": item.span.parentSpanID = try identifier(byteCount: 8)
            case "name": item.span.name = try reader.string()
            case "kind": item.span.kind = Self.kinds[try reader.string()] ?? .unspecified
            case "timestamp": timestamp = try reader.integer(UInt64.self)
            case "duration": duration = try reader.integer(UInt64.self)
            case "localEndpoint": item.local = try endpoint()
            case "remoteEndpoint": item.remote = try endpoint()
            case "annotations": item.span.events = try annotations()
            case "tags": item.tags = try tags()
            default: try reader.skipValue()
            }
        }
        item.span.startTimeUnixNano = Self.nanos(timestamp)
        let (end, overflows) = item.span.startTimeUnixNano.addingReportingOverflow(Self.nanos(duration))
        item.span.endTimeUnixNano = overflows ? .max : end
        return item
    }

    private mutating func endpoint() throws(DecodeError) -> ZipkinSpans.Endpoint {
        var endpoint = ZipkinSpans.Endpoint()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "serviceName": endpoint.serviceName = try reader.string()
            case "ipv4": endpoint.ipv4 = try reader.string()
            case "ipv6": endpoint.ipv6 = try reader.string()
            case "port": endpoint.port = try reader.integer(Int64.self)
            default: try reader.skipValue()
            }
        }
        return endpoint
    }

    private mutating func annotations() throws(DecodeError) -> [SpanEvent] {
        var events: [SpanEvent] = []
        try reader.beginArray()
        while try nextElement() {
            var event = SpanEvent()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "timestamp": event.timeUnixNano = Self.nanos(try reader.integer(UInt64.self))
                case "value": event.name = try reader.string()
                default: try reader.skipValue()
                }
            }
            events.append(event)
        }
        return events
    }

    /// Texts, and what careless senders write in their place.
    private mutating func tags() throws(DecodeError) -> [KeyValue] {
        var tags: [KeyValue] = []
        try reader.beginObject()
        while let key = try reader.nextKey() {
            try reserve(MemoryLayout<KeyValue>.stride + 48)
            switch try reader.kind() {
            case .string: tags.append(KeyValue(key, .string(try reader.string())))
            case .bool: tags.append(KeyValue(key, .string(try reader.bool() ? "true" : "false")))
            case .number:
                let number = try reader.number()
                let text = repairedUTF8(reader.bytes.extracting(number)).text
                tags.append(KeyValue(key, .string(text)))
            case .object, .array, .null: throw reader.malformed("expected a text")
            }
        }
        return tags
    }

    // MARK: - Parts

    private mutating func nextElement() throws(DecodeError) -> Bool {
        while try reader.nextElement() {
            if try reader.takeNull() { continue }
            try reserve(MemoryLayout<ZipkinSpans.Item>.stride)
            return true
        }
        return false
    }

    private mutating func reserve(_ bytes: Int) throws(DecodeError) {
        // Arrays grow by doubling.
        memoryLeft -= 2 * bytes
        if memoryLeft < 0 {
            throw reader.failure(.tooLarge, "the body needs too much memory to decode: send smaller batches")
        }
        memoryTaken += 2 * bytes
        try allowance?.cover(memoryTaken)
    }

    /// Hex digits of either case, of which leading zeros may be left out.
    private mutating func identifier(byteCount: Int) throws(DecodeError) -> [UInt8] {
        let before = reader.index
        let digits = Array(try reader.string().utf8)
        let values = digits.compactMap(hexDigitValue)
        guard !digits.isEmpty, values.count == digits.count, digits.count <= 2 * byteCount else {
            reader.index = before
            reader.skipWhitespace()
            throw reader.malformed("not an id: expected up to \(2 * byteCount) hex digits")
        }
        let all = [UInt8](repeating: 0, count: 2 * byteCount - values.count) + values
        return (0..<byteCount).map { all[2 * $0] << 4 | all[2 * $0 + 1] }
    }

    private static func nanos(_ micros: UInt64) -> UInt64 {
        let (nanos, overflows) = micros.multipliedReportingOverflow(by: 1_000)
        return overflows ? .max : nanos
    }

    private static let kinds: [String: SpanKind] = [
        "CLIENT": .client, "SERVER": .server, "PRODUCER": .producer, "CONSUMER": .consumer,
    ]
}
