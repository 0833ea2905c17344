import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import NIOPosix

/// A receiver of a few lines: it keeps what it is sent and answers what it is told to.
struct TinyReceiver: Sendable {
    /// One request as it arrived.
    struct Call: Hashable, Sendable {
        var path = ""
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }

    /// One answer; for gRPC the status is gRPC's.
    struct Answer: Hashable, Sendable {
        var status: Int
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// Hangs up instead of answering.
        var hangsUp = false
    }

    /// What the connections share; they all live on one event loop.
    final class State {
        var calls: [Call] = []
        var answers: [Answer]
        let fallback: Answer

        init(answers: [Answer], fallback: Answer) {
            self.answers = answers
            self.fallback = fallback
        }

        func answer(to call: Call) -> Answer {
            calls.append(call)
            return answers.isEmpty ? fallback : answers.removeFirst()
        }
    }

    let port: Int
    private let channel: any Channel
    private let state: NIOLoopBoundBox<State>

    /// Starts a receiver that gives `answers` in order and success after them.
    static func http(_ answers: [Answer] = []) async throws -> TinyReceiver {
        try await start(answers, fallback: Answer(status: 200)) { channel, state in
            channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                try channel.pipeline.syncOperations.addHandler(HTTPReceiverHandler(state: state.value))
            }
        }
    }

    /// The same for gRPC, over HTTP/2 with prior knowledge.
    static func grpc(_ answers: [Answer] = []) async throws -> TinyReceiver {
        try await start(answers, fallback: Answer(status: 0)) { channel, state in
            channel.configureHTTP2Pipeline(
                mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
            ) { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(GRPCReceiverHandler(state: state.value))
                }
            }.map { _ in }
        }
    }

    /// Everything that has arrived.
    func calls() async throws -> [Call] {
        try await channel.eventLoop.submit { state.value.calls }.get()
    }

    func stop() async throws {
        try await channel.close().get()
    }

    private static func start(
        _ answers: [Answer], fallback: Answer,
        initializer: @escaping @Sendable (any Channel, NIOLoopBoundBox<State>) -> EventLoopFuture<Void>
    ) async throws -> TinyReceiver {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let state = NIOLoopBoundBox.makeBoxSendingValue(
            State(answers: answers, fallback: fallback), eventLoop: loop)
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { initializer($0, state) }
            .bind(host: "127.0.0.1", port: 0).get()
        return TinyReceiver(port: channel.localAddress?.port ?? 0, channel: channel, state: state)
    }
}

private final class HTTPReceiverHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let state: TinyReceiver.State
    private var call = TinyReceiver.Call()

    init(state: TinyReceiver.State) {
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            call = TinyReceiver.Call(path: "\(head.method) \(head.uri)")
            for header in head.headers { call.headers[header.name.lowercased()] = header.value }
        case .body(let part):
            call.body += part.readableBytesView
        case .end:
            let answer = state.answer(to: call)
            guard !answer.hangsUp else {
                context.close(promise: nil)
                return
            }
            var headers = HTTPHeaders(answer.headers.map { ($0.key, $0.value) })
            headers.add(name: "content-length", value: String(answer.body.count))
            let head = HTTPResponseHead(
                version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}

private final class GRPCReceiverHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let state: TinyReceiver.State
    private var call = TinyReceiver.Call()

    init(state: TinyReceiver.State) {
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let frame):
            call.path = frame.headers.first(name: ":path") ?? ""
            for header in frame.headers { call.headers[header.name] = header.value }
        case .data(let frame):
            if case .byteBuffer(let part) = frame.data { call.body += part.readableBytesView }
            if frame.endStream { respond(context) }
        default:
            break
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        let answer = state.answer(to: call)
        guard !answer.hangsUp else {
            context.channel.parent?.close(promise: nil)
            return
        }
        var trailers = HPACKHeaders(answer.headers.map { ($0.key, $0.value) })
        trailers.add(name: "grpc-status", value: String(answer.status))
        guard answer.status == 0 else {
            // As gRPC servers answer a failure: one block of headers and nothing else.
            trailers.add(name: "content-type", value: "application/grpc")
            let head = HPACKHeaders([(":status", "200")]) + trailers
            write(.headers(.init(headers: head, endStream: true)), context)
            return
        }
        write(.headers(.init(headers: [":status": "200", "content-type": "application/grpc"])), context)
        var message = ByteBuffer()
        message.writeInteger(UInt8(0))
        message.writeInteger(UInt32(answer.body.count))
        message.writeBytes(answer.body)
        write(.data(.init(data: .byteBuffer(message))), context)
        write(.headers(.init(headers: trailers, endStream: true)), context)
    }

    private func write(_ payload: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(payload), promise: nil)
    }
}

extension HPACKHeaders {
    fileprivate static func + (left: HPACKHeaders, right: HPACKHeaders) -> HPACKHeaders {
        var joined = left
        joined.add(contentsOf: right)
        return joined
    }
}
