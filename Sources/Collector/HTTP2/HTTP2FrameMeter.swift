import NIOCore

/// Ends an HTTP/2 connection that is a flood of frames which carry nothing: window updates, types that nobody knows, pings,
/// DATA of a byte.
///
/// The library's limits are of single types within a time, and there is none of those that it does not look at. This
/// one is of all of them together, against what they are for: requests and their bytes. It comes before the library, so
/// that a flood costs no more than to read the lengths of its frames.
final class HTTP2FrameMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Flood: Error, CustomStringConvertible {
        let description = "a flood of frames that carry nothing or next to nothing"
    }

    private enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
    }

    /// What belongs to a call beside its DATA: window updates for the stream and the connection, as some senders make
    /// them for each frame of an answer, a ping that measures the way, and as many more for those that do both.
    private static let piecesPerRequest = 16

    /// Length, type, flags, stream 0; the highest stream that there can be, since any may have been taken;
    /// ENHANCE_YOUR_CALM.
    private static let goAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 11]

    private var scan = HTTP2FrameScan()
    private var allowance = PieceAllowance()
    private var hasEnded = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        var bytes = unwrapInboundIn(data)
        while let frame = scan.next(in: &bytes) {
            guard takes(frame) else { return end(context: context) }
        }
        context.fireChannelRead(data)
    }

    private func takes(_ frame: HTTP2FrameScan.Frame) -> Bool {
        switch frame.type {
        case FrameType.headers:
            allowance.earn(pieces: Self.piecesPerRequest)
            return true
        case FrameType.data:
            allowance.earn(bytes: frame.payloadBytes)
            return allowance.spend()
        default:
            return allowance.spend()
        }
    }

    private func end(context: ChannelHandlerContext) {
        hasEnded = true
        context.writeAndFlush(
            wrapOutboundOut(context.channel.allocator.buffer(bytes: Self.goAway)), promise: nil)
        context.fireErrorCaught(Flood())
    }
}
