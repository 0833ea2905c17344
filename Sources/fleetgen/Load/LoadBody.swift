import NIOCore
import OTLPModel

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

    /// The same spans, of a body that is not compressed, with other ids in each round.
    /// - Parameter shiftNanos: how much later they are
    func repeated(round: Int, shiftNanos: UInt64, compresses: Bool) -> LoadBody {
        precondition(!isCompressed, "ids cannot be found in compressed bytes")
        guard round > 0 || compresses else { return self }
        var bytes = Array(data.readableBytesView)
        // Mixed, so that a round undoes no other salt that the ids have had.
        let salt = round == 0 ? 0 : SplitMix.mixed(UInt64(round))
        // Of our own making, or read before: it can be read.
        try? RequestRewriter(shiftNanos: shiftNanos, salt: salt).rewrite(&bytes)
        return LoadBody(spanCount: spanCount, bytes: bytes, compresses: compresses)
    }
}
