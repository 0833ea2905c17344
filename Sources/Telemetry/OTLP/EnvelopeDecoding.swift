import OTLPModel

/// Reads what stands around lists of spans, metrics or log records: a resource or a scope, and a schema URL. All
/// signals have them in the same fields:
///
/// ```
/// message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
/// message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
/// ```
struct EnvelopeDecoding: ~Escapable {
    private let body: ByteSpan
    private let limits: DecodeLimits
    private var cutter: PartCutter
    /// Whether something was left out because it was too much.
    var hasCut: Bool { cutter.hasCut }
    /// Pays for what is decoded into values.
    private let allowance: MemoryAllowance?
    private(set) var problem: MessageDecoding.Problem?

    @_lifetime(copy body)
    init(_ body: ByteSpan, _ limits: DecodeLimits, allowance: MemoryAllowance?) {
        self.body = body
        self.limits = limits
        cutter = PartCutter(limits)
        self.allowance = allowance
    }

    private struct Envelope {
        var header: Range<Int>?
        var schemaURL = 0..<0
    }

    private mutating func report(_ newProblem: MessageDecoding.Problem?) {
        guard let newProblem else { return }
        if case .unusual? = problem { problem = newProblem }
        if problem == nil { problem = newProblem }
    }

    /// Reads field 1 and 3 and passes over the messages of field 2: they need what may come after them.
    private mutating func envelope(_ range: Range<Int>) -> Envelope {
        var envelope = Envelope()
        var cursor = WireCursor(body, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2:
                if envelope.header != nil { report(.unusual(at: cursor.index)) }
                envelope.header = cursor.lengthDelimited()
            case 2 << 3 | 2: _ = cursor.lengthDelimited()
            case 3 << 3 | 2: envelope.schemaURL = cursor.lengthDelimited()
            default: cursor.skipUnknown(tag, knownThrough: 3)
            }
        }
        if cursor.failed { report(.malformed(at: cursor.failedAt)) }
        return envelope
    }

    /// Canonical `ResourceSpans` bytes without the spans.
    mutating func resource(_ range: Range<Int>) -> [UInt8] {
        let envelope = envelope(range)
        guard problem == nil else { return [] }
        let check = CanonicalCheck(body, limits)
        if let header = envelope.header, check.resource(header),
            UTF8Text.isValid(body.extracting(envelope.schemaURL))
        {
            return canonicalBytes(envelope, header)
        }
        var decoding = MessageDecoding(body, limits, allowance: allowance)
        var resource = envelope.header.map { decoding.resource($0) } ?? Resource()
        cutter.cut(&resource)
        let schemaURL = decoding.text(envelope.schemaURL)
        report(decoding.problem)
        cutter.note(decoding)
        return ResourceSpans(resource: resource, schemaURL: schemaURL).protobufBytes()
    }

    /// Canonical `ScopeSpans` bytes without the spans.
    mutating func scope(_ range: Range<Int>) -> [UInt8] {
        let envelope = envelope(range)
        guard problem == nil else { return [] }
        let check = CanonicalCheck(body, limits)
        if let header = envelope.header, check.scope(header),
            UTF8Text.isValid(body.extracting(envelope.schemaURL))
        {
            return canonicalBytes(envelope, header)
        }
        var decoding = MessageDecoding(body, limits, allowance: allowance)
        var scope = envelope.header.map { decoding.scope($0) } ?? InstrumentationScope()
        cutter.cut(&scope)
        let schemaURL = decoding.text(envelope.schemaURL)
        report(decoding.problem)
        cutter.note(decoding)
        return ScopeSpans(scope: scope, schemaURL: schemaURL).protobufBytes()
    }

    /// An envelope whose parts are canonical: field 1 unless it is empty, and field 3 unless it is.
    private func canonicalBytes(_ envelope: Envelope, _ header: Range<Int>) -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(header.count + envelope.schemaURL.count + 12)
        for (tag, range) in [(1 << 3 | 2, header), (3 << 3 | 2, envelope.schemaURL)] where !range.isEmpty {
            writer.byte(UInt8(tag))
            writer.varint(range.count)
            writer.append(body.extracting(range))
        }
        return writer.bytes
    }
}
