import Glibc
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Posts documents to webhooks, each over a connection of its own.
package struct WebhookClient: Sendable {
    package struct Reply: Hashable, Sendable {
        package var status: Int
        /// From `Retry-After`, when it is a number of seconds.
        package var retryAfterSeconds: Int64?
    }

    /// Why there is no reply: lower case, one line, without secrets.
    package struct Failure: Error, Hashable {
        package var message: String
    }

    private let group: any EventLoopGroup

    package init(group: any EventLoopGroup) { self.group = group }

    private static let userAgent = "traceq-collector/\(CollectorVersion.number)"

    package func post(_ body: String, to webhook: Webhook) async throws(Failure) -> Reply {
        let tls: NIOSSLContext?
        do {
            tls = try webhook.address.isEncrypted ? Self.context(webhook) : nil
        } catch {
            throw Failure(message: "TLS cannot be set up: \(error)")
        }
        let address = webhook.address
        let reply = group.any().makePromise(of: Reply.self)
        let timeout = TimeAmount.seconds(webhook.timeoutSeconds)
        let timer = group.any().scheduleTask(in: timeout) {
            reply.fail(Failure(message: "no answer in time"))
        }
        let head = Self.head(webhook, bytes: body.utf8.count)
        let connection = ClientBootstrap(group: group).connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            Self.tlsHandler(tls, host: address.host))
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        PostHandler(head: head, body: body, reply: reply))
                }
            }
            .connect(host: address.host, port: address.port)
        connection.whenFailure { reply.fail($0) }
        let result: Result<Reply, any Error>
        do {
            result = .success(try await reply.futureResult.get())
        } catch {
            result = .failure(error)
        }
        timer.cancel()
        connection.whenSuccess { $0.close(promise: nil) }
        switch result {
        case .success(let reply): return reply
        case .failure(let error): throw Self.explained(error)
        }
    }

    private static func head(_ webhook: Webhook, bytes: Int) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "host": webhook.address.authority, "content-type": "application/json",
            "content-length": "\(bytes)", "connection": "close", "user-agent": userAgent,
        ]
        for header in webhook.headers {
            headers.add(name: header.name, value: String(decoding: header.value.bytes, as: UTF8.self))
        }
        return HTTPRequestHead(
            version: .http1_1, method: .POST, uri: webhook.address.target, headers: headers)
    }

    private static func context(_ webhook: Webhook) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authority = webhook.authority {
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        // An address is no name that a server could choose its certificate by.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    private static func explained(_ error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case is HTTPParserError: Failure(message: "what answers there speaks no HTTP")
        case let error as NIOConnectionError:
            Failure(
                message: error.connectionErrors.first.map { "cannot connect: \(reason($0.error))" }
                    ?? "the host has no address")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            Failure(message: "TLS failed: \(error)")
        default: Failure(message: "\(error)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    private final class PostHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let head: HTTPRequestHead
        private let body: String
        private let reply: EventLoopPromise<Reply>

        init(head: HTTPRequestHead, body: String, reply: EventLoopPromise<Reply>) {
            self.head = head
            self.body = body
            self.reply = reply
        }

        func channelActive(context: ChannelHandlerContext) {
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let buffer = context.channel.allocator.buffer(string: body)
            context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            context.fireChannelActive()
        }

        /// The head says all; what follows is nothing to wait for.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data), head.status.code >= 200 else { return }
            reply.succeed(
                Reply(
                    status: Int(head.status.code),
                    retryAfterSeconds: head.headers.first(name: "retry-after").flatMap { Int64($0) }))
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            reply.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            reply.fail(Failure(message: "the connection was closed before there was an answer"))
        }
    }
}
