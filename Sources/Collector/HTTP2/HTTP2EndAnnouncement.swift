import NIOCore
import NIOHTTP2

/// Announces the end of an HTTP/2 connection without turning away what its sender has on the way.
///
/// RFC 9113, 6.8: the first GOAWAY names no last stream, so that requests that cross it are served; the second one,
/// after a round trip, names it. `NIOHTTP2ServerConnectionManagementHandler` does that, but the library's record of the
/// connection takes the first GOAWAY for the last word, and resets each request that comes after it. So the first one
/// goes past that record, straight to the socket.
final class HTTP2EndAnnouncement: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// Length, type, flags, stream 0; the highest stream that there can be, NO_ERROR.
    private static let firstGoAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]

    private let graceSeconds: Int64
    private let counters: CollectorCounters
    /// Whether the collector ends: then it is not the age of the connection that ends it.
    private var isDraining = false
    private let deadline: ConnectionDeadline

    /// - Parameter graceSeconds: how long the sender may take from the announcement on
    init(graceSeconds: Int64, counters: CollectorCounters, channel: any Channel) {
        self.graceSeconds = graceSeconds
        self.counters = counters
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .drain? = event as? ConnectionEvent { isDraining = true }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .goAway(let last, .noError, _) = unwrapOutboundIn(data).payload, last == .maxID,
            let library = try? context.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self)
        else {
            context.write(data, promise: promise)
            return
        }
        if !isDraining { counters.note(.connectionExpired) }
        let frame = context.channel.allocator.buffer(bytes: Self.firstGoAway)
        library.write(NIOAny(frame), promise: promise)
        // Nobody else waits for a sender that does not answer the PING which follows.
        deadline.set(seconds: graceSeconds)
    }

    /// The last GOAWAY may be written and not flushed yet: the library puts that off to the end of what it reads just now.
    /// TLS throws away what was not flushed when it ends.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.flush()
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }
}
