package import Logging
package import NIOCore
package import Telemetry

/// What both transports do with a request: decompress, decode, store, and say what became of it.
package struct ExportService: Sendable {
    package let store: TelemetryStore
    package let inFlight: InFlightBytes
    package let refusals: RefusalLog
    package let counters: CollectorCounters
    package let senders: SenderBook
    package let notices: NoticeLog
    package let failures: StoreFailureLog
    package let authenticator: Authenticator
    package let redactor: CurrentRedactor
    private let maxBodyBytes: Int
    private let decoder: ProtobufDecoder
    private let decodingMemory = DecodingMemory()
    private let retryDelay = RetryDelay()
    private let logger: Logger

    /// The longest reason that is sent back. Answers stay small whatever a request contained.
    private static let messageBytesMax = 1_024

    package init(store: TelemetryStore, settings: CollectorSettings, logger: Logger) {
        self.store = store
        self.logger = logger
        maxBodyBytes = settings.maxBodyBytes
        decoder = settings.decoder
        // A request of the largest size must fit in twice: compressed and decompressed.
        inFlight = InFlightBytes(limitBytes: max(settings.inFlightBytesMax, 2 * settings.maxBodyBytes))
        counters = CollectorCounters()
        senders = SenderBook()
        refusals = RefusalLog(logger: logger, counters: counters, senders: senders)
        notices = NoticeLog(logger: logger)
        failures = StoreFailureLog(logger: logger)
        authenticator = Authenticator(credentials: settings.credentials)
        redactor = CurrentRedactor(settings.redaction)
    }

    /// Takes a request from the event loop that received it, and answers on that loop when it is in the file,
    /// or refused.
    package func export(
        _ request: ExportRequest, on eventLoop: any EventLoop,
        answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        if request.isSmall {
            var request = request
            request.expectation = store.expectAppend()
            // In the next turn: what has come in by now is announced before the first of it is decoded.
            eventLoop.execute { [request] in take(request, on: eventLoop, answer) }
        } else {
            Task { take(request, on: eventLoop, answer) }
        }
    }

    /// Counts a refusal, and completes it with the time to wait when a retry would help.
    package func refuse(_ refusal: Refusal, sender: String, protocolName: String) -> ExportOutcome {
        var refusal = refusal
        switch refusal.reason {
        case .overloaded, .unavailable, .stalled:
            refusal.retryAfterSeconds = refusal.retryAfterSeconds ?? retryDelay.nextSeconds()
        default: break
        }
        refusal.message = Self.bounded(refusal.message)
        refusals.record(
            sender: sender, reason: refusal.reason.rawValue, message: refusal.message,
            protocolName: protocolName)
        return .refused(refusal)
    }

    /// Decodes a request and hands it over to the store. No task waits for it: small ones come by the thousand.
    private func take(
        _ request: ExportRequest, on eventLoop: any EventLoop,
        _ answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        let decoded: DecodedTraces
        let digest: BodyDigest
        var exchange = Exchange(request)
        do throws(Refusal) {
            try checkDeadline(request)
            (decoded, digest) = try decode(request)
            try checkDeadline(request)
        } catch {
            return finish(exchange, .failure(error), on: eventLoop, answer)
        }
        exchange.spans = decoded.batch.spanCount
        exchange.rejectedSpans = decoded.rejectedSpans
        exchange.rejectionReason = decoded.rejectionReason
        look(at: decoded, exchange)
        guard exchange.spans > 0 else { return finish(exchange, .success(nil), on: eventLoop, answer) }
        store.append(.spans(decoded.batch), digest: digest, expectation: request.expectation) {
            [exchange] result in
            let result = result.map(Optional.some).mapError { refusal(storing: $0) }
            finish(exchange, result, on: eventLoop, answer)
        }
    }

    /// What is still to be known of a request when its body is not needed any more.
    private struct Exchange {
        var charge: InFlightBytes.Charge
        var sender: String
        var protocolName: String
        var userAgent: String?
        var bodyBytes: Int
        var isCompressed: Bool
        let begun = NIODeadline.now()
        var spans = 0
        var rejectedSpans = 0
        var rejectionReason: String?

        init(_ request: ExportRequest) {
            charge = request.charge
            sender = request.arrival.peerAddress
            protocolName = request.protocolName
            userAgent = request.userAgent
            bodyBytes = request.body.readableBytes
            isCompressed = request.encoding != .identity
        }
    }

    /// - Parameter result: what became of the spans; nil when there were none to store
    private func finish(
        _ exchange: Exchange, _ result: Result<AppendOutcome?, Refusal>, on eventLoop: any EventLoop,
        _ answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        // Before the answer: whoever has it may send the next request at once.
        exchange.charge.release()
        counters.noteAnswered(nanos: (NIODeadline.now() - exchange.begun).nanoseconds)
        if eventLoop.inEventLoop {
            answer(outcome(exchange, result))
        } else {
            eventLoop.execute { answer(outcome(exchange, result)) }
        }
    }

    private func outcome(_ exchange: Exchange, _ result: Result<AppendOutcome?, Refusal>) -> ExportOutcome {
        switch result {
        case .failure(let refusal):
            return refuse(refusal, sender: exchange.sender, protocolName: exchange.protocolName)
        case .success(let appended?):
            note(exchange, isRepeated: appended == .duplicate)
            logger.debug(
                "request.stored",
                metadata: [
                    "sender": .string(exchange.sender), "spans": .stringConvertible(exchange.spans),
                    "rejected": .stringConvertible(exchange.rejectedSpans),
                    "protocol": .string(exchange.protocolName),
                    "duplicate": .stringConvertible(appended == .duplicate),
                ])
        case .success(nil): note(exchange, isRepeated: false)
        }
        guard exchange.rejectedSpans > 0 else {
            return .accepted(rejectedSpans: 0, message: Self.bounded(exchange.rejectionReason ?? ""))
        }
        let message = Self.bounded(exchange.rejectionReason ?? "some spans are invalid")
        refusals.record(
            sender: exchange.sender, reason: "rejected_spans", message: message,
            protocolName: exchange.protocolName)
        return .accepted(rejectedSpans: exchange.rejectedSpans, message: message)
    }

    /// Counts a request that was answered with success.
    private func note(_ exchange: Exchange, isRepeated: Bool) {
        counters.noteAccepted(
            CollectorCounters.AcceptedRequest(
                signal: .traces, protocolName: exchange.protocolName, source: exchange.sender,
                items: exchange.spans, rejectedItems: exchange.rejectedSpans, bodyBytes: exchange.bodyBytes,
                isRepeated: isRepeated))
        senders.noteAccepted(
            SenderBook.Request(
                protocolName: exchange.protocolName, userAgent: exchange.userAgent, items: exchange.spans,
                rejectedItems: exchange.rejectedSpans, bodyBytes: exchange.bodyBytes,
                isCompressed: exchange.isCompressed, isRepeated: isRepeated),
            sender: Sender(address: exchange.sender))
    }

    /// Looks at what a sender sends, once a second.
    private func look(at decoded: DecodedTraces, _ exchange: Exchange) {
        let sender = Sender(address: exchange.sender)
        guard senders.wantsInspection(of: sender) else { return }
        senders.note(decoded.batch.inspect(), sender: sender)
    }

    /// Everything before the store, in one go: a body borrowed for decoding cannot outlive a suspension.
    private func decode(_ request: ExportRequest) throws(Refusal) -> (DecodedTraces, BodyDigest) {
        var body = request.body
        if request.encoding == .gzip {
            body = try GzipInflater.inflate(body, limitBytes: maxBodyBytes, charge: request.charge)
        } else if body.readableBytes > maxBodyBytes {
            throw Refusal.tooLarge(limitBytes: maxBodyBytes)
        }
        let bytes = body.readableBytesUInt8Span
        do throws(DecodeError) {
            var decoded =
                switch request.format {
                case .protobuf:
                    try DecodedTraces.fromProtobuf(
                        bytes, arrival: request.arrival, decoder: decoder, memory: decodingMemory)
                case .json: try DecodedTraces.fromJSON(bytes, arrival: request.arrival)
                }
            decoded.batch.redact(redactor.current)
            return (decoded, BodyDigest(of: bytes))
        } catch {
            throw Refusal(decoding: error)
        }
    }

    /// What the store refused; what is not passing is told in the log.
    private func refusal(storing error: StoreError) -> Refusal {
        if error.code == .unavailable || !error.isRetryable && error.code != .tooLarge {
            failures.record(code: error.code.rawValue, message: error.message)
        }
        return Refusal(storing: error)
    }

    private func checkDeadline(_ request: ExportRequest) throws(Refusal) {
        guard let deadline = request.deadline, NIODeadline.now() >= deadline else { return }
        throw Refusal(.deadlineExceeded, "the sender's deadline passed before the request could be stored")
    }

    private static func bounded(_ message: String) -> String {
        guard message.utf8.count > messageBytesMax else { return message }
        return String(decoding: message.utf8.prefix(messageBytesMax), as: UTF8.self) + "..."
    }
}

extension Refusal {
    /// What a decoder refused is the sender's to repair.
    init(decoding error: DecodeError) {
        switch error.code {
        case .malformedProtobuf, .malformedJSON, .tooDeep: self.init(.malformed, error.message)
        case .tooLarge: self.init(.tooLarge, error.message)
        }
    }

    /// What the store refused is worth another try unless the store itself says that it is not.
    init(storing error: StoreError) {
        switch error.code {
        case .queueFull: self.init(.overloaded, error.message)
        case .tooLarge: self.init(.tooLarge, error.message)
        case _ where error.isRetryable: self.init(.unavailable, error.message)
        default: self.init(.internalFailure, error.message)
        }
    }
}
