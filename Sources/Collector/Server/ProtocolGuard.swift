import NIOCore

/// Recognises by the first bytes of a connection a sender that speaks another protocol than the port, tells
/// of it in words that help, and closes the connection: no answer of ours would be readable there.
final class ProtocolGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Verdict {
        case right
        /// So far it may be either.
        case undecided
        case tls
        case http2
    }

    private static let tlsHandshake: UInt8 = 0x16
    /// What every HTTP/2 connection begins with, as far as it matters (RFC 9113, 3.4).
    private static let http2Preface = Array("PRI * HTTP/2.0\r\n".utf8)

    private let refusals: RefusalLog
    private let protocolName: String
    private let takesHTTP2: Bool
    private var pending = ByteBuffer()
    private var hasRefused = false

    init(refusals: RefusalLog, protocolName: String, takesHTTP2: Bool) {
        self.refusals = refusals
        self.protocolName = protocolName
        self.takesHTTP2 = takesHTTP2
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRefused else { return }
        var bytes = unwrapInboundIn(data)
        pending.writeBuffer(&bytes)
        switch verdict() {
        case .undecided: break
        case .right:
            let bytes = pending
            pending = ByteBuffer()
            context.fireChannelRead(wrapInboundOut(bytes))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        case .tls:
            refuse(
                "tls",
                "this port speaks plain text, the sender speaks TLS: use http:// in its endpoint, or its "
                    + "option for insecure connections",
                context: context)
        case .http2:
            refuse(
                "wrong_protocol",
                "this port takes OTLP over HTTP/1.1, the sender speaks HTTP/2: gRPC goes to the port of "
                    + "--listen-grpc",
                context: context)
        }
    }

    private func verdict() -> Verdict {
        let bytes = pending.readableBytesView
        guard let first = bytes.first else { return .undecided }
        if first == Self.tlsHandshake { return .tls }
        if takesHTTP2 { return .right }
        let start = bytes.prefix(Self.http2Preface.count)
        guard Self.http2Preface.starts(with: start) else { return .right }
        return start.count < Self.http2Preface.count ? .undecided : .http2
    }

    private func refuse(_ reason: String, _ message: String, context: ChannelHandlerContext) {
        hasRefused = true
        pending = ByteBuffer()
        refusals.record(
            sender: PeerAddress.text(of: context.channel), reason: reason, message: message,
            protocolName: protocolName)
        context.close(promise: nil)
    }
}
