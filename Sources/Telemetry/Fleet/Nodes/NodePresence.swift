import OTLPModel

/// When something of a node arrived, in slots of five seconds: who falls silent, and comes back.
struct NodePresence: Sendable {
    static let slotNanos: Int64 = 5_000_000_000
    /// In each are 64 slots, a bit each. Of so many, the newest are kept: 45 hours, some 8 kB.
    private static let chunksMax = 512

    /// By number of the chunk since 1970.
    private var chunks: [Int64: UInt64] = [:]

    mutating func add(_ time: UnixNanos) {
        let slot = time.rawValue / Self.slotNanos
        chunks[slot >> 6, default: 0] |= 1 << UInt64(slot & 63)
        if chunks.count > 2 * Self.chunksMax { prune() }
    }

    mutating func merge(_ other: NodePresence) {
        for (chunk, bits) in other.chunks { chunks[chunk, default: 0] |= bits }
        if chunks.count > 2 * Self.chunksMax { prune() }
    }

    private mutating func prune() {
        let kept = chunks.keys.sorted().suffix(Self.chunksMax)
        chunks = chunks.filter { $0.key >= (kept.first ?? 0) }
    }

    /// The first and the last slot in which something arrived; nil of nothing.
    var bounds: ClosedRange<Int64>? {
        guard let first = chunks.min(by: { $0.key < $1.key }), let last = chunks.max(by: { $0.key < $1.key })
        else { return nil }
        return
            (first.key << 6 | Int64(first.value.trailingZeroBitCount))...(last.key << 6
            | Int64(63 - last.value.leadingZeroBitCount))
    }

    /// Whether something arrived in some slots.
    func isTelling(_ slots: Range<Int64>) -> Bool {
        guard !slots.isEmpty else { return false }
        for chunk in (slots.lowerBound >> 6)...((slots.upperBound - 1) >> 6) {
            guard let bits = chunks[chunk] else { continue }
            let low = max(0, slots.lowerBound - (chunk << 6))
            let high = min(64, slots.upperBound - (chunk << 6))
            let mask = (high == 64 ? UInt64.max : (1 << UInt64(high)) - 1) & ~((1 << UInt64(low)) - 1)
            if bits & mask != 0 { return true }
        }
        return false
    }

    /// The slots in which something arrived, in order, as far as they are kept.
    var slots: [Int64] {
        var slots: [Int64] = []
        for chunk in chunks.keys.sorted().suffix(Self.chunksMax) {
            var bits = chunks[chunk] ?? 0
            while bits != 0 {
                slots.append(chunk << 6 | Int64(bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
        return slots
    }
}
