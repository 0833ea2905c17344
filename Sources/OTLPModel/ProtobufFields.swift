/// Walks over the fields of a protobuf message that lies in an array, without copying.
package enum ProtobufFields {
    /// One field; ranges are positions in the array.
    package struct Field: Hashable, Sendable {
        package let number: Int
        package let content: Content
    }

    /// What a field holds, by its wire type.
    package enum Content: Hashable, Sendable {
        case varint(UInt64)
        case fixed64(Range<Int>)
        case bytes(Range<Int>)
        case fixed32(Range<Int>)
    }

    /// The bytes are no protobuf message.
    package struct Malformed: Error, Hashable, CustomStringConvertible {
        /// Where, as a position in the array.
        package let offset: Int
        package var description: String { "not a protobuf message at byte \(offset)" }
    }

    /// Calls `body` with each field in order.
    ///
    /// - Throws: `Malformed`, or whatever `body` throws.
    package static func forEach(in bytes: [UInt8], _ body: (Field) throws -> Void) throws {
        try forEach(in: bytes, range: bytes.indices, body)
    }

    /// Calls `body` with each field of the message in `range`.
    ///
    /// - Throws: `Malformed`, or whatever `body` throws.
    package static func forEach(in bytes: [UInt8], range: Range<Int>, _ body: (Field) throws -> Void) throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let start = offset
            let tag = try varint(in: bytes, at: &offset, end: range.upperBound)
            guard tag >> 3 > 0, tag >> 3 <= 536_870_911 else { throw Malformed(offset: start) }
            let content: Content
            switch tag & 7 {
            case 0:
                content = .varint(try varint(in: bytes, at: &offset, end: range.upperBound))
            case 1:
                content = .fixed64(try take(8, at: &offset, end: range.upperBound))
            case 2:
                let length = try varint(in: bytes, at: &offset, end: range.upperBound)
                content = .bytes(try take(length, at: &offset, end: range.upperBound))
            case 5:
                content = .fixed32(try take(4, at: &offset, end: range.upperBound))
            default:
                throw Malformed(offset: start)
            }
            try body(Field(number: Int(tag >> 3), content: content))
        }
    }

    private static func take(_ count: UInt64, at offset: inout Int, end: Int) throws -> Range<Int> {
        guard count <= UInt64(end - offset) else { throw Malformed(offset: offset) }
        let range = offset..<(offset + Int(count))
        offset = range.upperBound
        return range
    }

    private static func varint(in bytes: [UInt8], at offset: inout Int, end: Int) throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw Malformed(offset: offset)
    }
}
