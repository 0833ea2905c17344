import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The cursor and the reference decoder agree")
struct DifferentialTests {
    @Test("On generated requests, to the byte", arguments: 0..<4)
    func generated(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<300 {
            let body = generator.request().protobufBytes()
            let cursor = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
            let reference = try DecodedTraces.fromProtobuf(
                body.span, arrival: someArrival, decoder: .reference)
            #expect(cursor.batch.encoded() == reference.batch.encoded(), "seed \(seed)")
        }
    }

    @Test("On mutated requests: both refuse, or both read the same", arguments: 0..<6)
    func mutated(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<400 {
            var body = generator.request(spansMax: 3).protobufBytes()
            mutate(&body, &generator)
            accepted += try expectAgreement(body, "seed \(seed)") ? 1 : 0
        }
        // A mutation that breaks every body would test one half only.
        #expect(accepted > 20)
    }

    @Test("On requests whose fields come in any order and several times")
    func shuffled() throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        for _ in 0..<400 {
            let body = ShuffledWire.shuffle(generator.request(spansMax: 3).protobufBytes(), &generator)
            #expect(try expectAgreement(body, "seed \(seed)"), "seed \(seed)")
        }
    }

    /// - Returns: whether the body was accepted
    private func expectAgreement(_ body: [UInt8], _ comment: Comment) throws -> Bool {
        let cursor = try? DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        let reference = try? DecodedTraces.fromProtobuf(body.span, arrival: someArrival, decoder: .reference)
        #expect((cursor == nil) == (reference == nil), "\(comment), body \(body)")
        guard let cursor, let reference else { return false }
        #expect(cursor.rejectedSpans == reference.rejectedSpans, comment)
        #expect(
            try cursor.batch.storedSpans().canonicalSpans() == reference.batch.storedSpans().canonicalSpans(),
            "\(comment), body \(body)")
        return true
    }

    func mutate(_ body: inout [UInt8], _ generator: inout RequestGenerator) {
        guard !body.isEmpty else { return }
        for _ in 0...generator.number(below: 3) {
            let place = generator.number(below: body.count)
            switch generator.number(below: 5) {
            case 0: body[place] ^= 1 << UInt8(generator.number(below: 8))
            case 1: body[place] = generator.bytes(1)[0]
            case 2: body.remove(at: place)
            case 3: body.insert(contentsOf: generator.bytes(1 + generator.number(below: 3)), at: place)
            default: body.removeLast(generator.number(below: min(body.count, 12)))
            }
            if body.isEmpty { return }
        }
    }
}

/// Rewrites protobuf so that it means nearly the same in another shape: fields out of order, repeated,
/// with unknown ones between.
enum ShuffledWire {
    static func shuffle(_ body: [UInt8], _ generator: inout RequestGenerator) -> [UInt8] {
        // ExportTraceServiceRequest → ResourceSpans → ScopeSpans → Span: the levels that are known to be
        // messages. Deeper ones keep their order.
        reorder(body, path: [1, 2, 2], &generator)
    }

    private static func reorder(
        _ message: [UInt8], path: [Int], _ generator: inout RequestGenerator
    ) -> [UInt8] {
        var fields: [(number: Int, bytes: [UInt8])] = []
        var cursor = WireCursor(message.span, message.indices)
        while cursor.hasMore {
            let start = cursor.index
            let tag = cursor.tag()
            let number = Int(tag >> 3)
            if tag & 7 == 2 {
                var content = Array(message[cursor.lengthDelimited()])
                if number == path.first {
                    content = reorder(content, path: Array(path.dropFirst()), &generator)
                }
                var writer = ProtobufWriter()
                writer.repeatedBytes(number, content)
                fields.append((number, writer.bytes))
            } else {
                cursor.skip(tag)
                fields.append((number, Array(message[start..<cursor.index])))
            }
        }
        if !fields.isEmpty, generator.number(below: 3) == 0 {
            fields.append(fields[generator.number(below: fields.count)])
        }
        var unknown = ProtobufWriter()
        unknown.repeatedBytes(1_000 + generator.number(below: 50), generator.bytes(3))
        fields.append((0, unknown.bytes))
        for index in fields.indices { fields.swapAt(index, generator.number(below: fields.count)) }
        return fields.flatMap(\.bytes)
    }
}
