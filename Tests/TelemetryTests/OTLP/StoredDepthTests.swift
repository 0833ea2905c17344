import OTLPModel
import Testing

@testable import Telemetry

@Suite("Values that a file has nest as deep as they may have come in, and no deeper than a stack holds")
struct StoredDepthTests {
    /// `AnyValue`s in lists of one element, as bytes: to encode values that deep would need a stack, too.
    private func nested(_ depth: Int) -> [UInt8] {
        // From the inside to the outside, and so backwards.
        var reversed: [UInt8] = []
        for _ in 1..<depth {
            for field: UInt8 in [1, 5] {
                var length = ByteWriter()
                length.varint(reversed.count)
                reversed += length.bytes.reversed() + [field << 3 | 2]
            }
        }
        return reversed.reversed()
    }

    @Test("What was let in is read back, and 10,000 levels are damage")
    func depths() {
        #expect(AnyValue(canonicalBytes: nested(ReferenceDecoder.maxDepthMax)) != nil)
        #expect(AnyValue(canonicalBytes: nested(10_000)) == nil)
    }
}
