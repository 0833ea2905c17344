/// A run of bytes inside a chunk: stored as it is, or compressed when that pays.
///
/// ```
/// block = codec (1 byte: 0 raw, 1 zstd)  length of the content (varint)  length as stored (varint)  bytes
/// ```
enum Block {
    enum Codec: UInt8 {
        case raw = 0
        case zstd = 1
    }

    /// The largest content of a block: 256 MiB, far above what a segment holds. A length above it is not
    /// believed.
    static let contentBytesMax = 1 << 28

    /// What a byte of zstd becomes at the most: 128 KiB that are all the same take four bytes. A length above it is not
    /// believed either, so that no memory is made ready for it.
    private static let bytesOfZstdByteMax: UInt64 = 1 << 15

    static func write(_ bytes: ByteSpan, _ compressor: borrowing ZstdCompressor, to writer: inout ByteWriter)
    {
        if isWorthTrying(bytes), let compressed = compressor.compress(bytes) {
            writer.byte(Codec.zstd.rawValue)
            writer.varint(bytes.count)
            writer.counted(compressed)
        } else {
            writeRaw(bytes, to: &writer)
        }
    }

    static func writeRaw(_ bytes: ByteSpan, to writer: inout ByteWriter) {
        writer.byte(Codec.raw.rawValue)
        writer.varint(bytes.count)
        writer.varint(bytes.count)
        writer.append(bytes)
    }

    /// Whether compressing may pay. Two random bytes are equal once in 256 pairs; a sample of 1,024 bytes
    /// in which they are equal less than twice as often is left alone: ids, low bytes of times.
    static func isWorthTrying(_ bytes: ByteSpan) -> Bool {
        if bytes.count < 64 { return false }
        if bytes.count < 1_024 { return true }
        var histogram = [UInt32](repeating: 0, count: 256)
        var counts = histogram.mutableSpan
        let step = bytes.count / 1_024
        var index = 0
        for _ in 0..<1_024 {
            counts[Int(bytes[index])] &+= 1
            index &+= step
        }
        var pairs: UInt64 = 0
        for value in 0..<256 { pairs &+= UInt64(counts[value]) &* UInt64(counts[value]) }
        // A sample of n random bytes has n + n² / 256 equal pairs: 5,120 here.
        return pairs > 1_024 + 2 * 4_096
    }

    static func read(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor
    ) throws(ByteReader.Damage) -> [UInt8] {
        var content: [UInt8] = []
        try read(&reader, decompressor, appendingTo: &content)
        return content
    }

    /// Lends the content of a block: where it was stored as it is, no copy is made.
    static func withContent<Result>(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor,
        _ body: (ByteSpan) throws(ByteReader.Damage) -> Result
    ) throws(ByteReader.Damage) -> Result {
        guard reader.remaining > 0, reader.bytes[reader.index] == Codec.raw.rawValue else {
            let content = try read(&reader, decompressor)
            return try body(content.span)
        }
        _ = try reader.byte()
        let count = try reader.varint()
        let stored = try reader.range(try reader.count())
        guard UInt64(stored.count) == count else { throw reader.damage() }
        return try body(reader.bytes.extracting(stored))
    }

    /// Appends the content of a block. A reader that knows how much will come reserves the room for it.
    static func read(
        _ reader: inout ByteReader, _ decompressor: borrowing ZstdDecompressor,
        appendingTo content: inout [UInt8]
    ) throws(ByteReader.Damage) {
        let codec = Codec(rawValue: try reader.byte())
        let count = try reader.varint()
        guard count <= UInt64(contentBytesMax) else { throw reader.damage() }
        let stored = try reader.range(try reader.count())
        switch codec {
        case .raw?:
            guard UInt64(stored.count) == count else { throw reader.damage() }
            content.append(reader.bytes.extracting(stored))
        case .zstd?:
            guard count <= UInt64(stored.count) * bytesOfZstdByteMax else { throw reader.damage() }
            let isWhole = decompressor.decompress(
                reader.bytes.extracting(stored), count: Int(count), appendingTo: &content)
            guard isWhole else { throw reader.damage() }
        case nil: throw reader.damage()
        }
    }
}
