import OTLPModel

/// The attributes of a point as they tell series apart: canonical `KeyValueList` bytes, by key, each key once. In which
/// order a sender writes them means nothing.
struct PointAttributes {
    private(set) var bytes: [UInt8] = []
    /// Keys that came again: the last one counts.
    private(set) var repeatedKeys = 0

    init(_ attributes: [KeyValue]) {
        var byKey: [(key: [UInt8], pair: KeyValue)] = []
        for pair in attributes { byKey.append((Array(pair.key.utf8), pair)) }
        write(byKey, key: \.key) { pair in
            var writer = ProtobufWriter()
            pair.pair.write(to: &writer)
            return writer.bytes
        }
    }

    /// - Parameters:
    ///   - ranges: where the `KeyValue` messages lie in the body
    ///   - cutter: leaves out what is too much
    ///   - problem: why they cannot be read; nil when they can
    init(
        _ body: ByteSpan, _ ranges: [Range<Int>], _ limits: borrowing DecodeLimits,
        _ cutter: inout PartCutter, problem: inout MessageDecoding.Problem?
    ) {
        if ranges.isEmpty { return }
        // Those beyond the limit are not decoded.
        let kept = ranges.prefix(limits.attributesMax)
        if kept.count < ranges.count { cutter.noteLeftOut() }
        let check = CanonicalCheck(body, limits)
        var byKey: [(key: [UInt8], range: Range<Int>)] = []
        byKey.reserveCapacity(kept.count)
        for range in kept {
            guard check.keyValue(range) else {
                var decoding = MessageDecoding(body, limits)
                var pairs = kept.map { decoding.keyValue($0) }
                problem = decoding.problem
                cutter.cut(&pairs)
                self = PointAttributes(pairs)
                return
            }
            byKey.append((Self.key(body, range), range))
        }
        write(byKey, key: \.key) { Array(body, $0.range) }
    }

    /// The key of a canonical `KeyValue`: field 1, left out when it is empty.
    private static func key(_ body: ByteSpan, _ range: Range<Int>) -> [UInt8] {
        var cursor = WireCursor(body, range)
        guard cursor.hasMore, cursor.tag() == 1 << 3 | 2 else { return [] }
        return Array(body, cursor.lengthDelimited())
    }

    private mutating func write<Pair>(
        _ unordered: [Pair], key: (Pair) -> [UInt8], _ encoded: (Pair) -> [UInt8]
    ) {
        var pairs = unordered
        let isOrdered = zip(pairs, pairs.dropFirst()).allSatisfy {
            key($0).lexicographicallyPrecedes(key($1))
        }
        if !isOrdered {
            // Stable: of equal keys the last one sent is the last one here.
            let order = pairs.indices.sorted { left, right in
                let (first, second) = (key(pairs[left]), key(pairs[right]))
                return first == second ? left < right : first.lexicographicallyPrecedes(second)
            }
            pairs = order.map { pairs[$0] }
        }
        var writer = ByteWriter()
        for (index, pair) in pairs.enumerated() {
            if index + 1 < pairs.count, key(pairs[index + 1]) == key(pair) {
                repeatedKeys += 1
                continue
            }
            writer.byte(1 << 3 | 2)
            writer.counted(encoded(pair))
        }
        bytes = writer.bytes
    }
}
