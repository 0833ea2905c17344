import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What is stored comes back exactly", .timeLimit(.minutes(15)))
struct RoundTripTests {
    @Test("F7: 1,200 generated requests, through the journal and through segments", arguments: 0..<12)
    func generatedRequests(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        let path = folder.file("telemetry.db")
        var options = StoreOptions()
        options.durability = .process
        // Small segments, so that every database has several, and the last requests stay in the journal.
        options.segmentSpans = 400
        options.sealAfterNanos = .max
        let store = try TelemetryStore.open(path: path, options: options)
        var sent: [[UInt8]] = []
        for _ in 0..<100 {
            let request = generator.request()
            let body = request.protobufBytes()
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
            #expect(decoded.rejectedSpans == 0)
            let outcome = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
            if outcome == .stored { sent += request.canonicalSpans() }
        }
        await store.close()

        let reader = try TelemetryReader(path: path)
        var found: [[UInt8]] = []
        for trace in 1...40 {
            let id = TraceID(bytes: TraceBytes.trace(UInt64(trace)))
            let lookup = try reader.trace(prefix: try #require(id).hex)
            if case .found(_, let spans, let notes) = lookup {
                found += spans.canonicalSpans()
                #expect(!notes.contains { $0.code == "damaged_chunk" })
                #expect(
                    spans.allSatisfy {
                        $0.receivedAt == someArrival.receivedAt && $0.peerAddress == "192.0.2.7"
                    })
            }
        }
        found.sort { $0.lexicographicallyPrecedes($1) }
        sent.sort { $0.lexicographicallyPrecedes($1) }
        #expect(found == sent, "seed \(seed)")
        #expect(try reader.info().spans == Int64(sent.count), "seed \(seed)")
        #expect(try reader.info().segments > 0)
    }

    @Test("A span with more keys and more attributes than there are columns for")
    func overflow() throws {
        var span = RequestGenerator(seed: 1).sample()
        span.attributes = (0..<3_000).map { KeyValue("key\($0 % 1_500)", .int(Int64($0))) }
        span.attributes.append(KeyValue("tail", .array([.string("x"), .double(.nan)])))
        var other = span
        other.spanID = [1, 2, 3, 4, 5, 6, 7, 8]
        let request = ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(scopeSpans: [ScopeSpans(spans: [span, other])])
        ])
        let body = request.protobufBytes()
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        #expect(try decoded.batch.storedSpans().canonicalSpans() == request.canonicalSpans())
        let byReference = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival, decoder: .reference)
        #expect(byReference.batch.encoded() == decoded.batch.encoded())
    }

    @Test("A trace of 5,000 spans, parents near, far, before, after, missing and in a circle")
    func largeTrace() throws {
        var generator = RequestGenerator(seed: 2)
        var spans = (0..<5_000).map { _ in generator.span() }
        for index in spans.indices {
            spans[index].traceID = TraceBytes.trace(1)
            spans[index].parentSpanID = spans[generator.number(below: spans.count)].spanID
        }
        spans[17].parentSpanID = spans[17].spanID
        spans[18].parentSpanID = [9, 9, 9, 9, 9, 9, 9, 9]
        let request = ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(scopeSpans: [ScopeSpans(spans: spans)])
        ])
        let decoded = try DecodedTraces.fromProtobuf(request.protobufBytes().span, arrival: someArrival)
        #expect(try decoded.batch.storedSpans().canonicalSpans() == request.canonicalSpans())
    }
}

extension RequestGenerator {
    /// One span.
    func sample() -> OTLPModel.Span {
        var generator = self
        return generator.span()
    }
}
