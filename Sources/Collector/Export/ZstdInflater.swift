import CZstd
import NIOCore

/// Decompresses zstd (RFC 8878): the only file of the collector that touches its library. One for each body, so that
/// no state is shared between two.
///
/// A frame is decompressed in one go into the output, which serves as its window: a frame that announces a window of
/// gigabytes takes no memory for it.
final class ZstdInflater {
    // Owned: made in `init`, freed in `deinit`.
    private let context: OpaquePointer

    init() throws(Refusal) {
        guard let context = ZSTD_createDCtx() else {
            throw Refusal(.overloaded, "there is no memory to decompress the request: send it again later")
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// What the first frame says about its content, as far as it can be believed: telemetry becomes 64 times as large
    /// at the most, and where it becomes more, the output grows.
    func firstRoom(_ input: ByteBuffer) -> Int {
        let count = input.readableBytes
        let claimed = input.withUnsafeReadableBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // The two largest numbers mean that it is not said, or that this is no frame.
        guard claimed < UInt64(Int.max) else { return count * 4 }
        return min(Int(claimed), count * 64)
    }

    /// Decompresses the next frame and moves past it. Changes nothing unless that is done.
    func inflateNext(_ input: inout ByteBuffer, _ output: inout ByteBuffer, room: Int) -> BodyInflater.Step {
        let available = room - output.readableBytes
        let frameBytes = input.withUnsafeReadableBytes {
            ZSTD_findFrameCompressedSize($0.baseAddress, $0.count)
        }
        guard ZSTD_isError(frameBytes) == 0, frameBytes > 0, frameBytes <= input.readableBytes else {
            return .bad
        }
        var code = 0
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: available) { target in
            input.withUnsafeReadableBytes { source in
                code = ZSTD_decompressDCtx(
                    context, target.baseAddress, available, source.baseAddress, frameBytes)
                return ZSTD_isError(code) == 0 ? code : 0
            }
        }
        guard ZSTD_isError(code) == 0 else {
            return ZSTD_getErrorCode(code) == ZSTD_error_dstSize_tooSmall ? .full : .bad
        }
        input.moveReaderIndex(forwardBy: frameBytes)
        return .done
    }
}
