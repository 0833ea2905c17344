import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("No span is stored twice")
struct DuplicateTests {
    private func columns(_ requests: [ExportTraceServiceRequest], leavingOut stored: [SegmentView] = [])
        throws
        -> SegmentColumns
    {
        let batches = try requests.map {
            try DecodedTraces.fromProtobuf($0.protobufBytes().span, arrival: someArrival).batch
        }
        return SegmentBuilder(batches).build(leavingOutThoseIn: stored)
    }

    @Test("of equal spans in one segment the first stays, with its attributes")
    func firstStays() throws {
        let first = Sample.span(trace: 1, id: 1, attributes: [KeyValue("a", .string("first"))])
        let again = Sample.span(trace: 1, id: 1, attributes: [KeyValue("b", .string("second"))])
        let columns = try columns([Sample.request([first]), Sample.request([again])])
        #expect(columns.duplicates == 1)
        let spans = try SegmentView(columns).storedSpans()
        #expect(spans.map(\.span.attributes) == [[KeyValue("a", .string("first"))]])
    }

    @Test("a span that differs in kind, name, start or end is another one")
    func differentSpansStay() throws {
        var spans = [Sample.span(trace: 1, id: 1), Sample.span(trace: 1, id: 1, name: "POST")]
        spans.append(Sample.span(trace: 1, id: 1, kind: .client))
        spans.append(Sample.span(trace: 1, id: 1, startMillis: 1, millis: 9))
        spans.append(Sample.span(trace: 1, id: 1, millis: 11))
        spans.append(Sample.span(trace: 1, id: 2))
        spans.append(Sample.span(trace: 2, id: 1))
        let once = try columns([Sample.request(spans)])
        #expect(once.spanCount == 7)
        let twice = try columns([Sample.request(spans + spans), Sample.request(spans)])
        #expect(twice.spanCount == 7)
        #expect(twice.duplicates == 14)
        #expect(
            try SegmentView(twice).storedSpans().canonicalSpans()
                == SegmentView(once).storedSpans().canonicalSpans())
    }

    @Test(
        "many spans of a trace that start together are compared without each pair",
        arguments: [63, 64, 65, 66, 3_000])
    func manyTogether(count: Int) throws {
        var spans = (0..<count).map { _ in Sample.span(trace: 1, id: 1) }
        for index in spans.indices {
            spans[index].spanID = [1, 0, 0, 0, 0, 0, UInt8(index / 256), UInt8(index % 256)]
        }
        let columns = try columns([Sample.request(spans + spans)])
        #expect(columns.spanCount == count)
        let more = try self.columns(
            [Sample.request(spans + [Sample.span(trace: 1, id: 9)])], leavingOut: [SegmentView(columns)])
        #expect(more.spanCount == 1)
        #expect(more.duplicates == count)
    }

    @Test(
        "spans that a segment has are left out of the next, whatever the batches are, for generated requests",
        arguments: 0..<6)
    func segmentsShareNothing(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let requests = (0..<60).map { _ in generator.request() }
        let first = try columns(Array(requests[..<40]))
        let second = try columns(Array(requests[20...]), leavingOut: [SegmentView(first)])
        let all = try columns(requests)
        #expect(first.spanCount + second.spanCount == all.spanCount, "seed \(seed)")
        let parts = try SegmentView(first).storedSpans() + SegmentView(second).storedSpans()
        #expect(
            parts.canonicalSpans() == (try SegmentView(all).storedSpans().canonicalSpans()), "seed \(seed)")
        #expect(first.traceStarts == first.traceStarts.sorted())
        #expect(second.traceStarts == second.traceStarts.sorted())
    }
}
