package import Logging
package import NIOCore
package import Telemetry

/// What all transports do with a request: decompress, decode, store, and say what became of it.
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
    package let health: HealthService
    /// Who has sent lately.
    package let sources: SourceTable
    private let decoder: ExportDecoder
    private let decodeQueue = DecodeQueue()
    let retryDelay = RetryDelay()
    private let logger: Logger

    /// The longest reason that is sent back. Answers stay small whatever a request contained.
    private static let messageBytesMax = 1_024

    package init(store: TelemetryStore, settings: CollectorSettings, logger: Logger) {
        self.store = store
        self.logger = logger
        // A request of the largest size must fit in compressed, decompressed and decoded, and leave room for others.
        inFlight = InFlightBytes(limitBytes: settings.inFlightBytesInForce)
        sources = SourceTable(rates: settings.sourceRates, seriesMax: settings.seriesPerSourceMax)
        counters = CollectorCounters()
        senders = SenderBook()
        refusals = RefusalLog(logger: logger, counters: counters, senders: senders)
        notices = NoticeLog(logger: logger)
        failures = StoreFailureLog(logger: logger)
        authenticator = Authenticator(credentials: settings.credentials)
        redactor = CurrentRedactor(settings.redaction)
        decoder = ExportDecoder(settings: settings, redactor: redactor, digestKey: store.digestKey)
        health = HealthService { [inFlight] in inFlight.usedBytes < inFlight.limitBytes / 8 * 7 }
    }

    /// Takes a request from the event loop that received it, and answers on that loop when it is in the file,
    /// or refused.
    package func export(
        _ request: ExportRequest, on eventLoop: any EventLoop,
        answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        request.source.count(bytes: request.body.readableBytes)
        if request.isSmall {
            var request = request
            request.expectation = store.expectAppend()
            // In the next turn: what has come in by now is announced before the first of it is decoded.
            eventLoop.execute { [request] in take(request, on: eventLoop, answer) }
        } else {
            decodeQueue.run(byteCount: request.body.readableBytes, source: request.source.share) {
                take(request, on: eventLoop, answer)
            }
        }
    }

    /// Decodes a request and hands it over to the store. No task waits for it: small ones come by the thousand.
    private func take(
        _ request: ExportRequest, on eventLoop: any EventLoop,
        _ answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        let decoded: DecodedExport
        var exchange = Exchange(request)
        do throws(Refusal) {
            try checkDeadline(request)
            // What would be refused after decoding is refused before.
            guard store.hasRoom(for: request.source.share) else { throw Refusal.overloaded }
            decoded = try decoder.decode(request)
            try checkDeadline(request)
        } catch {
            return finish(exchange, .failure(error), on: eventLoop, answer)
        }
        exchange.take(decoded, request)
        look(at: decoded, exchange)
        guard exchange.items > 0 else { return finish(exchange, .success(nil), on: eventLoop, answer) }
        exchange.charge = nil
        store.append(
            decoded.batch, digest: decoded.digest, expectation: request.expectation, charge: request.charge
        ) { [exchange] result in
            let result = result.map(Optional.some).mapError { refusal(storing: $0) }
            finish(exchange, result, on: eventLoop, answer)
        }
    }

    /// What is still to be known of a request when its body is not needed any more.
    private struct Exchange {
        /// Nil when the store has it.
        var charge: InFlightBytes.Charge?
        var sender: Sender
        var protocolName: String
        var userAgent: String?
        var bodyBytes: Int
        var isCompressed: Bool
        let begun = NIODeadline.now()
        var signal = Signal.traces
        var items = 0
        var rejected = 0
        var reason: String?
        var notices: [SenderNotice] = []

        init(_ request: ExportRequest) {
            charge = request.charge
            sender = Sender(source: request.sourceName, address: request.arrival.peerAddress)
            protocolName = request.protocolName
            userAgent = request.userAgent
            bodyBytes = request.body.readableBytes
            isCompressed = request.encoding != .identity
        }

        mutating func take(_ decoded: DecodedExport, _ request: ExportRequest) {
            signal = decoded.signal
            items = decoded.items
            rejected = decoded.rejected
            reason = decoded.reason
            notices = decoded.notices
            if let notice = request.notice { notices.insert(notice, at: 0) }
        }
    }

    /// - Parameter result: what became of the items; nil when there were none to store
    private func finish(
        _ exchange: Exchange, _ result: Result<AppendOutcome?, Refusal>, on eventLoop: any EventLoop,
        _ answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        // Before the answer: whoever has it may send the next request at once.
        exchange.charge?.release()
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
            return refuse(
                refusal, sender: exchange.sender.address, source: exchange.sender.source,
                protocolName: exchange.protocolName)
        case .success(let appended?):
            note(exchange, isRepeated: appended == .duplicate)
            logger.debug(
                "request.stored",
                metadata: [
                    "sender": .string(exchange.sender.address), "signal": .string(exchange.signal.name),
                    "items": .stringConvertible(exchange.items),
                    "rejected": .stringConvertible(exchange.rejected),
                    "protocol": .string(exchange.protocolName),
                    "duplicate": .stringConvertible(appended == .duplicate),
                ])
        case .success(nil): note(exchange, isRepeated: false)
        }
        let notices = tellNotices(exchange)
        guard exchange.rejected > 0 else {
            let message = ((exchange.reason.map { [$0] } ?? []) + notices).joined(separator: "; ")
            return .accepted(rejected: 0, message: Self.bounded(message))
        }
        let message = Self.bounded(exchange.reason ?? "some \(exchange.signal.itemName) are invalid")
        refusals.record(
            sender: exchange.sender.address, reason: .items(exchange.signal), message: message,
            protocolName: exchange.protocolName, source: exchange.sender.source)
        return .accepted(rejected: exchange.rejected, message: message)
    }

    /// Counts a request that was answered with success.
    private func note(_ exchange: Exchange, isRepeated: Bool) {
        counters.noteAccepted(
            CollectorCounters.AcceptedRequest(
                signal: exchange.signal, protocolName: exchange.protocolName,
                source: exchange.sender.source, items: exchange.items, rejectedItems: exchange.rejected,
                bodyBytes: exchange.bodyBytes, isRepeated: isRepeated))
        senders.noteAccepted(
            SenderBook.Request(
                signal: exchange.signal, protocolName: exchange.protocolName, userAgent: exchange.userAgent,
                items: exchange.items,
                rejectedItems: exchange.rejected, bodyBytes: exchange.bodyBytes,
                isCompressed: exchange.isCompressed, isRepeated: isRepeated),
            sender: exchange.sender)
    }

    /// Looks at what a sender sends, once a second, and counts what is odd about it.
    private func look(at decoded: DecodedExport, _ exchange: Exchange) {
        if decoded.notes.contains(.repeatedKeys) { counters.note(.duplicateKey) }
        if decoded.notes.contains(.brokenText) { counters.note(.textMended) }
        if decoded.notes.contains(.cut) { counters.note(.valueCut) }
        if decoded.isRedacted { counters.note(.valueRedacted) }
        if decoded.hasTooManySeries { counters.note(.seriesLimited) }
        let sender = exchange.sender
        for notice in exchange.notices {
            if let finding = notice.kind.finding {
                senders.report(finding, of: sender, detail: notice.message, signal: decoded.signal)
            }
        }
        // A case of it may be in the one request that is not looked into.
        if let unit = decoded.timeUnit {
            senders.report(
                .timesNotNanoseconds, of: sender, detail: unit.rawValue,
                signal: decoded.signal)
        }
        if decoded.invalidIDs > 0 {
            senders.report(
                .badIdentifiers, of: sender,
                detail: "\(decoded.invalidIDs) of \(decoded.items) in a request", signal: decoded.signal)
        }
        guard decoded.items > 0, senders.wantsInspection(of: sender, signal: decoded.signal) else { return }
        senders.note(decoded.batch.inspect(), sender: sender)
    }

    /// Tells the sender what it should change, if it was not told before.
    /// - Returns: what the answer shall say of it
    private func tellNotices(_ exchange: Exchange) -> [String] {
        guard !exchange.notices.isEmpty else { return [] }
        return exchange.notices.filter {
            notices.tell($0, source: exchange.sender.source, protocolName: exchange.protocolName)
                || $0.kind.isToldAlways
        }.map(\.message)
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

    static func bounded(_ message: String) -> String {
        guard message.utf8.count > messageBytesMax else { return message }
        return String(decoding: message.utf8.prefix(messageBytesMax), as: UTF8.self) + "..."
    }
}

extension Refusal {
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
