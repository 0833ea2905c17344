/// Hashes for tables in memory. Only `mix` also makes what is stored, the trace filters and the digests of bodies: it must
/// stay as it is.
enum TableHash {
    /// Words that nobody knows. Who knew them could send keys that all have one hash, and each look into a table would
    /// go through all of them: a request of a megabyte would take minutes.
    private struct Secret {
        let first = UInt64.random(in: .min ... .max)
        let second = UInt64.random(in: .min ... .max)
    }

    private static let secret = Secret()

    /// Folds a 64 by 64 bit product into 64 bits: every input bit reaches every output bit.
    @inline(__always)
    static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Hashes two words.
    @inline(__always)
    static func words(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let secret = Self.secret
        return mix(left ^ secret.first, right ^ secret.second)
    }

    /// Hashes a range of bytes; `seed` tells apart equal bytes of different columns.
    @inline(__always)
    static func bytes(_ bytes: ByteSpan, _ range: Range<Int>, seed: UInt64) -> UInt64 {
        let count = range.count
        let secret = Self.secret
        // No side of a product may be known: whoever could make it 0 would have the whole product.
        var state = secret.second ^ seed &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: count)
        if count >= 8 {
            var index = range.lowerBound
            let last = range.upperBound &- 8
            while index &+ 8 < last {
                state = mix(
                    bytes.loadUInt64(at: index) ^ secret.first, bytes.loadUInt64(at: index &+ 8) ^ state)
                index &+= 16
            }
            let first = index <= last ? bytes.loadUInt64(at: index) : 0
            return mix(first ^ state, bytes.loadUInt64(at: last) ^ secret.first)
        }
        if count >= 4 {
            let high = UInt64(bytes.loadUInt32(at: range.lowerBound)) << 32
            return mix(state ^ high ^ UInt64(bytes.loadUInt32(at: range.upperBound &- 4)), secret.first)
        }
        for index in range { state = (state ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return mix(state, secret.first)
    }
}

extension TraceID {
    /// A hash for tables in memory.
    @inline(__always)
    var tableHash: UInt64 {
        TableHash.words(high, low)
    }
}

/// XXH64, as its specification says (seed 0): the checksum of everything that is stored.
package func checksum(_ bytes: ByteSpan) -> UInt64 {
    let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
    func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
    func round(_ lane: UInt64, _ input: UInt64) -> UInt64 { rotate(lane &+ input &* prime2, 31) &* prime1 }

    var index = 0
    var hash: UInt64
    if bytes.count >= 32 {
        var lane1 = prime1 &+ prime2
        var lane2 = prime2
        var lane3: UInt64 = 0
        var lane4 = 0 &- prime1
        while index &+ 32 <= bytes.count {
            lane1 = round(lane1, bytes.loadUInt64(at: index))
            lane2 = round(lane2, bytes.loadUInt64(at: index &+ 8))
            lane3 = round(lane3, bytes.loadUInt64(at: index &+ 16))
            lane4 = round(lane4, bytes.loadUInt64(at: index &+ 24))
            index &+= 32
        }
        hash = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
        for lane in [lane1, lane2, lane3, lane4] { hash = (hash ^ round(0, lane)) &* prime1 &+ prime4 }
    } else {
        hash = prime5
    }
    hash &+= UInt64(bytes.count)
    while index &+ 8 <= bytes.count {
        hash = rotate(hash ^ round(0, bytes.loadUInt64(at: index)), 27) &* prime1 &+ prime4
        index &+= 8
    }
    if index &+ 4 <= bytes.count {
        hash = rotate(hash ^ UInt64(bytes.loadUInt32(at: index)) &* prime1, 23) &* prime2 &+ prime3
        index &+= 4
    }
    while index < bytes.count {
        hash = rotate(hash ^ UInt64(bytes[index]) &* prime5, 11) &* prime1
        index &+= 1
    }
    hash = (hash ^ hash >> 33) &* prime2
    hash = (hash ^ hash >> 29) &* prime3
    return hash ^ hash >> 32
}
