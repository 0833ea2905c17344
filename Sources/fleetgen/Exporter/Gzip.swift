import CDeflate

/// Compression of request bodies.
enum Gzip {
    /// The level that OTLP exporters use by default.
    private static let level: Int32 = 6

    /// The bytes as a gzip member; nil when there is no memory for it.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let compressor = libdeflate_alloc_compressor(level) else { return nil }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        var size = 0
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            size = bytes.withUnsafeBytes { input in
                libdeflate_gzip_compress(
                    compressor, input.baseAddress, input.count, output.baseAddress, output.count)
            }
            count = size
        }
        // Zero means that the output did not fit, which the bound rules out.
        return size > 0 ? compressed : nil
    }
}
