import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Zipkin's spans become OpenTelemetry's, by its rules")
struct ZipkinDecoderTests {
    private func decoded(_ text: String) throws -> ExportTraceServiceRequest {
        let body = Array(text.utf8)
        var decoder = ZipkinDecoder(body.span)
        return try decoder.request()
    }

    private func span(_ members: String) throws -> OTLPModel.Span {
        try decoded("[{\(members)}]").resourceSpans[0].scopeSpans[0].spans[0]
    }

    @Test("every field has its place")
    func everyField() throws {
        let request = try decoded(
            #"""
            [{
              "traceId": "5af7183fb1d4cf5f5af7183fb1d4cf5f", "id": "352bff9a74ca9ad2", "parentId": "6b221d5bc9e6496c",
              "name": "get /mod", "kind": "CLIENT", "timestamp": 1790000000123456, "duration": 1431,
              "localEndpoint": {"serviceName": "edge", "ipv4": "192.0.2.1", "port": 8080},
              "remoteEndpoint": {"serviceName": "origin", "ipv6": "2001:db8::1", "port": 443},
              "annotations": [{"timestamp": 1790000000123500, "value": "wire.send"}],
              "tags": {"http.method": "GET", "empty": ""},
              "debug": true, "shared": false, "new": [1, {"a": null}]
            }]
            """#)
        var span = OTLPModel.Span()
        let half: [UInt8] = [0x5a, 0xf7, 0x18, 0x3f, 0xb1, 0xd4, 0xcf, 0x5f]
        span.traceID = half + half
        span.spanID = [0x35, 0x2b, 0xff, 0x9a, 0x74, 0xca, 0x9a, 0xd2]
        span.parentSpanID = [0x6b, 0x22, 0x1d, 0x5b, 0xc9, 0xe6, 0x49, 0x6c]
        span.name = "get /mod"
        span.kind = .client
        span.startTimeUnixNano = 1_790_000_000_123_456_000
        span.endTimeUnixNano = 1_790_000_000_124_887_000
        span.events = [SpanEvent(timeUnixNano: 1_790_000_000_123_500_000, name: "wire.send")]
        span.attributes = [
            KeyValue("http.method", .string("GET")), KeyValue("empty", .string("")),
            KeyValue("network.local.address", .string("192.0.2.1")),
            KeyValue("network.local.port", .int(8_080)),
            KeyValue("peer.service", .string("origin")),
            KeyValue("network.peer.address", .string("2001:db8::1")),
            KeyValue("network.peer.port", .int(443)),
        ]
        let resource = Resource(attributes: [KeyValue("service.name", .string("edge"))])
        #expect(
            request
                == ExportTraceServiceRequest(resourceSpans: [
                    ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: [span])])
                ]))
    }

    @Test(
        "kinds: without one a span is internal",
        arguments: [
            ("\"SERVER\"", 2), ("\"CLIENT\"", 3), ("\"PRODUCER\"", 4), ("\"CONSUMER\"", 5), ("null", 1),
            ("\"new\"", 0),
        ] as [(String, Int32)])
    func kinds(text: String, kind: Int32) throws {
        #expect(try span("\"kind\":\(text)").kind.rawValue == kind)
    }

    @Test(
        "ids: leading zeros may be left out, hex digits are of either case",
        arguments: [("1", 1), ("0a", 10), ("FFFFffffFFFFffff", .max)] as [(String, UInt64)])
    func identifiers(text: String, value: UInt64) throws {
        let span = try span(#""traceId":"\#(text)","id":"\#(text)""#)
        #expect(TraceID(bytes: span.traceID) == TraceID(high: 0, low: value))
        #expect(SpanID(bytes: span.spanID)?.rawValue == value)
    }

    @Test(
        "status: of the tags that OpenTelemetry writes, and of Zipkin's own",
        arguments: [
            (#""otel.status_code":"OK""#, 1, ""), (#""otel.status_code":"ERROR","error":"gone""#, 2, "gone"),
            (#""error":"gone""#, 2, "gone"), (#""error":"true""#, 2, ""), (#""error":"""#, 2, ""),
            (#""error":"false""#, 0, ""), (#""error":true"#, 2, ""), ("", 0, ""),
            (#""otel.status_code":"UNSET""#, 0, ""),
        ] as [(String, Int32, String)])
    func status(tags: String, code: Int32, message: String) throws {
        let span = try span("\"tags\":{\(tags)}")
        #expect(span.status == SpanStatus(code: StatusCode(rawValue: code), message: message))
        #expect(span.attributes.isEmpty)
    }

    @Test("tags that stand for fields become these, a peer that is named explicitly stays")
    func fieldsInTags() throws {
        let request = try decoded(
            #"""
            [{"traceId":"1","id":"1","remoteEndpoint":{"serviceName":"other"},"tags":{"peer.service":"mine",
              "otel.scope.name":"lib","otel.scope.version":"2","otel.dropped_attributes_count":"3",
              "otel.dropped_events_count":"4","otel.dropped_links_count":"x","n":5}}]
            """#)
        let scope = request.resourceSpans[0].scopeSpans[0]
        #expect(scope.scope == InstrumentationScope(name: "lib", version: "2"))
        #expect(scope.spans[0].droppedAttributesCount == 3)
        #expect(scope.spans[0].droppedEventsCount == 4)
        #expect(
            scope.spans[0].attributes == [
                KeyValue("peer.service", .string("mine")), KeyValue("otel.dropped_links_count", .string("x")),
                KeyValue("n", .string("5")),
            ])
    }

    @Test("spans of several services in one list become several resources")
    func resources() throws {
        let request = try decoded(
            #"""
            [{"id":"1","localEndpoint":{"serviceName":"a"}},{"id":"2","localEndpoint":{"serviceName":"b"}},
             {"id":"3","localEndpoint":{"serviceName":"a"}},{"id":"4"}, null]
            """#)
        #expect(
            request.resourceSpans.map { $0.resource.attributes.string(of: "service.name") } == [
                "a", "b", nil,
            ])
        #expect(request.resourceSpans.map { $0.scopeSpans[0].spans.count } == [2, 1, 1])
    }

    @Test("times that are missing, or too large, do no harm")
    func times() throws {
        #expect(try span(#""name":"x""#).endTimeUnixNano == 0)
        #expect(try span(#""timestamp":5"#).endTimeUnixNano == 5_000)
        let large = try span(#""timestamp":18446744073709551615,"duration":18446744073709551615"#)
        #expect(large.startTimeUnixNano == .max)
        #expect(large.endTimeUnixNano == .max)
    }

    @Test("an empty body and an empty list hold no spans", arguments: ["", " ", "[]"])
    func empty(text: String) throws {
        #expect(try decoded(text) == ExportTraceServiceRequest())
    }

    @Test(
        "what is no list of spans is refused, and the message says where",
        arguments: [
            ("{}", "json 1:1: expected an array, found an object"),
            (#"[{"traceId":"xyz"}]"#, "[0].traceId: not an id: expected up to 32 hex digits"),
            (#"[{"id":"11111111111111111"}]"#, "[0].id: not an id: expected up to 16 hex digits"),
            (#"[{"timestamp":-1}]"#, "[0].timestamp: an integer outside"),
            (#"[{"tags":{"a":[]}}]"#, "[0].tags.a: expected a text"), ("[", "the body ends"),
            ("[{}] x", "expected nothing after"),
        ])
    func malformed(text: String, message: String) throws {
        let error = try #require(throws: DecodeError.self) { try decoded(text) }
        #expect(error.code == .malformedJSON)
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test("two million empty spans are refused before they fill the memory")
    func memoryIsBounded() throws {
        let body = Array(("[" + String(repeating: "{},", count: 2_000_000) + "{}]").utf8)
        let error = try #require(throws: DecodeError.self) {
            try DecodedTraces.fromZipkin(body.span, arrival: someArrival)
        }
        #expect(error.code == .tooLarge)
    }

    @Test("what is cut or changed anywhere is read or refused")
    func mutations() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let body = Array(
            #"[{"traceId":"1","id":"2","tags":{"error":"x","a":"b"},"annotations":[{"timestamp":1,"value":"v"}]}]"#
                .utf8)
        for length in 0..<body.count {
            _ = try? DecodedTraces.fromZipkin(body.span.extracting(0..<length), arrival: someArrival)
        }
        for _ in 0..<2_000 {
            var changed = body
            changed[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(
                in: 0 ... .max, using: &random)
            _ = try? DecodedTraces.fromZipkin(changed.span, arrival: someArrival)
        }
    }
}
