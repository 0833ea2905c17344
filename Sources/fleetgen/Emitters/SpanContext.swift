import OTLPModel

/// What W3C trace context carries from one span to the next.
struct SpanContext: Hashable, Sendable {
    /// 16 bytes, not all zero.
    let traceID: [UInt8]
    /// 8 bytes, not all zero.
    let spanID: [UInt8]

    init(traceID: [UInt8], spanID: [UInt8]) {
        self.traceID = traceID
        self.spanID = spanID
    }

    /// What a span hands on.
    init(of span: OTLPModel.Span) {
        self.init(traceID: span.traceID, spanID: span.spanID)
    }

    /// The first span of a new trace.
    static func root(using generator: inout SeededGenerator) -> SpanContext {
        SpanContext(
            traceID: generator.identifier(byteCount: 16), spanID: generator.identifier(byteCount: 8))
    }

    /// Another span of the same trace.
    func child(using generator: inout SeededGenerator) -> SpanContext {
        SpanContext(traceID: traceID, spanID: generator.identifier(byteCount: 8))
    }
}
