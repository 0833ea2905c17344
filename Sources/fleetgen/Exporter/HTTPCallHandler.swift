import NIOCore
import NIOHTTP1

/// A request on its way through the pipeline, with the promise of its answer.
struct HTTPCall: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    let answer: EventLoopPromise<ExportReply>
}

/// Matches the answers of an HTTP/1.1 connection to the requests sent over it.
final class HTTPCallHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPCall
    typealias OutboundOut = HTTPClientRequestPart

    /// Longer answers are cut: what counts stands at their beginning.
    private static let answerBytesMax = 64 * 1024

    private var waiting = CircularBuffer<EventLoopPromise<ExportReply>>()
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let call = unwrapOutboundIn(data)
        waiting.append(call.answer)
        context.write(wrapOutboundOut(.head(call.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(call.body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part):
            let space = Self.answerBytesMax - body.readableBytes
            if let slice = part.readSlice(length: min(space, part.readableBytes)) {
                body.writeImmutableBuffer(slice)
            }
        case .end:
            guard let head, let answer = waiting.popFirst() else { return }
            self.head = nil
            answer.succeed(
                .http(
                    status: Int(head.status.code), retryAfter: head.headers.first(name: "retry-after"),
                    body: body))
            if !head.isKeepAlive { context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(with: ExportError.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(with: error)
        context.close(promise: nil)
    }

    private func fail(with error: any Error) {
        while let answer = waiting.popFirst() { answer.fail(error) }
    }
}
