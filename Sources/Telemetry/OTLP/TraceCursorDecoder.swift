import OTLPModel

/// Decodes an `ExportTraceServiceRequest`, or an `ExportLogsServiceRequest`, in one pass over its bytes, straight
/// into columns.
///
/// ```
/// message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
/// message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
/// message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
/// ```
/// Those of logs have the same fields, with log records in the place of spans.
///
/// Spans with an id of a wrong length, or of zeros only, are refused alone (OTLP: such ids are invalid).
struct TraceCursorDecoder: ~Copyable, ~Escapable {
    let body: ByteSpan
    let limits: DecodeLimits
    private let items: Items
    var builder: SpanBatchBuilder
    private(set) var problem: MessageDecoding.Problem?
    /// Up to where in the body what became of it is paid for.
    private var paidThrough = 0
    /// Spans or log records that were refused alone.
    var rejectedItems = 0
    /// Log records whose ids were left out.
    var invalidIDs = 0
    /// Why the first of them was.
    var rejectionReason: String?
    /// Whether a parent was eight zeros.
    private(set) var hasZeroParent = false

    // The events and links of the span that is being read; kept to reuse their memory.
    private var events: [Range<Int>] = []
    private var links: [Range<Int>] = []

    /// What the scopes of a request hold.
    enum Items {
        case spans
        case logRecords
    }

    @_lifetime(copy body)
    init(
        _ body: ByteSpan, of items: Items = .spans, arrival: Arrival, limits: DecodeLimits,
        shapes: consuming SpanShapes
    ) {
        self.body = body
        self.limits = limits
        self.items = items
        builder = SpanBatchBuilder(arrival: arrival, shapes: shapes, limits: limits)
        builder.reserve(bodyBytes: body.count)
    }

    /// - Returns: the batch, and what the next decoder may begin with
    consuming func finish() -> (batch: SpanBatch, shapes: SpanShapes) { builder.finish() }

    mutating func decode() {
        var cursor = WireCursor(body, 0..<body.count)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: resourceSpans(cursor.lengthDelimited())
            default: cursor.skipUnknown(tag, knownThrough: 1)
            }
        }
        close(cursor)
    }

    @inline(__always)
    mutating func close(_ cursor: borrowing WireCursor) {
        if cursor.failed { report(.malformed(at: cursor.failedAt)) }
    }

    mutating func report(_ newProblem: MessageDecoding.Problem?) {
        guard let newProblem else { return }
        if case .unusual? = problem { problem = newProblem }
        if problem == nil { problem = newProblem }
    }

    private mutating func resourceSpans(_ range: Range<Int>) {
        payForBatch(at: range.lowerBound)
        var decoding = EnvelopeDecoding(body, limits, allowance: allowance)
        let resource = decoding.resource(range)
        report(decoding.problem)
        guard problem == nil else { return }
        if decoding.hasCut { builder.hasCut = true }
        builder.setResource(resource)
        var cursor = WireCursor(body, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            if tag == 2 << 3 | 2 {
                scopeSpans(cursor.lengthDelimited())
            } else {
                cursor.skip(tag)
            }
        }
    }

    private mutating func scopeSpans(_ range: Range<Int>) {
        payForBatch(at: range.lowerBound)
        var decoding = EnvelopeDecoding(body, limits, allowance: allowance)
        let scope = decoding.scope(range)
        report(decoding.problem)
        guard problem == nil else { return }
        if decoding.hasCut { builder.hasCut = true }
        builder.setScope(scope)
        var cursor = WireCursor(body, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            if tag == 2 << 3 | 2 {
                let item = cursor.lengthDelimited()
                switch items {
                case .spans: span(item)
                case .logRecords: logRecord(item)
                }
                payForBatch(at: item.upperBound)
            } else {
                cursor.skip(tag)
            }
        }
    }
}

// MARK: - Memory

extension TraceCursorDecoder {
    /// How much of the body is read before what became of it is looked at: 64 KiB, which become 2 MiB at the worst.
    private static var bytesBetweenPayments: Int { 64 << 10 }

    /// Pays for what decoding holds: now and then, for it costs more than it is worth for each item.
    @inline(__always)
    private mutating func payForBatch(at index: Int) {
        if index &- paidThrough >= Self.bytesBetweenPayments { payForAll(index) }
    }

    @inline(never)
    private mutating func payForAll(_ index: Int) {
        paidThrough = index
        do throws(DecodeError) {
            try limits.allowance?.cover(builder.memoryBytes)
        } catch {
            report(MessageDecoding.Problem(error))
        }
    }

    /// Pays for something that is decoded into values on its way into the batch.
    var allowance: MemoryAllowance? { limits.allowance?.beside(builder.memoryBytes) }
}

// MARK: - Spans

extension TraceCursorDecoder {
    /// The fields of a span that wait until all of it is read.
    private struct Pending {
        var traceState = 0..<0
        var statusMessage = 0..<0
        var hasStatus = false
        var droppedAttributes: UInt64 = 0
        var droppedEvents: UInt64 = 0
        var droppedLinks: UInt64 = 0
        var eventsLeftOut: UInt64 = 0
        var linksLeftOut: UInt64 = 0
        var badID: StaticString?
    }

    /// ```
    /// message Span {
    ///   bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4;
    ///   string name = 5; SpanKind kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    ///   repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
    ///   repeated Event events = 11; uint32 dropped_events_count = 12;
    ///   repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15; fixed32 flags = 16;
    /// }
    /// ```
    private mutating func span(_ range: Range<Int>) {
        var core = SpanBatchBuilder.SpanCore()
        var pending = Pending()
        builder.beginSpan()
        var cursor = WireCursor(body, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 9 << 3 | 2: attribute(cursor.lengthDelimited())
            case 1 << 3 | 2: traceID(cursor.lengthDelimited(), &core)
            case 2 << 3 | 2: core.spanID = spanID(cursor.lengthDelimited())
            case 3 << 3 | 2: pending.traceState = cursor.lengthDelimited()
            case 4 << 3 | 2: core.parentID = parentID(cursor.lengthDelimited(), &pending)
            case 5 << 3 | 2:
                builder.setName(body, cursor.lengthDelimited())
                // A span can have a name again and again.
                payForBatch(at: cursor.index)
            case 6 << 3 | 0: core.kind = Int32(truncatingIfNeeded: cursor.varint())
            case 7 << 3 | 1: core.start = cursor.fixed64()
            case 8 << 3 | 1: core.end = cursor.fixed64()
            case 10 << 3 | 0: pending.droppedAttributes = cursor.varint() & 0xffff_ffff
            case 11 << 3 | 2: keepEvent(cursor.lengthDelimited(), &pending)
            case 12 << 3 | 0: pending.droppedEvents = cursor.varint() & 0xffff_ffff
            case 13 << 3 | 2: keepLink(cursor.lengthDelimited(), &pending)
            case 14 << 3 | 0: pending.droppedLinks = cursor.varint() & 0xffff_ffff
            case 15 << 3 | 2: status(cursor.lengthDelimited(), &core, &pending)
            case 16 << 3 | 5: core.flags = cursor.fixed32()
            default: cursor.skipUnknown(tag, knownThrough: 16)
            }
        }
        close(cursor)
        endSpan(core, pending)
    }

    @inline(__always)
    private mutating func traceID(_ range: Range<Int>, _ core: inout SpanBatchBuilder.SpanCore) {
        let isSixteen = range.count == 16
        core.traceHigh = isSixteen ? body.loadBigEndianUInt64(at: range.lowerBound) : 0
        core.traceLow = isSixteen ? body.loadBigEndianUInt64(at: range.lowerBound &+ 8) : 0
    }

    /// 0, which no valid id is, when the length is wrong.
    @inline(__always)
    private func spanID(_ range: Range<Int>) -> UInt64 {
        range.count == 8 ? body.loadBigEndianUInt64(at: range.lowerBound) : 0
    }

    @inline(__always)
    private mutating func parentID(_ range: Range<Int>, _ pending: inout Pending) -> UInt64 {
        if range.count == 8 {
            pending.badID = nil
            let id = body.loadBigEndianUInt64(at: range.lowerBound)
            if id == 0 { hasZeroParent = true }
            return id
        }
        pending.badID = range.isEmpty ? nil : "parent_span_id"
        return 0
    }

    /// What is over the limit is not even remembered: an empty event takes two bytes, and its place sixteen.
    @inline(__always)
    private mutating func keepEvent(_ range: Range<Int>, _ pending: inout Pending) {
        guard events.count >= limits.eventsMax else { return events.append(range) }
        pending.eventsLeftOut &+= 1
        builder.hasCut = true
    }

    @inline(__always)
    private mutating func keepLink(_ range: Range<Int>, _ pending: inout Pending) {
        guard links.count >= limits.linksMax else { return links.append(range) }
        pending.linksLeftOut &+= 1
        builder.hasCut = true
    }

    /// `message Status { string message = 2; StatusCode code = 3; }`; field number 1 is reserved.
    private mutating func status(
        _ range: Range<Int>, _ core: inout SpanBatchBuilder.SpanCore, _ pending: inout Pending
    ) {
        if pending.hasStatus { report(.unusual(at: range.lowerBound)) }
        pending.hasStatus = true
        var cursor = WireCursor(body, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 2 << 3 | 2: pending.statusMessage = cursor.lengthDelimited()
            case 3 << 3 | 0: core.status = Int32(truncatingIfNeeded: cursor.varint())
            default: if tag >> 3 == 1 { cursor.skip(tag) } else { cursor.skipUnknown(tag, knownThrough: 3) }
            }
        }
        close(cursor)
    }

    private mutating func endSpan(_ core: SpanBatchBuilder.SpanCore, _ pending: Pending) {
        if core.traceHigh | core.traceLow == 0 || core.spanID == 0 || pending.badID != nil || builder.isFull {
            reject(core, pending)
        } else {
            builder.endAttributes()
            let pending = builder.hasCut ? countingLeftOut(pending) : pending
            if !pending.traceState.isEmpty { builder.limitedField(.traceState, body, pending.traceState) }
            if !pending.statusMessage.isEmpty {
                builder.limitedField(.statusMessage, body, pending.statusMessage)
            }
            if pending.droppedAttributes != 0 {
                builder.field(.droppedAttributesCount, number: pending.droppedAttributes)
            }
            if !events.isEmpty { eventsField() }
            if pending.droppedEvents != 0 {
                builder.field(.droppedEventsCount, number: pending.droppedEvents)
            }
            if !links.isEmpty { linksField() }
            if pending.droppedLinks != 0 { builder.field(.droppedLinksCount, number: pending.droppedLinks) }
            builder.endSpan(core)
        }
        if !events.isEmpty { events.removeAll(keepingCapacity: true) }
        if !links.isEmpty { links.removeAll(keepingCapacity: true) }
    }

    /// With what was left out of a span because it was too much.
    @inline(never)
    private func countingLeftOut(_ pending: Pending) -> Pending {
        var pending = pending
        if builder.droppedAttributes != 0 {
            pending.droppedAttributes = DroppedCount.sum(pending.droppedAttributes, builder.droppedAttributes)
        }
        if pending.eventsLeftOut != 0 {
            pending.droppedEvents = DroppedCount.sum(pending.droppedEvents, pending.eventsLeftOut)
        }
        if pending.linksLeftOut != 0 {
            pending.droppedLinks = DroppedCount.sum(pending.droppedLinks, pending.linksLeftOut)
        }
        return pending
    }

    private mutating func reject(_ core: SpanBatchBuilder.SpanCore, _ pending: Pending) {
        // A refused span is checked like any other: what is malformed in it refuses the request.
        eventsField()
        linksField()
        builder.abandonSpan()
        rejectedItems += 1
        guard rejectionReason == nil else { return }
        let isInvalid = core.traceHigh | core.traceLow == 0 || core.spanID == 0 || pending.badID != nil
        guard isInvalid else {
            rejectionReason = limits.tooManySpans
            return
        }
        let field: StaticString =
            pending.badID ?? (core.spanID == 0 ? "span_id" : "trace_id")
        let bytes = field.description == "trace_id" ? 16 : 8
        rejectionReason =
            pending.badID == nil
            ? "\(field) must be \(bytes) bytes that are not all zero"
            : "\(field) must be 8 bytes, or empty for a root"
    }

    private mutating func eventsField() {
        guard !events.isEmpty else { return }
        let check = CanonicalCheck(body, limits)
        var writer = ByteWriter()
        for range in events {
            writer.byte(11 << 3 | 2)
            if check.event(range) {
                writer.varint(range.count)
                writer.append(body.extracting(range))
            } else {
                var decoding = MessageDecoding(body, limits, allowance: allowance)
                var cutter = PartCutter(limits)
                var event = decoding.event(range)
                report(decoding.problem)
                cutter.note(decoding)
                cutter.cut(&event)
                if cutter.hasCut { builder.hasCut = true }
                var encoded = ProtobufWriter()
                event.write(to: &encoded)
                writer.counted(encoded.bytes)
            }
        }
        let bytes = writer.bytes
        builder.field(.events, bytes.span, 0..<bytes.count)
    }

    private mutating func linksField() {
        guard !links.isEmpty else { return }
        let check = CanonicalCheck(body, limits)
        var writer = ByteWriter()
        for range in links {
            writer.byte(13 << 3 | 2)
            if check.link(range) {
                writer.varint(range.count)
                writer.append(body.extracting(range))
            } else {
                var decoding = MessageDecoding(body, limits, allowance: allowance)
                var cutter = PartCutter(limits)
                var link = decoding.link(range)
                report(decoding.problem)
                cutter.note(decoding)
                cutter.cut(&link)
                if cutter.hasCut { builder.hasCut = true }
                var encoded = ProtobufWriter()
                link.write(to: &encoded)
                writer.counted(encoded.bytes)
            }
        }
        let bytes = writer.bytes
        builder.field(.links, bytes.span, 0..<bytes.count)
    }
}
