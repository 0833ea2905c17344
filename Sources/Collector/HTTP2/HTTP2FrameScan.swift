package import NIOCore

/// Finds the frames in what comes over an HTTP/2 connection, without looking into them (RFC 9113, 4.1).
package struct HTTP2FrameScan: Sendable {
    package struct Frame: Hashable, Sendable {
        package var type: UInt8
        package var flags: UInt8
        /// Without the bit that is reserved; 0 is the connection.
        package var stream: UInt32
        package var payloadBytes: Int

        package init(type: UInt8, flags: UInt8, stream: UInt32, payloadBytes: Int) {
            self.type = type
            self.flags = flags
            self.stream = stream
            self.payloadBytes = payloadBytes
        }
    }

    private static let prefaceBytes = 24
    private static let headerBytes = 9

    /// Bytes to pass over before the next header: of the preface at first, then of payloads.
    private var skippedBytes = Self.prefaceBytes
    /// What has come of a header.
    private var header = ByteBuffer()

    package init() {}

    /// Whether a part of a frame's header has come.
    package var isInHeader: Bool { header.readableBytes > 0 }

    /// Whether a part of what lies behind the last frame's header is still to come; of the preface at first.
    package var isInPayload: Bool { skippedBytes > 0 }

    /// The next frame whose header is complete; nil when the bytes are used up.
    package mutating func next(in bytes: inout ByteBuffer) -> Frame? {
        let skipped = min(skippedBytes, bytes.readableBytes)
        bytes.moveReaderIndex(forwardBy: skipped)
        skippedBytes -= skipped
        guard bytes.readableBytes > 0 else { return nil }
        let frame = header.readableBytes == 0 ? Self.readFrame(from: &bytes) : nil
        if let frame = frame ?? completeHeader(from: &bytes) {
            skippedBytes = frame.payloadBytes
            return frame
        }
        return nil
    }

    /// Collects a header that comes in parts.
    private mutating func completeHeader(from bytes: inout ByteBuffer) -> Frame? {
        let missing = Self.headerBytes - header.readableBytes
        guard var piece = bytes.readSlice(length: min(missing, bytes.readableBytes)) else { return nil }
        header.writeBuffer(&piece)
        guard let frame = Self.readFrame(from: &header) else { return nil }
        header.clear()
        return frame
    }

    /// Length in 24 bits, type in 8, flags in 8, stream in 32.
    private static func readFrame(from bytes: inout ByteBuffer) -> Frame? {
        guard bytes.readableBytes >= headerBytes,
            let start = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self),
            let flags = bytes.getInteger(at: bytes.readerIndex + 4, as: UInt8.self),
            let stream = bytes.getInteger(at: bytes.readerIndex + 5, as: UInt32.self)
        else { return nil }
        bytes.moveReaderIndex(forwardBy: headerBytes)
        return Frame(
            type: UInt8(truncatingIfNeeded: start), flags: flags, stream: stream & 0x7fff_ffff,
            payloadBytes: Int(start >> 8))
    }
}
