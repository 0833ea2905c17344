import CZstd

/// Takes zstd apart: any number of frames, one after another. All that this program uses of zstd's interface
/// is in this file.
final class ZstdDecoder: StreamCodec {
    private let context: OpaquePointer?
    /// Whether the last frame has ended, so that the file may end here.
    private var isBetweenFrames = true

    /// A frame that asks for more memory than 2^27 bytes (`zstd --long=27`) is refused.
    private static let windowLogMax: Int32 = 27

    init() {
        context = ZSTD_createDCtx()
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMax)
    }

    deinit { ZSTD_freeDCtx(context) }

    func process(
        _ input: [UInt8], from start: inout Int, into output: inout [UInt8], room: Int
    ) throws(StreamCodecError) {
        while start < input.count, output.count < room {
            let code = pump(input, &start, &output, room: room) { out, source in
                ZSTD_decompressStream(context, &out, &source)
            }
            guard ZSTD_isError(code) == 0 else {
                throw StreamCodecError(
                    message: "damaged zstd data (\(String(cString: ZSTD_getErrorName(code))))")
            }
            isBetweenFrames = code == 0
        }
    }

    func finish(into output: inout [UInt8]) throws(StreamCodecError) {
        guard isBetweenFrames else { throw StreamCodecError(message: "the zstd data is cut short") }
    }
}

/// Makes zstd of one frame, with a checksum.
final class ZstdEncoder: StreamCodec {
    private let context: OpaquePointer?

    /// zstd's default: text becomes a tenth smaller than with 1, at a third of the speed.
    private static let level: Int32 = 3

    init() {
        context = ZSTD_createCCtx()
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { ZSTD_freeCCtx(context) }

    func process(
        _ input: [UInt8], from start: inout Int, into output: inout [UInt8], room: Int
    ) throws(StreamCodecError) {
        while start < input.count, output.count < room {
            try check(
                pump(input, &start, &output, room: room) { out, source in
                    ZSTD_compressStream2(context, &out, &source, ZSTD_e_continue)
                })
        }
    }

    func finish(into output: inout [UInt8]) throws(StreamCodecError) {
        var nothing = 0
        while true {
            let left = pump([], &nothing, &output, room: .max) { out, source in
                ZSTD_compressStream2(context, &out, &source, ZSTD_e_end)
            }
            try check(left)
            if left == 0 { return }
        }
    }

    private func check(_ code: Int) throws(StreamCodecError) {
        guard ZSTD_isError(code) == 0 else {
            throw StreamCodecError(message: String(cString: ZSTD_getErrorName(code)))
        }
    }
}

/// Runs zstd once over what is left of the input, with room for 128 KiB more of output, a block of its own.
private func pump(
    _ input: [UInt8], _ start: inout Int, _ output: inout [UInt8], room: Int,
    _ run: (inout ZSTD_outBuffer, inout ZSTD_inBuffer) -> Int
) -> Int {
    let step = min(128 << 10, max(1, room - output.count))
    let before = output.count
    output.append(contentsOf: repeatElement(0, count: step))
    var code = 0
    var made = 0
    input.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
            var out = ZSTD_outBuffer(dst: target.baseAddress.map { $0 + before }, size: step, pos: 0)
            var pieces = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: start)
            code = run(&out, &pieces)
            made = out.pos
            start = pieces.pos
        }
    }
    output.removeLast(step - made)
    return code
}
