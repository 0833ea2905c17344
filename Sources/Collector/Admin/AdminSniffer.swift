import NIOCore

/// Finds out by the first bytes what a sender speaks. For HTTP/1.1 it sets up the connection and goes; who speaks
/// anything else is told so in its own words, and would otherwise see no more than a connection that ends.
final class AdminSniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let setup: AdminSetup
    private let place: AdminConnections.Place
    private let deadline: ConnectionDeadline
    private var pending = ByteBuffer()
    private var hasDecided = false

    init(setup: AdminSetup, place: AdminConnections.Place, channel: any Channel) {
        self.setup = setup
        self.place = place
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline.cancel() }

    func channelActive(context: ChannelHandlerContext) {
        deadline.set(seconds: setup.headerSecondsMax)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        // Nothing was asked, and nothing will be.
        if case .inputClosed? = event as? ChannelEvent, !hasDecided { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasDecided else { return }
        var bytes = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
        guard let spoken = SpokenProtocol(startingWith: pending.readableBytesView) else { return }
        hasDecided = true
        switch spoken {
        case .http1: handOver(context: context)
        case .tls:
            // What is not TLS at all makes clients say what is wrong, where an alert would only say that something is.
            let message = "this port speaks plain HTTP: use http:// in the URL"
            refuse(with: PlainAnswer.http1(message), context: context)
        case .http2:
            let message =
                "this port tells how the collector is, and speaks HTTP/1.1 only: senders of gRPC use the port of "
                + "--listen-grpc, 4317 by default"
            refuse(with: PlainAnswer.http2(message, error: PlainAnswer.http11Required), context: context)
        }
    }

    /// Adds the handlers that come next, gives them what has come, and goes.
    private func handOver(context: ChannelHandlerContext) {
        do {
            try setup.addHTTP1(to: context.channel, after: self, place)
        } catch {
            context.close(promise: nil)
            return
        }
        let bytes = pending
        pending = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(bytes))
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    private func refuse(with answer: [UInt8], context: ChannelHandlerContext) {
        pending = ByteBuffer()
        let loopContext = context.loopBound
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: answer)))
            .whenComplete { _ in loopContext.value.close(promise: nil) }
    }
}
