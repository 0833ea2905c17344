import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport

/// Takes what is posted to it, on a port of its own, and answers what a test wants.
final class WebhookReceiver: Sendable {
    struct Request: Sendable {
        var target: String
        var headers: HTTPHeaders
        var body: String

        func json() throws -> JSONValue { try JSONValue(parsing: body) }
    }

    struct Answer: Sendable {
        var status: HTTPResponseStatus = .ok
        var headers: HTTPHeaders = [:]
        /// Whether there is none.
        var isSilent = false
    }

    private struct State {
        var requests: [Request] = []
        var answers: [Answer] = []
        /// Of requests that got no answer.
        var unanswered: [any Channel] = []
    }

    private let channel: any Channel
    private let state = NIOLockedValueBox(State())

    var port: Int { channel.localAddress?.port ?? 0 }

    /// What came since this was read last.
    func take() -> [Request] {
        state.withLockedValue { state in
            defer { state.requests = [] }
            return state.requests
        }
    }

    /// The next requests get these answers, one after another; those behind success.
    func answer(_ answers: Answer...) { state.withLockedValue { $0.answers += answers } }

    func answer(_ statuses: HTTPResponseStatus...) {
        state.withLockedValue { $0.answers += statuses.map { Answer(status: $0) } }
    }

    /// Ends the connections of requests that got no answer.
    func hangUp() {
        let channels = state.withLockedValue { state in
            defer { state.unanswered = [] }
            return state.unanswered
        }
        for channel in channels { channel.close(promise: nil) }
    }

    private init(_ channel: any Channel) { self.channel = channel }

    /// - Parameter port: 0 for one that is free
    static func start(port: Int = 0, tls: NIOSSLContext? = nil) async throws -> WebhookReceiver {
        let known = NIOLockedValueBox<WebhookReceiver?>(nil)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request, channel in
                            known.withLockedValue { $0 }?.answer(to: request, on: channel)
                                ?? Answer(isSilent: true)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let receiver = WebhookReceiver(channel)
        known.withLockedValue { $0 = receiver }
        return receiver
    }

    private func answer(to request: Request, on channel: any Channel) -> Answer {
        state.withLockedValue { state in
            state.requests.append(request)
            let answer = state.answers.isEmpty ? Answer() : state.answers.removeFirst()
            if answer.isSilent { state.unanswered.append(channel) }
            return answer
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request, any Channel) -> Answer
        private var request = Request(target: "", headers: [:], body: "")

        init(answer: @escaping @Sendable (Request, any Channel) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(target: head.uri, headers: head.headers, body: "")
            case .body(let part): request.body += String(buffer: part)
            case .end:
                let answer = answer(request, context.channel)
                guard !answer.isSilent else { return }
                var headers = answer.headers
                headers.replaceOrAdd(name: "content-length", value: "0")
                let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
