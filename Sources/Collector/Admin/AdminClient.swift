import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running collector's admin port.
struct AdminClient {
    struct Reply: Sendable {
        var status: HTTPResponseStatus
        var headers: HTTPHeaders
        var body: String
    }

    let address: ListenAddress

    private static let connectTimeout = TimeAmount.seconds(5)
    /// A collector that is busy answers late; one that hangs is not waited for.
    private static let replyTimeout = TimeAmount.seconds(15)

    /// - Parameter target: path and query
    /// - Throws: `CollectorError` that says whether nobody listens there, or it is no collector
    func get(_ target: String) async throws(CollectorError) -> Reply {
        let address = address
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let reply = group.any().makePromise(of: Reply.self)
        let timer = group.any().scheduleTask(in: Self.replyTimeout) { reply.fail(TimedOut()) }
        let bootstrap = ClientBootstrap(group: group).connectTimeout(Self.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        ReplyHandler(target: target, host: address.description, reply: reply))
                }
            }
        let result: Result<Reply, any Error>
        do {
            // It has failed already when the connection fails.
            let connection = bootstrap.connect(host: address.host, port: address.port)
            connection.whenFailure { reply.fail($0) }
            result = .success(try await reply.futureResult.get())
        } catch {
            result = .failure(error)
        }
        timer.cancel()
        try? await group.shutdownGracefully()
        switch result {
        case .success(let reply): return reply
        case .failure(let error): throw Self.explained(error, address)
        }
    }

    private struct TimedOut: Error {}
    private struct NoReply: Error {}

    private static func explained(_ error: any Error, _ address: ListenAddress) -> CollectorError {
        let reason =
            switch error {
            case is TimedOut: "does not answer"
            case is NoReply, is HTTPParserError: "is no collector's admin port"
            default: "cannot be reached"
            }
        return CollectorError(
            .usage,
            "\(address) \(reason): is the collector running, and is that its admin port (--listen-admin)? "
                + "Name another one with --admin HOST:PORT")
    }

    private final class ReplyHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let target: String
        private let host: String
        private let reply: EventLoopPromise<Reply>
        private var head: HTTPResponseHead?
        private var body = ByteBuffer()
        /// More than the report of as many senders as are remembered.
        private static let bodyBytesMax = 64 << 20

        init(target: String, host: String, reply: EventLoopPromise<Reply>) {
            self.target = target
            self.host = host
            self.reply = reply
        }

        func channelActive(context: ChannelHandlerContext) {
            let head = HTTPRequestHead(
                version: .http1_1, method: .GET, uri: target,
                headers: ["host": host, "connection": "close", "user-agent": CollectorVersion.text])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(var part):
                guard body.readableBytes + part.readableBytes <= Self.bodyBytesMax else {
                    context.close(promise: nil)
                    return
                }
                body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                reply.succeed(
                    Reply(status: head.status, headers: head.headers, body: String(buffer: body)))
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            reply.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { reply.fail(NoReply()) }
    }
}
