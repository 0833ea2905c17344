/// Writes zlib (RFC 1950) by hand.
enum Zlib {
    /// Content that is stored as it is.
    static func stored(_ content: [UInt8]) -> [UInt8] {
        // The same blocks as in gzip, between another header and another checksum.
        let deflated = Gzip.stored(content).dropFirst(10).dropLast(8)
        let sum = adler32(content)
        return [0x78, 0x01] + deflated + (0..<4).reversed().map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
