import Collector
import NIOCore
import TestSupport
import Testing

@Suite("Inflating gzip")
struct GzipInflaterTests {
    private func inflate(_ bytes: [UInt8], limit: Int, memory: Int = 1 << 30) throws(Refusal) -> [UInt8] {
        let inFlight = InFlightBytes(limitBytes: memory)
        let charge = inFlight.charge()
        let output = try GzipInflater.inflate(ByteBuffer(bytes: bytes), limitBytes: limit, charge: charge)
        #expect(inFlight.usedBytes == output.readableBytes)
        return Array(output.readableBytesView)
    }

    private func reason(_ bytes: [UInt8], limit: Int, memory: Int = 1 << 30) -> Refusal.Reason? {
        do throws(Refusal) {
            _ = try inflate(bytes, limit: limit, memory: memory)
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

    @Test("a thousand members come out as one")
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

    @Test("memory that the server does not have is not taken")
    func memoryIsAsked() {
        #expect(reason(Gzip.zeros(1 << 20), limit: 1 << 30, memory: 1 << 20 - 1) == .overloaded)
    }

    @Test("a stream cut anywhere is refused, and so is every one with a changed byte or more after it")
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
}
