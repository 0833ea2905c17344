import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What is kept of a request that is too much")
struct DecodeLimitTests {
    /// What the batch says of its only span.
    private func span(_ decoded: DecodedTraces) throws -> OTLPModel.Span {
        let spans = try decoded.batch.storedSpans()
        #expect(spans.count == 1)
        return try #require(spans.first).span
    }

    @Test("spans beyond the limit are refused alone, and the sender is told", arguments: DecodingWay.allCases)
    func spansAreLimited(way: DecodingWay) throws {
        for count in 9...11 {
            let spans = (1...count).map { Sample.span(trace: 1, id: UInt8($0)) }
            let decoded = try way.decode(Sample.request(spans)) { $0.spansMax = 10 }
            #expect(decoded.batch.spanCount == min(count, 10))
            #expect(decoded.rejectedSpans == max(0, count - 10))
            #expect((decoded.rejectionReason?.contains("10 spans") ?? false) == (count == 11))
        }
    }

    @Test(
        "hostile 49: attributes beyond the limit are left out and counted, the first ones stay",
        arguments: DecodingWay.allCases)
    func attributesAreLimited(way: DecodingWay) throws {
        for count in [7, 8, 9, 3_000] {
            let attributes = (0..<count).map { KeyValue("key-\($0)", .int(Int64($0))) }
            let request = Sample.request([Sample.span(trace: 1, id: 1, attributes: attributes)])
            let span = try span(try way.decode(request) { $0.attributesMax = 8 })
            #expect(span.attributes == Array(attributes.prefix(8)))
            #expect(span.droppedAttributesCount == UInt32(max(0, count - 8)))
        }
    }

    @Test("attributes that find no column count like the others", arguments: DecodingWay.allCases)
    func overflowCounts(way: DecodingWay) throws {
        // Beyond 1,024 a span's attributes get no columns.
        let attributes = (0..<2_000).map { KeyValue("key-\($0)", .string("v")) }
        let request = Sample.request([Sample.span(trace: 1, id: 1, attributes: attributes)])
        for limit in [1_023, 1_024, 1_025, 1_999, 2_000] {
            let span = try span(try way.decode(request) { $0.attributesMax = limit })
            #expect(span.attributes == Array(attributes.prefix(limit)))
            #expect(span.droppedAttributesCount == UInt32(2_000 - limit))
        }
    }

    @Test(
        "what a sender left out itself is added, and the count stays within its 32 bits",
        arguments: DecodingWay.allCases)
    func countsAdd(way: DecodingWay) throws {
        for (own, sum) in [(5, 7), (UInt32.max - 1, UInt32.max)] as [(UInt32, UInt32)] {
            var span = Sample.span(
                trace: 1, id: 1, attributes: (0..<4).map { KeyValue("key-\($0)", .bool(true)) })
            span.droppedAttributesCount = own
            let kept = try self.span(try way.decode(Sample.request([span])) { $0.attributesMax = 2 })
            #expect(kept.droppedAttributesCount == sum)
        }
    }

    @Test("events and links beyond the limit are left out and counted", arguments: DecodingWay.allCases)
    func eventsAndLinksAreLimited(way: DecodingWay) throws {
        var span = Sample.span(trace: 1, id: 1)
        for number in 1...5 as ClosedRange<UInt64> {
            var event = SpanEvent()
            event.timeUnixNano = number
            event.name = "event-\(number)"
            span.events.append(event)
        }
        for number in 1...6 as ClosedRange<UInt64> {
            var link = SpanLink()
            link.traceID = TraceBytes.trace(number)
            link.spanID = span.spanID
            span.links.append(link)
        }
        for limit in 4...7 {
            let kept = try self.span(
                try way.decode(Sample.request([span])) {
                    $0.eventsMax = limit
                    $0.linksMax = limit
                })
            #expect(kept.events == Array(span.events.prefix(limit)))
            #expect(kept.links == Array(span.links.prefix(limit)))
            #expect(kept.droppedEventsCount == UInt32(max(0, 5 - limit)))
            #expect(kept.droppedLinksCount == UInt32(max(0, 6 - limit)))
        }
    }

    @Test(
        "hostile 49: of a value that is too long the beginning stays, and how long it was",
        arguments: DecodingWay.allCases)
    func longValuesAreCut(way: DecodingWay) throws {
        for count in [255, 256, 257, 20 << 10] {
            let text = String(repeating: "x", count: count)
            let request = Sample.request([
                Sample.span(
                    trace: 1, id: 1,
                    attributes: [
                        KeyValue("text", .string(text)), KeyValue("bytes", .bytes(Array(text.utf8))),
                        KeyValue("after", .int(1)),
                    ])
            ])
            let attributes = try span(try way.decode(request) { $0.valueBytesMax = 256 }).attributes
            #expect(attributes.map(\.key) == ["text", "bytes", "after"])
            guard case .string(let kept) = attributes[0].value, case .bytes(let bytes) = attributes[1].value
            else {
                Issue.record("the values are of other types")
                continue
            }
            #expect(bytes.count == min(count, 256))
            if count <= 256 {
                #expect(kept == text)
            } else {
                #expect(kept.utf8.count == 256)
                #expect(kept.hasSuffix("x\u{2026} [cut: \(count) bytes]"))
            }
        }
    }

    @Test("a cut is never within a character", arguments: ["a", "\u{e9}", "\u{20ac}", "\u{1f30d}"])
    func cutsBetweenCharacters(character: String) throws {
        for shift in 0..<4 {
            let text = String(repeating: "x", count: shift) + String(repeating: character, count: 300)
            let request = Sample.request([
                Sample.span(trace: 1, id: 1, attributes: [KeyValue("text", .string(text))])
            ])
            let attributes = try span(try DecodingWay.cursor.decode(request) { $0.valueBytesMax = 256 })
                .attributes
            guard case .string(let kept) = attributes[0].value else { continue }
            #expect(!kept.contains("\u{fffd}"))
            #expect((253...256).contains(kept.utf8.count))
            #expect(text.hasPrefix(kept.prefix { $0 != "\u{2026}" }))
        }
    }

    /// Each broken byte becomes the three of U+FFFD.
    @Test(
        "what broken text is mended to keeps to the limit, too", arguments: [40, 84, 85, 86, 200, 256, 257])
    func mendsWithinTheLimit(count: Int) throws {
        let text = String(repeating: "~", count: count)
        var span = Sample.span(trace: 1, id: 1, attributes: [KeyValue("text", .string(text))])
        (span.name, span.traceState) = (text, text)
        let body = Sample.request([span]).protobufBytes().map { $0 == UInt8(ascii: "~") ? 0xff : $0 }
        var limits = DecodeLimits()
        limits.valueBytesMax = 256
        for decoder in ProtobufDecoder.allCases {
            let decoded = try DecodedTraces.fromProtobuf(
                body.span, arrival: someArrival, decoder: decoder, limits: limits)
            let kept = try self.span(decoded)
            guard case .string(let value) = kept.attributes[0].value else { continue }
            for text in [value, kept.name, kept.traceState] {
                #expect(text.utf8.count <= 256)
                #expect(text.hasSuffix("[cut: \(count * 3) bytes]") == (count > 85), "\(decoder)")
                #expect(text.hasPrefix("\u{fffd}\u{fffd}"))
            }
        }
    }

    @Test("a body that becomes many times as large asks for memory, and is refused when there is none")
    func decodingAsksForMemory() throws {
        // Two bytes an attribute; eight in columns.
        let span = Sample.span(
            trace: 1, id: 1, attributes: [KeyValue](repeating: KeyValue("", .empty), count: 1_000))
        let body = Sample.request([OTLPModel.Span](repeating: span, count: 2_000)).protobufBytes()
        for (limit, code) in [(1 << 30, nil), (32 << 20, .tooLarge)] as [(Int, DecodeError.Code?)] {
            let memory = InFlightBytes(limitBytes: limit)
            let charge = memory.charge(for: RequestSource(name: "node"))
            #expect(charge.grow(by: body.count))
            #expect(refusal(body, charge) == code)
            if code == nil { #expect(memory.usedBytes > 16 << 20) }
        }
        // Others have it at the moment: then it is worth another try.
        let memory = InFlightBytes(limitBytes: 64 << 20)
        let others = memory.charge()
        #expect(others.grow(by: 50 << 20))
        let charge = memory.charge(for: RequestSource(name: "node"))
        #expect(charge.grow(by: body.count))
        #expect(refusal(body, charge) == .noMemory)
    }

    @Test("memory is asked for in large steps, and for what is needed where there is no room for a step")
    func smallRestIsUsed() throws {
        let memory = InFlightBytes(limitBytes: 1 << 20)
        let charge = memory.charge()
        let allowance = MemoryAllowance(charge, bytes: 0)
        try allowance.cover(1_000_000)
        #expect(memory.usedBytes == 1_000_000 || memory.usedBytes == 1 << 20)
        try allowance.cover(1 << 20)
        #expect(memory.usedBytes == 1 << 20)
        #expect(throws: DecodeError.tooMuchMemory) { try allowance.cover((1 << 20) + 1) }
        // Others have it at the moment.
        charge.release()
        let others = memory.charge()
        #expect(others.grow(by: 600_000))
        try allowance.cover(400_000)
        #expect(throws: DecodeError.noMemory) { try allowance.cover(500_000) }
    }

    private func refusal(_ body: [UInt8], _ charge: InFlightBytes.Charge) -> DecodeError.Code? {
        var limits = DecodeLimits()
        limits.allowance = MemoryAllowance(charge, bytes: body.count)
        do throws(DecodeError) {
            _ = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival, limits: limits)
            return nil
        } catch {
            return error.code
        }
    }
}
