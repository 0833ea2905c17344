import OTLPModel
import Testing

@testable import fleetgen

@Suite("All spans of the fleet are valid")
struct SpanValidityTests {
    @Test("ids are unique, not zero and of the right length", arguments: Fault.allCases)
    func identifiers(fault: Fault) {
        let spans = Sample.all(Sample.stream(fault: fault, seconds: 60)).flatMap(\.spans)
        #expect(spans.count > 3_000)
        #expect(Set(spans.map(\.span.spanID)).count == spans.count)
        for emitted in spans {
            #expect(emitted.span.traceID.count == 16 && emitted.span.traceID.contains { $0 != 0 })
            #expect(emitted.span.spanID.count == 8 && emitted.span.spanID.contains { $0 != 0 })
            #expect(emitted.span.parentSpanID.isEmpty || emitted.span.parentSpanID.count == 8)
        }
    }

    @Test("every parent is a span of the same trace, sent with it")
    func parents() {
        for (_, spans) in Sample.all(Sample.stream(fault: .coldCache, seconds: 60)) {
            let traces = Dictionary(uniqueKeysWithValues: spans.map { ($0.span.spanID, $0.span.traceID) })
            for emitted in spans where !emitted.span.parentSpanID.isEmpty {
                #expect(traces[emitted.span.parentSpanID] == emitted.span.traceID)
            }
        }
    }

    @Test("spans end after they start, inside the traffic's time, and have names")
    func times() {
        let plan = Sample.plan(seconds: 60, rate: 60)
        for emitted in Sample.all(Sample.stream(seconds: 60)).flatMap(\.spans) {
            #expect(emitted.span.startTimeUnixNano <= emitted.span.endTimeUnixNano)
            // Clocks differ by less than a millisecond, and nginx cuts one off.
            #expect(emitted.span.startTimeUnixNano + 2_000_000 >= plan.start)
            #expect(emitted.span.endTimeUnixNano <= plan.end + 1_000_000)
            #expect(!emitted.span.name.isEmpty)
        }
    }

    @Test("a batch has one resource and at most the spans asked for, and none is lost")
    func batches() throws {
        let stream = Sample.stream(seconds: 30)
        let spans = Sample.all(stream).flatMap(\.spans)
        var batcher = SpanBatcher(sources: stream.sources, limit: 100)
        var batches: [TraceBatch] = []
        for span in spans {
            if let batch = batcher.add(span) { batches.append(batch) }
        }
        #expect(batches.allSatisfy { $0.spanCount == 100 })
        batches += batcher.flush()
        #expect(batcher.flush().isEmpty)
        var sent: Set<[UInt8]> = []
        for batch in batches {
            let group = try #require(batch.request.resourceSpans.first)
            #expect(batch.request.resourceSpans.count == 1)
            let inside = group.scopeSpans.flatMap(\.spans)
            #expect(inside.count == batch.spanCount)
            #expect(group.scopeSpans.allSatisfy { !$0.spans.isEmpty && !$0.scope.name.isEmpty })
            for span in inside { #expect(sent.insert(span.spanID).inserted) }
        }
        #expect(sent.count == spans.count)
    }
}
