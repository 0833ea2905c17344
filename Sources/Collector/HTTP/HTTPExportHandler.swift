import NIOCore
import NIOHTTP1
import NIOSSL
import Telemetry

/// Takes the requests of one HTTP/1 connection, one after another: `HTTPServerPipelineHandler`, which
/// stands before it, holds the next one back and stops reading until the last one is answered. Or the one request of
/// an HTTP/2 stream, which looks the same from here.
///
/// A refused request is answered at once and the rest of it is thrown away. Answers that are known
/// immediately still wait for the next turn of the event loop: written within the read, thousands of
/// pipelined requests would answer each other recursively.
final class HTTPExportHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        /// The body comes in, into `body`.
        case receiving
        /// The rest of a refused request comes in and goes nowhere.
        case discarding(hasReplied: Bool, hasEnded: Bool)
        /// The request is with the service.
        case answering
        /// The last answer is written; nothing that comes matters any more.
        case closing
    }

    private let service: ExportService
    private let settings: CollectorSettings
    private let connection: SenderConnection
    private var peer: Peer { connection.peer }
    private let deadline: ConnectionDeadline
    /// Nil for a stream of HTTP/2, which has no chunks.
    private let wire: HTTP1WireCount?
    private var state = State.idle
    private var exchange: HTTPExchange?
    private var body: BodyAccumulator?
    /// Whether the collector ends: the next answer is the last.
    private var isDraining = false
    /// Whether the sender has ended its side: so is the next answer.
    private var hasSenderEnded = false
    /// What the sender has proved to be, with the request or the connection; its address where it need not.
    private var source: ExportSource
    /// What people read who that is.
    private var sourceName: String
    /// Body bytes at the last look at the progress.
    private var bodyBytesSeen = 0
    /// What chunks the sender may still send with little in them, over all its requests; nil before the first chunk.
    private var pieces: PieceAllowance?
    /// Whether the running read brought a part of a request, and not only a piece of a header.
    private var readBroughtPart = false
    /// Whether the deadline is that of a header of which some bytes have come.
    private var isHeaderTimed = false

    static let protocolName = "otlp/http"

    init(_ connection: SenderConnection, wire: HTTP1WireCount?, channel: any Channel) {
        self.connection = connection
        self.wire = wire
        service = connection.service
        settings = connection.settings
        source = service.sources.source(of: connection.peer)
        sourceName = connection.peer.sourceName
        var expired: () -> Void = {}
        deadline = ConnectionDeadline(eventLoop: channel.eventLoop) { expired() }
        // The deadline lets go of this when the channel becomes inactive.
        expired = { [unowned self] in self.expire(channel) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline.set(seconds: settings.headerSecondsMax)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.cancel()
        body = nil
        state = .closing
        context.fireChannelInactive()
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .drain? = event as? ConnectionEvent {
            isDraining = true
            if case .idle = state, !isHeaderTimed { deadline.set(seconds: settings.drainIdleSecondsMax) }
        }
        if case .inputClosed? = event as? ChannelEvent { noteSenderEnded(context: context) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Who has ended its side gets an answer to what it has asked, and that is the last one (RFC 9112, 9.6). What is not
    /// whole never will be.
    private func noteSenderEnded(context: ChannelHandlerContext) {
        hasSenderEnded = true
        switch state {
        case .idle, .receiving:
            body = nil
            state = .closing
            context.close(promise: nil)
        case .discarding(let hasReplied, _):
            exchange?.keepsAlive = false
            state = .discarding(hasReplied: hasReplied, hasEnded: true)
            if hasReplied { finishDiscarding(context: context) }
        case .answering, .closing: break
        }
    }

    private func becomeIdle() {
        state = .idle
        deadline.set(seconds: isDraining ? settings.drainIdleSecondsMax : settings.idleSecondsMax)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        readBroughtPart = true
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, context: context)
        case .body(let part): receive(part, context: context)
        case .end: receiveEnd(context: context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .idle = state, !readBroughtPart {
            // Bytes came and no head: the header must be whole in time, however slowly it goes on.
            if !isHeaderTimed {
                isHeaderTimed = true
                deadline.set(seconds: settings.headerSecondsMax)
            }
        }
        readBroughtPart = false
        checkChunkFrames(context: context)
        context.fireChannelReadComplete()
    }

    /// The parser passes over extensions of chunks as long as they go on.
    private func checkChunkFrames(context: ChannelHandlerContext) {
        guard case .receiving = state, let wire, let body,
            exchange?.isFramed(
                wireBytes: wire.bytes, bodyBytes: body.count, moreThan: settings.headerBytesMax)
                == true
        else { return }
        self.exchange?.keepsAlive = false
        let refusal = Refusal(
            .framing,
            "what stands around the body's chunks is larger than limits.header_bytes: send no extensions")
        refuse(refusal, context: context)
    }

    private func receive(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard case .idle = state else { return }
        isHeaderTimed = false
        // Anew for each request: rates may have changed, and a source that holds nothing may have been forgotten.
        source = service.sources.source(of: peer)
        sourceName = peer.sourceName
        let admission = HTTPAdmission(head: head, maxBodyBytes: settings.maxBodyBytes)
        let expectsContinue = HTTPAdmission.expectsContinue(head)
        var exchange = HTTPExchange(head, admission, wireBytes: wire?.bytes ?? 0)
        if let refusal = settings.cors.refusal(of: head.headers) ?? authenticationRefusal(head)
            ?? admission.refusal
        {
            // A sender that waits for permission may send the body, or may not: nobody can tell.
            // Nor where the next request begins, when this one breaks the rules.
            if expectsContinue || !HTTPExchange.isShort(head) || admission.refusal?.reason == .framing {
                exchange.keepsAlive = false
            }
            self.exchange = exchange
            refuse(refusal, context: context)
            return
        }
        do throws(Refusal) {
            let charge = try service.admit(source, bodyBytes: admission.bodyBytes)
            body = BodyAccumulator(
                limitBytes: settings.maxBodyBytes, expectedBytes: admission.bodyBytes, charge: charge)
        } catch {
            if expectsContinue || !HTTPExchange.isShort(head) { exchange.keepsAlive = false }
            self.exchange = exchange
            refuse(error, context: context)
            return
        }
        self.exchange = exchange
        connection.receives(admission.route)
        bodyBytesSeen = 0
        state = .receiving
        deadline.set(seconds: settings.bodyStallSecondsMax)
        if expectsContinue && admission.bodyBytes != 0 {
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
    }

    /// Why the sender may not send, if it may not: known before anything of the body is read.
    private func authenticationRefusal(_ head: HTTPRequestHead) -> Refusal? {
        do throws(Refusal) {
            if let name = try service.authenticator.check(head.headers["authorization"]) {
                source = service.sources.source(named: name)
                sourceName = name
            }
            return nil
        } catch {
            return error
        }
    }

    private func receive(_ part: ByteBuffer, context: ChannelHandlerContext) {
        let isPaidFor = countPiece(part)
        switch state {
        case .receiving:
            do throws(Refusal) {
                guard isPaidFor else {
                    throw Refusal(
                        .framing,
                        "the body comes in thousands of chunks of next to nothing: send larger ones, or its length"
                    )
                }
                try body?.append(part)
            } catch {
                exchange?.keepsAlive = false
                refuse(error, context: context)
            }
        case .discarding(hasReplied: true, _) where !isPaidFor:
            state = .closing
            context.close(promise: nil)
        case .idle, .discarding, .answering, .closing: break
        }
    }

    /// Counts a part of a body that came in chunks. Where its length was told, each part is what one read brought.
    private func countPiece(_ part: ByteBuffer) -> Bool {
        guard exchange?.admission.bodyBytes == nil else { return true }
        exchange?.parts += 1
        var allowance = pieces ?? PieceAllowance()
        allowance.earn(bytes: part.readableBytes)
        let isPaidFor = allowance.spend()
        pieces = allowance
        return isPaidFor
    }

    private func receiveEnd(context: ChannelHandlerContext) {
        switch state {
        case .receiving:
            guard let exchange, let body else { return }
            self.body = nil
            state = .answering
            deadline.clear()
            export(exchange, body, context: context)
        case .discarding(let hasReplied, _):
            state = .discarding(hasReplied: hasReplied, hasEnded: true)
            if hasReplied { finishDiscarding(context: context) }
        case .idle, .answering, .closing: break
        }
    }

    private func export(_ exchange: HTTPExchange, _ body: BodyAccumulator, context: ChannelHandlerContext) {
        var request = ExportRequest(
            body: body.bytes, charge: body.charge, route: exchange.admission.route,
            format: exchange.admission.format, encoding: exchange.admission.encoding,
            arrival: Arrival(receivedAt: UnixNanos.now(), peerAddress: peer.address), source: source,
            sourceName: sourceName, deadline: nil, protocolName: exchange.admission.route.protocolName,
            notice: exchange.admission.notice)
        request.userAgent = exchange.userAgent
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        let loopContext = context.loopBound
        service.export(request, on: eventLoop) { handler.value.answer($0, context: loopContext.value) }
    }

    // MARK: Answering

    /// Whether nothing comes after the answer that is due.
    private var isLast: Bool { isDraining || hasSenderEnded }

    private func answer(_ outcome: ExportOutcome, context: ChannelHandlerContext) {
        guard case .answering = state, var exchange else { return }
        self.exchange = nil
        if isLast { exchange.keepsAlive = false }
        // Writing the end of an answer delivers the next request, so the state must be ready for it.
        if exchange.keepsAlive {
            becomeIdle()
        } else {
            state = .closing
        }
        write(outcome, exchange, context: context)
    }

    private func refuse(_ refusal: Refusal, context: ChannelHandlerContext) {
        body = nil
        state = .discarding(hasReplied: false, hasEnded: false)
        deadline.set(seconds: settings.lingerSecondsMax)
        let outcome = service.refuse(
            refusal, sender: peer.address, source: sourceName, protocolName: Self.protocolName)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loopContext = context.loopBound
        context.eventLoop.execute { handler.value.answerRefused(outcome, context: loopContext.value) }
    }

    private func answerRefused(_ outcome: ExportOutcome, context: ChannelHandlerContext) {
        guard case .discarding(false, let hasEnded) = state, var exchange else { return }
        if isLast { exchange.keepsAlive = false }
        self.exchange = exchange
        if !hasEnded {
            state = .discarding(hasReplied: true, hasEnded: false)
        } else if exchange.keepsAlive {
            self.exchange = nil
            becomeIdle()
        } else {
            state = .closing
        }
        write(outcome, exchange, context: context)
    }

    private func finishDiscarding(context: ChannelHandlerContext) {
        guard let exchange else { return }
        self.exchange = nil
        if exchange.keepsAlive {
            becomeIdle()
        } else {
            state = .closing
            context.close(promise: nil)
        }
    }

    /// Writes an answer, and closes the connection after it when the state is `closing`.
    private func write(_ outcome: ExportOutcome, _ exchange: HTTPExchange, context: ChannelHandlerContext) {
        let reply = HTTPAnswer(outcome, format: exchange.admission.answerFormat)
        var headers = reply.headers
        if !exchange.keepsAlive { headers.add(name: "connection", value: "close") }
        let closes = if case .closing = state { true } else { false }
        let head = HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !reply.body.isEmpty && !exchange.isHeadMethod {
            let bytes = context.channel.allocator.buffer(bytes: reply.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        }
        guard closes else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        let loopContext = context.loopBound
        written.futureResult.whenComplete { _ in loopContext.value.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    // MARK: Trouble

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // That the sender has ended its side is said apart.
        if case .uncleanShutdown? = error as? NIOSSLError { return }
        guard let refusal = Refusal(framing: error) else {
            // After the first error the parser reports every further byte as another one.
            if error is ByteToMessageDecoderError { return }
            context.close(promise: nil)
            return
        }
        // A request that the end of the connection cuts off has nobody to answer to, or nobody who wants to know.
        guard context.channel.isActive, (error as? HTTPParserError) != .invalidEOFState else { return }
        switch state {
        case .idle, .receiving:
            var exchange = exchange ?? HTTPExchange.unreadable
            exchange.keepsAlive = false
            self.exchange = exchange
            let outcome = service.refuse(
                refusal, sender: peer.address, protocolName: Self.protocolName)
            body = nil
            state = .discarding(hasReplied: true, hasEnded: false)
            deadline.set(seconds: 1)
            write(outcome, exchange, context: context)
        case .discarding(let hasReplied, _):
            exchange?.keepsAlive = false
            state = .discarding(hasReplied: hasReplied, hasEnded: true)
            if hasReplied { finishDiscarding(context: context) }
        case .answering, .closing:
            context.close(promise: nil)
        }
    }

    private func expire(_ channel: any Channel) {
        switch state {
        case .receiving:
            let count = body?.count ?? 0
            guard count - bodyBytesSeen < settings.bodyProgressBytesMin else {
                bodyBytesSeen = count
                deadline.set(seconds: settings.bodyStallSecondsMax)
                return
            }
            guard let context = try? channel.pipeline.syncOperations.context(handler: self) else { return }
            exchange?.keepsAlive = false
            refuse(Refusal(.stalled, "the body stopped coming: send the request again"), context: context)
        case .idle, .discarding, .answering, .closing:
            if case .idle = state, !isDraining { service.counters.note(.connectionExpired) }
            channel.close(promise: nil)
        }
    }
}
