import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

/// Real requests to a real collector, and what `doctor` then says of their sender.
@Suite("What doctor finds", .timeLimit(.minutes(15)))
struct SenderFindingTests {
    private static let named = [
        KeyValue("service.name", .string("modproxy")), KeyValue("service.instance.id", .string("edge-1")),
        KeyValue("telemetry.sdk.language", .string("go")),
    ]

    /// A request of one span that is right in every respect, changed.
    private func body(
        _ attributes: [KeyValue] = named, seed: UInt8 = 1, spans: Int = 1,
        _ change: (inout Span) -> Void = { _ in }
    ) -> [UInt8] {
        var request = SampleRequest.request(spans: spans, seed: seed)
        request.resourceSpans[0].resource.attributes = attributes
        let now = UInt64(UnixNanos.now().rawValue)
        for index in request.resourceSpans[0].scopeSpans[0].spans.indices {
            var span = request.resourceSpans[0].scopeSpans[0].spans[index]
            span.startTimeUnixNano = now - 5_000_000
            span.endTimeUnixNano = now - 1_000_000
            span.parentSpanID = [9, 9, 9, 9, 9, 9, 9, 9]
            change(&span)
            request.resourceSpans[0].scopeSpans[0].spans[index] = span
        }
        return request.protobufBytes()
    }

    /// The findings after some requests, with their details.
    private func findings(after bodies: [[UInt8]]) async throws -> [String: String] {
        var found: [String: String] = [:]
        try await TestCollector.with { collector async throws in
            for body in bodies { #expect(try await collector.post(body).status == 200) }
            let connection = try await WireConnection(port: collector.adminPort)
            defer { connection.close() }
            connection.send("GET /doctor?format=json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let json = try JSONValue(parsing: try await connection.reply().text)
            for finding in json["senders"]?.elements.first?["findings"]?.elements ?? [] {
                guard let name = finding["finding"]?.text else { continue }
                found[name] = finding["detail"]?.text ?? ""
            }
        }
        return found
    }

    @Test("nothing of a sender that does everything right")
    func goodSender() async throws {
        #expect(try await findings(after: [body()]).isEmpty)
    }

    @Test(
        "no service.name, or one that an SDK made up",
        arguments: [nil, "", "unknown_service:caddy"] as [String?])
    func noServiceName(name: String?) async throws {
        let attributes =
            [KeyValue("service.instance.id", .string("edge-1"))]
            + (name.map { [KeyValue("service.name", .string($0))] } ?? [])
        let found = try await findings(after: [body(attributes)])
        #expect(found["no_service_name"] == (name?.isEmpty ?? true ? "unknown_service" : name))
    }

    @Test("no instance")
    func noInstance() async throws {
        let found = try await findings(after: [body([KeyValue("service.name", .string("modproxy"))])])
        #expect(found.keys.sorted() == ["no_instance_id"])
    }

    @Test("J17: service.name twice is stored with the last one, and told")
    func duplicateServiceName() async throws {
        let found = try await findings(after: [
            body(Self.named + [KeyValue("service.name", .string("other"))])
        ])
        #expect(found == ["duplicate_service_name": "2 times"])
    }

    @Test(
        "J13: times in seconds, milliseconds or microseconds are stored as they came, and told",
        arguments: [
            ("seconds", 1_000_000_000), ("milliseconds", 1_000_000), ("microseconds", 1_000),
        ] as [(String, UInt64)])
    func wrongUnit(unit: String, factor: UInt64) async throws {
        let found = try await findings(after: [
            body { span in
                span.startTimeUnixNano /= factor
                span.endTimeUnixNano /= factor
            }
        ])
        #expect(found == ["times_not_nanoseconds": unit])
    }

    @Test(
        "J13: one span of several with times in another unit is told, and an end alone, too",
        arguments: [true, false])
    func oneOfSeveral(isStart: Bool) async throws {
        let found = try await findings(after: [
            body(spans: 8) { span in
                guard span.spanID[7] == 5 else { return }
                if isStart { span.startTimeUnixNano /= 1_000_000 }
                span.endTimeUnixNano /= 1_000_000
            }
        ])
        #expect(found == ["times_not_nanoseconds": "milliseconds"])
    }

    @Test("J13: it is told, too, when the request is one that nobody looked into")
    func uninspected() async throws {
        let wrong = body(seed: 2, spans: 3) { span in
            if span.spanID[7] == 2 { span.startTimeUnixNano /= 1_000_000_000 }
        }
        let found = try await findings(after: [body(), wrong])
        // On a busy machine a second may have passed, and then it was looked into.
        #expect(found.keys.sorted() == ["times_not_nanoseconds"])
        #expect(found.values.first?.hasPrefix("seconds") == true)
    }

    @Test("keys that OTLP does not have, and nothing else")
    func unknownKeys() async throws {
        let found = try await findings(after: [SampleRequest.unknownField])
        #expect(found.keys.sorted() == ["unknown_fields"])
    }

    @Test("no start, and an end before it")
    func oddTimes() async throws {
        let noStart = body { $0.startTimeUnixNano = 0 }
        #expect(try await findings(after: [noStart]).keys.sorted() == ["no_start_time"])
        let early = body { $0.endTimeUnixNano = $0.startTimeUnixNano - 1 }
        #expect(try await findings(after: [early]).keys.sorted() == ["ends_before_start"])
    }

    @Test(
        "a clock that is ahead", arguments: [(400, false), (3_600_000, true)] as [(Int, Bool)])
    func clockAhead(millis: Int, isTold: Bool) async throws {
        let found = try await findings(after: [body { $0.endTimeUnixNano += UInt64(millis) * 1_000_000 }])
        #expect((found["clock_skew"]?.hasPrefix("ahead by ") ?? false) == isTold, "\(found)")
    }

    @Test("attributes that are empty, with their keys")
    func emptyAttributes() async throws {
        let found = try await findings(after: [
            body { span in
                span.attributes = [
                    KeyValue("a", .string("")), KeyValue("b", .string("x")), KeyValue("c", .string("")),
                ]
            }
        ])
        #expect(found == ["empty_attributes": "a, c"])
    }

    @Test("attributes under old names, with their keys")
    func oldNames() async throws {
        let found = try await findings(after: [
            body {
                $0.attributes = [
                    KeyValue("http.method", .string("GET")), KeyValue("http.route", .string("/")),
                ]
            }
        ])
        #expect(found == ["old_attribute_names": "http.method"])
    }

    @Test("no propagation: many server spans, none with a parent", arguments: [99, 100, 101])
    func noPropagation(spans: Int) async throws {
        let roots = body(spans: spans) { $0.parentSpanID = [] }
        #expect((try await findings(after: [roots])["no_propagation"] != nil) == (spans >= 100))
    }

    @Test("one server span with a parent is propagation")
    func somePropagation() async throws {
        let mixed = body(spans: 200) { $0.parentSpanID = $0.spanID[7] == 7 ? [1, 1, 1, 1, 1, 1, 1, 1] : [] }
        #expect(try await findings(after: [mixed]).isEmpty)
    }

    @Test("a span that was refused alone")
    func rejectedSpan() async throws {
        let found = try await findings(after: [body(spans: 2) { if $0.spanID[7] == 2 { $0.traceID = [1] } }])
        #expect(found.keys.sorted() == ["rejected_items"])
    }
}
