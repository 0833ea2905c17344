import NIOCore

/// Ends a connection so that its sender gets to see the last answer.
///
/// What a sender still sends to a socket that is closed is answered with a reset, which can overtake the answer
/// (RFC 9112, 9.6). So our side ends first, and what arrives is thrown away until the sender ends its side, too, or a
/// moment has passed.
final class LingeringClose: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Longer than an answer takes around the world.
    private static let secondsMax: Int64 = 1

    private let deadline: ConnectionDeadline
    private var isLingering = false
    /// Whether the sender has ended its side already.
    private var hasInputEnded = false

    init(channel: any Channel) {
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { channel.close(promise: nil) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, !isLingering, context.channel.isActive else {
            context.close(mode: mode, promise: promise)
            return
        }
        isLingering = true
        if let promise { context.channel.closeFuture.cascade(to: promise) }
        deadline.set(seconds: Self.secondsMax)
        let ended = context.eventLoop.makePromise(of: Void.self)
        let loopContext = context.loopBound
        guard !hasInputEnded else {
            // Both sides have then ended, and what was not sent yet would be thrown away.
            ended.futureResult.whenComplete { _ in loopContext.value.close(promise: nil) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: ended)
            return
        }
        // Our side may have ended before.
        ended.futureResult.whenFailure { _ in loopContext.value.close(promise: nil) }
        context.close(mode: .output, promise: ended)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isLingering { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Handlers behind may have stopped to read.
        if isLingering { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .end? = event as? ConnectionEvent { context.close(promise: nil) }
        if case .inputClosed? = event as? ChannelEvent { hasInputEnded = true }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }
}
