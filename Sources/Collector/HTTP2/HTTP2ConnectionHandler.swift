import NIOCore
import NIOHTTP2
import NIOSSL

/// Watches over an HTTP/2 connection as a whole: it must begin in time, and one that breaks the protocol is
/// closed and counted.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame

    private let connection: SenderConnection
    private let deadline: ConnectionDeadline
    /// Whether it was told that the connection broke the rules.
    private var hasFailed = false

    init(_ connection: SenderConnection, channel: any Channel) {
        self.connection = connection
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) {
            connection.service.counters.note(.connectionExpired)
            channel.close(promise: nil)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline.set(seconds: connection.settings.headerSecondsMax)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The first frame is the sender's settings: it speaks HTTP/2.
        deadline.clear()
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        // What the library's handlers know by another name.
        if case .drain? = event as? ConnectionEvent {
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A connection that only ends has broken no rules. What comes after the first offence is its consequence.
        if !hasFailed, !(error is IOError), !(error is NIOSSLError), !(error is ChannelError) {
            hasFailed = true
            connection.service.counters.note(.http2Abuse)
            connection.service.refusals.record(
                sender: connection.peer.address, reason: .request(.framing),
                message: "the connection broke the rules of HTTP/2: "
                    + HTTP2Offence.words(error, streamsMax: connection.settings.http2StreamsMax),
                protocolName: GRPCExportHandler.protocolName)
        }
        context.close(promise: nil)
    }
}
