import NIOCore
import NIOHTTP2

/// Watches over an HTTP/2 connection as a whole: it must begin in time, and one that breaks the protocol is
/// closed and counted.
final class GRPCConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let service: ExportService
    private let headerSecondsMax: Int64
    private let peerAddress: String
    private let deadline: ConnectionDeadline

    init(service: ExportService, settings: CollectorSettings, channel: any Channel) {
        self.service = service
        headerSecondsMax = settings.headerSecondsMax
        peerAddress = PeerAddress.text(of: channel)
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { channel.close(promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline.set(seconds: headerSecondsMax)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The first frame is the sender's settings: it speaks HTTP/2.
        deadline.cancel()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !(error is IOError) {
            let isOtherProtocol = error is NIOHTTP2Errors.BadClientMagic
            service.refusals.record(
                sender: peerAddress,
                reason: isOtherProtocol ? "wrong_protocol" : Refusal.Reason.framing.rawValue,
                message: isOtherProtocol
                    ? "this port takes OTLP over gRPC, the sender does not speak HTTP/2: OTLP over HTTP goes "
                        + "to the port of --listen-http"
                    : "the connection broke the rules of HTTP/2: \(error)",
                protocolName: GRPCExportHandler.protocolName)
        }
        context.close(promise: nil)
    }
}
