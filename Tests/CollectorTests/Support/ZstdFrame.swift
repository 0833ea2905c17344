/// Writes frames of zstd (RFC 8878) by hand, without checksum.
enum ZstdFrame {
    private static let blockBytesMax = 128 << 10
    private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// Content that is stored as it is.
    /// - Parameters:
    ///   - saysSize: whether the header has the size of the content
    ///   - claimedBytes: the size that it has instead
    ///   - windowDescriptor: five bits of exponent (above 2^10) and three of mantissa
    static func stored(
        _ content: [UInt8], saysSize: Bool = true, claimedBytes: UInt64? = nil,
        windowDescriptor: UInt8 = 7 << 3
    ) -> [UInt8] {
        var frame = header(saysSize ? claimedBytes ?? UInt64(content.count) : nil, windowDescriptor)
        var start = 0
        repeat {
            let block = content[start..<min(start + blockBytesMax, content.count)]
            start += block.count
            frame += blockHeader(type: 0, size: block.count, isLast: start == content.count) + block
        } while start < content.count
        return frame
    }

    /// One byte so many times, four bytes for each 128 KiB of it.
    static func repeated(_ byte: UInt8, count: Int) -> [UInt8] {
        var frame = header(nil, 7 << 3)
        var left = count
        repeat {
            let size = min(left, blockBytesMax)
            left -= size
            frame += blockHeader(type: 1, size: size, isLast: left == 0) + [byte]
        } while left > 0
        return frame
    }

    private static func header(_ size: UInt64?, _ windowDescriptor: UInt8) -> [UInt8] {
        guard let size else { return magic + [0, windowDescriptor] }
        return magic + [0b1100_0000, windowDescriptor]
            + (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    }

    private static func blockHeader(type: Int, size: Int, isLast: Bool) -> [UInt8] {
        let bits = size << 3 | type << 1 | (isLast ? 1 : 0)
        return (0..<3).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
}
