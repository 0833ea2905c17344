import OTLPModel

extension SpanBatchBuilder {
    /// An attribute whose value was decoded already.
    mutating func attribute(_ value: AnyValue, _ body: ByteSpan, key: Range<Int>) {
        switch value {
        case .empty: attribute(.empty, body, key: key, bits: 0)
        case .bool(let flag): attribute(.bool, body, key: key, bits: flag ? 1 : 0)
        case .int(let number): attribute(.int, body, key: key, bits: UInt64(bitPattern: number))
        case .double(let number): attribute(.double, body, key: key, bits: number.bitPattern)
        case .string(let text):
            let bytes = Array(text.utf8)
            attribute(.string, body, key: key, content: bytes.span)
        case .bytes(let bytes): attribute(.bytes, body, key: key, content: bytes.span)
        case .array(let values):
            var writer = ProtobufWriter()
            for value in values { writer.message(1) { value.write(to: &$0) } }
            let bytes = writer.bytes
            attribute(.array, body, key: key, content: bytes.span)
        case .keyValueList(let pairs):
            var writer = ProtobufWriter()
            writer.attributes(1, pairs)
            let bytes = writer.bytes
            attribute(.keyValueList, body, key: key, content: bytes.span)
        }
    }

    /// Adds a whole request that was decoded into values: what the reference decoder and the JSON
    /// decoder give.
    /// - Returns: how many spans were refused alone for their ids, and why the first of them was
    mutating func append(
        _ request: ExportTraceServiceRequest, limits: DecodeLimits = DecodeLimits()
    ) -> (rejected: Int, reason: String?) {
        var rejected = 0
        var reason: String?
        for group in request.resourceSpans {
            setResource(group.resource, schemaURL: group.schemaURL)
            for scoped in group.scopeSpans {
                setScope(scoped.scope, schemaURL: scoped.schemaURL)
                for span in scoped.spans {
                    if let problem = span.idProblem ?? (isFull ? limits.tooManySpans : nil) {
                        rejected += 1
                        reason = reason ?? problem
                    } else {
                        append(span, limits)
                    }
                }
            }
        }
        return (rejected, reason)
    }

    mutating func setResource(_ resource: Resource, schemaURL: String) {
        var resource = resource
        cut { $0.cut(&resource) }
        setResource(ResourceSpans(resource: resource, schemaURL: schemaURL).protobufBytes())
    }

    mutating func setScope(_ scope: InstrumentationScope, schemaURL: String) {
        var scope = scope
        cut { $0.cut(&scope) }
        setScope(ScopeSpans(scope: scope, schemaURL: schemaURL).protobufBytes())
    }

    private mutating func cut(_ part: (inout PartCutter) -> Void) {
        var cutter = PartCutter(limits)
        part(&cutter)
        if cutter.hasCut { hasCut = true }
    }

    private mutating func append(_ span: OTLPModel.Span, _ limits: DecodeLimits) {
        guard let trace = TraceID(bytes: span.traceID), let id = SpanID(bytes: span.spanID) else { return }
        beginSpan()
        let name = Array(span.name.utf8)
        if !name.isEmpty { setName(name.span, 0..<name.count) }
        for pair in span.attributes {
            let key = Array(pair.key.utf8)
            attribute(pair.value, key.span, key: 0..<key.count)
        }
        endAttributes()
        appendFields(of: span, limits)
        endSpan(
            SpanCore(
                traceHigh: trace.high, traceLow: trace.low, spanID: id.rawValue,
                parentID: SpanID(bytes: span.parentSpanID)?.rawValue ?? 0,
                start: span.startTimeUnixNano, end: span.endTimeUnixNano,
                kind: span.kind.rawValue, status: span.status.code.rawValue, flags: span.flags))
    }

    private mutating func appendFields(of span: OTLPModel.Span, _ limits: DecodeLimits) {
        text(.traceState, span.traceState)
        text(.statusMessage, span.status.message)
        count(.droppedAttributesCount, UInt64(span.droppedAttributesCount) + droppedAttributes)
        var events = ProtobufWriter()
        for var event in span.events.prefix(limits.eventsMax) {
            cut { $0.cut(&event) }
            events.message(11) { event.write(to: &$0) }
        }
        field(.events, events.bytes)
        let eventsLeftOut = max(0, span.events.count - limits.eventsMax)
        let linksLeftOut = max(0, span.links.count - limits.linksMax)
        if eventsLeftOut + linksLeftOut > 0 { hasCut = true }
        count(.droppedEventsCount, UInt64(span.droppedEventsCount) + UInt64(eventsLeftOut))
        var links = ProtobufWriter()
        for var link in span.links.prefix(limits.linksMax) {
            cut { $0.cut(&link) }
            links.message(13) { link.write(to: &$0) }
        }
        field(.links, links.bytes)
        count(.droppedLinksCount, UInt64(span.droppedLinksCount) + UInt64(linksLeftOut))
    }

    mutating func count(_ name: FieldColumn, _ number: UInt64) {
        // The field has 32 bits.
        if number != 0 { field(name, number: min(number, UInt64(UInt32.max))) }
    }

    private mutating func text(_ name: FieldColumn, _ text: String) {
        let bytes = Array(text.utf8)
        if !bytes.isEmpty { limitedField(name, bytes.span, bytes.indices) }
    }

    private mutating func field(_ name: FieldColumn, _ bytes: [UInt8]) {
        if !bytes.isEmpty { field(name, bytes.span, 0..<bytes.count) }
    }
}

extension OTLPModel.Span {
    /// What is wrong with a span's ids; nil when the span can be stored.
    fileprivate var idProblem: String? {
        if !parentSpanID.isEmpty, parentSpanID.count != 8 {
            return "parent_span_id must be 8 bytes, or empty for a root"
        }
        if SpanID(bytes: spanID) == nil { return "span_id must be 8 bytes that are not all zero" }
        if TraceID(bytes: traceID) == nil { return "trace_id must be 16 bytes that are not all zero" }
        return nil
    }
}

extension ResourceSpans {
    /// The canonical bytes.
    func protobufBytes() -> [UInt8] {
        var writer = ProtobufWriter()
        write(to: &writer)
        return writer.bytes
    }
}

extension ScopeSpans {
    /// The canonical bytes.
    func protobufBytes() -> [UInt8] {
        var writer = ProtobufWriter()
        write(to: &writer)
        return writer.bytes
    }
}
