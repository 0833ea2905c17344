import NIOCore
import NIOHPACK
import NIOHTTP2

/// Gives each stream to who understands it: gRPC by its content type, everything else is plain HTTP.
///
/// For plain HTTP it stays, compares bodies with their `Content-Length`, and ends streams that were answered before
/// their sender had finished.
final class HTTP2StreamSelector: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let connection: SenderConnection
    private let requestHandlers: (SenderConnection) -> [any ChannelHandler]
    private var isHTTP = false
    private var hasAnswered = false
    private var length = AnnouncedLength()

    /// - Parameter requestHandlers: What takes plain requests.
    init(
        _ connection: SenderConnection, requestHandlers: @escaping (SenderConnection) -> [any ChannelHandler]
    ) {
        self.connection = connection
        self.requestHandlers = requestHandlers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if isHTTP {
            let isAsAnnounced = length.note(frame)
            // Who has its answer may stop its body where it likes.
            guard isAsAnnounced || hasAnswered else {
                context.fireErrorCaught(BodyLengthMismatch())
                return
            }
            context.fireChannelRead(data)
            return
        }
        guard case .headers(var headers) = frame else { return context.fireChannelRead(data) }
        do {
            if GRPCCall.isGRPC(headers.headers) {
                connection.receives(requestFor: .grpc)
                let handler = GRPCExportHandler(
                    service: connection.service, settings: connection.settings, peer: connection.peer)
                try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
                context.fireChannelRead(data)
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
                return
            }
            connection.receives(requestFor: .http)
            isHTTP = true
            let isAsAnnounced = length.begin(headers)
            try context.pipeline.syncOperations.addHandlers(
                [HTTP2FramePayloadToHTTP1ServerCodec()] + requestHandlers(connection), position: .after(self))
            // `Host` may stand for it (RFC 9113, 8.3.1); without either, the request is refused like one of HTTP/1.
            if !headers.headers.contains(name: ":authority") {
                headers.headers.add(name: ":authority", value: headers.headers.first(name: "host") ?? "")
            }
            // A request whose length is not known for sure gets its answer, and its end does not come.
            if !isAsAnnounced { headers.endStream = false }
            context.fireChannelRead(wrapInboundOut(.headers(headers)))
            if !isAsAnnounced { context.fireErrorCaught(BodyLengthMismatch()) }
        } catch {
            context.close(promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .headers(let headers): hasAnswered = hasAnswered || headers.endStream
        case .data(let data): hasAnswered = hasAnswered || data.endStream
        default: break
        }
        context.write(data, promise: promise)
    }

    /// Ends the stream of a sender that has its answer and goes on sending: without blame (RFC 9113, 8.1). Not before the
    /// time is over in which the rest of a request is thrown away, since some senders do not look at an answer that a
    /// reset follows.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isHTTP, hasAnswered, !length.hasEnded, context.channel.isActive {
            context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
        }
        context.close(mode: mode, promise: promise)
    }
}
