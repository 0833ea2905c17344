import OTLPModel
import TestSupport

/// Makes OTLP requests that exercise everything a span can hold, the odd included: repeated keys, empty
/// keys, text with NUL, nested values, numbers at their limits, unknown kinds and codes, times that make
/// no sense.
struct RequestGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func request(spansMax: Int = 12) -> ExportTraceServiceRequest {
        ExportTraceServiceRequest(
            resourceSpans: list(0...3) { generator in
                ResourceSpans(
                    resource: generator.resource(),
                    scopeSpans: generator.list(0...3) { inner in
                        ScopeSpans(
                            scope: inner.scope(), spans: inner.list(0...spansMax) { $0.span() },
                            schemaURL: inner.maybe { $0.text() } ?? "")
                    },
                    schemaURL: generator.maybe { $0.text() } ?? "")
            })
    }

    mutating func span() -> OTLPModel.Span {
        var span = OTLPModel.Span()
        // Few traces, so that spans of one meet in and across requests.
        span.traceID = TraceBytes.trace(UInt64.random(in: 1...40, using: &random))
        span.spanID = bytes(8)
        span.traceState = maybe { $0.text() } ?? ""
        if Bool.random(using: &random) { span.parentSpanID = bytes(8) }
        span.flags = maybe { UInt32.random(in: 0 ... .max, using: &$0.random) } ?? 0x101
        span.name = text()
        span.kind = SpanKind(rawValue: oneOf([0, 1, 2, 3, 4, 5, 99, -1]))
        span.startTimeUnixNano = oneOf([0, 1, 1_790_000_000_000_000_000, 1_790_000_000_123_456_789, .max])
        span.endTimeUnixNano = oneOf([
            0, span.startTimeUnixNano, span.startTimeUnixNano &+ 5_000_000, 17, .max,
        ])
        span.attributes = attributes()
        span.droppedAttributesCount = maybe { UInt32.random(in: 0 ... .max, using: &$0.random) } ?? 0
        span.events = maybe { generator in generator.list(1...3) { $0.event() } } ?? []
        span.droppedEventsCount = maybe { _ in 7 } ?? 0
        span.links = maybe { generator in generator.list(1...3) { $0.link() } } ?? []
        span.droppedLinksCount = maybe { _ in .max } ?? 0
        span.status = SpanStatus(
            code: StatusCode(rawValue: oneOf([0, 1, 2, 7, -3])), message: maybe { $0.text() } ?? "")
        return span
    }

    private mutating func event() -> SpanEvent {
        SpanEvent(
            timeUnixNano: oneOf([0, 1_790_000_000_000_000_001, .max]), name: text(), attributes: attributes(),
            droppedAttributesCount: oneOf([0, 3]))
    }

    private mutating func link() -> SpanLink {
        var link = SpanLink()
        link.traceID = bytes(oneOf([16, 16, 0, 5]))
        link.spanID = bytes(oneOf([8, 8, 0]))
        link.traceState = maybe { $0.text() } ?? ""
        link.attributes = attributes()
        link.droppedAttributesCount = oneOf([0, 9])
        link.flags = oneOf([0, 0x300])
        return link
    }

    mutating func resource() -> Resource {
        var attributes = attributes()
        if Bool.random(using: &random) { attributes.append(KeyValue("service.name", .string(text()))) }
        return Resource(
            attributes: attributes, droppedAttributesCount: oneOf([0, 4]),
            entityRefs: maybe { generator in
                generator.list(1...2) {
                    EntityRef(
                        schemaURL: $0.text(), type: $0.text(), idKeys: $0.list(0...2) { $0.text() },
                        descriptionKeys: $0.list(0...2) { $0.text() })
                }
            } ?? [])
    }

    mutating func scope() -> InstrumentationScope {
        InstrumentationScope(
            name: text(), version: text(), attributes: attributes(), droppedAttributesCount: oneOf([0, 2]))
    }

    mutating func attributes() -> [KeyValue] {
        list(0...6) { KeyValue($0.key(), $0.value(depth: 1)) }
    }

    mutating func value(depth: Int) -> AnyValue {
        switch Int.random(in: 0...(depth < 4 ? 9 : 6), using: &random) {
        case 0: .empty
        case 1: .string(text())
        case 2: .bool(Bool.random(using: &random))
        case 3: .int(oneOf([0, 1, -1, 200, .min, .max, Int64.random(in: .min ... .max, using: &random)]))
        case 4: .double(oneOf([0, -0.0, 1.5, .infinity, -.infinity, .greatestFiniteMagnitude, .nan]))
        case 5: .bytes(bytes(oneOf([0, 1, 20])))
        case 6: .string("")
        case 7: .array(list(0...3) { $0.value(depth: depth + 1) })
        case 8: .keyValueList(list(0...3) { KeyValue($0.key(), $0.value(depth: depth + 1)) })
        default: .string(text())
        }
    }

    private mutating func key() -> String {
        oneOf(["http.route", "url.path", "http.response.status_code", "a", "b", "", "ключ", "x\u{0}y"])
    }

    mutating func text() -> String {
        oneOf([
            "", "GET", "GET /{module}/@v/{version}.zip", "/github.com/!azure/x/@v/v1.0.0.mod", "naïve café",
            "日本語", "\u{0}nul\u{0}", "line\nbreak\u{1b}[2J", String(repeating: "long ", count: 40),
            String(UInt64.random(in: 0 ... .max, using: &random), radix: 36),
        ])
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 1...255, using: &random) }
    }

    mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    mutating func oneOf<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func maybe<Element>(_ make: (inout RequestGenerator) -> Element) -> Element? {
        Int.random(in: 0..<3, using: &random) == 0 ? make(&self) : nil
    }

    mutating func list<Element>(
        _ count: ClosedRange<Int>, _ make: (inout RequestGenerator) -> Element
    ) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<Int.random(in: count, using: &random) { elements.append(make(&self)) }
        return elements
    }
}

enum TraceBytes {
    /// A trace id that is told apart by a small number.
    static func trace(_ number: UInt64) -> [UInt8] {
        [UInt8](repeating: 0xab, count: 8)
            + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }
}
