import NIOCore

/// Takes nothing more from a sender that does not read its answers, and closes the connection when that lasts: what
/// waits to be sent is memory.
final class SlowReaderGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let secondsMax: Int64
    private let deadline: ConnectionDeadline
    private var isWritable = true
    private var hasHeldReadBack = false

    init(secondsMax: Int64, refusals: RefusalLog, listener: Listener, channel: any Channel) {
        self.secondsMax = secondsMax
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) {
            refusals.record(
                sender: PeerAddress.text(of: channel), reason: .answersUnread,
                message: "the sender does not read its answers: the connection was closed",
                protocolName: listener.protocolName)
            channel.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        if isWritable { context.read() } else { hasHeldReadBack = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable {
            deadline.clear()
            if hasHeldReadBack {
                hasHeldReadBack = false
                context.read()
            }
        } else {
            deadline.set(seconds: secondsMax)
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }
}
