package import NIOCore
package import Telemetry

/// Decompresses bodies, within the limits of the request and of the server.
///
/// The libraries want the whole input and room for the whole output, so the output grows by steps until it fits or
/// reaches the limit: nothing is ever written past the limit, and nothing is set aside on the word of the sender.
package struct BodyInflater {
    /// What a request may become.
    package struct Limits: Sendable {
        /// The most that may come out.
        package var bytes: Int
        /// How many bytes may come out for each one that went in, beyond the first MiB.
        package var ratio: Int

        package init(bytes: Int, ratio: Int) {
            self.bytes = bytes
            self.ratio = ratio
        }

        /// The most that may come out of so many bytes.
        func output(ofInput count: Int) -> Int {
            let (product, overflows) = count.multipliedReportingOverflow(by: ratio)
            return overflows ? bytes : min(bytes, max(Self.freeBytes, product))
        }

        /// Small bodies may hold nothing but repetition.
        private static let freeBytes = 1 << 20
    }

    /// What became of one member of a gzip stream, or one frame of zstd.
    enum Step {
        /// It is in the output, and the input begins after it.
        case done
        case bad
        /// It needs more room; nothing has changed.
        case full
    }

    /// Decompresses everything.
    ///
    /// - Parameters:
    ///   - charge: Pays for the output; shrinks to what was used in the end.
    /// - Throws: `malformed` for what is not of that encoding from the first byte to the last, `tooLarge`, or
    ///   `overloaded` when the server as a whole has no memory to spare at this moment.
    package static func inflate(
        _ input: ByteBuffer, _ encoding: BodyEncoding, limits: Limits, charge: InFlightBytes.Charge
    ) throws(Refusal) -> ByteBuffer {
        switch encoding {
        case .identity: return input
        case .gzip, .zlib:
            let inflater = try DeflateInflater(isGzip: encoding == .gzip)
            var body = BodyInflater(input, limits, charge, inflater.firstRoom(input))
            return try body.run(named: encoding == .gzip ? "gzip" : "deflate", inflater.inflateNext)
        case .zstd:
            let inflater = try ZstdInflater()
            var body = BodyInflater(input, limits, charge, inflater.firstRoom(input))
            return try body.run(named: "zstd", inflater.inflateNext)
        }
    }

    /// Whether a body begins as gzip does, which no request of OTLP can: `1f` is no tag of protobuf, and no JSON.
    package static func isGzip(_ body: ByteBuffer) -> Bool {
        body.getInteger(at: body.readerIndex, as: UInt16.self) == 0x1f8b
    }

    /// Room for the first try when nothing of use is told about the size.
    private static let outputBytesMin = 16 << 10

    private let limits: Limits
    private let limitBytes: Int
    private let charge: InFlightBytes.Charge
    private var input: ByteBuffer
    private var output = ByteBuffer()
    private var room: Int

    /// - Parameter wantedRoom: what is believed to come out
    private init(
        _ input: ByteBuffer, _ limits: Limits, _ charge: InFlightBytes.Charge, _ wantedRoom: Int
    ) {
        self.input = input
        self.limits = limits
        self.charge = charge
        limitBytes = limits.output(ofInput: input.readableBytes)
        room = min(max(wantedRoom, Self.outputBytesMin), limitBytes)
    }

    private mutating func run(
        named name: String, _ inflateNext: (inout ByteBuffer, inout ByteBuffer, _ room: Int) -> Step
    ) throws(Refusal) -> ByteBuffer {
        try charge.pay(room)
        output = ByteBufferAllocator().buffer(capacity: room)
        repeat {
            switch inflateNext(&input, &output, room) {
            case .done: continue
            case .bad: throw malformed(name)
            case .full:
                guard room < limitBytes else { throw tooLarge }
                let larger = room < limitBytes / 4 ? room * 4 : limitBytes
                try charge.pay(larger - room)
                room = larger
                output.reserveCapacity(room)
            }
        } while input.readableBytes > 0
        charge.shrink(by: room - output.readableBytes)
        return output
    }

    private var tooLarge: Refusal {
        guard limitBytes < limits.bytes else { return Refusal.tooLarge(limitBytes: limits.bytes) }
        return Refusal(
            .tooLarge,
            "the request becomes more than \(limits.ratio) times as large when it is decompressed "
                + "(limits.decompression_ratio): no telemetry does"
        )
    }

    private func malformed(_ name: String) -> Refusal {
        let first = input.getInteger(at: input.readerIndex, as: UInt8.self)
        if output.readableBytes == 0, name != "deflate", first == UInt8(ascii: "{") || first == 0x0a {
            return Refusal(
                .malformed,
                "the body is not \(name), and looks uncompressed: compress it, or leave out the header that says "
                    + "that it is")
        }
        return Refusal(
            .malformed, "the body is not valid \(name) (truncated, damaged or followed by other bytes)")
    }
}
