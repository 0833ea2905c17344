import NIOCore
import NIOSSL
import NIOTLS
import Telemetry

/// Finds out by the first bytes what a sender speaks, sets up the connection for it and goes. Inside TLS another one
/// does the same with what was encrypted.
final class ProtocolSniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let setup: ConnectionSetup
    private let listener: Listener
    /// What decrypts; nil outside of TLS.
    private let tls: NIOSSLServerHandler?
    /// What sees an alert that is not encrypted; nil outside of TLS.
    private let alerts: TLSAlertWatch?
    private let deadline: ConnectionDeadline
    private var pending = ByteBuffer()
    private var hasDecided = false
    /// Whether the handshake of TLS is still to be completed.
    private var isShakingHands: Bool
    /// Whether it was told that there is no TLS: once a connection.
    private var hasFailed = false
    private var isDraining = false

    /// How long a sender that was refused may take to read why.
    private static let lingerSeconds: Int64 = 1

    init(
        setup: ConnectionSetup, listener: Listener, tls: NIOSSLServerHandler?, alerts: TLSAlertWatch? = nil,
        channel: any Channel
    ) {
        self.setup = setup
        self.listener = listener
        self.tls = tls
        self.alerts = alerts
        isShakingHands = tls != nil
        var expired: () -> Void = {}
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { expired() }
        // The deadline lets go of this with the pipeline.
        expired = { [unowned self] in self.expire(channel) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { deadline.set(seconds: setup.settings.headerSecondsMax) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline.cancel() }

    func channelActive(context: ChannelHandlerContext) {
        let settings = setup.settings
        deadline.set(seconds: isDraining ? settings.drainIdleSecondsMax : settings.headerSecondsMax)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { isShakingHands = false }
        if case .drain? = event as? ConnectionEvent {
            isDraining = true
            // Nothing has begun, but something may be on its way.
            if pending.readableBytes == 0 { deadline.set(seconds: setup.settings.drainIdleSecondsMax) }
        }
        context.fireUserInboundEventTriggered(event)
        // Nothing was asked, and nothing will be. After a refusal, the system ends what both sides have ended.
        if case .inputClosed? = event as? ChannelEvent, !hasDecided { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasDecided else { return }
        var bytes = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
        guard let spoken = SpokenProtocol(startingWith: pending.readableBytesView) else { return }
        hasDecided = true
        let isEncrypted = tls != nil
        switch spoken {
        case .tls where !isEncrypted: receiveTLS(context: context)
        case .http1, .http2, .tls:
            guard isEncrypted || setup.tls == nil else {
                return refusePlainText(spoken, context: context)
            }
            // TLS within TLS is bad HTTP/1.
            receiveHTTP(isHTTP2: spoken == .http2, context: context)
        }
    }

    // MARK: Going on

    private func receiveTLS(context: ChannelHandlerContext) {
        guard let identity = setup.tls else { return refuseTLS(context: context) }
        handOver(context: context) {
            let handler = NIOSSLServerHandler(context: identity.context)
            let alerts = TLSAlertWatch()
            let inner = ProtocolSniffer(
                setup: setup, listener: listener, tls: handler, alerts: alerts, channel: context.channel)
            try context.pipeline.syncOperations.addHandlers(
                [alerts, handler, inner], position: .after(self))
        }
    }

    private func receiveHTTP(isHTTP2: Bool, context: ChannelHandlerContext) {
        let peer = Peer(
            address: PeerAddress.text(of: context.channel),
            certificateName: tls?.peerCertificate.flatMap(CertificateName.of))
        let connection = SenderConnection(
            service: setup.service, settings: setup.settings, peer: peer, listener: listener)
        handOver(context: context) {
            let pipeline = context.pipeline.syncOperations
            if isHTTP2 {
                try setup.addHTTP2(to: pipeline, of: context.channel, after: self, connection)
            } else {
                try setup.addHTTP1(to: pipeline, of: context.channel, after: self, connection)
            }
        }
    }

    /// Adds the handlers that come next, gives them what has come, and goes.
    private func handOver(context: ChannelHandlerContext, _ addHandlers: () throws -> Void) {
        do {
            try addHandlers()
        } catch {
            context.close(promise: nil)
            return
        }
        let bytes = pending
        pending = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(bytes))
        if isDraining { context.fireUserInboundEventTriggered(ConnectionEvent.drain) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    // MARK: Ending

    private func expire(_ channel: any Channel) {
        // After a refusal it only waits for the sender to read it.
        if !hasDecided, !isDraining { setup.service.counters.note(.connectionExpired) }
        if isShakingHands, !isDraining {
            noteFailure(.unfinished(seconds: setup.settings.headerSecondsMax), channel)
        }
        channel.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isShakingHands, let error = error as? IOError {
            noteFailure(.broken(error), context.channel)
        } else if tls != nil, let failure = TLSFailure(error, alert: alerts?.alert) {
            noteFailure(failure, context.channel)
        }
        context.close(promise: nil)
    }

    private func noteFailure(_ failure: TLSFailure, _ channel: any Channel) {
        guard !hasFailed else { return }
        hasFailed = true
        setup.service.counters.note(.tlsHandshakeFailed)
        setup.service.refusals.record(
            sender: PeerAddress.text(of: channel), reason: .tls(failure.kind), message: failure.message,
            protocolName: listener.protocolName)
    }

    // MARK: Refusing

    private func refuseTLS(context: ChannelHandlerContext) {
        let message =
            "this port speaks plain text, the sender speaks TLS: use http:// in its endpoint, or its option for "
            + "insecure connections"
        // What is not TLS at all makes clients say what is wrong, where an alert would only say that something is.
        refuse(.tlsToPlainPort, message, with: PlainAnswer.http1(message), context: context)
    }

    private func refusePlainText(_ spoken: SpokenProtocol, context: ChannelHandlerContext) {
        let message =
            "this port speaks TLS, the sender speaks plain text: use https:// in its endpoint, and no option for "
            + "insecure connections"
        let answer = spoken == .http2 ? PlainAnswer.http2(message) : PlainAnswer.http1(message)
        refuse(.plainTextToTLSPort, message, with: answer, context: context)
    }

    private func refuse(
        _ reason: RefusalReason, _ message: String, with answer: [UInt8], context: ChannelHandlerContext
    ) {
        pending = ByteBuffer()
        setup.service.refusals.record(
            sender: PeerAddress.text(of: context.channel), reason: reason, message: message,
            protocolName: listener.protocolName)
        // Closed at once, with bytes of the sender unread, the connection would be reset and the answer lost.
        deadline.set(seconds: Self.lingerSeconds)
        let loopContext = context.loopBound
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: answer)))
            .whenComplete { _ in loopContext.value.close(mode: .output, promise: nil) }
    }
}
