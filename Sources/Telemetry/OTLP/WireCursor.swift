/// Reads protobuf's wire format from borrowed bytes, forward only and with every bound checked.
///
/// A failure is remembered and moves the cursor to its end, so that loops end by themselves and the
/// caller asks once a message instead of once a field. What counts as malformed is what the reference
/// decoder refuses: tags and lengths of more than five bytes, field number 0, groups and unknown wire
/// types, varints of more than 64 bits, and anything that runs past its message.
struct WireCursor: ~Escapable {
    let bytes: ByteSpan
    private(set) var index: Int
    private(set) var end: Int
    /// Where the first malformed byte is, or -1.
    private(set) var failedAt = -1

    @inline(__always)
    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    @inline(__always)
    var hasMore: Bool { index < end }

    @inline(__always)
    var failed: Bool { failedAt >= 0 }

    @inline(never)
    mutating func fail() {
        if failedAt < 0 { failedAt = index }
        index = end
    }

    /// The next field's number and wire type: `number << 3 | wire type`.
    @inline(__always)
    mutating func tag() -> UInt32 {
        let first = bytes[index]
        if first < 0x80 {
            index &+= 1
            if first < 8 { fail() }
            return UInt32(first)
        }
        return longTag()
    }

    @inline(never)
    private mutating func longTag() -> UInt32 {
        let value = shortVarint(limit: UInt64(UInt32.max))
        if value < 8 { fail() }
        return value
    }

    /// A varint of at most five bytes that is no more than `limit`: a tag or a length.
    @inline(__always)
    private mutating func shortVarint(limit: UInt64) -> UInt32 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < end, shift < 35 {
            let byte = bytes[index]
            index &+= 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                if value > limit { break }
                return UInt32(truncatingIfNeeded: value)
            }
            shift &+= 7
        }
        fail()
        return 0
    }

    /// A varint's value; one of more than 64 bits is malformed.
    @inline(__always)
    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < end, shift < 70 {
            let byte = bytes[index]
            index &+= 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                if shift == 63, byte > 1 { break }
                return value
            }
            shift &+= 7
        }
        fail()
        return 0
    }

    /// The content of a length-delimited field, as a range of `bytes`.
    @inline(__always)
    mutating func lengthDelimited() -> Range<Int> {
        var length = 0
        if index < end, bytes[index] < 0x80 {
            length = Int(bytes[index])
            index &+= 1
        } else {
            length = Int(shortVarint(limit: UInt64(Int32.max)))
        }
        guard length <= end &- index else {
            fail()
            return end..<end
        }
        let start = index
        index &+= length
        return start..<index
    }

    @inline(__always)
    mutating func fixed64() -> UInt64 {
        guard end &- index >= 8 else {
            fail()
            return 0
        }
        let value = bytes.loadUInt64(at: index)
        index &+= 8
        return value
    }

    @inline(__always)
    mutating func fixed32() -> UInt32 {
        guard end &- index >= 4 else {
            fail()
            return 0
        }
        let value = bytes.loadUInt32(at: index)
        index &+= 4
        return value
    }

    /// Passes over a field that nobody asked for.
    @inline(never)
    mutating func skip(_ tag: UInt32) {
        switch tag & 7 {
        case 0: _ = varint()
        case 1: _ = fixed64()
        case 2: _ = lengthDelimited()
        case 5: _ = fixed32()
        default: fail()
        }
    }

    /// Passes over a field whose number is unknown, and refuses one whose number is known (`1...last`):
    /// it has come with a wrong wire type.
    @inline(never)
    mutating func skipUnknown(_ tag: UInt32, knownThrough last: UInt32) {
        if tag >> 3 <= last { fail() } else { skip(tag) }
    }
}
