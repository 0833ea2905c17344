import CDeflate
import NIOCore

/// Decompresses gzip (RFC 1952) and zlib (RFC 1950): the only file that touches libdeflate. One for each body, so that
/// no state is shared between two.
final class DeflateInflater {
    /// Deflate cannot do better than 1,032 to 1.
    private static let ratioMax = 1_032

    // Owned: made in `init`, freed in `deinit`.
    private let decompressor: OpaquePointer
    private let isGzip: Bool

    init(isGzip: Bool) throws(Refusal) {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw Refusal(.overloaded, "there is no memory to decompress the request: send it again later")
        }
        self.decompressor = decompressor
        self.isGzip = isGzip
    }

    deinit { libdeflate_free_decompressor(decompressor) }

    /// The trailer of a gzip stream says how much its last member holds: right for every honest sender with
    /// one member, and bounded by what deflate can do for the others. Zlib does not say.
    func firstRoom(_ input: ByteBuffer) -> Int {
        let count = input.readableBytes
        guard isGzip else { return count * 4 }
        let claimed =
            input.getInteger(at: input.readerIndex + max(0, count - 4), endianness: .little, as: UInt32.self)
            ?? 0
        let (possible, overflows) = count.multipliedReportingOverflow(by: Self.ratioMax)
        return overflows ? Int(claimed) : min(Int(claimed), possible)
    }

    /// Inflates the next member and moves past it. Changes nothing unless that is done.
    func inflateNext(_ input: inout ByteBuffer, _ output: inout ByteBuffer, room: Int) -> BodyInflater.Step {
        let available = room - output.readableBytes
        var consumed = 0
        var result = LIBDEFLATE_BAD_DATA
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: available) { target in
            input.withUnsafeReadableBytes { source in
                var produced = 0
                result =
                    isGzip
                    ? libdeflate_gzip_decompress_ex(
                        decompressor, source.baseAddress, source.count, target.baseAddress, available,
                        &consumed, &produced)
                    : libdeflate_zlib_decompress_ex(
                        decompressor, source.baseAddress, source.count, target.baseAddress, available,
                        &consumed, &produced)
                return result == LIBDEFLATE_SUCCESS ? produced : 0
            }
        }
        switch result {
        case LIBDEFLATE_SUCCESS:
            input.moveReaderIndex(forwardBy: consumed)
            return .done
        case LIBDEFLATE_INSUFFICIENT_SPACE: return .full
        default: return .bad
        }
    }
}
