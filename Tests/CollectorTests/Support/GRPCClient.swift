import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import TestSupport

/// A call's answer.
struct GRPCReply: Sendable {
    var headers = HPACKHeaders()
    var body: [UInt8] = []
    var trailers = HPACKHeaders()

    var status: Int? {
        (trailers.first(name: "grpc-status") ?? headers.first(name: "grpc-status")).flatMap { Int($0) }
    }

    var message: String? {
        trailers.first(name: "grpc-message") ?? headers.first(name: "grpc-message")
    }

    /// Trailers, or the headers when they are all there is.
    func trailer(_ name: String) -> String? { trailers.first(name: name) ?? headers.first(name: name) }
}

/// An HTTP/2 connection to the collector, with calls that a test composes itself.
final class GRPCClient: Sendable {
    let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    static let tracesPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

    /// - Parameter address: of this machine, to send from
    init(port: Int, from address: String = "127.0.0.1") async throws {
        let (channel, multiplexer) = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(to: SocketAddress(ipAddress: address, port: 0))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = NIOHTTP2Handler(mode: .client, eventLoop: channel.eventLoop) { stream in
                        stream.eventLoop.makeSucceededVoidFuture()
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, try handler.syncMultiplexer())
                }
            }
        self.channel = channel
        self.multiplexer = multiplexer
    }

    static func headers(
        method: String = "POST", path: String = tracesPath, type: String = "application/grpc",
        _ more: [(String, String)] = []
    ) -> HPACKHeaders {
        var headers = HPACKHeaders([
            (":method", method), (":scheme", "http"), (":path", path), (":authority", "test"),
            ("content-type", type), ("te", "trailers"),
        ])
        for (name, value) in more { headers.add(name: name, value: value) }
        return headers
    }

    /// A message in its frame.
    static func framed(_ message: [UInt8], isCompressed: Bool = false) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeInteger(isCompressed ? 1 : 0 as UInt8)
        buffer.writeInteger(UInt32(message.count))
        buffer.writeBytes(message)
        return Array(buffer.readableBytesView)
    }

    /// Sends headers and the parts of a body, each in a frame of its own, and waits for the answer.
    ///
    /// - Parameter onFirstData: is called when the first part of the answer's body comes.
    func call(
        _ headers: HPACKHeaders = headers(), parts: [[UInt8]], endsStream: Bool = true,
        onFirstData: @escaping @Sendable () -> Void = {}
    ) async throws -> GRPCReply {
        let answer = channel.eventLoop.makePromise(of: GRPCReply.self)
        let stream = channel.eventLoop.makePromise(of: (any Channel).self)
        multiplexer.createStreamChannel(promise: stream) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(AnswerCollector(answer, onFirstData))
            }
        }
        let opened = try await stream.futureResult.get()
        let endsAtHeaders = parts.isEmpty && endsStream
        opened.write(
            HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: endsAtHeaders)), promise: nil)
        for (index, part) in parts.enumerated() {
            let isLast = endsStream && index == parts.count - 1
            let data = HTTP2Frame.FramePayload.Data(
                data: .byteBuffer(ByteBuffer(bytes: part)), endStream: isLast)
            opened.write(HTTP2Frame.FramePayload.data(data), promise: nil)
        }
        opened.flush()
        return try await answer.futureResult.get()
    }

    /// A unary call as every client makes it.
    func export(_ message: [UInt8], _ more: [(String, String)] = []) async throws -> GRPCReply {
        try await call(Self.headers(more), parts: [Self.framed(message)])
    }

    func close() { channel.close(promise: nil) }
}

/// Puts an answer together from its frames.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload

    private var answer = GRPCReply()
    private var promise: EventLoopPromise<GRPCReply>?
    private var hasHeaders = false

    private let onFirstData: @Sendable () -> Void

    init(_ promise: EventLoopPromise<GRPCReply>, _ onFirstData: @escaping @Sendable () -> Void) {
        self.promise = promise
        self.onFirstData = onFirstData
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            if hasHeaders { answer.trailers = headers.headers } else { answer.headers = headers.headers }
            hasHeaders = true
            if headers.endStream { finish() }
        case .data(let data):
            guard case .byteBuffer(let part) = data.data else { return }
            if answer.body.isEmpty { onFirstData() }
            answer.body.append(contentsOf: part.readableBytesView)
            if data.endStream { finish() }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise?.fail(TestSupportError("the stream ended without an answer"))
        promise = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    private func finish() {
        promise?.succeed(answer)
        promise = nil
    }
}
