import CDeflate
package import NIOCore

/// Decompresses gzip bodies: the only file that touches libdeflate.
///
/// The library wants the whole input and room for the whole output, so the output grows by steps until it
/// fits or reaches the limit; nothing is ever written past the limit.
package enum GzipInflater {
    /// Deflate cannot do better than 1,032 to 1.
    private static let ratioMax = 1_032
    /// Room for the first try when the trailer tells nothing of use.
    private static let outputBytesMin = 16 << 10

    /// All members of a gzip stream, one after another.
    ///
    /// - Parameters:
    ///   - limitBytes: The most that may come out.
    ///   - charge: Pays for the output; shrinks to what was used in the end.
    /// - Throws: `malformed` for anything that is not gzip from the first byte to the last, `tooLarge`, or
    ///   `overloaded` when the server as a whole has no memory to spare.
    package static func inflate(
        _ input: ByteBuffer, limitBytes: Int, charge: InFlightBytes.Charge
    ) throws(Refusal) -> ByteBuffer {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw Refusal(.overloaded, "there is no memory to decompress the request: send it again later")
        }
        defer { libdeflate_free_decompressor(decompressor) }
        var room = firstRoom(input, limitBytes: limitBytes)
        try pay(room, charge)
        var output = ByteBufferAllocator().buffer(capacity: room)
        var input = input
        repeat {
            switch inflateMember(decompressor, &input, into: &output, room: room) {
            case .done: continue
            case .bad:
                throw Refusal(
                    .malformed, "the body is not valid gzip (truncated, damaged or followed by other bytes)")
            case .full:
                guard room < limitBytes else { throw Refusal.tooLarge(limitBytes: limitBytes) }
                let larger = room < limitBytes / 4 ? room * 4 : limitBytes
                try pay(larger - room, charge)
                room = larger
                output.reserveCapacity(room)
            }
        } while input.readableBytes > 0
        charge.shrink(by: room - output.readableBytes)
        return output
    }

    private static func pay(_ bytes: Int, _ charge: InFlightBytes.Charge) throws(Refusal) {
        guard charge.grow(by: bytes) else {
            throw Refusal(.overloaded, "the collector holds as many requests as it can: send it again later")
        }
    }

    /// The trailer of a gzip stream says how much its last member holds: right for every honest sender with
    /// one member, and bounded by what deflate can do for the others.
    private static func firstRoom(_ input: ByteBuffer, limitBytes: Int) -> Int {
        let count = input.readableBytes
        let claimed =
            input.getInteger(at: input.readerIndex + max(0, count - 4), endianness: .little, as: UInt32.self)
            ?? 0
        let possible = count <= limitBytes / ratioMax ? count * ratioMax : limitBytes
        return min(max(min(Int(claimed), possible), outputBytesMin), limitBytes)
    }

    private enum MemberResult {
        case done
        case bad
        case full
    }

    /// Inflates the next member and moves past it. Changes nothing unless that is done.
    private static func inflateMember(
        _ decompressor: OpaquePointer, _ input: inout ByteBuffer, into output: inout ByteBuffer, room: Int
    ) -> MemberResult {
        let available = room - output.readableBytes
        var consumed = 0
        var result = LIBDEFLATE_BAD_DATA
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: available) { target in
            input.withUnsafeReadableBytes { source in
                var produced = 0
                result = libdeflate_gzip_decompress_ex(
                    decompressor, source.baseAddress, source.count, target.baseAddress, available, &consumed,
                    &produced)
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
