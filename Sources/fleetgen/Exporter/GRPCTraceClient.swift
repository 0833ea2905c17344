import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import NIOPosix

/// OTLP/gRPC over one HTTP/2 connection without TLS, begun with prior knowledge.
actor GRPCTraceClient: TraceClient {
    private struct Connection {
        let channel: any Channel
        let streams: NIOHTTP2Handler.StreamMultiplexer
    }

    private let endpoint: ExportEndpoint
    private let group: any EventLoopGroup
    private let source: SocketAddress?
    private var connection: Connection?

    init(endpoint: ExportEndpoint, group: any EventLoopGroup, source: SocketAddress? = nil) {
        self.endpoint = endpoint
        self.group = group
        self.source = source
    }

    func send(_ body: ByteBuffer, isCompressed: Bool) async throws -> ExportReply {
        let connection = try await open()
        let answer = connection.channel.eventLoop.makePromise(of: ExportReply.self)
        let deadline = connection.channel.eventLoop.scheduleTask(in: AnswerDeadline.time) {
            connection.channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        let stream: any Channel
        do {
            stream = try await connection.streams.createStreamChannel { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(GRPCCallHandler(answer: answer))
                }
            }.get()
        } catch {
            answer.fail(error)
            await close()
            throw error
        }
        var headers: HPACKHeaders = [
            ":method": "POST", ":scheme": "http", ":path": endpoint.path, ":authority": endpoint.authority,
            "content-type": "application/grpc", "te": "trailers", "user-agent": "fleetgen",
        ]
        if isCompressed { headers.add(name: "grpc-encoding", value: "gzip") }
        if let authorization = endpoint.authorization {
            headers.add(name: "authorization", value: authorization)
        }
        var message = ByteBuffer()
        message.reserveCapacity(body.readableBytes + 5)
        message.writeInteger(UInt8(isCompressed ? 1 : 0))
        message.writeInteger(UInt32(body.readableBytes))
        message.writeImmutableBuffer(body)
        stream.write(HTTP2Frame.FramePayload.headers(.init(headers: headers)), promise: nil)
        stream.writeAndFlush(
            HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(message), endStream: true)), promise: nil)
        return try await answer.futureResult.get()
    }

    func close() async {
        try? await connection?.channel.close().get()
        connection = nil
    }

    private func open() async throws -> Connection {
        if let connection, connection.channel.isActive { return connection }
        do {
            let opened = try await ClientBootstrap.exporter(on: group, from: source)
                .connect(host: endpoint.host, port: endpoint.port) { channel in
                    channel.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { stream in
                        // No receiver may open streams: gRPC knows no server push.
                        stream.close()
                    }.map { Connection(channel: channel, streams: $0) }
                }
            connection = opened
            return opened
        } catch {
            throw ExportError.unreachable(endpoint, error)
        }
    }
}
