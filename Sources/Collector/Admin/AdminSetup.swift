import NIOCore
import NIOHTTP1

/// Makes of a new connection to the admin port what answers its requests.
struct AdminSetup: Sendable {
    let source: AdminSource
    /// Whether only this machine can connect.
    let isLoopback: Bool
    /// From the connection to the first bytes of a request, and from those to the end of its header.
    let headerSecondsMax: Int64
    let connections = AdminConnections()

    func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let place = connections.admit(channel)
            try channel.pipeline.syncOperations.addHandlers(
                LingeringClose(channel: channel), AdminSniffer(setup: self, place: place, channel: channel))
        }
    }

    /// HTTP/1.1, behind the handler that found it out.
    func addHTTP1(
        to channel: any Channel, after sniffer: AdminSniffer, _ place: AdminConnections.Place
    ) throws {
        // Nobody who asks for a report has more to say.
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 64
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        let handlers: [any ChannelHandler] = [
            HTTPResponseEncoder(), ByteToMessageHandler(decoder), HTTPServerPipelineHandler(),
            AdminHandler(
                source: source, isLoopback: isLoopback, headerSecondsMax: headerSecondsMax, place: place,
                channel: channel),
        ]
        try channel.pipeline.syncOperations.addHandlers(handlers, position: .after(sniffer))
    }
}
