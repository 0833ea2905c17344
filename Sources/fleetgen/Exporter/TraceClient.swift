import NIOCore
import NIOPosix

/// One connection to a receiver, opened when it is needed; one request at a time.
protocol TraceClient: Sendable {
    /// Sends an encoded `ExportTraceServiceRequest`, which is gzip data when `isCompressed`.
    ///
    /// - Throws: `ExportError` or an error of the connection when no answer came; the next call opens
    ///   a new connection.
    func send(_ body: ByteBuffer, isCompressed: Bool) async throws -> ExportReply

    /// Closes the connection.
    func close() async
}

/// Gives a client for an endpoint.
/// - Parameter address: of this machine, to send from; nil for the one that the system takes
func makeTraceClient(
    for endpoint: ExportEndpoint, on group: any EventLoopGroup, from address: String? = nil
) -> any TraceClient {
    let source = address.flatMap { try? SocketAddress(ipAddress: $0, port: 0) }
    return switch endpoint.transport {
    case .http: HTTPTraceClient(endpoint: endpoint, group: group, source: source)
    case .grpc: GRPCTraceClient(endpoint: endpoint, group: group, source: source)
    }
}

extension ClientBootstrap {
    /// A bootstrap for the connection to a receiver.
    /// - Parameter source: what to send from; nil for what the system takes
    static func exporter(on group: any EventLoopGroup, from source: SocketAddress?) -> ClientBootstrap {
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
        return source.map { bootstrap.bind(to: $0) } ?? bootstrap
    }
}
