/// Writes gzip by hand, so that tests do not check a library against itself.
enum Gzip {
    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    /// One member whose content is stored as it is.
    static func stored(_ content: [UInt8]) -> [UInt8] {
        var deflated: [UInt8] = []
        var start = 0
        repeat {
            let block = content[start..<min(start + 65_535, content.count)]
            start += block.count
            let length = UInt16(block.count)
            deflated.append(start == content.count ? 1 : 0)
            deflated += littleEndian(UInt32(length)).prefix(2) + littleEndian(UInt32(~length)).prefix(2)
            deflated += block
        } while start < content.count
        return header + deflated + littleEndian(crc32(content)) + littleEndian(UInt32(content.count))
    }

    /// One member of so many zeros, about a thousandth of them long.
    static func zeros(_ count: Int) -> [UInt8] {
        let checksum = crc32([UInt8](repeating: 0, count: count))
        return deflatedZeros(count) + littleEndian(checksum) + littleEndian(UInt32(count))
    }

    /// Zeros whose trailer lies: about their number, and in the checksum, which only somebody who inflates
    /// all of them finds out.
    static func bomb(zeros: Int, claimedBytes: UInt32) -> [UInt8] {
        deflatedZeros(zeros) + littleEndian(0) + littleEndian(claimedBytes)
    }

    private static func deflatedZeros(_ count: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.write(0b011, 3)  // the last block, with fixed codes
        for _ in 0..<(1 + (count - 1) % 258) { bits.writeCode(0b0011_0000, 8) }  // the byte 0
        for _ in 0..<((count - 1) / 258) {
            bits.writeCode(0b1100_0101, 8)  // 258 bytes more
            bits.writeCode(0, 5)  // of what was one byte ago
        }
        bits.writeCode(0, 7)
        return header + bits.finished()
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xffff_ffff
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        return ~sum
    }
}

/// Bits in the order of deflate: the lowest of a byte first.
private struct BitWriter {
    private var bytes: [UInt8] = []
    private var pending: UInt32 = 0
    private var pendingBits = 0

    mutating func write(_ value: UInt32, _ count: Int) {
        pending |= value << pendingBits
        pendingBits += count
        while pendingBits >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingBits -= 8
        }
    }

    /// A Huffman code, which goes in from its highest bit.
    mutating func writeCode(_ code: UInt32, _ count: Int) {
        for bit in stride(from: count - 1, through: 0, by: -1) { write(code >> bit & 1, 1) }
    }

    func finished() -> [UInt8] {
        pendingBits > 0 ? bytes + [UInt8(truncatingIfNeeded: pending)] : bytes
    }
}
