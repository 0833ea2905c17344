import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What decoding takes in memory is paid for")
struct DecodeMemoryTests {
    /// Where something is that is decoded into values before it is stored, as it is not written as we write it.
    enum Place: CaseIterable, Sendable {
        case resource, entity, scope, event, link, value, metadata
    }

    private func message(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(field << 3 | 2)
        writer.counted(content)
        return writer.bytes
    }

    /// A request with many tiny things in a place; each writes a default that we leave out.
    private func body(_ place: Place, count: Int) -> [UInt8] {
        func many(_ field: UInt8, _ content: [UInt8] = [0x0a, 0]) -> [UInt8] {
            let one = message(field, content)
            return (0..<count).flatMap { _ in one }
        }
        let ids = message(1, [UInt8](repeating: 1, count: 16)) + message(2, [UInt8](repeating: 1, count: 8))
        func spans(_ span: [UInt8]) -> [UInt8] { message(1, message(2, message(2, ids + span))) }
        return switch place {
        case .resource: message(1, message(1, many(1)))
        case .entity: message(1, message(1, message(3, many(3, []))))
        case .scope: message(1, message(2, message(1, many(3))))
        case .event: spans(message(11, many(3)))
        case .link: spans(message(13, ids + many(4)))
        // A list of pairs in an array, in which pairs have an empty key.
        case .value: spans(message(9, message(2, message(5, message(1, message(6, many(1)))))))
        case .metadata: message(1, message(2, message(2, message(1, [0x6d]) + many(12) + message(5, []))))
        }
    }

    private func refusal(_ place: Place, _ body: [UInt8], _ allowance: MemoryAllowance) -> DecodeError.Code? {
        var limits = DecodeLimits()
        limits.allowance = allowance
        do throws(DecodeError) {
            if place == .metadata {
                _ = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival, limits: limits)
            } else {
                _ = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival, limits: limits)
            }
            return nil
        } catch {
            return error.code
        }
    }

    @Test("many small values in one message ask for memory, wherever they are", arguments: Place.allCases)
    func smallValues(place: Place) {
        let body = body(place, count: 100_000)
        for (limit, code) in [(1 << 30, nil), (4 << 20, .tooLarge)] as [(Int, DecodeError.Code?)] {
            let memory = InFlightBytes(limitBytes: limit)
            let charge = memory.charge(for: RequestSource(name: "node"))
            #expect(charge.grow(by: body.count))
            #expect(refusal(place, body, MemoryAllowance(charge, bytes: body.count)) == code)
        }
    }

    @Test("what others hold at the moment is waited for, what there is too little of at all is not")
    func waitingHelps() {
        let body = body(.resource, count: 100_000)
        for (othersHold, code) in [(0, nil), (44 << 20, .noMemory)] as [(Int, DecodeError.Code?)] {
            let memory = InFlightBytes(limitBytes: 48 << 20)
            let others = memory.charge()
            #expect(others.grow(by: othersHold))
            let charge = memory.charge(for: RequestSource(name: "node"))
            #expect(charge.grow(by: body.count))
            #expect(refusal(.resource, body, MemoryAllowance(charge, bytes: body.count)) == code)
        }
    }

    @Test("resources and scopes without end, sequences that never repeat and refused spans are paid for, too")
    func envelopes() {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (7 * $0) & 0x7f) } }
        let ids = message(1, [UInt8](repeating: 1, count: 16)) + message(2, [UInt8](repeating: 1, count: 8))
        let resources = (0..<200_000).flatMap { message(1, message(3, number($0))) }
        let scopes = message(1, (0..<200_000).flatMap { message(2, message(3, number($0))) })
        let keys = (0..<200).map { message(9, message(1, number($0))) }
        var generator = SeededGenerator(seed: 1)
        func spans(_ prefix: [UInt8]) -> [UInt8] {
            let all = (0..<2_000).flatMap { _ in
                message(
                    2, prefix + (0..<100).flatMap { _ in keys[Int.random(in: 0..<200, using: &generator)] })
            }
            return message(1, message(2, all))
        }
        for body in [resources, scopes, spans(ids), spans([])] {
            let memory = InFlightBytes(limitBytes: 1 << 30)
            let charge = memory.charge(for: RequestSource(name: "node"))
            #expect(charge.grow(by: body.count))
            #expect(refusal(.resource, body, MemoryAllowance(charge, bytes: body.count)) == nil)
            #expect(charge.heldBytes > 2 * body.count, "\(body.count)")
        }
    }
}
