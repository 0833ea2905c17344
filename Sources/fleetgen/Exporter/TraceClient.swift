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
func makeTraceClient(for endpoint: ExportEndpoint, on group: any EventLoopGroup) -> any TraceClient {
    switch endpoint.transport {
    case .http: HTTPTraceClient(endpoint: endpoint, group: group)
    case .grpc: GRPCTraceClient(endpoint: endpoint, group: group)
    }
}
