import CZstd

/// Compresses blocks with zstd. Keeps its working memory between blocks: one for each thread that seals.
///
/// zstd's C interface is used in this file and nowhere else.
@safe struct ZstdCompressor: ~Copyable {
    /// Level 1: on sealed columns, level 3 gains nothing that is worth its time.
    static let level: Int32 = 1

    // Owned: made in `init`, freed in `deinit`.
    private let context: OpaquePointer?

    init() { unsafe context = ZSTD_createCCtx() }

    deinit { unsafe ZSTD_freeCCtx(context) }

    /// The compressed bytes; nil when they would not be smaller by a sixteenth.
    func compress(_ bytes: ByteSpan) -> [UInt8]? {
        let capacity = ZSTD_compressBound(bytes.count)
        var size = 0
        let compressed = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            let code = unsafe bytes.withUnsafeBytes { source in
                unsafe ZSTD_compressCCtx(
                    context, buffer.baseAddress, capacity, source.baseAddress, source.count, Self.level)
            }
            size = ZSTD_isError(code) == 0 ? code : capacity
            initialized = min(size, capacity)
        }
        return size < bytes.count - bytes.count / 16 ? compressed : nil
    }
}

/// A decompressor for all that one thread reads: making one costs as much as taking a small chunk apart.
final class SharedDecompressor {
    let decompressor = ZstdDecompressor()
}

/// Takes zstd blocks apart again.
@safe struct ZstdDecompressor: ~Copyable {
    // Owned: made in `init`, freed in `deinit`.
    private let context: OpaquePointer?

    init() { unsafe context = ZSTD_createDCtx() }

    deinit { unsafe ZSTD_freeDCtx(context) }

    /// Appends the bytes of a block.
    /// - Parameter count: how many there are, as the chunk says: a block that holds another number is
    ///   damaged, and no more memory than that is used for it
    /// - Returns: false when the block is damaged; nothing was appended then
    func decompress(_ block: ByteSpan, count: Int, appendingTo bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        var isWhole = false
        if start == 0, bytes.capacity < count {
            bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                isWhole = unsafe decompress(block, into: UnsafeMutableRawBufferPointer(buffer))
                initialized = isWhole ? count : 0
            }
            return isWhole
        }
        // An array grows only with values in it: zeros cost a fraction of what decompressing does.
        bytes.append(contentsOf: repeatElement(0, count: count))
        isWhole = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe decompress(block, into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
        }
        if !isWhole { bytes.removeLast(count) }
        return isWhole
    }

    private func decompress(_ block: ByteSpan, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let code = unsafe block.withUnsafeBytes { source in
            unsafe ZSTD_decompressDCtx(
                context, buffer.baseAddress, buffer.count, source.baseAddress, source.count)
        }
        return ZSTD_isError(code) == 0 && code == buffer.count
    }
}
