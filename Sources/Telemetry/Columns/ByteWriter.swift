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
}

/// Numbers near 0, of either sign, as small unsigned ones: 0, -1, 1, -2, …
@inline(__always)
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value &<< 1 ^ value &>> 63) }

/// The inverse of `zigzag`.
@inline(__always)
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1) }
