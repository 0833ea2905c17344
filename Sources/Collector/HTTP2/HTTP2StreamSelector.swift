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
    private var hasSenderFinished = false
    private var hasAnswered = false
    /// What `Content-Length` says is still to come; nil without one.
    private var bodyBytesLeft: Int?

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
            let isAsAnnounced = note(frame)
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
            let isAsAnnounced = announce(headers)
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

    /// Takes up the headers of a request.
    /// - Returns: whether they agree on the length of its body
    private func announce(_ headers: HTTP2Frame.FramePayload.Headers) -> Bool {
        hasSenderFinished = headers.endStream
        let lengths = Set(headers.headers[canonicalForm: "content-length"])
        guard let length = lengths.first else { return true }
        bodyBytesLeft = HTTPAdmission.contentLength(length)
        guard lengths.count == 1, let bodyBytesLeft else { return false }
        return !headers.endStream || bodyBytesLeft == 0
    }

    /// Takes up what follows the headers.
    /// - Returns: whether the body is as long as was announced, as far as it came
    private func note(_ frame: HTTP2Frame.FramePayload) -> Bool {
        switch frame {
        case .headers(let headers): hasSenderFinished = hasSenderFinished || headers.endStream
        case .data(let data):
            hasSenderFinished = hasSenderFinished || data.endStream
            bodyBytesLeft = bodyBytesLeft.map { $0 - data.data.readableBytes }
        default: return true
        }
        guard let bodyBytesLeft else { return true }
        return hasSenderFinished ? bodyBytesLeft == 0 : bodyBytesLeft >= 0
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
        if isHTTP, hasAnswered, !hasSenderFinished, context.channel.isActive {
            context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
        }
        context.close(mode: mode, promise: promise)
    }
}
