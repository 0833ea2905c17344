import NIOCore
import NIOSSL
import TestSupport

/// What came over a connection and was not taken yet.
final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Wanted {
        case count(Int)
        case delimiter([UInt8])
        case end
    }

    private var bytes: [UInt8] = []
    private var hasEnded = false
    /// Whether the other side ended TLS without saying so: an attacker may have cut off the rest.
    private(set) var isTruncated = false
    private var waiting: (Wanted, EventLoopPromise<[UInt8]>)?
    private var eventLoop: (any EventLoop)?

    func handlerAdded(context: ChannelHandlerContext) { eventLoop = context.eventLoop }

    func wait(for wanted: Wanted) -> EventLoopFuture<[UInt8]> {
        guard let eventLoop else { preconditionFailure("not in a channel") }
        let promise = eventLoop.makePromise(of: [UInt8].self)
        waiting = (wanted, promise)
        serve()
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        serve()
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        serve()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown? = error as? NIOSSLError { isTruncated = true }
        context.close(promise: nil)
    }

    private func serve() {
        guard let (wanted, promise) = waiting else { return }
        let count: Int?
        switch wanted {
        case .count(let wanted): count = bytes.count >= wanted ? wanted : nil
        case .delimiter(let end): count = bytes.firstRange(of: end)?.upperBound
        case .end: count = hasEnded ? bytes.count : nil
        }
        if let count {
            waiting = nil
            let taken = Array(bytes.prefix(count))
            bytes.removeFirst(count)
            promise.succeed(taken)
        } else if hasEnded {
            waiting = nil
            promise.fail(TestSupportError("the server closed the connection"))
        }
    }
}
