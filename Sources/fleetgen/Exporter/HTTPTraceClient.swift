import NIOCore
import NIOHTTP1
import NIOPosix

/// OTLP/HTTP with protobuf bodies over one HTTP/1.1 connection.
actor HTTPTraceClient: TraceClient {
    private let endpoint: ExportEndpoint
    private let group: any EventLoopGroup
    private let source: SocketAddress?
    private var channel: (any Channel)?

    init(endpoint: ExportEndpoint, group: any EventLoopGroup, source: SocketAddress? = nil) {
        self.endpoint = endpoint
        self.group = group
        self.source = source
    }

    func send(_ body: ByteBuffer, isCompressed: Bool) async throws -> ExportReply {
        let channel = try await connection()
        var headers: HTTPHeaders = [
            "Host": endpoint.authority,
            "User-Agent": "fleetgen",
            "Content-Type": "application/x-protobuf",
            "Content-Length": String(body.readableBytes),
        ]
        if isCompressed { headers.add(name: "Content-Encoding", value: "gzip") }
        if let authorization = endpoint.authorization {
            headers.add(name: "Authorization", value: authorization)
        }
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: endpoint.path, headers: headers)
        let answer = channel.eventLoop.makePromise(of: ExportReply.self)
        let deadline = channel.eventLoop.scheduleTask(in: AnswerDeadline.time) {
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        // When the write fails the connection closes, and that fails the answer.
        channel.writeAndFlush(HTTPCall(head: head, body: body, answer: answer)).whenFailure { error in
            answer.fail(error)
        }
        return try await answer.futureResult.get()
    }

    func close() async {
        try? await channel?.close().get()
        channel = nil
    }

    private func connection() async throws -> any Channel {
        if let channel, channel.isActive { return channel }
        do {
            let opened = try await ClientBootstrap.exporter(on: group, from: source)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(HTTPCallHandler())
                    }
                }
                .connect(host: endpoint.host, port: endpoint.port).get()
            channel = opened
            return opened
        } catch {
            throw ExportError.unreachable(endpoint, error)
        }
    }
}

/// How long an answer may take before the connection is given up.
enum AnswerDeadline {
    static let time = TimeAmount.seconds(60)
}
