import NIOCore
import NIOHPACK
import NIOHTTP2

/// Collects the answer of one gRPC call, which has an HTTP/2 stream for itself.
final class GRPCCallHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Longer answers are cut: an export's answer is a few bytes.
    private static let answerBytesMax = 64 * 1024

    private var answer: EventLoopPromise<ExportReply>?
    private var headers = HPACKHeaders()
    private var body = ByteBuffer()

    init(answer: EventLoopPromise<ExportReply>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let frame):
            // The head first, then the trailers; an answer without a body has both in one.
            headers.add(contentsOf: frame.headers)
            if frame.endStream { finish() }
        case .data(let frame):
            if case .byteBuffer(var part) = frame.data,
                let slice = part.readSlice(
                    length: min(Self.answerBytesMax - body.readableBytes, part.readableBytes))
            {
                body.writeImmutableBuffer(slice)
            }
            if frame.endStream { finish() }
        default:
            break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer?.fail(ExportError.closed)
        answer = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer?.fail(error)
        answer = nil
        context.close(promise: nil)
    }

    private func finish() {
        let httpStatus = headers.first(name: ":status").flatMap { Int($0) }
        if let httpStatus, httpStatus != 200, headers.first(name: "grpc-status") == nil {
            answer?.succeed(.http(status: httpStatus, retryAfter: nil, body: ByteBuffer()))
        } else {
            answer?.succeed(
                .grpc(
                    status: headers.first(name: "grpc-status").flatMap { Int($0) },
                    message: headers.first(name: "grpc-message") ?? "",
                    details: headers.first(name: "grpc-status-details-bin"), body: body))
        }
        answer = nil
    }
}
