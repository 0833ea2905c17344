import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport

/// A TCP connection to the collector whose bytes a test chooses itself, good ones and bad ones.
final class WireConnection: Sendable {
    private let channel: any Channel
    private let inbox: NIOLoopBound<Inbox>

    /// - Parameters:
    ///   - address: of this machine, to send from: all of 127.0.0.0/8 are; nil for what fits to `host`
    ///   - tls: nil for plain text. What is sent waits for the end of the handshake
    init(
        host: String = "127.0.0.1", port: Int, from address: String? = nil, tls: NIOSSLContext? = nil
    ) async throws {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        let (channel, inbox) =
            try await bootstrap
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inbox = Inbox()
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(inbox)
                    return (channel, NIOLoopBound(inbox, eventLoop: channel.eventLoop))
                }
            }
        self.channel = channel
        self.inbox = inbox
    }

    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// - Parameter announcing: the length of the body, where not all of it is sent
    func post(
        _ body: [UInt8], path: String = "/v1/traces", type: String = "application/x-protobuf",
        headers: [String] = [], announcing: Int? = nil
    ) {
        let length = announcing ?? body.count
        let lines =
            ["POST \(path) HTTP/1.1", "Host: test", "Content-Type: \(type)", "Content-Length: \(length)"]
            + headers
        send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// The next answer.
    func reply(hasBody: Bool = true) async throws -> RawReply {
        let head = String(decoding: try await take(until: Array("\r\n\r\n".utf8)), as: UTF8.self)
        var lines = head.split(separator: "\r\n").map(String.init)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw TestSupportError("no HTTP: \(head)") }
        lines.removeFirst()
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        let length = hasBody ? headers["content-length"].flatMap { Int($0) } ?? 0 : 0
        return RawReply(status: status, headers: headers, body: try await take(length))
    }

    /// Waits for the server to close the connection; what it said before that.
    func untilClosed() async throws -> [UInt8] {
        try await inbox.flatMapOnLoop(channel) { $0.wait(for: .end) }
    }

    /// Waits for the server to close the connection, and throws when it does so without TLS's own word for it.
    /// - Returns: what it said before
    func untilClosedInOrder() async throws -> [UInt8] {
        let rest = try await untilClosed()
        let isTruncated = try await channel.eventLoop.submit { [inbox] in inbox.value.isTruncated }.get()
        guard !isTruncated else { throw TestSupportError("the connection ended without close_notify") }
        return rest
    }

    func close() { channel.close(promise: nil) }

    /// Sends nothing more, and goes on reading.
    func endSending() { channel.close(mode: .output, promise: nil) }

    /// The same over TLS, with its own word for it or without, when all was sent.
    func endSending(withoutCloseNotify isTruncated: Bool) async throws {
        guard isTruncated else { return endSending() }
        try await channel.writeAndFlush(ByteBuffer()).get()
        // Past the handler of TLS, to the socket.
        try await channel.eventLoop.flatSubmit { [channel] in
            do {
                let tls = try channel.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
                return tls.close(mode: .output)
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }.get()
    }

    /// The next bytes.
    func bytes(_ count: Int) async throws -> [UInt8] { try await take(count) }

    /// Ends the connection by a reset, as a program does that is killed with bytes unread.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close().get()
    }

    /// Sends the same again and again, until the connection is closed.
    func drip(_ text: String, everyMs: Int64) {
        let bytes = ByteBuffer(string: text)
        let drops = channel.eventLoop.scheduleRepeatedTask(
            initialDelay: .zero, delay: .milliseconds(everyMs)
        ) { [channel] _ in channel.writeAndFlush(bytes, promise: nil) }
        channel.closeFuture.whenComplete { _ in drops.cancel() }
    }

    /// Reads nothing from now on.
    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    func goOnReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    /// The next frame of HTTP/2.
    func frame() async throws -> HTTP2Wire.Frame {
        let head = try await take(9)
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        return HTTP2Wire.Frame(
            type: head[3], flags: head[4], stream: head[5...].reduce(0) { $0 << 8 | UInt32($1) },
            payload: try await take(length))
    }

    /// Frames up to the first of that type.
    func frame(ofType type: UInt8) async throws -> HTTP2Wire.Frame {
        while true {
            let frame = try await frame()
            if frame.type == type { return frame }
        }
    }

    private func take(until end: [UInt8]) async throws -> [UInt8] {
        try await inbox.flatMapOnLoop(channel) { $0.wait(for: .delimiter(end)) }
    }

    private func take(_ count: Int) async throws -> [UInt8] {
        try await inbox.flatMapOnLoop(channel) { $0.wait(for: .count(count)) }
    }
}

extension NIOLoopBound where Value == Inbox {
    fileprivate func flatMapOnLoop(
        _ channel: any Channel, _ body: @escaping @Sendable (Inbox) -> EventLoopFuture<[UInt8]>
    ) async throws -> [UInt8] {
        try await channel.eventLoop.flatSubmit { body(value) }.get()
    }
}
