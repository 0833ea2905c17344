/// Reads what `ByteWriter` wrote. Whatever the bytes are, it stays within them: past the end, or where a
/// count cannot be true, it reports the damage.
struct ByteReader: ~Escapable {
    let bytes: ByteSpan
    private(set) var index = 0

    /// The bytes are not what was written.
    struct Damage: Error, Hashable {
        var at: Int
    }

    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan) { self.bytes = bytes }

    var remaining: Int { bytes.count - index }

    @inline(__always)
    mutating func byte() throws(Damage) -> UInt8 {
        guard index < bytes.count else { throw Damage(at: index) }
        index &+= 1
        return bytes[index &- 1]
    }

    @inline(__always)
    mutating func varint() throws(Damage) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count, shift < 70 {
            let byte = bytes[index]
            index &+= 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw Damage(at: index)
    }

    @inline(__always)
    mutating func signed() throws(Damage) -> Int64 { unzigzag(try varint()) }

    mutating func uint32() throws(Damage) -> UInt32 {
        let value = try varint()
        guard let number = UInt32(exactly: value) else { throw Damage(at: index) }
        return number
    }

    /// How many things follow, each of at least `itemBytes` bytes: a count that the rest cannot hold is
    /// damage, so that no allocation is larger than what was read.
    mutating func count(itemBytes: Int = 1) throws(Damage) -> Int {
        let value = try varint()
        guard value <= UInt64(remaining / max(itemBytes, 1)) else { throw Damage(at: index) }
        return Int(value)
    }

    /// An index below `limit`.
    @inline(__always)
    mutating func index(below limit: Int) throws(Damage) -> UInt32 {
        let value = try varint()
        guard value < UInt64(limit) else { throw Damage(at: index) }
        return UInt32(truncatingIfNeeded: value)
    }

    mutating func uint64() throws(Damage) -> UInt64 {
        guard remaining >= 8 else { throw Damage(at: index) }
        index += 8
        return bytes.loadUInt64(at: index - 8)
    }

    mutating func uint64s(_ count: Int) throws(Damage) -> [UInt64] {
        guard count >= 0, count <= remaining / 8 else { throw Damage(at: index) }
        // Filled in, an empty array would be written to, and all empty arrays are one.
        guard count > 0 else { return [] }
        let start = index
        index += count * 8
        let bytes = bytes
        return unsafe [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            for position in 0..<count {
                unsafe buffer.initializeElement(
                    at: position, to: bytes.loadUInt64(at: start &+ position &* 8))
            }
            initialized = count
        }
    }

    /// The place of the next `count` bytes.
    mutating func range(_ count: Int) throws(Damage) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw Damage(at: index) }
        index += count
        return index - count..<index
    }

    /// Bytes that come with their count.
    mutating func counted() throws(Damage) -> [UInt8] {
        let count = try count()
        return Array(bytes, try range(count))
    }

    func damage() -> Damage { Damage(at: index) }
}
