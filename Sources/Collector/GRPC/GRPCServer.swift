import NIOCore
import NIOHTTP2

/// OTLP over gRPC, on HTTP/2 with prior knowledge.
struct GRPCServer {
    let service: ExportService
    let settings: CollectorSettings
    let connections: ConnectionRegistry

    /// A sender may have so much of a message on its way: with the default of 64 KiB the exchange of window
    /// updates costs more than everything else.
    private static let streamWindowBytes = 8 << 20
    private static let connectionWindowBytes = 16 << 20
    private static let frameBytesMax = 1 << 20
    private static let concurrentStreamsMax = 128
    private static let headerListBytesMax = 16 << 10
    /// How long the calls of a connection may take once it has been told to end.
    private static let graceSeconds: Int64 = 30

    func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try connections.admit(channel)
            let manager = NIOHTTP2ServerConnectionManagementHandler(
                eventLoop: channel.eventLoop,
                configuration: .init(
                    maxIdleTime: .seconds(settings.grpcIdleSecondsMax), maxAge: nil,
                    maxGraceTime: .seconds(Self.graceSeconds), keepalive: nil))
            let peerAddress = PeerAddress.text(of: channel)
            let handler = NIOHTTP2Handler(
                mode: .server, eventLoop: channel.eventLoop,
                connectionConfiguration: connectionConfiguration(),
                streamConfiguration: streamConfiguration(), streamDelegate: manager.http2StreamDelegate
            ) { [service, settings] stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(
                        GRPCExportHandler(service: service, settings: settings, peerAddress: peerAddress))
                }
            }
            try channel.pipeline.syncOperations.addHandlers(
                ProtocolGuard(
                    refusals: service.refusals, protocolName: GRPCExportHandler.protocolName,
                    takesHTTP2: true),
                handler, manager,
                GRPCConnectionHandler(service: service, settings: settings, channel: channel))
        }
    }

    private func connectionConfiguration() -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.targetWindowSize = Self.connectionWindowBytes
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.concurrentStreamsMax),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.streamWindowBytes),
            HTTP2Setting(parameter: .maxFrameSize, value: Self.frameBytesMax),
            HTTP2Setting(parameter: .maxHeaderListSize, value: Self.headerListBytesMax),
        ]
        return configuration
    }

    private func streamConfiguration() -> NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = Self.streamWindowBytes
        return configuration
    }
}
