/// One span as OTLP carries it (`trace.v1.Span`), nothing normalised.
///
/// Ids are the bytes that were sent: an id of a wrong length is representable, so that a decoder can
/// hand it to whoever refuses it.
package struct Span: Hashable, Sendable {
    /// 16 bytes, not all zero, when valid.
    package var traceID: [UInt8] = []
    /// 8 bytes, not all zero, when valid.
    package var spanID: [UInt8] = []
    package var traceState = ""
    /// Empty for a root span, else 8 bytes.
    package var parentSpanID: [UInt8] = []
    /// Bits 0 to 7: W3C trace flags; 8: whether "parent is remote" is known; 9: parent is remote.
    package var flags: UInt32 = 0
    package var name = ""
    package var kind = SpanKind.unspecified
    /// Nanoseconds since the Unix epoch, UTC, as sent.
    package var startTimeUnixNano: UInt64 = 0
    /// Nanoseconds since the Unix epoch, UTC, as sent: may lie before the start.
    package var endTimeUnixNano: UInt64 = 0
    package var attributes: [KeyValue] = []
    package var droppedAttributesCount: UInt32 = 0
    package var events: [SpanEvent] = []
    package var droppedEventsCount: UInt32 = 0
    package var links: [SpanLink] = []
    package var droppedLinksCount: UInt32 = 0
    package var status = SpanStatus()

    package init() {}
}

/// The role of a span (OTLP `Span.SpanKind`). Open: a number that OTLP has no name for is kept.
package struct SpanKind: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = SpanKind(rawValue: 0)
    package static let `internal` = SpanKind(rawValue: 1)
    package static let server = SpanKind(rawValue: 2)
    package static let client = SpanKind(rawValue: 3)
    package static let producer = SpanKind(rawValue: 4)
    package static let consumer = SpanKind(rawValue: 5)
}

/// The outcome that the instrumentation gave a span (OTLP `Status`).
package struct SpanStatus: Hashable, Sendable {
    package var message = ""
    package var code = StatusCode.unset

    package init(code: StatusCode = .unset, message: String = "") {
        self.code = code
        self.message = message
    }
}

/// OTLP `Status.StatusCode`. Open: a number that OTLP has no name for is kept.
package struct StatusCode: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unset = StatusCode(rawValue: 0)
    package static let ok = StatusCode(rawValue: 1)
    package static let error = StatusCode(rawValue: 2)
}

/// Something that happened during a span (OTLP `Span.Event`).
package struct SpanEvent: Hashable, Sendable {
    /// Nanoseconds since the Unix epoch, UTC, as sent.
    package var timeUnixNano: UInt64 = 0
    package var name = ""
    package var attributes: [KeyValue] = []
    package var droppedAttributesCount: UInt32 = 0

    package init(
        timeUnixNano: UInt64 = 0, name: String = "", attributes: [KeyValue] = [],
        droppedAttributesCount: UInt32 = 0
    ) {
        self.timeUnixNano = timeUnixNano
        self.name = name
        self.attributes = attributes
        self.droppedAttributesCount = droppedAttributesCount
    }
}

/// A reference to a span of this or another trace (OTLP `Span.Link`). Ids are the bytes that were sent.
package struct SpanLink: Hashable, Sendable {
    package var traceID: [UInt8] = []
    package var spanID: [UInt8] = []
    package var traceState = ""
    package var attributes: [KeyValue] = []
    package var droppedAttributesCount: UInt32 = 0
    package var flags: UInt32 = 0

    package init() {}
}
