/// Appends numbers and bytes in the form that the journal and the chunks keep them: little-endian, and
/// varints of seven bits a byte, lowest first (as protobuf's).
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func varint(_ value: Int) { varint(UInt64(value)) }

    /// A number that may be negative, as a varint that is short near 0.
    @inline(__always)
    mutating func signed(_ value: Int64) { varint(zigzag(value)) }

    mutating func uint64(_ value: UInt64) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Numbers of eight bytes each.
    mutating func uint64s(_ values: [UInt64]) {
        // The machines that we run on are little-endian, as the format is.
        unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Bytes with their count before them.
    mutating func counted(_ value: some Collection<UInt8>) {
        varint(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

    mutating func append(_ value: ByteSpan) { bytes.append(value) }

    /// Appends what a closure writes: for many small values, with one look at the room for all of them.
    /// - Parameter count: how many bytes it writes at the most; writing more traps
    @inline(__always)
    mutating func append(atMost count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        // Nothing added to an empty array would be written to the one that all empty arrays share.
        guard count > 0 else { return }
        bytes.append(addingCapacity: count, initializingWith: write)
    }
}

/// Numbers near 0, of either sign, as small unsigned ones: 0, -1, 1, -2, …
@inline(__always)
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value &<< 1 ^ value &>> 63) }

/// The inverse of `zigzag`.
@inline(__always)
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1) }

extension OutputSpan<UInt8> {
    /// What a varint takes at the most.
    static var varintBytesMax: Int { 10 }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func signed(_ value: Int64) { varint(zigzag(value)) }

    /// Eight bytes, the lowest first.
    @inline(__always)
    mutating func uint64(_ value: UInt64) {
        for shift: UInt64 in stride(from: 0, to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: value &>> shift))
        }
    }
}
