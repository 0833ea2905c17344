import Testing

@testable import Telemetry

/// With a multiplication at its heart, a hash of known constants has a key for each constant that makes one side of the
/// product zero, and the other side count for nothing: as many different keys of one hash as somebody wants to send.
@Suite("Nobody can send keys that meet in a table")
struct HashSecretTests {
    private static let keys = 1_000
    /// Constants that hashes like this one are known with, and zero.
    private static let constants: [UInt64] = [
        0, 0x8ebc_6af0_9c88_c6e3, 0xe703_7ed1_a0b4_28db, 0xa076_1d64_78bd_642f, 0x9e37_79b9_7f4a_7c15,
        0xa076_1d64_78bd_642f ^ 24, 0x5899_65cc_7537_4cc3, 0x2d35_8dcc_aa6c_78a5,
    ]

    /// Accidents of 1,000 in 2^64 do not happen.
    private func expectDistinct(_ hash: (UInt64) -> UInt64) {
        #expect(Set((1...UInt64(Self.keys)).map(hash)).count == Self.keys)
    }

    private func bytes(_ words: [UInt64]) -> [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    @Test(
        "Values that differ in eight bytes of any place, beside bytes of any constant", arguments: constants)
    func values(constant: UInt64) {
        for place in 0..<4 {
            for length in [16, 24, 32, 37] {
                guard place * 8 + 8 <= length else { continue }
                expectDistinct { number in
                    var words = [UInt64](repeating: constant, count: 5)
                    words[place] = number &* 0x9e37_79b9_7f4a_7c15
                    let value = Array(bytes(words)[..<length])
                    return TableHash.bytes(value.span, value.indices, seed: 0)
                }
            }
        }
    }

    @Test("Traces whose ids have a constant in one half", arguments: constants)
    func traces(constant: UInt64) {
        expectDistinct { TraceID(high: constant, low: $0).tableHash }
        expectDistinct { TraceID(high: $0, low: constant).tableHash }
    }

    @Test("Operations that differ in their flags, or in kind and status", arguments: constants)
    func operations(constant: UInt64) {
        let half = Int32(truncatingIfNeeded: constant)
        expectDistinct {
            Operation(
                name: 1, kind: Int32(truncatingIfNeeded: constant >> 32), status: half,
                flags: UInt32(truncatingIfNeeded: $0), layout: 0
            ).tableHash
        }
        expectDistinct {
            Operation(
                name: 1, kind: Int32(truncatingIfNeeded: $0), status: half, flags: UInt32(bitPattern: half),
                layout: 0
            ).tableHash
        }
    }

    @Test("What is stored is hashed as it always was")
    func stored() {
        #expect(TableHash.mix(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210) == 0x2317_228f_4816_5bb2)
        #expect(TraceFilter([TraceID(high: 1, low: 2)]).bytes == [64, 0, 16, 8, 4, 0, 1, 129])
    }
}
