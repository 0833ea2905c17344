import OTLPModel
import Testing

@testable import Telemetry

/// The reference decoder gives back what a request holds.
@Suite("reference decoder") struct ReferenceDecoderTests {
    @Test("requests come back as they were written")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = RequestGenerator(seed: seed)
        for number in 0..<300 {
            let body = generator.request().protobufBytes()
            let decoded = try ReferenceDecoder.decode(body.span, limits: DecodeLimits())
            #expect(decoded.request.protobufBytes() == body, "seed \(seed), request \(number)")
            #expect(decoded.repairedStrings == 0)
        }
    }

    @Test("an empty body is an empty request")
    func emptyBody() throws {
        #expect(try decodeTraceRequest(protobuf: [UInt8]().span) == ExportTraceServiceRequest())
    }

    @Test("empty envelopes are kept")
    func emptyEnvelopes() throws {
        let request = ExportTraceServiceRequest(resourceSpans: [ResourceSpans(scopeSpans: [ScopeSpans()])])
        #expect(try decodeTraceRequest(protobuf: [0x0a, 0x02, 0x12, 0x00].span) == request)
    }

    @Test("hostile 47: text that is not UTF-8 is repaired and counted, NUL is text")
    func brokenText() throws {
        let body = bodyOfSpan { span in
            span.repeatedBytes(3, [0x61, 0, 0x62])
            span.repeatedBytes(5, [0x61, 0xff, 0x62])
            span.message(9) { pair in
                pair.repeatedBytes(1, [0xe2, 0x82])
                pair.message(2) { $0.repeatedBytes(1, [0xed, 0xa0, 0x80]) }
            }
            span.message(9) { pair in
                pair.string(1, "raw")
                pair.message(2) { $0.repeatedBytes(7, [0xff, 0xfe]) }
            }
        }
        let decoded = try ReferenceDecoder.decode(body.span, limits: DecodeLimits())
        let span = decoded.request.resourceSpans[0].scopeSpans[0].spans[0]
        #expect(span.traceState == "a\0b")
        #expect(span.name == "a\u{fffd}b")
        #expect(span.attributes[0] == KeyValue("\u{fffd}", .string("\u{fffd}\u{fffd}\u{fffd}")))
        #expect(span.attributes[1] == KeyValue("raw", .bytes([0xff, 0xfe])))
        #expect(decoded.repairedStrings == 3)
    }

    @Test("ids of any length are handed on")
    func oddIDs() throws {
        let span = try decodedSpan { span in
            span.bytes(1, [1, 2, 3])
            span.bytes(2, [UInt8](repeating: 0, count: 8))
            span.bytes(4, [UInt8](repeating: 9, count: 17))
        }
        #expect(span.traceID == [1, 2, 3])
        #expect(span.spanID == [UInt8](repeating: 0, count: 8))
        #expect(span.parentSpanID.count == 17)
    }

    @Test("numbers longer than they need to be are read, and 32-bit fields take the lowest 32 bits")
    func longNumbers() throws {
        let span = try decodedSpan { span in
            span.raw([0xb0, 0x80, 0x00, 0x83, 0x80, 0x80, 0x00])  // kind = 3
            span.tag(10, .varint)
            span.varint(UInt64(1) << 40 | 5)
            span.message(15) { status in
                status.tag(3, .varint)
                status.varint(UInt64.max)
            }
        }
        #expect(span.kind == .client)
        #expect(span.droppedAttributesCount == 5)
        #expect(span.status.code.rawValue == -1)
    }
}
