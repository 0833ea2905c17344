/// A Bloom filter over the trace ids of a segment: tells for most traces that they are not here.
///
/// Ten bits a trace and seven probes: about one trace in a hundred that is not here seems to be.
struct TraceFilter: Sendable {
    static let bitsPerTrace = 10
    static let probes = 7

    private(set) var bytes: [UInt8]

    init(_ traces: [TraceID]) {
        bytes = [UInt8](repeating: 0, count: max(8, (traces.count * Self.bitsPerTrace + 7) / 8))
        for trace in traces {
            Self.forEachBit(of: trace, bitCount: bytes.count * 8) { bit in
                bytes[bit >> 3] |= 1 << UInt8(bit & 7)
                return true
            }
        }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    func mayContain(_ trace: TraceID) -> Bool {
        guard !bytes.isEmpty else { return true }
        return Self.forEachBit(of: trace, bitCount: bytes.count * 8) { bit in
            bytes[bit >> 3] & 1 << UInt8(bit & 7) != 0
        }
    }

    /// Visits the bits of a trace until `visit` says no.
    @discardableResult
    private static func forEachBit(of trace: TraceID, bitCount: Int, _ visit: (Int) -> Bool) -> Bool {
        // Stored in files: this hash must not change without a new format version.
        let hash = TableHash.mix(trace.high ^ 0x9e37_79b9_7f4a_7c15, trace.low ^ 0xc2b2_ae3d_27d4_eb4f)
        var probe = hash & 0xffff_ffff
        let step = hash >> 32 | 1
        for _ in 0..<probes {
            let bit = Int(((probe & 0xffff_ffff) &* UInt64(bitCount)) >> 32)
            if !visit(bit) { return false }
            probe = probe &+ step
        }
        return true
    }
}
