import NIOCore
import NIOHTTP1
import Telemetry

/// Answers the requests of one connection to the admin port, one after another: `HTTPServerPipelineHandler`, which
/// stands before it, holds the next one back until the last one is answered.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        /// The head has come, the end has not.
        case receiving(HTTPRequestHead)
        case answering
        /// The last answer is written, or there is none: nothing that comes matters any more.
        case closing
    }

    private let source: AdminSource
    /// Whether only this machine can connect: then whoever asks for another host came by a name that somebody points
    /// here, as a web page does to reach what its visitor can reach.
    private let isLoopback: Bool
    private let headerSecondsMax: Int64
    private let place: AdminConnections.Place
    private let deadline: ConnectionDeadline
    private var state = State.waiting
    /// Whether the sender has ended its side: then the next answer is the last.
    private var hasSenderEnded = false

    private static let idleSecondsMax: Int64 = 60

    /// - Parameter headerSecondsMax: from the connection to the end of the first request's header
    init(
        source: AdminSource, isLoopback: Bool, headerSecondsMax: Int64, place: AdminConnections.Place,
        channel: any Channel
    ) {
        self.source = source
        self.isLoopback = isLoopback
        self.headerSecondsMax = headerSecondsMax
        self.place = place
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { channel.close(promise: nil) }
    }

    func handlerAdded(context: ChannelHandlerContext) { deadline.set(seconds: headerSecondsMax) }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        state = .closing
        context.fireChannelInactive()
    }

    /// Who has ended its side gets an answer to what it has asked (RFC 9112, 9.6).
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            hasSenderEnded = true
            switch state {
            case .waiting, .receiving:
                state = .closing
                context.close(promise: nil)
            case .answering, .closing: break
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard case .waiting = state else { return }
            if Self.hasBody(head), let refusal = refusal(of: head, AdminTarget(head.uri)) {
                // A body may never end.
                write(refusal, to: head, isLast: true, context: context)
            } else {
                state = .receiving(head)
            }
        case .body: break
        case .end:
            guard case .receiving(let head) = state else { return }
            state = .answering
            deadline.set(seconds: Self.idleSecondsMax)
            place.noteRequest()
            answer(head, context: context)
        }
    }

    /// Whether something may follow the head. A length that is no number is not 0.
    private static func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "transfer-encoding")
            || head.headers["content-length"].contains { HTTPAdmission.contentLength($0) != 0 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // After the first error the parser reports every further byte as another one.
        case is ByteToMessageDecoderError: break
        case let error as HTTPParserError: refuse(error, context: context)
        default: context.close(promise: nil)
        }
    }

    private func refuse(_ error: HTTPParserError, context: ChannelHandlerContext) {
        // What the end of the connection cuts off has nobody to answer to.
        guard context.channel.isActive, error != .invalidEOFState else { return }
        switch state {
        case .waiting, .receiving:
            let refusal =
                error == .headerOverflow
                ? AdminAnswer(.requestHeaderFieldsTooLarge, "the request's target or header is too large\n")
                : AdminAnswer(.badRequest, "the request is not valid HTTP/1.1\n")
            write(refusal, to: nil, isLast: true, context: context)
        case .answering, .closing: break
        }
    }

    // MARK: Answering

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let target = AdminTarget(head.uri)
        let refused = refusal(of: head, target)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loopContext = context.loopBound
        let eventLoop = context.eventLoop
        // Thousands of senders take milliseconds to write: not on the loop that takes their requests. What is refused
        // goes this way, too: written within the read, pipelined requests would answer each other recursively.
        Task { [source] in
            let answer = refused ?? AdminAnswer(target: target.pathAndQuery, from: source)
            eventLoop.execute { handler.value.finish(head, with: answer, context: loopContext.value) }
        }
    }

    private func finish(_ head: HTTPRequestHead, with answer: AdminAnswer, context: ChannelHandlerContext) {
        guard case .answering = state else { return }
        // After an upgrade or a tunnel, which we do not do, the parser would wait for other bytes.
        let isLast =
            hasSenderEnded || !head.isKeepAlive || head.version != .http1_1 || head.method == .CONNECT
            || head.headers.contains(name: "upgrade")
        write(answer, to: head, isLast: isLast, context: context)
    }

    private func refusal(of head: HTTPRequestHead, _ target: AdminTarget) -> AdminAnswer? {
        guard head.method == .GET || head.method == .HEAD else {
            var answer = AdminAnswer(.methodNotAllowed, "everything here is read-only: GET or HEAD\n")
            answer.headers.append(("allow", "GET, HEAD"))
            return answer
        }
        guard !Self.hasBody(head) else { return AdminAnswer(.badRequest, "nothing here takes a body\n") }
        let hosts = head.headers["host"]
        guard hosts.count == 1, let host = hosts.first else {
            return AdminAnswer(.badRequest, "the request has no Host header, or several\n")
        }
        guard isLoopback, !target.isForThisMachine(host: host) else { return nil }
        return AdminAnswer(
            .misdirectedRequest,
            "this port answers for localhost and 127.0.0.1 only: set admin's address to be "
                + "reached by another name\n")
    }

    /// - Parameter head: of the request; nil where it could not be read
    private func write(
        _ answer: AdminAnswer, to head: HTTPRequestHead?, isLast: Bool, context: ChannelHandlerContext
    ) {
        state = isLast ? .closing : .answering
        place.noteAnswer()
        deadline.set(seconds: Self.idleSecondsMax)
        var headers = HTTPHeaders([
            ("content-type", answer.contentType), ("content-length", String(answer.body.utf8.count)),
            ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
        ])
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        if isLast { headers.add(name: "connection", value: "close") }
        let reply = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        let written = context.eventLoop.makePromise(of: Void.self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loopContext = context.loopBound
        written.futureResult.whenSuccess { _ in handler.value.end(context: loopContext.value) }
        guard head?.method != .HEAD else {
            context.writeAndFlush(wrapOutboundOut(.head(reply)), promise: written)
            return
        }
        context.write(wrapOutboundOut(.head(reply)), promise: nil)
        let body = context.channel.allocator.buffer(string: answer.body)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))), promise: written)
    }

    /// Lets the next request in, or closes. Not before the whole answer has gone out: who reads nothing could else have
    /// any number of them made.
    private func end(context: ChannelHandlerContext) {
        let isLast = if case .answering = state { hasSenderEnded } else { true }
        // Writing the end of an answer delivers the next request, so the state must be ready for it.
        state = isLast ? .closing : .waiting
        if !isLast { deadline.set(seconds: Self.idleSecondsMax) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if isLast { context.close(promise: nil) }
    }
}
