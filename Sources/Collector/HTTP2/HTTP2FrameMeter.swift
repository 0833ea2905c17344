import NIOCore

/// Ends an HTTP/2 connection that is a flood of frames which carry nothing: window updates, types that nobody knows, pings,
/// DATA of a byte.
///
/// The library's limits are of single types within a time, and there is none of those that it does not look at. This
/// one is of all of them together, against what they are for: requests and their bytes. It comes before the library, so
/// that a flood costs no more than to read the lengths of its frames.
///
/// It also ends a connection on which a frame or the header of a request does not come to its end in time: the library
/// waits for that as long as it takes. DATA has limits of its own.
///
/// And it sees what the library tells a sender that breaks the rules: whether it reset one request or ends the connection,
/// and of that, that the last request may have been any, or none at all, where senders want to know what to send again
/// (RFC 9113, 6.8).
final class HTTP2FrameMeter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Flood: Error, CustomStringConvertible {
        let description = "a flood of frames that carry nothing or next to nothing"
    }

    private enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let continuation: UInt8 = 9
    }

    /// END_HEADERS, of HEADERS and CONTINUATION.
    private static let endHeaders: UInt8 = 4

    /// What belongs to a call beside its DATA: window updates for the stream and the connection, as some senders make
    /// them for each frame of an answer, a ping that measures the way, and as many more for those that do both.
    private static let piecesPerRequest = 16

    /// Length, type, flags, stream 0, as every GOAWAY without a message begins. Behind it stand the last request that may
    /// have been looked at, and an error code. No answer begins so that its own bytes could be taken for it.
    private static let goAwayHead: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0]
    /// How every RST_STREAM begins, before its stream and an error code.
    private static let resetHead: [UInt8] = [0, 0, 4, 3, 0]
    private static let protocolError: UInt32 = 1
    private static let enhanceYourCalm: UInt32 = 11
    /// What a request is reset with that broke no rules: NO_ERROR, and CANCEL.
    private static let blamelessCodes: Set<UInt32> = [0, 8]

    private var scan = HTTP2FrameScan()
    private var allowance = PieceAllowance()
    private var hasEnded = false
    /// Whether the sender was told that it broke the rules, and that the connection ends.
    private(set) var hasToldOfError = false
    /// Whether a request was reset for what it was, and nobody has asked since.
    private var hasReset = false
    private var context: ChannelHandlerContext?
    /// Of the requests whose header began.
    private var lastStream: UInt32 = 0
    /// Whether the frame that came last is DATA.
    private var isData = false
    /// Whether a header has begun that further frames continue.
    private var isInHeaders = false
    private var hasBegun = false
    private let secondsMax: Int64
    private let deadline: ConnectionDeadline

    /// - Parameter secondsMax: how long a frame or a header may take, from its first byte to its last
    init(secondsMax: Int64, counters: CollectorCounters, channel: any Channel) {
        self.secondsMax = secondsMax
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) {
            counters.note(.connectionExpired)
            channel.close(promise: nil)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        var bytes = unwrapInboundIn(data)
        while let frame = scan.next(in: &bytes) {
            guard takes(frame) else { return end(context: context) }
            hasBegun = true
            if frame.type == FrameType.headers { lastStream = max(lastStream, frame.stream) }
            isData = frame.type == FrameType.data
            if frame.type == FrameType.headers || frame.type == FrameType.continuation {
                isInHeaders = frame.flags & Self.endHeaders == 0
            }
        }
        watch()
        context.fireChannelRead(data)
    }

    /// What comes in drips does not move the deadline.
    private func watch() {
        // Before the first frame, others watch.
        let waits = hasBegun && (isInHeaders || scan.isInHeader || (scan.isInPayload && !isData))
        if !waits {
            deadline.clear()
        } else if !deadline.isSet {
            deadline.set(seconds: secondsMax)
        }
    }

    private func takes(_ frame: HTTP2FrameScan.Frame) -> Bool {
        switch frame.type {
        case FrameType.headers:
            allowance.earn(pieces: Self.piecesPerRequest)
            return true
        case FrameType.data:
            allowance.earn(bytes: frame.payloadBytes)
            return allowance.spend()
        default:
            return allowance.spend()
        }
    }

    private func end(context: ChannelHandlerContext) {
        hasEnded = true
        deadline.clear()
        tellOfError(Self.enhanceYourCalm, context: context)
        context.fireErrorCaught(Flood())
    }

    // MARK: Telling

    /// Tells the sender that the connection ends, unless it was told: where it was told before that it would end without
    /// blame, the library cannot tell anything more.
    func tellOfError() {
        guard !hasToldOfError, let context else { return }
        tellOfError(Self.protocolError, context: context)
    }

    private func tellOfError(_ code: UInt32, context: ChannelHandlerContext) {
        hasToldOfError = true
        var goAway = context.channel.allocator.buffer(bytes: Self.goAwayHead)
        goAway.writeInteger(lastStream)
        goAway.writeInteger(code)
        context.writeAndFlush(wrapOutboundOut(goAway), promise: nil)
    }

    /// Whether the error that the library reports just now is one of a request, which it has reset.
    func takeReset() -> Bool {
        defer { hasReset = false }
        return hasReset
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = unwrapOutboundIn(data)
        let head = Self.goAwayHead.count
        if bytes.readableBytes == head + 4, bytes.readableBytesView.starts(with: Self.resetHead),
            let code = bytes.getInteger(at: bytes.readerIndex + head, as: UInt32.self)
        {
            hasReset = !Self.blamelessCodes.contains(code)
        }
        guard bytes.readableBytes == head + 8, bytes.readableBytesView.starts(with: Self.goAwayHead),
            let code = bytes.getInteger(at: bytes.readerIndex + head + 4, as: UInt32.self), code != 0
        else {
            context.write(data, promise: promise)
            return
        }
        hasToldOfError = true
        bytes.setInteger(lastStream, at: bytes.readerIndex + head)
        context.write(wrapOutboundOut(bytes), promise: promise)
    }
}
