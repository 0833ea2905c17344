import NIOCore
import NIOHTTP1
import Telemetry

/// Answers the requests of one connection to the admin port, one after another.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let source: AdminSource
    /// Whether only this machine can connect: then whoever asks for another host came by a name that somebody points
    /// here, as a web page does to reach what its visitor can reach.
    private let isLoopback: Bool
    private let deadline: ConnectionDeadline
    private var head: HTTPRequestHead?
    private var hasBody = false

    private static let headerSecondsMax: Int64 = 5
    private static let idleSecondsMax: Int64 = 60

    init(source: AdminSource, isLoopback: Bool, channel: any Channel) {
        self.source = source
        self.isLoopback = isLoopback
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { channel.close(promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline.set(seconds: Self.headerSecondsMax)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            hasBody = false
        case .body:
            // Nothing here takes one: it is not read.
            hasBody = true
            context.close(promise: nil)
        case .end:
            guard let head, !hasBody else { return }
            self.head = nil
            deadline.set(seconds: Self.idleSecondsMax)
            answer(head, context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        if let refusal = refusal(of: head) { return write(refusal, to: head, context: context) }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loopContext = context.loopBound
        let eventLoop = context.eventLoop
        // Thousands of senders take milliseconds to write: not on the loop that takes their requests.
        Task { [source] in
            let answer = AdminAnswer(target: head.uri, from: source)
            eventLoop.execute { handler.value.write(answer, to: head, context: loopContext.value) }
        }
    }

    private func refusal(of head: HTTPRequestHead) -> AdminAnswer? {
        guard head.method == .GET || head.method == .HEAD else {
            var answer = AdminAnswer(.methodNotAllowed, "everything here is read-only: GET or HEAD\n")
            answer.headers.append(("allow", "GET, HEAD"))
            return answer
        }
        let hosts = head.headers["host"]
        guard hosts.count == 1, let host = hosts.first else {
            return AdminAnswer(.badRequest, "the request has no Host header, or several\n")
        }
        guard isLoopback, !Self.isLoopback(host: host) else { return nil }
        return AdminAnswer(
            .misdirectedRequest,
            "this port answers for localhost and 127.0.0.1 only: set admin's address to be "
                + "reached by another name\n")
    }

    /// - Parameter host: a `Host` header
    static func isLoopback(host: String) -> Bool {
        if let address = try? ListenAddress(parsing: host) { return address.isLoopback }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return ListenAddress(host: bare, port: 0).isLoopback
    }

    private func write(_ answer: AdminAnswer, to head: HTTPRequestHead, context: ChannelHandlerContext) {
        var headers = HTTPHeaders([
            ("content-type", answer.contentType), ("content-length", String(answer.body.utf8.count)),
            ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
        ])
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        let keepsAlive = head.isKeepAlive && head.version == .http1_1
        if !keepsAlive { headers.add(name: "connection", value: "close") }
        let reply = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(reply)), promise: nil)
        if head.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: answer.body)))),
                promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        let loopContext = context.loopBound
        written.futureResult.whenComplete { _ in
            if !keepsAlive { loopContext.value.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }
}
