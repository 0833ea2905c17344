import CZlib

/// Takes gzip apart: any number of members, one after another. All of zlib's interface is used in this file.
final class GzipDecoder: StreamCodec {
    // zlib keeps the address of its state: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether the last member has ended, so that the file may end here.
    private var isBetweenMembers = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        _ = traceq_inflate_init_gzip(stream)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func process(
        _ input: [UInt8], from start: inout Int, into output: inout [UInt8], room: Int
    ) throws(StreamCodecError) {
        while start < input.count, output.count < room {
            if isBetweenMembers {
                guard inflateReset(stream) == Z_OK else { throw StreamCodecError(message: "out of memory") }
                isBetweenMembers = false
            }
            let code = pump(stream, input, &start, &output, room: room) { inflate($0, Z_NO_FLUSH) }
            switch code {
            case Z_STREAM_END: isBetweenMembers = true
            case Z_OK, Z_BUF_ERROR: break
            case Z_MEM_ERROR: throw StreamCodecError(message: "out of memory")
            default:
                let words = stream.pointee.msg.map { String(cString: $0) } ?? "data error"
                throw StreamCodecError(message: "damaged gzip data (\(words))")
            }
        }
    }

    func finish(into output: inout [UInt8]) throws(StreamCodecError) {
        guard isBetweenMembers else { throw StreamCodecError(message: "the gzip data is cut short") }
    }
}

/// Makes gzip of one member.
final class GzipEncoder: StreamCodec {
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        _ = traceq_deflate_init_gzip(stream)
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func process(
        _ input: [UInt8], from start: inout Int, into output: inout [UInt8], room: Int
    ) throws(StreamCodecError) {
        while start < input.count, output.count < room {
            let code = pump(stream, input, &start, &output, room: room) { deflate($0, Z_NO_FLUSH) }
            guard code == Z_OK || code == Z_BUF_ERROR else {
                throw StreamCodecError(message: "out of memory")
            }
        }
    }

    func finish(into output: inout [UInt8]) throws(StreamCodecError) {
        var nothing = 0
        while true {
            let code = pump(stream, [], &nothing, &output, room: .max) { deflate($0, Z_FINISH) }
            if code == Z_STREAM_END { return }
            guard code == Z_OK || code == Z_BUF_ERROR else {
                throw StreamCodecError(message: "out of memory")
            }
        }
    }
}

/// Runs zlib once over what is left of the input, with room for 64 KiB more of output.
private func pump(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: [UInt8], _ start: inout Int,
    _ output: inout [UInt8], room: Int, _ run: (UnsafeMutablePointer<z_stream>) -> Int32
) -> Int32 {
    let step = min(64 << 10, max(1, room - output.count))
    let before = output.count
    output.append(contentsOf: repeatElement(0, count: step))
    // zlib counts in 32 bits.
    let available = min(input.count - start, 1 << 30)
    var code = Z_OK
    var made = 0
    var used = 0
    input.withUnsafeBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + start) }
            stream.pointee.avail_in = uInt(available)
            stream.pointee.next_out = target.baseAddress.map { $0 + before }
            stream.pointee.avail_out = uInt(step)
            code = run(stream)
            used = available - Int(stream.pointee.avail_in)
            made = step - Int(stream.pointee.avail_out)
        }
    }
    start += used
    output.removeLast(step - made)
    return code
}
