import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The memory of requests")
struct InFlightBytesTests {
    @Test("is taken up to the limit and not a byte further, and is there again when it is given back")
    func limitIsExact() {
        let memory = InFlightBytes(limitBytes: 1_000)
        let charge = memory.charge()
        #expect(charge.grow(by: 999))
        #expect(!charge.grow(by: 2))
        #expect(charge.grow(by: 1))
        #expect(!charge.grow(by: 1))
        charge.shrink(by: 400)
        #expect(memory.usedBytes == 600)
        charge.release()
        #expect(memory.usedBytes == 0)
        #expect(charge.grow(by: 1_000))
    }

    @Test("goes back when nobody holds the charge any more")
    func chargeEnds() {
        let memory = InFlightBytes(limitBytes: 1_000)
        let source = RequestSource(name: "node")
        do {
            let charge = memory.charge(for: source)
            #expect(charge.grow(by: 500))
            #expect(source.heldBytes == 500)
        }
        #expect(memory.usedBytes == 0)
        #expect(source.heldBytes == 0)
    }

    @Test("one source alone may hold three quarters, over all its requests")
    func oneSourceLeavesAQuarter() {
        let memory = InFlightBytes(limitBytes: 1_000)
        let source = RequestSource(name: "node")
        let first = memory.charge(for: source)
        let second = memory.charge(for: source)
        #expect(first.grow(by: 500))
        #expect(memory.hasRoom(for: source, bytes: 250))
        #expect(!memory.hasRoom(for: source, bytes: 251))
        #expect(!second.grow(by: 251))
        #expect(second.grow(by: 250))
        #expect(memory.usedBytes == 750)
        #expect(source.heldBytes == 750)
    }

    @Test("however many flood, who comes with little finds room", arguments: [1, 3, 10, 50])
    func floodsLeaveRoom(floods: Int) {
        let memory = InFlightBytes(limitBytes: 1_000_000)
        let flooding = (0..<floods).map { memory.charge(for: RequestSource(name: "flood-\($0)")) }
        // Each takes what it gets, bit by bit, until nobody gets any more.
        var takes = true
        while takes { takes = flooding.filter { $0.grow(by: 100) }.count > 0 }
        let rest = 1_000_000 - memory.usedBytes
        #expect(rest >= 1_000_000 / (1 + 3 * floods) - 100 * floods)
        #expect(memory.charge(for: RequestSource(name: "small")).grow(by: rest / 2))
    }

    @Test("a charge that is settled holds what is there, also when that is more than there should be")
    func settling() {
        let memory = InFlightBytes(limitBytes: 1_000)
        let source = RequestSource(name: "node")
        let charge = memory.charge(for: source)
        #expect(charge.grow(by: 700))
        charge.settle(at: 40)
        #expect(memory.usedBytes == 40)
        charge.settle(at: 1_200)
        #expect(memory.usedBytes == 1_200)
        #expect(source.heldBytes == 1_200)
        #expect(!charge.grow(by: 0))
        charge.release()
        #expect(memory.usedBytes == 0)
    }

    @Test(
        "a stored request pays for its spans until they are in a segment, a refused or repeated one for nothing"
    )
    func storedSpansArePaidFor() async throws {
        let folder = try TemporaryDirectory()
        let memory = InFlightBytes(limitBytes: 1 << 20)
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 1_000))
        let body = Sample.request([Sample.span(trace: 1, id: 1)]).protobufBytes()
        for expected in [AppendOutcome.stored, .duplicate] {
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
            let charge = memory.charge(for: RequestSource(name: "node"))
            #expect(charge.grow(by: 10_000))
            let outcome = try await store.append(
                .spans(decoded.batch), digest: BodyDigest(of: body.span), charge: charge)
            #expect(outcome == expected)
            #expect((expected == .stored) == (charge.heldBytes > 0))
            #expect(charge.heldBytes < 10_000)
        }
        #expect(memory.usedBytes > 0)
        await store.close()
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        let charge = memory.charge()
        let digest = BodyDigest(of: body.span)
        #expect(charge.grow(by: 10_000))
        await #expect(throws: StoreError.self) {
            try await store.append(.spans(decoded.batch), digest: digest, charge: charge)
        }
        #expect(charge.heldBytes == 0)
    }
}
