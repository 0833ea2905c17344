import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL

/// Makes of a new connection what its sender speaks: TLS or plain text, HTTP/1 or HTTP/2, gRPC or plain HTTP.
struct ConnectionSetup: Sendable {
    let service: ExportService
    let settings: CollectorSettings
    let connections: ConnectionRegistry
    /// Nil when the ports speak plain text.
    let tls: TLSIdentity?

    func configure(_ channel: any Channel, _ listener: Listener) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let isDraining = try connections.admit(channel)
            service.counters.note(.connectionOpened)
            try channel.pipeline.syncOperations.addHandlers(
                LingeringClose(channel: channel),
                SlowReaderGuard(
                    secondsMax: settings.answerSecondsMax, refusals: service.refusals, listener: listener,
                    channel: channel),
                ProtocolSniffer(setup: self, listener: listener, tls: nil, channel: channel))
            if isDraining { channel.pipeline.fireUserInboundEventTriggered(ConnectionEvent.drain) }
        }
    }

    /// HTTP/1.1, behind the handler that found it out.
    func addHTTP1(
        to pipeline: ChannelPipeline.SynchronousOperations, of channel: any Channel,
        after sniffer: ProtocolSniffer, _ connection: SenderConnection
    ) throws {
        connection.receives(requestFor: .http)
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: headerLimits)
        let wire = HTTP1WireCount()
        let handlers: [any ChannelHandler] = [
            HTTPResponseEncoder(), wire, ByteToMessageHandler(decoder), HTTPServerPipelineHandler(),
        ]
        try pipeline.addHandlers(
            handlers + requestHandlers(connection, wire, channel), position: .after(sniffer))
    }

    /// What takes the requests of plain HTTP, whichever version they came by.
    private func requestHandlers(
        _ connection: SenderConnection, _ wire: HTTP1WireCount?, _ channel: any Channel
    ) -> [any ChannelHandler] {
        let export = HTTPExportHandler(connection, wire: wire, channel: channel)
        return settings.cors.isEnabled ? [CORSHandler(settings.cors), export] : [export]
    }

    /// HTTP/2, behind the handler that found it out.
    func addHTTP2(
        to pipeline: ChannelPipeline.SynchronousOperations, of channel: any Channel,
        after sniffer: ProtocolSniffer, _ connection: SenderConnection
    ) throws {
        let manager = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop, configuration: HTTP2Limits.lifetime(settings))
        let meter = HTTP2FrameMeter(
            secondsMax: settings.headerSecondsMax, counters: service.counters, channel: channel)
        let watcher = HTTP2ConnectionHandler(connection, meter: meter, channel: channel)
        let shared = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop,
            connectionConfiguration: HTTP2Limits.connection(settings),
            streamConfiguration: HTTP2Limits.stream,
            streamDelegate: HTTP2StreamCount(manager, watcher, eventLoop: channel.eventLoop)
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(
                    HTTP2StreamSelector(shared.value) { requestHandlers($0, nil, stream) })
            }
        }
        let announcement = HTTP2EndAnnouncement(
            graceSeconds: settings.http2GraceSecondsMax, counters: service.counters, channel: channel)
        try pipeline.addHandlers(
            [meter, handler, watcher, announcement, manager], position: .after(sniffer))
        // It starts its clocks when the connection begins, which was before it came.
        manager.channelActive(context: try pipeline.context(handler: manager))
    }

    /// What a header may be at the most: OTLP requests carry a dozen short fields.
    private var headerLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = settings.headerBytesMax / 2
        limits.maxHeaderListSize = settings.headerBytesMax
        limits.maxHeaderFieldCount = settings.headerFieldsMax
        return limits
    }
}
