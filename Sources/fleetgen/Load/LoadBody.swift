import NIOCore

/// One encoded request of a load, ready to be sent.
struct LoadBody: Sendable {
    let spanCount: Int
    /// As it goes over the wire, compressed when the load is.
    let data: ByteBuffer
    /// Bytes before compression.
    let rawBytes: Int
    let isCompressed: Bool

    init(spanCount: Int, bytes: [UInt8], compresses: Bool) {
        self.spanCount = spanCount
        rawBytes = bytes.count
        let compressed = compresses ? Gzip.compress(bytes) : nil
        isCompressed = compressed != nil
        data = ByteBuffer(bytes: compressed ?? bytes)
    }
}
