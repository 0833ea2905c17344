package import Logging
package import NIOCore
package import Telemetry

/// What both transports do with a request: decompress, decode, store, and say what became of it.
package struct ExportService: Sendable {
    package let store: TelemetryStore
    package let inFlight: InFlightBytes
    package let refusals: RefusalLog
    package let failures: StoreFailureLog
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
        refusals = RefusalLog(logger: logger)
        failures = StoreFailureLog(logger: logger)
    }

    /// Takes a request from the event loop that received it, and answers on that loop when it is in the file,
    /// or refused.
    package func export(
        _ request: ExportRequest, on eventLoop: any EventLoop,
        answer: @escaping @Sendable (ExportOutcome) -> Void
    ) {
        var request = request
        if request.isSmall { request.expectation = store.expectAppend() }
        let executor = request.isSmall ? EventLoopTaskExecutor(eventLoop) : nil
        Task(executorPreference: executor) { [request] in
            let outcome = await export(request)
            if eventLoop.inEventLoop { answer(outcome) } else { eventLoop.execute { answer(outcome) } }
        }
    }

    /// Returns when the request is in the file, or refused.
    package func export(_ request: ExportRequest) async -> ExportOutcome {
        // Before the answer: whoever has it may send the next request at once.
        defer { request.charge.release() }
        do throws(Refusal) {
            return try await stored(request)
        } catch {
            return refuse(error, sender: request.arrival.peerAddress, protocolName: request.protocolName)
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

    private func stored(_ request: ExportRequest) async throws(Refusal) -> ExportOutcome {
        try checkDeadline(request)
        let (decoded, digest) = try decode(request)
        try checkDeadline(request)
        let spans = decoded.batch.spanCount
        let rejected = decoded.rejectedSpans
        let reason = decoded.rejectionReason
        if spans > 0 {
            let outcome = try await append(decoded.batch, digest: digest, request.expectation)
            logger.debug(
                "request.stored",
                metadata: [
                    "sender": .string(request.arrival.peerAddress), "spans": .stringConvertible(spans),
                    "rejected": .stringConvertible(rejected), "protocol": .string(request.protocolName),
                    "duplicate": .stringConvertible(outcome == .duplicate),
                ])
        }
        guard rejected > 0 else { return .accepted(rejectedSpans: 0, message: Self.bounded(reason ?? "")) }
        let message = Self.bounded(reason ?? "some spans are invalid")
        refusals.record(
            sender: request.arrival.peerAddress, reason: "rejected_spans", message: message,
            protocolName: request.protocolName)
        return .accepted(rejectedSpans: rejected, message: message)
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
            let decoded =
                switch request.format {
                case .protobuf:
                    try DecodedTraces.fromProtobuf(
                        bytes, arrival: request.arrival, decoder: decoder, memory: decodingMemory)
                case .json: try DecodedTraces.fromJSON(bytes, arrival: request.arrival)
                }
            return (decoded, BodyDigest(of: bytes))
        } catch {
            throw Refusal(decoding: error)
        }
    }

    private func append(
        _ batch: consuming SpanBatch, digest: BodyDigest, _ expectation: ExpectedAppend?
    ) async throws(Refusal) -> AppendOutcome {
        do throws(StoreError) {
            return try await store.append(batch, digest: digest, expectation: expectation)
        } catch {
            if error.code == .unavailable || !error.isRetryable && error.code != .tooLarge {
                failures.record(code: error.code.rawValue, message: error.message)
            }
            throw Refusal(storing: error)
        }
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
