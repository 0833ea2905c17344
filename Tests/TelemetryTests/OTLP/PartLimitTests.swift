import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What is kept of a part of a request that is too much")
struct PartLimitTests {
    /// A request whose parts all have so many attributes, and a text of so many bytes wherever one can be.
    private func request(attributes count: Int, text bytes: Int) -> ExportTraceServiceRequest {
        let text = String(repeating: "x", count: bytes)
        let attributes = (0..<count).map { KeyValue("key-\($0)", .string(text)) }
        var event = SpanEvent()
        event.timeUnixNano = 5
        event.name = text
        event.attributes = attributes
        var link = SpanLink()
        link.traceID = TraceBytes.trace(9)
        link.spanID = [1, 2, 3, 4, 5, 6, 7, 8]
        link.traceState = text
        link.attributes = attributes
        var span = Sample.span(trace: 1, id: 1)
        span.name = text
        span.traceState = text
        span.status.message = text
        span.events = [event]
        span.links = [link]
        var request = Sample.request([span])
        request.resourceSpans[0].resource.attributes = attributes
        request.resourceSpans[0].scopeSpans[0].scope.name = text
        request.resourceSpans[0].scopeSpans[0].scope.version = text
        request.resourceSpans[0].scopeSpans[0].scope.attributes = attributes
        return request
    }

    @Test(
        "hostile 49: a long text is cut wherever it stands: names, messages, resources, scopes, events, links",
        arguments: DecodingWay.allCases)
    func longTextsAreCut(way: DecodingWay) throws {
        for bytes in [255, 256, 257, 5_000] {
            let request = request(attributes: 1, text: bytes)
            let decoded = try way.decode(request) { $0.valueBytesMax = 256 }
            #expect(decoded.notes.contains(.cut) == (bytes > 256))
            let stored = try #require(try decoded.batch.storedSpans().first)
            let span = stored.span
            let event = try #require(span.events.first)
            let link = try #require(span.links.first)
            let values =
                (stored.resource.attributes + stored.scope.attributes + event.attributes + link.attributes)
                .map(\.value)
            #expect(values.count == 4)
            let texts =
                [
                    span.name, span.traceState, span.status.message, event.name, link.traceState,
                    stored.scope.name, stored.scope.version,
                ] + values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            #expect(texts.count == 11)
            let mark = "\u{2026} [cut: \(bytes) bytes]"
            let expected =
                bytes <= 256
                ? String(repeating: "x", count: bytes)
                : String(repeating: "x", count: 256 - mark.utf8.count) + mark
            for text in texts { #expect(text == expected) }
        }
    }

    @Test(
        "hostile 49: attributes of resources, scopes, events and links that are too many are counted",
        arguments: DecodingWay.allCases)
    func attributesAreLimited(way: DecodingWay) throws {
        for count in 3...5 {
            let decoded = try way.decode(request(attributes: count, text: 3)) { $0.attributesMax = 4 }
            #expect(decoded.notes.contains(.cut) == (count == 5))
            let stored = try #require(try decoded.batch.storedSpans().first)
            let event = try #require(stored.span.events.first)
            let link = try #require(stored.span.links.first)
            let kept = [
                stored.resource.attributes, stored.scope.attributes, event.attributes, link.attributes,
            ]
            for attributes in kept {
                #expect(attributes.map(\.key) == (0..<min(count, 4)).map { "key-\($0)" })
            }
            let dropped = [
                stored.resource.droppedAttributesCount, stored.scope.droppedAttributesCount,
                event.droppedAttributesCount, link.droppedAttributesCount,
            ]
            #expect(dropped == [UInt32](repeating: count == 5 ? 1 : 0, count: 4))
        }
    }

    @Test("texts in arrays and lists stay whole, as those of spans do", arguments: DecodingWay.allCases)
    func listsStayWhole(way: DecodingWay) throws {
        let long = String(repeating: "x", count: 300)
        var request = request(attributes: 0, text: 1)
        let attributes = [
            KeyValue("array", .array([.string(long)])),
            KeyValue("list", .keyValueList([KeyValue("k", .string(long))])),
        ]
        request.resourceSpans[0].resource.attributes = attributes
        let decoded = try way.decode(request) { $0.valueBytesMax = 256 }
        let stored = try #require(try decoded.batch.storedSpans().first)
        #expect(stored.resource.attributes == attributes)
    }

    @Test("without limits nothing is cut, and the parts are stored as they came")
    func nothingIsCutWithoutLimits() throws {
        let request = request(attributes: 2_000, text: 300)
        for way in DecodingWay.allCases {
            let decoded = try way.decode(request)
            #expect(!decoded.notes.contains(.cut))
            let stored = try #require(try decoded.batch.storedSpans().first)
            #expect(stored.resource == request.resourceSpans[0].resource)
            #expect(stored.span == request.resourceSpans[0].scopeSpans[0].spans[0])
        }
    }

    @Test("points, their metric and their resource keep to the limits too", arguments: DecodingWay.allCases)
    func pointsAreCut(way: DecodingWay) throws {
        let long = String(repeating: "x", count: 1_000)
        var point = MetricPoint()
        point.timeUnixNano = 5
        point.value = .int(1)
        point.attributes = (0..<5).map { KeyValue("key-\($0)", .string(long)) }
        var exemplar = Exemplar()
        exemplar.timeUnixNano = 5
        exemplar.filteredAttributes = point.attributes
        point.exemplars = [exemplar]
        var metric = Metric()
        metric.name = "requests"
        metric.description = long
        metric.type = .gauge
        metric.points = [point]
        var scope = ScopeMetrics()
        scope.metrics = [metric]
        var resource = ResourceMetrics()
        resource.resource.attributes = point.attributes
        resource.scopeMetrics = [scope]
        var request = ExportMetricsServiceRequest()
        request.resourceMetrics = [resource]
        let decoded = try way.decode(request) {
            $0.attributesMax = 4
            $0.valueBytesMax = 256
        }
        #expect(decoded.notes.contains(.cut))
        #expect(decoded.batch.rows.count == 1)
        let bytes = decoded.batch.table.attributes.bytes.count
        #expect((4 * 256...4 * 256 + 100).contains(bytes))
        #expect(decoded.batch.table.memoryBytes < 5 * 1_000 + 4_096)
        #expect((4 * 256...4 * 256 + 200).contains(decoded.batch.rows.details.bytes.count))
    }

    @Test("what a large body set aside is let go of when it becomes a small batch")
    func roomIsGivenBack() throws {
        var request = request(attributes: 1, text: 3)
        request.resourceSpans[0].scopeSpans[0].spans[0].attributes = (0..<1_000_000).map { _ in
            KeyValue("", .empty)
        }
        let decoded = try DecodingWay.cursor.decode(request) { $0.attributesMax = 8 }
        #expect(decoded.batch.spanCount == 1)
        #expect(decoded.batch.heldBytes < 16 << 10)
        #expect(try decoded.batch.storedSpans().first?.span.attributes.count == 8)
    }

    @Test("a resource of nothing but empty attributes takes no more memory than its body")
    func emptyAttributesTakeNoMemory() throws {
        var writer = ProtobufWriter()
        writer.message(1) { group in
            group.message(1) { resource in for _ in 0..<1_000_000 { resource.bytes(1, []) } }
        }
        let body = writer.bytes
        let memory = InFlightBytes(limitBytes: 1 << 30)
        let charge = memory.charge(for: RequestSource(name: "node"))
        #expect(charge.grow(by: body.count))
        var limits = DecodeLimits()
        limits.attributesMax = 1_024
        limits.allowance = MemoryAllowance(charge, bytes: body.count)
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival, limits: limits)
        #expect(decoded.batch.spanCount == 0)
        #expect(memory.usedBytes <= body.count + 2 << 20)
    }
}
