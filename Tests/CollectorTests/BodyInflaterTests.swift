import Collector
import NIOCore
import Telemetry
import TestSupport
import Testing

@Suite("Inflating bodies")
struct BodyInflaterTests {
    private func inflate(
        _ bytes: [UInt8], _ encoding: BodyEncoding = .gzip, limit: Int, ratio: Int = 2_000,
        memory: Int = 1 << 30
    ) throws(Refusal) -> [UInt8] {
        let inFlight = InFlightBytes(limitBytes: memory)
        let charge = inFlight.charge()
        let output = try BodyInflater.inflate(
            ByteBuffer(bytes: bytes), encoding, limits: BodyInflater.Limits(bytes: limit, ratio: ratio),
            charge: charge)
        #expect(inFlight.usedBytes == output.readableBytes)
        return Array(output.readableBytesView)
    }

    private func reason(
        _ bytes: [UInt8], _ encoding: BodyEncoding = .gzip, limit: Int, ratio: Int = 2_000,
        memory: Int = 1 << 30
    ) -> Refusal.Reason? {
        do throws(Refusal) {
            _ = try inflate(bytes, encoding, limit: limit, ratio: ratio, memory: memory)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("what was put in comes out", arguments: [0, 1, 100, 16 << 10, 65_535, 65_536, 200_000])
    func roundTrip(size: Int) throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try inflate(Gzip.stored(content), limit: 1 << 20) == content)
        #expect(try inflate(Gzip.stored(content), limit: max(1, size)) == content)
    }

    @Test("hostile 38: a thousand members come out as one, and count together")
    func manyMembers() throws {
        let member = Gzip.stored([1, 2, 3])
        let bytes = Array(repeatElement(member, count: 1_000).joined())
        #expect(try inflate(bytes, limit: 3_000).count == 3_000)
        #expect(reason(bytes, limit: 2_999) == .tooLarge)
    }

    @Test("a zero more than the limit is too much, whatever the trailer says")
    func limitIsExact() throws {
        for count in [1, 100_000, 1 << 20] {
            #expect(try inflate(Gzip.zeros(count), limit: count).count == count)
            #expect(reason(Gzip.zeros(count + 1), limit: count) == .tooLarge)
        }
        #expect(reason(Gzip.bomb(zeros: 10 << 20, claimedBytes: 1), limit: 1 << 20) == .tooLarge)
    }

    @Test("a lie about the size costs no memory")
    func claimIsBounded() {
        let bytes = Gzip.bomb(zeros: 100, claimedBytes: .max)
        // The checksum is wrong, which is found out with little memory.
        #expect(reason(bytes, limit: 1 << 30, memory: 1 << 20) == .malformed)
    }

    @Test(
        "memory that the server does not have is not taken: what never fits is too large, what does later is not"
    )
    func memoryIsAsked() throws {
        let body = Gzip.zeros(1 << 20)
        #expect(reason(body, limit: 1 << 30, memory: 1 << 20 - 1) == .tooLarge)
        #expect(reason(body, limit: 1 << 30, memory: 1 << 20) == nil)
        let inFlight = InFlightBytes(limitBytes: 1 << 20)
        let other = inFlight.charge()
        #expect(other.grow(by: 1))
        let refusal = #expect(throws: Refusal.self) {
            try BodyInflater.inflate(
                ByteBuffer(bytes: body), .gzip, limits: BodyInflater.Limits(bytes: 1 << 30, ratio: 2_000),
                charge: inFlight.charge())
        }
        #expect(refusal?.reason == .overloaded)
    }

    @Test(
        "hostile 38: a stream cut anywhere is refused, and so is every one with a changed byte or more after it"
    )
    func damageIsFound() {
        let good = Gzip.stored(Array("some content that is worth keeping".utf8))
        for end in 0..<good.count { #expect(reason(Array(good[..<end]), limit: 1 << 20) == .malformed) }
        // What precedes the content: text or not, the time, the packer and its system may be anything.
        for index in Array(0..<3) + Array(10..<good.count) {
            var bad = good
            bad[index] ^= 0x01
            #expect(reason(bad, limit: 1 << 20) != nil, "byte \(index)")
        }
        for more in [[0], [0x1f], [0x1f, 0x8b], Array(good.dropLast())] as [[UInt8]] {
            #expect(reason(good + more, limit: 1 << 20) == .malformed)
        }
    }

    @Test(
        "hostile 36: what becomes more than the ratio allows is refused past the first MiB, however small the limit"
    )
    func ratioIsExact() throws {
        let zeros = Gzip.zeros(1 << 20)
        #expect(try inflate(zeros, limit: 64 << 20, ratio: 1).count == 1 << 20)
        #expect(reason(Gzip.zeros(1 << 20 + 1), limit: 64 << 20, ratio: 1) == .tooLarge)
        let large = Gzip.zeros(4 << 20)
        let ratio = (4 << 20) / large.count
        #expect(try inflate(large, limit: 64 << 20, ratio: ratio + 1).count == 4 << 20)
        #expect(reason(large, limit: 64 << 20, ratio: ratio - 1) == .tooLarge)
    }

    @Test("hostile 36: a bomb of 10 GiB costs no more than the limit")
    func largeBomb() {
        // Deflate at its best, and gone on with until the limit.
        let bomb = Gzip.bomb(zeros: 256 << 20, claimedBytes: 0)
        let inFlight = InFlightBytes(limitBytes: 64 << 20)
        let charge = inFlight.charge()
        #expect(throws: Refusal.tooLarge(limitBytes: 64 << 20)) {
            try BodyInflater.inflate(
                ByteBuffer(bytes: bomb), .gzip, limits: BodyInflater.Limits(bytes: 64 << 20, ratio: 2_000),
                charge: charge)
        }
        charge.release()
        #expect(inFlight.usedBytes == 0)
    }

    @Test("A7: zlib comes out as it went in, up to the limit", arguments: [0, 1, 100, 65_535, 200_000])
    func zlib(size: Int) throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try inflate(Zlib.stored(content), .zlib, limit: max(1, size)) == content)
        if size > 1 { #expect(reason(Zlib.stored(content), .zlib, limit: size - 1) == .tooLarge) }
        #expect(reason(Array(Zlib.stored(content).dropLast()), .zlib, limit: 1 << 20) == .malformed)
    }

    @Test(
        "A7: zstd comes out as it went in, up to the limit", arguments: [0, 1, 100, 65_536, 131_073, 200_000])
    func zstd(size: Int) throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for saysSize in [true, false] {
            let frame = ZstdFrame.stored(content, saysSize: saysSize)
            #expect(try inflate(frame, .zstd, limit: max(1, size)) == content)
            if size > 1 { #expect(reason(frame, .zstd, limit: size - 1) == .tooLarge) }
            for end in [frame.count - 1, frame.count / 2, 3] {
                #expect(reason(Array(frame.prefix(end)), .zstd, limit: 1 << 20) == .malformed)
            }
            #expect(reason(frame + [0x28], .zstd, limit: 1 << 20) == .malformed)
            #expect(try inflate(frame + frame, .zstd, limit: max(1, 2 * size)) == content + content)
        }
    }

    @Test("hostile 37: a window of 2 GiB and a size of 2^62 take no memory")
    func zstdClaims() throws {
        let content: [UInt8] = [1, 2, 3]
        // 2 GiB: exponent 21, mantissa 0.
        let window = ZstdFrame.stored(content, saysSize: false, windowDescriptor: 21 << 3)
        #expect(try inflate(window, .zstd, limit: 1 << 20, memory: 64 << 10) == content)
        let lie = ZstdFrame.stored(content, saysSize: true, claimedBytes: 1 << 62)
        #expect([.malformed, .tooLarge].contains(reason(lie, .zstd, limit: 1 << 20, memory: 1 << 20)))
        let bomb = ZstdFrame.repeated(0, count: 64 << 20)
        #expect(bomb.count < 4_096)
        #expect(reason(bomb, .zstd, limit: 1 << 20, memory: 4 << 20) == .tooLarge)
        #expect(reason(bomb, .zstd, limit: 256 << 20, ratio: 200) == .tooLarge)
    }

    @Test(
        "hostile 40: bodies that are inflated side by side do not touch each other",
        arguments: [BodyEncoding.gzip, .zstd])
    func sideBySide(encoding: BodyEncoding) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for seed in 1...32 {
                let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* seed) }
                let packed = encoding == .gzip ? Gzip.stored(content) : ZstdFrame.stored(content)
                group.addTask { try inflate(packed, encoding, limit: 100_000) == content }
            }
            for try await isWhole in group { #expect(isWhole) }
        }
    }

    @Test(
        "J12: a body that is plain although its header says gzip is told so",
        arguments: [[0x0a, 0, 1], Array("{}".utf8)])
    func plainBody(body: [UInt8]) {
        do throws(Refusal) {
            _ = try inflate(body, limit: 1 << 20)
            Issue.record("not refused")
        } catch {
            #expect(error.reason == .malformed)
            #expect(error.message.contains("looks uncompressed"))
        }
    }
}
