import NIOCore
import NIOHTTP2
import NIOSSL

/// Watches over an HTTP/2 connection as a whole: it must begin in time, one that breaks the protocol is closed and
/// counted, and one whose sender has ended its side is closed when the last request is answered.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame

    private let connection: SenderConnection
    private let meter: HTTP2FrameMeter
    private let channel: any Channel
    private let deadline: ConnectionDeadline
    /// Whether it was told that the connection broke the rules.
    private var hasFailed = false
    private var openStreams: [HTTP2StreamID: any Channel] = [:]
    /// Whether the sender has ended its side, and may still read answers.
    private var hasSenderEnded = false

    init(_ connection: SenderConnection, meter: HTTP2FrameMeter, channel: any Channel) {
        self.connection = connection
        self.meter = meter
        self.channel = channel
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) {
            connection.service.counters.note(.connectionExpired)
            channel.close(promise: nil)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline.set(seconds: connection.settings.headerSecondsMax)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The first frame is the sender's settings: it speaks HTTP/2.
        deadline.clear()
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        // What the library's handlers know by another name.
        if case .drain? = event as? ConnectionEvent {
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        if case .inputClosed? = event as? ChannelEvent {
            hasSenderEnded = true
            deadline.set(seconds: connection.settings.http2GraceSecondsMax)
            guard !openStreams.isEmpty else { return context.close(promise: nil) }
            // What is not whole never will be.
            for stream in openStreams.values {
                stream.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    // MARK: Requests

    func noteStreamOpened(_ id: HTTP2StreamID, _ stream: any Channel) { openStreams[id] = stream }

    func noteStreamClosed(_ id: HTTP2StreamID) {
        openStreams[id] = nil
        guard hasSenderEnded, openStreams.isEmpty else { return }
        // The end of the answer is written and not flushed yet.
        channel.eventLoop.execute { [channel] in channel.close(promise: nil) }
    }

    // MARK: Offences

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // That the sender has ended its side is said apart.
        if case .uncleanShutdown? = error as? NIOSSLError { return }
        // What the library says when it cannot tell of an error, which it tells of next.
        if error is NIOHTTP2Errors.RaisedGoawayLastStreamID, !meter.hasToldOfError { return }
        if isOfOneRequest(error) {
            // It was reset. A malformed request is no matter of others (RFC 9113, 8.1.1).
            _ = connection.service.refuse(
                Refusal(.framing, "a request broke the rules of HTTP/2: " + words(error)),
                sender: connection.peer.address, source: connection.peer.sourceName,
                protocolName: GRPCExportHandler.protocolName)
            return
        }
        if error is any NIOHTTP2Error { meter.tellOfError() }
        // A connection that only ends has broken no rules. What comes after the first offence is its consequence.
        if !hasFailed, !(error is IOError), !(error is NIOSSLError), !(error is ChannelError) {
            hasFailed = true
            connection.service.counters.note(.http2Abuse)
            connection.service.refusals.record(
                sender: connection.peer.address, reason: .request(.framing),
                message: "the connection broke the rules of HTTP/2: " + words(error),
                protocolName: GRPCExportHandler.protocolName)
        }
        context.close(promise: nil)
    }

    private func isOfOneRequest(_ error: any Error) -> Bool {
        meter.takeReset() && !meter.hasToldOfError && !hasFailed && error is any NIOHTTP2Error
    }

    private func words(_ error: any Error) -> String {
        HTTP2Offence.words(error, streamsMax: connection.settings.http2StreamsMax)
    }
}
