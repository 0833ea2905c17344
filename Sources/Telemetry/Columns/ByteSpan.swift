/// Borrowed bytes: a request body, or a part of a dictionary.
package typealias ByteSpan = Swift.Span<UInt8>

extension Swift.Span<UInt8> {
    /// Eight bytes, the first one lowest. The bounds are checked; alignment does not matter.
    @inline(__always)
    func loadUInt64(at offset: Int) -> UInt64 {
        // Safe: every bit pattern is a UInt64, and `bytes` checks the bounds.
        unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes, the first one lowest. The bounds are checked; alignment does not matter.
    @inline(__always)
    func loadUInt32(at offset: Int) -> UInt32 {
        // Safe: every bit pattern is a UInt32, and `bytes` checks the bounds.
        unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes, the first one highest: as ids are compared.
    @inline(__always)
    func loadBigEndianUInt64(at offset: Int) -> UInt64 { loadUInt64(at: offset).byteSwapped }

    /// All of the bytes as numbers, the first byte of each highest; what is left over is left out.
    func bigEndianUInt64s() -> [UInt64] {
        // Filled in, an empty array would be written to, and all empty arrays are one.
        guard count >= 8 else { return [] }
        let bytes = self
        return unsafe [UInt64](unsafeUninitializedCapacity: count / 8) { buffer, initialized in
            for position in 0..<bytes.count / 8 {
                unsafe buffer.initializeElement(
                    at: position, to: bytes.loadBigEndianUInt64(at: position &* 8))
            }
            initialized = bytes.count / 8
        }
    }

    /// Whether `count` bytes from `offset` on equal those of `other` from `otherOffset` on.
    @inline(__always)
    func equals(at offset: Int, _ other: ByteSpan, at otherOffset: Int, count: Int) -> Bool {
        if count >= 8 {
            var index = 0
            let last = count &- 8
            while index < last {
                if loadUInt64(at: offset &+ index) != other.loadUInt64(at: otherOffset &+ index) {
                    return false
                }
                index &+= 8
            }
            return loadUInt64(at: offset &+ last) == other.loadUInt64(at: otherOffset &+ last)
        }
        if count >= 4 {
            let last = count &- 4
            return loadUInt32(at: offset) == other.loadUInt32(at: otherOffset)
                && loadUInt32(at: offset &+ last) == other.loadUInt32(at: otherOffset &+ last)
        }
        for index in 0..<count where self[offset &+ index] != other[otherOffset &+ index] { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends bytes that are borrowed from elsewhere.
    @inline(__always)
    mutating func append(_ span: ByteSpan) {
        // Safe: the pointer is used within the closure only.
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
