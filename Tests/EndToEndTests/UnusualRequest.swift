import OTLPModel

/// A request with everything that OTLP allows and a file format easily forgets.
enum UnusualRequest {
    static func make() -> ExportTraceServiceRequest {
        let entity = EntityRef(
            schemaURL: "https://example.com/entities", type: "host", idKeys: ["host.id", ""],
            descriptionKeys: ["host.name"])
        let resource = Resource(
            attributes: [KeyValue("host.name", .string("edge-1")), KeyValue("", .empty)],
            droppedAttributesCount: 3, entityRefs: [entity, EntityRef()])
        let scope = InstrumentationScope(
            name: "scope", version: "1", attributes: [KeyValue("list", .array([]))], droppedAttributesCount: 1
        )
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(
                resource: resource,
                scopeSpans: [
                    ScopeSpans(scope: scope, spans: strangeTrace, schemaURL: "https://example.com/scope"),
                    ScopeSpans(spans: [manyAttributes, nothingButIDs]),
                ], schemaURL: "https://example.com/resource"),
            ResourceSpans(scopeSpans: [ScopeSpans(spans: longTrace)]),
        ])
    }

    private static func span(trace: UInt64, _ id: UInt64, parent: UInt64 = 0) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = SampleRequest.id(trace, count: 16)
        span.spanID = SampleRequest.id(id, count: 8)
        if parent != 0 { span.parentSpanID = SampleRequest.id(parent, count: 8) }
        return span
    }

    private static let nothingButIDs = span(trace: 3, 1)

    /// More attributes than a layout has room for.
    private static var manyAttributes: OTLPModel.Span {
        var span = span(trace: 2, 1)
        span.attributes = (0..<1_500).map { KeyValue("key.\($0 % 1_400)", .int(Int64($0) - 700)) }
        span.attributes.append(
            KeyValue("nested", .keyValueList([KeyValue("a", .array([.empty, .double(0)]))])))
        span.droppedAttributesCount = .max
        return span
    }

    /// Times that run backwards and past 2262, parents that are nobody, oneself and a circle, numbers
    /// without a name, keys that repeat with one type and with others.
    private static var strangeTrace: [OTLPModel.Span] {
        var spans = [
            span(trace: 1, 1, parent: 1), span(trace: 1, 2, parent: 3), span(trace: 1, 3, parent: 2),
            span(trace: 1, 4, parent: 99), span(trace: 1, 5), span(trace: 1, 5, parent: 98),
        ]
        spans[0].startTimeUnixNano = .max
        spans[0].endTimeUnixNano = 1
        spans[1].startTimeUnixNano = 1_700_000_000_000_000_000
        spans[1].endTimeUnixNano = 1_600_000_000_000_000_000
        spans[1].kind = SpanKind(rawValue: -3)
        spans[1].status = SpanStatus(code: StatusCode(rawValue: 7), message: "zwölf\u{0}")
        spans[1].flags = .max
        spans[2].kind = SpanKind(rawValue: .max)
        spans[2].traceState = "vendor=a:b"
        spans[2].attributes = [
            KeyValue("key", .int(.min)), KeyValue("key", .int(.max)), KeyValue("key", .string("")),
            KeyValue("key", .empty), KeyValue("key", .bytes([])), KeyValue("key", .bool(false)),
            KeyValue("key", .double(-0.0)), KeyValue("key", .double(.nan)), KeyValue("key", .array([])),
            KeyValue("key", .keyValueList([])), KeyValue("key", .int(0)), KeyValue("", .string("模块")),
        ]
        spans[3].events = [
            SpanEvent(),
            SpanEvent(timeUnixNano: .max, name: "last", attributes: [KeyValue("e", .bool(true))]),
        ]
        spans[3].droppedEventsCount = 2
        var link = SpanLink()
        link.traceID = [1, 2, 3]
        link.flags = 0x101
        link.droppedAttributesCount = 1
        spans[3].links = [link, SpanLink()]
        spans[3].droppedLinksCount = 4
        return spans
    }

    /// A trace of more spans than are searched one by one, and columns that take several bytes a value.
    private static var longTrace: [OTLPModel.Span] {
        (1...300).map { number in
            var span = span(trace: 4, UInt64(number), parent: number == 1 ? 0 : UInt64(number / 2))
            span.name = "step \(number % 7)"
            span.kind = .internal
            span.startTimeUnixNano = 1_700_000_000_000_000_000 + UInt64((number * 7_919) % 300) * 1_000_003
            span.endTimeUnixNano = span.startTimeUnixNano + UInt64(number) * 65_537
            span.attributes = [
                KeyValue("same", .int(1 << 40)), KeyValue("number", .int(Int64(number) * -1_000_003)),
                KeyValue("ratio", .double(1 / Double(number))),
                KeyValue("path", .string("/module/\(number % 50)/@v/list")),
            ]
            return span
        }
    }
}
