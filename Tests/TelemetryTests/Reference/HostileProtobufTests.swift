import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// Bodies made to harm: each is refused cleanly, within bounded memory, or read as protobuf says.
@Suite("hostile protobuf") struct HostileProtobufTests {
    struct Malformed: CustomTestStringConvertible, Sendable {
        var what: String
        var body: [UInt8]
        /// What the message must say.
        var complaint: String
        var testDescription: String { what }

        init(_ what: String, _ body: [UInt8], _ complaint: String) {
            self.what = what
            self.body = body
            self.complaint = complaint
        }
    }

    static let malformed = [
        Malformed("field number 0", [0x02, 0], "no valid field number"),
        Malformed("field number 0 in two bytes", [0x80, 0x00], "no valid field number"),
        Malformed("a tag above 32 bits", [0xf8, 0xff, 0xff, 0xff, 0x7f, 0], "no valid field number"),
        Malformed("a tag of six bytes", [0x80, 0x80, 0x80, 0x80, 0x80, 0x01], "more than 5 bytes"),
        Malformed("a group", [0x83, 0x06], "a group"),
        Malformed("the end of a group", [0x84, 0x06], "a group"),
        Malformed("a known field as a group", [0x0b], "field 1 with wire type 3"),
        Malformed("wire type 6", [0x86, 0x06], "unknown wire type 6"),
        Malformed("wire type 7", [0x87, 0x06], "unknown wire type 7"),
        Malformed("a number for a message", [0x08, 0x01], "field 1 with wire type 0"),
        Malformed(
            "a message for a bool", bodyOfValue { $0.repeatedString(2, "\u{1}") }, "field 2 with wire type 2"),
        Malformed("a tag cut short", [0x80], "cut short"),
        Malformed("a number cut short", [0x88, 0x06, 0x80], "cut short"),
        Malformed("64 bits cut short", [0x89, 0x06, 1, 2, 3, 4, 5, 6, 7], "cut short"),
        Malformed("32 bits cut short", [0x8d, 0x06, 1, 2, 3], "cut short"),
        Malformed("a length past the end", [0x0a, 0x05, 0, 0], "a length of 5 bytes where 2 are left"),
        Malformed("a length of 2 GiB", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07], "a length of 2147483647 bytes"),
        Malformed(
            "a length above 2 GiB", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x08], "a length of 2147483648 bytes"),
        Malformed(
            "a length of 2^63", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
            "more than 5 bytes"),
        Malformed(
            "a varint of eleven bytes", [0x88, 0x06] + [UInt8](repeating: 0x80, count: 10) + [0x01],
            "a number of more than 64 bits"),
        Malformed(
            "a varint of 65 bits", [0x88, 0x06] + [UInt8](repeating: 0xff, count: 9) + [0x02],
            "a number of more than 64 bits"),
        Malformed(
            "a bool of 65 bits", bodyOfValue { $0.raw([2 << 3] + [UInt8](repeating: 0x80, count: 9) + [2]) },
            "a number of more than 64 bits"),
        Malformed(
            "an inner message that runs past its outer one", [0x0a, 0x03, 0x12, 0x04, 0x00, 0x00, 0x00],
            "a length of 4 bytes where 1 are left"),
    ]

    @Test("hostile 42: malformed bodies are refused with what is wrong and where", arguments: malformed)
    func malformedIsRefused(sample: Malformed) throws {
        let error = try #require(throws: DecodeError.self) {
            try decodeTraceRequest(protobuf: sample.body.span)
        }
        #expect(error.code == .malformedProtobuf)
        #expect(error.message.contains(sample.complaint), "\(error.message)")
        #expect(error.message.hasPrefix("malformed protobuf at byte "))
    }

    @Test("hostile 46: values nest as deep as the limit, and no deeper", arguments: [true, false])
    func depthLimitIsExact(asLists: Bool) throws {
        for limit in [1, 2, 64] {
            var limits = DecodeLimits()
            limits.maxDepth = limit
            let request = try decodeTraceRequest(
                protobuf: bodyOfNestedValue(depth: limit, asLists: asLists).span, limits: limits)
            let value = request.resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value
            #expect(depth(of: value) == limit)
            let error = try #require(throws: DecodeError.self) {
                try decodeTraceRequest(
                    protobuf: bodyOfNestedValue(depth: limit + 1, asLists: asLists).span, limits: limits)
            }
            #expect(error.code == .tooDeep)
        }
    }

    @Test("hostile 45: values 5,000 deep are refused whatever the limit says", arguments: [true, false])
    func veryDeepIsRefused(asLists: Bool) throws {
        let body = bodyOfNestedValue(depth: 5000, asLists: asLists)
        var limits = DecodeLimits()
        limits.maxDepth = 1_000_000
        let error = try #require(throws: DecodeError.self) {
            try decodeTraceRequest(protobuf: body.span, limits: limits)
        }
        #expect(error.code == .tooDeep)
    }

    @Test("a value as deep as libprotobuf-c is ever let go is read")
    func deepestPossibleIsRead() throws {
        var limits = DecodeLimits()
        limits.maxDepth = ReferenceDecoder.maxDepthMax
        let body = bodyOfNestedValue(depth: ReferenceDecoder.maxDepthMax, asLists: true)
        #expect(throws: Never.self) { try decodeTraceRequest(protobuf: body.span, limits: limits) }
    }

    @Test("hostile 49: four megabytes of empty attributes stay within the arena's cap")
    func emptyAttributesAreBounded() throws {
        let count = 2 << 20
        var attributes = [UInt8](repeating: 0, count: 2 * count)
        for index in 0..<count { attributes[2 * index] = 9 << 3 | 2 }
        let body = bodyOfSpan(fields: attributes)
        let capacity = ReferenceDecoder.arenaCapacity(bodyBytes: body.count)
        #expect(capacity < 128 << 20)
        do {
            let decoded = try ReferenceDecoder.decode(body.span, limits: DecodeLimits())
            #expect(decoded.arenaBytes <= capacity)
        } catch {
            #expect(error.code == .tooLarge)
        }
    }

    @Test("an arena gives no more than its cap, and says so")
    func arenaIsCapped() {
        let arena = DecodeArena(capacity: 100_000)
        var given = 0
        while DecodeArena.allocate(1000, from: arena.state) != nil { given += 1000 }
        #expect(given > 90_000)
        #expect(given <= 100_000)
        let (isExhausted, reserved) = (arena.isExhausted, arena.reservedBytes)
        #expect(isExhausted)
        #expect(reserved <= 100_000)
    }

    @Test("more messages than the limit are refused")
    func messagesAreCounted() throws {
        let body = bodyOfSpan(fields: [9 << 3 | 2, 0, 9 << 3 | 2, 0])
        #expect(throws: Never.self) {
            try WireScan.check(body.span, schema: .traceRequest, maxDepth: 64, maxMessages: 6)
        }
        let error = try #require(throws: DecodeError.self) {
            try WireScan.check(body.span, schema: .traceRequest, maxDepth: 64, maxMessages: 5)
        }
        #expect(error.code == .tooLarge)
    }

    @Test("hostile 41: a body cut at any byte is refused or holds less, and never more")
    func truncationIsHarmless() throws {
        var generator = RequestGenerator(seed: 7)
        var body = generator.request().protobufBytes()
        while body.count < 2000 { body = generator.request().protobufBytes() }
        body = Array(body.prefix(4000))
        for length in 0..<body.count {
            do throws(DecodeError) {
                _ = try decodeTraceRequest(protobuf: body.span.extracting(0..<length))
            } catch {
                #expect(error.code == .malformedProtobuf, "cut at \(length)")
            }
        }
    }

    @Test(
        "bodies with changed bytes are read or refused, and libprotobuf-c refuses none that passed the scan")
    func mutationIsHarmless() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = RequestGenerator(seed: seed)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let original = generator.request(spansMax: 3).protobufBytes()
            guard !original.isEmpty else { continue }
            for _ in 0..<50 {
                var body = original
                for _ in 0...Int.random(in: 0...3, using: &random) {
                    body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(
                        in: 0 ... .max, using: &random)
                }
                do throws(DecodeError) {
                    _ = try decodeTraceRequest(protobuf: body.span)
                } catch {
                    #expect(!error.message.contains("libprotobuf-c"), "seed \(seed): \(hex(body))")
                }
            }
        }
    }

    @Test("random bytes are read or refused")
    func noiseIsHarmless() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        for offset in stride(from: 0, to: noise.count, by: 4099) {
            do throws(DecodeError) {
                _ = try decodeTraceRequest(protobuf: noise.span.extracting(offset..<noise.count))
            } catch {
                #expect(!error.message.contains("libprotobuf-c"), "seed \(seed)")
            }
        }
    }
}
