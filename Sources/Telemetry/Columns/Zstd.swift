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

/// Takes zstd blocks apart again.
@safe struct ZstdDecompressor: ~Copyable {
    // Owned: made in `init`, freed in `deinit`.
    private let context: OpaquePointer?

    init() { unsafe context = ZSTD_createDCtx() }

    deinit { unsafe ZSTD_freeDCtx(context) }

    /// The bytes of a block.
    /// - Parameter count: how many there are, as the chunk says: a block that holds another number is
    ///   damaged, and no more memory than that is used for it
    /// - Returns: nil when the block is damaged
    func decompress(_ block: ByteSpan, count: Int) -> [UInt8]? {
        var isWhole = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let code = unsafe block.withUnsafeBytes { source in
                unsafe ZSTD_decompressDCtx(
                    context, buffer.baseAddress, count, source.baseAddress, source.count)
            }
            isWhole = ZSTD_isError(code) == 0 && code == count
            initialized = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }
}
