import NIOCore
import NIOHTTP1

/// Answers browsers that ask whether a page may send, and lets allowed pages read the answers to what they sent.
final class CORSHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let policy: CORSPolicy
    /// The allowed origin of the request that is being taken.
    private var origin: String?
    private var isPreflight = false

    init(_ policy: CORSPolicy) { self.policy = policy }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let origins = head.headers["origin"]
            origin = origins.count == 1 && policy.allows(origins[0]) ? origins[0] : nil
            isPreflight = origin != nil && CORSPolicy.isPreflight(head)
            guard isPreflight else { break }
            return
        case .body where isPreflight: return
        case .end where isPreflight:
            isPreflight = false
            answerPreflight(context: context)
            return
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    private func answerPreflight(context: ChannelHandlerContext) {
        guard let origin else { return }
        self.origin = nil
        let head = HTTPResponseHead(
            version: .http1_1, status: .noContent, headers: policy.preflightHeaders(origin))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let origin, case .head(var head) = unwrapOutboundIn(data), head.status != .continue else {
            return context.write(data, promise: promise)
        }
        self.origin = nil
        head.headers.add(contentsOf: policy.answerHeaders(origin))
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
