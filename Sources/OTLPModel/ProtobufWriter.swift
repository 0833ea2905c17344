/// Appends protobuf fields to a byte array: what the canonical encoding needs and no more.
///
/// Canonical here means: fields in the order of their numbers, proto3 defaults left out, varints
/// as short as they can be. Two equal values give equal bytes.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    package mutating func tag(_ field: Int, _ wireType: WireType) {
        varint(UInt64(field) << 3 | wireType.rawValue)
    }

    /// A varint field, left out when 0.
    package mutating func varint(_ field: Int, _ value: UInt64) {
        guard value != 0 else { return }
        tag(field, .varint)
        varint(value)
    }

    /// An enum or `int32` field, left out when 0; negative numbers take ten bytes, as protobuf wants.
    package mutating func int32(_ field: Int, _ value: Int32) {
        varint(field, UInt64(bitPattern: Int64(value)))
    }

    package mutating func fixed64(_ field: Int, _ value: UInt64) {
        guard value != 0 else { return }
        tag(field, .fixed64)
        littleEndian(value)
    }

    package mutating func fixed32(_ field: Int, _ value: UInt32) {
        guard value != 0 else { return }
        tag(field, .fixed32)
        littleEndian(value)
    }

    /// A string field, left out when empty.
    package mutating func string(_ field: Int, _ value: String) {
        guard !value.isEmpty else { return }
        repeatedString(field, value)
    }

    /// An element of a repeated string field: written even when empty.
    package mutating func repeatedString(_ field: Int, _ value: String) {
        tag(field, .lengthDelimited)
        var text = value
        text.withUTF8 { utf8 in
            varint(UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    /// A bytes field, left out when empty.
    package mutating func bytes(_ field: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        repeatedBytes(field, value)
    }

    /// Length-delimited content that is written even when empty.
    package mutating func repeatedBytes(_ field: Int, _ value: [UInt8]) {
        tag(field, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A submessage, written even when empty.
    package mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        repeatedBytes(field, inner.bytes)
    }

    /// A number's bytes, lowest first, with no tag before them.
    package mutating func littleEndian<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The wire types of protobuf that OTLP uses.
package enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
