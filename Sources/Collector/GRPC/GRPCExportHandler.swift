import NIOCore
import NIOHPACK
import NIOHTTP2
import Telemetry

/// Takes one call: a stream of an HTTP/2 connection.
///
/// Unary only: headers, one message, the end of the sender's side; then our headers, message and trailers.
/// An error is told by trailers alone, and ends the stream whether the sender has finished or not.
final class GRPCExportHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private enum State {
        case awaitingHeaders
        /// The message comes in, into `reader`.
        case receiving(GRPCCall)
        /// The request is with the service.
        case answering
        /// Changes of health are told, by `watch`.
        case watching
        case finished
    }

    private let service: ExportService
    private let settings: CollectorSettings
    private let peer: Peer
    /// What the caller has proved to be, with the call or the connection; its address where it need not.
    private var source: ExportSource
    /// What people read who that is.
    private var sourceName: String
    private var state = State.awaitingHeaders
    private var reader: GRPCMessageReader?
    private var stallTimer: Scheduled<Void>?
    private var bodyBytesSeen = 0
    private var length = AnnouncedLength()
    private var watch: RepeatedTask?

    static let protocolName = "otlp/grpc"
    private static let responseHeaders: HPACKHeaders = [
        ":status": "200", "content-type": "application/grpc",
    ]

    init(service: ExportService, settings: CollectorSettings, peer: Peer) {
        self.service = service
        self.settings = settings
        self.peer = peer
        source = service.sources.source(of: peer)
        sourceName = peer.sourceName
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if case .receiving = state, !length.note(frame) {
            return refuse(.otherLength, context: context, hasSenderFinished: length.hasEnded)
        }
        switch frame {
        case .headers(let headers): receive(headers, context: context)
        case .data(let data):
            guard case .byteBuffer(let part) = data.data else { return }
            receive(part, isLast: data.endStream, context: context)
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // A message that came whole with its headers never needs the timer.
        if case .receiving = state, stallTimer == nil { startStallTimer(context: context) }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    /// A call of which the rest will not come has nobody who waits for an answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent, case .receiving = state {
            finish()
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish()
        context.close(promise: nil)
    }

    private func finish() {
        state = .finished
        reader = nil
        stallTimer?.cancel()
        stallTimer = nil
        guard let watch else { return }
        self.watch = nil
        watch.cancel()
        service.health.endWatching()
    }

    // MARK: Reading

    private func receive(_ headers: HTTP2Frame.FramePayload.Headers, context: ChannelHandlerContext) {
        guard case .awaitingHeaders = state else {
            // Trailers of a request: gRPC has none, but they may end the stream.
            if headers.endStream { receiveEnd(context: context) }
            return
        }
        if let status = GRPCCall.httpRejection(headers.headers) {
            _ = service.refuse(
                Refusal(
                    .unsupportedMediaType,
                    "not a gRPC request that is taken: send protobuf, as application/grpc, by POST"),
                sender: peer.address, protocolName: Self.protocolName)
            finish()
            var response: HPACKHeaders = [":status": status]
            if status == "405" { response.add(name: "allow", value: "POST") }
            writeLast(response, context: context, hasSenderFinished: headers.endStream)
            return
        }
        do throws(Refusal) {
            if let name = try service.authenticator.check(headers.headers[canonicalForm: "authorization"]) {
                source = service.sources.source(named: name)
                sourceName = name
            }
            let call = try GRPCCall(headers: headers.headers)
            guard length.begin(headers) else { throw Refusal.otherLength }
            reader = try messageReader(for: call)
            state = .receiving(call)
            if headers.endStream { receiveEnd(context: context) }
        } catch {
            refuse(error, context: context, hasSenderFinished: headers.endStream)
        }
    }

    /// What takes the message in: admitted, unless it asks for the health of a collector that admits nothing.
    private func messageReader(for call: GRPCCall) throws(Refusal) -> GRPCMessageReader {
        switch call.method {
        case .export:
            return GRPCMessageReader(
                limitBytes: settings.maxBodyBytes, charge: try service.admit(source, bodyBytes: nil))
        case .healthCheck, .healthWatch:
            return GRPCMessageReader(
                limitBytes: Self.healthRequestLimits.bytes, charge: service.inFlight.charge())
        }
    }

    private func receive(_ part: ByteBuffer, isLast: Bool, context: ChannelHandlerContext) {
        guard case .receiving(let call) = state else { return }
        do throws(Refusal) {
            try reader?.append(part)
            if isLast { receiveEnd(context: context) }
        } catch {
            refuse(Self.ofHealth(error, call), context: context, hasSenderFinished: isLast)
        }
    }

    /// What is too large of a question about health has nothing to do with the limit of requests.
    private static func ofHealth(_ refusal: Refusal, _ call: GRPCCall) -> Refusal {
        guard refusal.reason == .tooLarge else { return refusal }
        if case .export = call.method { return refusal }
        return nameTooLong
    }

    private static let nameTooLong = Refusal(
        .tooLarge, "no service has a name of more than \(healthRequestLimits.bytes) bytes")

    private func receiveEnd(context: ChannelHandlerContext) {
        guard case .receiving(let call) = state, let reader else { return }
        guard reader.isComplete else {
            let refusal = Refusal(.framing, "the call ended without a whole message")
            refuse(refusal, context: context, hasSenderFinished: true)
            return
        }
        if reader.isCompressed && call.compression == nil {
            let refusal = Refusal(
                .internalFailure, "the message is compressed and the call has no grpc-encoding")
            refuse(refusal, context: context, hasSenderFinished: true)
            return
        }
        finish()
        state = .answering
        let encoding = reader.isCompressed ? call.compression ?? .identity : .identity
        switch call.method {
        case .export(let signal):
            var request = ExportRequest(
                body: reader.body.bytes, charge: reader.body.charge, route: .otlp(signal),
                format: .protobuf, encoding: encoding,
                arrival: Arrival(receivedAt: UnixNanos.now(), peerAddress: peer.address), source: source,
                sourceName: sourceName, deadline: call.deadline, protocolName: Self.protocolName)
            request.userAgent = call.userAgent
            export(request, context: context)
        case .healthCheck, .healthWatch:
            answerHealth(reader.body, encoding, isWatching: call.method == .healthWatch, context: context)
        }
    }

    private func export(_ request: ExportRequest, context: ChannelHandlerContext) {
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        let loopContext = context.loopBound
        // A caller that goes away does not stop this: what is being committed cannot be called back, and
        // the caller's retry is recognised.
        service.export(request, on: eventLoop) { handler.value.answer($0, context: loopContext.value) }
    }

    // MARK: Health

    /// How often those who watch are looked after.
    private static let watchInterval = TimeAmount.milliseconds(250)
    /// Names of services are short.
    private static let healthRequestLimits = BodyInflater.Limits(bytes: 4_096, ratio: 200)

    private func answerHealth(
        _ body: BodyAccumulator, _ encoding: BodyEncoding, isWatching: Bool, context: ChannelHandlerContext
    ) {
        do throws(Refusal) {
            let message = try inflatedHealthRequest(body, encoding)
            let request = Array(message.readableBytesView)
            guard isWatching else {
                let answer = GRPCAnswer(message: try service.health.check(request))
                finish()
                return write(answer, context: context, hasSenderFinished: true)
            }
            let name = try HealthService.serviceName(request)
            try service.health.beginWatching()
            beginWatch(of: name, context: context)
        } catch {
            refuse(error, context: context, hasSenderFinished: true)
        }
    }

    private func inflatedHealthRequest(
        _ body: BodyAccumulator, _ encoding: BodyEncoding
    ) throws(Refusal) -> ByteBuffer {
        do throws(Refusal) {
            return try BodyInflater.inflate(
                body.bytes, encoding, limits: Self.healthRequestLimits, charge: body.charge)
        } catch {
            throw error.reason == .tooLarge ? Self.nameTooLong : error
        }
    }

    /// Tells the status now, and again whenever it has changed, until either side ends the call.
    private func beginWatch(of name: String, context: ChannelHandlerContext) {
        state = .watching
        context.write(wrapOutboundOut(.headers(.init(headers: Self.responseHeaders))), promise: nil)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loopContext = context.loopBound
        let told = NIOLoopBoundBox<ServingStatus?>(nil, eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.watchInterval) { _ in
            told.value = handler.value.tellHealth(of: name, told: told.value, context: loopContext.value)
        }
    }

    /// - Parameter told: the status that the watcher knows of
    /// - Returns: the one that it knows of now
    private func tellHealth(
        of name: String, told: ServingStatus?, context: ChannelHandlerContext
    ) -> ServingStatus? {
        guard case .watching = state else { return told }
        let status = service.health.status(of: name)
        if status != told {
            writeMessage(status.protobuf, context: context)
            context.flush()
        }
        if service.health.isDraining {
            finish()
            let trailers = GRPCAnswer(.refused(Refusal(.unavailable, "the collector is ending"))).trailers
            writeLast(trailers, context: context, hasSenderFinished: true)
        }
        return status
    }

    // MARK: Answering

    private func answer(_ outcome: ExportOutcome, context: ChannelHandlerContext) {
        guard case .answering = state else { return }
        finish()
        write(GRPCAnswer(outcome), context: context, hasSenderFinished: true)
    }

    private func refuse(_ refusal: Refusal, context: ChannelHandlerContext, hasSenderFinished: Bool) {
        let outcome = service.refuse(
            refusal, sender: peer.address, source: sourceName, protocolName: Self.protocolName)
        finish()
        write(GRPCAnswer(outcome), context: context, hasSenderFinished: hasSenderFinished)
    }

    private func write(_ reply: GRPCAnswer, context: ChannelHandlerContext, hasSenderFinished: Bool) {
        guard let message = reply.message else {
            var headers = Self.responseHeaders
            headers.add(contentsOf: reply.trailers.map { ($0.name, $0.value, $0.indexable) })
            writeLast(headers, context: context, hasSenderFinished: hasSenderFinished)
            return
        }
        context.write(wrapOutboundOut(.headers(.init(headers: Self.responseHeaders))), promise: nil)
        writeMessage(message, context: context)
        writeLast(reply.trailers, context: context, hasSenderFinished: hasSenderFinished)
    }

    private func writeMessage(_ message: [UInt8], context: ChannelHandlerContext) {
        var bytes = context.channel.allocator.buffer(capacity: message.count + 5)
        bytes.writeInteger(0 as UInt8)
        bytes.writeInteger(UInt32(message.count))
        bytes.writeBytes(message)
        context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(bytes)))), promise: nil)
    }

    /// Ends our side. A sender that has not finished is told to stop, without blame (RFC 9113, 8.1).
    private func writeLast(_ headers: HPACKHeaders, context: ChannelHandlerContext, hasSenderFinished: Bool) {
        context.writeAndFlush(
            wrapOutboundOut(.headers(.init(headers: headers, endStream: true))), promise: nil)
        if !hasSenderFinished { context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil) }
    }

    // MARK: Stalls

    private func startStallTimer(context: ChannelHandlerContext) {
        let loopContext = context.loopBound
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        stallTimer = context.eventLoop.scheduleTask(in: .seconds(settings.bodyStallSecondsMax)) {
            handler.value.checkProgress(context: loopContext.value)
        }
    }

    private func checkProgress(context: ChannelHandlerContext) {
        guard case .receiving = state else { return }
        let count = reader?.body.count ?? 0
        guard count - bodyBytesSeen >= settings.bodyProgressBytesMin else {
            let refusal = Refusal(.stalled, "the message stopped coming: send the request again")
            refuse(refusal, context: context, hasSenderFinished: false)
            return
        }
        bodyBytesSeen = count
        startStallTimer(context: context)
    }
}
