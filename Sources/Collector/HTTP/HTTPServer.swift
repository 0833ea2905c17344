import NIOCore
import NIOHTTP1
import NIOPosix

/// OTLP over HTTP/1.1.
struct HTTPServer {
    let service: ExportService
    let settings: CollectorSettings
    let connections: ConnectionRegistry

    /// What a header may be at the most: OTLP requests carry a dozen short fields.
    private static let headerLimits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 64
        return limits
    }()

    func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try connections.admit(channel)
            let decoder = HTTPRequestDecoder(
                leftOverBytesStrategy: .dropBytes, limitConfiguration: Self.headerLimits)
            try channel.pipeline.syncOperations.addHandlers(
                ProtocolGuard(
                    refusals: service.refusals, protocolName: HTTPExportHandler.protocolName,
                    takesHTTP2: false),
                HTTPResponseEncoder(), ByteToMessageHandler(decoder), HTTPServerPipelineHandler(),
                HTTPExportHandler(service: service, settings: settings, channel: channel))
        }
    }
}
