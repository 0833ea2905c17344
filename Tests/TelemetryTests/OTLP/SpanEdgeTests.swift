import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The edges of what a span may be", .timeLimit(.minutes(15)))
struct SpanEdgeTests {
    /// Decodes a request of one span by all ways, and gives back what is stored of it.
    private func stored(_ span: OTLPModel.Span) throws -> (spans: [StoredSpan], decoded: DecodedTraces) {
        let body = Sample.request([span]).protobufBytes()
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        let byReference = try DecodedTraces.fromProtobuf(
            body.span, arrival: someArrival, decoder: .reference)
        // What was refused leaves values behind that nothing refers to.
        if decoded.rejectedSpans == 0 { #expect(byReference.batch.encoded() == decoded.batch.encoded()) }
        #expect(byReference.rejectedSpans == decoded.rejectedSpans)
        return (try decoded.batch.storedSpans(), decoded)
    }

    @Test(
        "F1: a trace id that is not 16 bytes, or zeros, costs its span alone", arguments: [0, 1, 15, 16, 17])
    func traceIDs(length: Int) throws {
        var span = Sample.span(trace: 1, id: 1)
        span.traceID = [UInt8](repeating: 0, count: length)
        let (spans, decoded) = try stored(span)
        #expect(spans.isEmpty)
        #expect(decoded.rejectedSpans == 1)
        #expect(decoded.rejectionReason == "trace_id must be 16 bytes that are not all zero")
    }

    @Test("F1: a span id that is not 8 bytes, or zeros, costs its span alone", arguments: [0, 1, 7, 8, 9])
    func spanIDs(length: Int) throws {
        var span = Sample.span(trace: 1, id: 1)
        span.spanID = [UInt8](repeating: 0, count: length)
        let (spans, decoded) = try stored(span)
        #expect(spans.isEmpty)
        #expect(decoded.rejectedSpans == 1)
    }

    @Test("F2: no parent makes a root, and so does one of eight zeros, which is noted")
    func roots() throws {
        let (roots, plain) = try stored(Sample.span(trace: 1, id: 1))
        #expect(roots.map(\.span.parentSpanID) == [[]])
        #expect(!plain.notes.contains(.zeroParent))
        var span = Sample.span(trace: 1, id: 1)
        span.parentSpanID = [UInt8](repeating: 0, count: 8)
        let (zeros, decoded) = try stored(span)
        #expect(zeros.map(\.span.parentSpanID) == [[]])
        #expect(decoded.notes.contains(.zeroParent))
    }

    @Test(
        "F3: flags are stored, those of W3C, has_is_remote and is_remote",
        arguments: [0, 1, 0x100, 0x301, .max] as [UInt32])
    func flags(flags: UInt32) throws {
        var span = Sample.span(trace: 1, id: 1)
        span.flags = flags
        #expect(try stored(span).spans.map(\.span.flags) == [flags])
    }

    @Test(
        "F4: enum values that nobody knows are stored as their numbers", arguments: [9, -1, .max] as [Int32])
    func enums(value: Int32) throws {
        var span = Sample.span(trace: 1, id: 1)
        span.kind.rawValue = value
        span.status.code.rawValue = value
        let spans = try stored(span).spans
        #expect(spans.map(\.span.kind.rawValue) == [value])
        #expect(spans.map(\.span.status.code.rawValue) == [value])
    }

    @Test(
        "F5: times are stored as they came: none, an end before the start, a year ahead, no duration",
        arguments: [
            (0, 0), (Sample.baseNanos, Sample.baseNanos - 1), (Sample.baseNanos, 0),
            (Sample.baseNanos, Sample.baseNanos),
            (Sample.baseNanos + 31_536_000_000_000_000, Sample.baseNanos + 31_536_000_000_000_001),
        ] as [(UInt64, UInt64)])
    func times(start: UInt64, end: UInt64) throws {
        var span = Sample.span(trace: 1, id: 1)
        span.startTimeUnixNano = start
        span.endTimeUnixNano = end
        let spans = try stored(span).spans
        #expect(spans.map(\.span.startTimeUnixNano) == [start])
        #expect(spans.map(\.span.endTimeUnixNano) == [end])
    }

    @Test("hostile 54: the largest times and those in the wrong order never make a negative duration")
    func durations() async throws {
        let folder = try TemporaryDirectory()
        let store = try TelemetryStore.open(path: folder.file("telemetry.db"))
        let times: [(UInt64, UInt64)] = [(0, .max), (.max, 0), (5, 3), (0, 0), (.max, .max)]
        let spans = times.enumerated().map { index, time in
            var span = Sample.span(trace: 1, id: UInt8(index + 1))
            (span.startTimeUnixNano, span.endTimeUnixNano) = time
            return span
        }
        try await store.append(Sample.request(spans))
        await store.sealNow()
        await store.close()
        let reader = try TelemetryReader(path: folder.file("telemetry.db"))
        let id = try #require(TraceID(bytes: TraceBytes.trace(1)))
        guard case .found(_, let found, _) = try reader.trace(prefix: id.hex) else {
            Issue.record("not found")
            return
        }
        #expect(found.count == times.count)
        for span in found {
            let (start, end) = times[Int(span.span.spanID[7]) - 1]
            #expect(span.span.startTimeUnixNano == start && span.span.endTimeUnixNano == end)
        }
        let window = TimeWindow(since: .distantPast, until: .distantFuture)
        let slowest = try reader.slowest(SlowestQuery(window: window, limit: 10))
        #expect(slowest.rows.allSatisfy { $0.durationNanos >= 0 })
    }

    @Test("F6: attributes of every type and shape come back exactly, repeated keys and empty ones too")
    func attributes() throws {
        let attributes = [
            KeyValue("empty", .empty), KeyValue("bool", .bool(true)), KeyValue("least", .int(.min)),
            KeyValue("most", .int(.max)), KeyValue("double", .double(-0.0)),
            KeyValue("bytes", .bytes([0, 255])),
            KeyValue("mixed", .array([.int(1), .string("x"), .empty, .array([.bool(false)])])),
            KeyValue("nested", .keyValueList([KeyValue("", .keyValueList([KeyValue("a", .int(1))]))])),
            KeyValue("twice", .int(1)), KeyValue("twice", .int(2)), KeyValue("", .string("no key")),
        ]
        let (spans, decoded) = try stored(Sample.span(trace: 1, id: 1, attributes: attributes))
        #expect(spans.map(\.span.attributes) == [attributes])
        #expect(spans.first?.span.attributes.int(of: "twice") == 2)
        #expect(decoded.notes.contains(.repeatedKeys))
        let once = try stored(Sample.span(trace: 1, id: 1, attributes: [attributes[0], attributes[1]]))
            .decoded
        #expect(!once.notes.contains(.repeatedKeys))
    }

    @Test("F8: without a service name, and without anything that names the node, the sender's address does")
    func noResource() throws {
        var request = Sample.request([Sample.span(trace: 1, id: 1)])
        request.resourceSpans[0].resource = Resource()
        let body = request.protobufBytes()
        let spans = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch.storedSpans()
        let span = try #require(spans.first)
        #expect(span.resource == Resource())
        #expect(
            NodeIdentity(resource: span.resource, peerAddress: span.peerAddress)
                == NodeIdentity(name: "192.0.2.7", source: .peerAddress))
    }

    @Test("J17: of two service names in a resource the last one counts, and both are kept")
    func repeatedServiceName() throws {
        var request = Sample.request([Sample.span(trace: 1, id: 1)], service: "first")
        request.resourceSpans[0].resource.attributes.append(KeyValue("service.name", .string("last")))
        let body = request.protobufBytes()
        let spans = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch.storedSpans()
        #expect(spans.first?.resource == request.resourceSpans[0].resource)
        #expect(spans.first?.resource.attributes.string(of: "service.name") == "last")
    }

    @Test("hostile 47: text that is not UTF-8 costs nothing but itself, and is noted")
    func brokenText() throws {
        var body = Sample.request([Sample.span(trace: 1, id: 1, name: "GET")]).protobufBytes()
        let start = try #require(body.firstRange(of: Array("GET".utf8))).lowerBound
        body[start] = 0xff
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        #expect(decoded.notes.contains(.brokenText))
        #expect(try decoded.batch.storedSpans().map(\.span.name) == ["\u{fffd}ET"])
    }

    @Test(
        "J13: times in seconds, milliseconds and microseconds are told apart from nanoseconds",
        arguments: [
            (1_790_000_000, .seconds), (1_790_000_000_000, .milliseconds),
            (1_790_000_000_000_000, .microseconds), (9_999_999_999_999_999, .microseconds),
            (1_790_000_000_000_000_000, nil), (0, nil), (31_535_999, nil), (10_000_000_000_000_000, nil),
        ] as [(UInt64, OriginInspection.TimeUnit?)])
    func timeUnits(time: UInt64, unit: OriginInspection.TimeUnit?) throws {
        // One of three spans, and in its end alone.
        var spans = (1...3).map { Sample.span(trace: 1, id: UInt8($0)) }
        spans[1].endTimeUnixNano = time
        let body = Sample.request(spans).protobufBytes()
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        #expect(TelemetryBatch.spans(decoded.batch).timesInUnit == (unit.map { [$0: 1] } ?? [:]))
    }
}
