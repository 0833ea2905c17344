import NIOCore
import Telemetry

/// From the bytes of a request to columns: decompresses, finds out what the body is, decodes.
///
/// A body that is not what its sender says is taken for what it is where that is beyond doubt, and the sender is told.
struct ExportDecoder: Sendable {
    private let inflating: BodyInflater.Limits
    private let decoder: ProtobufDecoder
    private let limits: DecodeLimits
    private let redactor: CurrentRedactor
    private let digestKey: DigestKey
    private let memory = DecodingMemory()

    /// - Parameter digestKey: of the store that is to have the requests
    init(settings: CollectorSettings, redactor: CurrentRedactor, digestKey: DigestKey) {
        self.redactor = redactor
        self.digestKey = digestKey
        inflating = BodyInflater.Limits(bytes: settings.maxBodyBytes, ratio: settings.decompressionRatioMax)
        decoder = settings.decoder
        limits = settings.decodeLimits
    }

    /// In one go: a body borrowed for decoding cannot outlive a suspension.
    func decode(_ request: ExportRequest) throws(Refusal) -> DecodedExport {
        var notices: [SenderNotice] = []
        let body = try inflated(request, &notices)
        let bytes = body.readableBytesUInt8Span
        let signal = try signal(of: request, bytes, &notices)
        // The batch and its encoding take less than the body as a rule; where more, the decoder asks.
        try request.charge.pay(bytes.count)
        var limits = limits
        limits.allowance = MemoryAllowance(request.charge, bytes: bytes.count)
        var decoded = try decode(bytes, signal, request, limits)
        decoded.notices += notices + notes(decoded, request)
        if let (notice, unit) = Self.timeUnitNotice(decoded) {
            decoded.notices.append(notice)
            decoded.timeUnit = unit
        }
        if decoded.items + decoded.rejected == 0, let unknown = Self.unknownContent(bytes, signal, request) {
            decoded.notices.append(unknown)
        }
        return decoded
    }

    private func inflated(
        _ request: ExportRequest, _ notices: inout [SenderNotice]
    ) throws(Refusal) -> ByteBuffer {
        var encoding = request.encoding
        if encoding == .identity {
            guard request.body.readableBytes <= inflating.bytes else {
                throw Refusal.tooLarge(limitBytes: inflating.bytes)
            }
            guard BodyInflater.isGzip(request.body) else { return request.body }
            encoding = .gzip
            notices.append(
                SenderNotice(
                    .undeclaredEncoding,
                    "the body is gzip and the request does not say so: send Content-Encoding: gzip with it"))
        }
        return try BodyInflater.inflate(request.body, encoding, limits: inflating, charge: request.charge)
    }

    /// What the body is of, whatever the path says.
    private func signal(
        of request: ExportRequest, _ bytes: ByteSpan, _ notices: inout [SenderNotice]
    ) throws(Refusal) -> Signal {
        let declared: Signal?
        switch request.route {
        case .zipkin: return .traces
        case .otlp(let signal): declared = signal
        case .root: declared = nil
        }
        let found =
            switch request.format {
            case .protobuf: SignalGuess.signal(ofProtobuf: bytes, declared: declared)
            case .json: SignalGuess.signal(ofJSON: bytes) ?? declared
            }
        guard let found else {
            throw Refusal(
                .unknownPath,
                "nothing tells which signal this is: send OTLP by POST to /v1/traces, /v1/metrics and /v1/logs"
            )
        }
        guard let declared else {
            notices.append(HTTPRoute.rootNotice(found))
            return found
        }
        if found != declared {
            notices.append(
                SenderNotice(
                    .wrongSignalPath,
                    "\(found.name) came where \(declared.name) belong: send them to /v1/\(found.name), "
                        + "or over gRPC to the service of \(found.name)"))
        }
        return found
    }

    private func decode(
        _ bytes: ByteSpan, _ signal: Signal, _ request: ExportRequest, _ limits: DecodeLimits
    ) throws(Refusal) -> DecodedExport {
        do throws(DecodeError) {
            switch signal {
            case .traces: return try decodeTraces(bytes, request, limits)
            case .metrics: return try decodeMetrics(bytes, request, limits)
            case .logs: return try decodeLogs(bytes, request, limits)
            }
        } catch {
            throw Refusal(decoding: error, hint: Self.hint(bytes, request.format))
        }
    }

    private func decodeTraces(
        _ bytes: ByteSpan, _ request: ExportRequest, _ limits: DecodeLimits
    ) throws(DecodeError) -> DecodedExport {
        var decoded: DecodedTraces =
            switch (request.route, request.format) {
            case (.zipkin, _): try DecodedTraces.fromZipkin(bytes, arrival: request.arrival, limits: limits)
            case (_, .protobuf):
                try DecodedTraces.fromProtobuf(
                    bytes, arrival: request.arrival, decoder: decoder, limits: limits, memory: memory)
            case (_, .json): try DecodedTraces.fromJSON(bytes, arrival: request.arrival, limits: limits)
            }
        let redacted = decoded.batch.redact(redactor.current)
        return DecodedExport(
            batch: .spans(decoded.batch), digest: BodyDigest(of: bytes, key: digestKey), signal: .traces,
            items: decoded.batch.spanCount, rejected: decoded.rejectedSpans, reason: decoded.rejectionReason,
            notes: decoded.notes, isRedacted: redacted > 0)
    }

    private func decodeMetrics(
        _ bytes: ByteSpan, _ request: ExportRequest, _ limits: DecodeLimits
    ) throws(DecodeError) -> DecodedExport {
        var decoded: DecodedMetrics =
            switch request.format {
            case .protobuf:
                try DecodedMetrics.fromProtobuf(
                    bytes, arrival: request.arrival, decoder: decoder, limits: limits)
            case .json: try DecodedMetrics.fromJSON(bytes, arrival: request.arrival, limits: limits)
            }
        let redacted = decoded.batch.redact(redactor.current)
        let excess = decoded.batch.limitSeries(request.source.series, now: request.arrival.receivedAt)
        var export = DecodedExport(
            batch: .points(decoded.batch), digest: BodyDigest(of: bytes, key: digestKey), signal: .metrics,
            items: decoded.batch.pointCount, rejected: decoded.rejectedPoints + excess.refusedPoints,
            reason: decoded.rejectionReason, notes: decoded.notes, isRedacted: redacted > 0)
        if excess.mergedPoints + excess.refusedPoints > 0 {
            export.hasTooManySeries = true
            export.reason = export.reason ?? (excess.refusedPoints > 0 ? Self.seriesAdvice : nil)
            export.notices = [SenderNotice(.tooManySeries, Self.seriesAdvice)]
        }
        return export
    }

    private static let seriesAdvice =
        "this source sends more series in a day than are told apart (limits.series_per_source, and 2 million of all "
        + "sources together); points of more go into "
        + "one series of their metric, otel.metric.overflow=true: take away attributes that never repeat"

    /// Records with a bad id are stored without it, and the answer warns of it.
    private func decodeLogs(
        _ bytes: ByteSpan, _ request: ExportRequest, _ limits: DecodeLimits
    ) throws(DecodeError) -> DecodedExport {
        var decoded: DecodedLogs =
            switch request.format {
            case .protobuf:
                try DecodedLogs.fromProtobuf(
                    bytes, arrival: request.arrival, decoder: decoder, limits: limits, memory: memory)
            case .json: try DecodedLogs.fromJSON(bytes, arrival: request.arrival, limits: limits)
            }
        let redacted = decoded.batch.redact(redactor.current)
        return DecodedExport(
            batch: .logs(decoded.batch), digest: BodyDigest(of: bytes, key: digestKey), signal: .logs,
            items: decoded.batch.recordCount, rejected: decoded.rejectedRecords,
            reason: decoded.rejectionReason ?? decoded.warning, notes: decoded.notes,
            isRedacted: redacted > 0, invalidIDs: decoded.invalidIDs)
    }

    /// What is probably wrong with a body that cannot be decoded: what it was said to be.
    private static func hint(_ bytes: ByteSpan, _ format: ExportFormat) -> String? {
        guard let first = (0..<min(bytes.count, 64)).first(where: { bytes[$0] > 0x20 || bytes[$0] == 0x0a })
        else {
            return nil
        }
        switch (format, bytes[first]) {
        case (.protobuf, UInt8(ascii: "{")):
            return "the body looks like JSON: send it with Content-Type: application/json"
        case (.json, 0x0a) where SignalGuess.signal(ofProtobuf: bytes) != nil:
            return "the body looks like protobuf: send it with Content-Type: application/x-protobuf"
        default: return nil
        }
    }

    private func notes(_ decoded: DecodedExport, _ request: ExportRequest) -> [SenderNotice] {
        var notices: [SenderNotice] = []
        let notes = decoded.notes
        if notes.contains(.enumNames) {
            notices.append(
                SenderNotice(
                    .enumNames, "enum values came by name: OTLP/JSON has their numbers, as in \"kind\": 2"))
        }
        if notes.contains(.snakeCase) {
            notices.append(
                SenderNotice(
                    .snakeCase, "keys came in snake_case: OTLP/JSON has lowerCamelCase, as in \"traceId\""))
        }
        if notes.contains(.zeroParent) {
            notices.append(
                SenderNotice(.zeroParent, "a root span's parent_span_id is zeros: leave it empty"))
        }
        return notices
    }

    /// Times in the unit that most of the wrong ones are in; nil when all may be nanoseconds.
    private static func timeUnitNotice(
        _ decoded: DecodedExport
    ) -> (SenderNotice, OriginInspection.TimeUnit)? {
        let found = decoded.batch.timesInUnit.max {
            ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue)
        }
        guard let (unit, count) = found else { return nil }
        let factor =
            switch unit {
            case .seconds: "1,000,000,000"
            case .milliseconds: "1,000,000"
            case .microseconds: "1,000"
            }
        let notice = SenderNotice(
            .timeUnit,
            "times came in \(unit.rawValue) in \(count) of \(decoded.items) \(decoded.signal.itemName): OTLP has "
                + "nanoseconds since 1970, \(factor) times as many")
        return (notice, unit)
    }

    /// For a request in which nothing is to be stored: what it has instead; nil for one that is just empty.
    private static func unknownContent(
        _ bytes: ByteSpan, _ signal: Signal, _ request: ExportRequest
    ) -> SenderNotice? {
        guard request.route != .zipkin else { return nil }
        let found =
            switch request.format {
            case .json: UnknownContent.first(inJSON: bytes, of: signal)
            case .protobuf: UnknownContent.first(inProtobuf: bytes, of: signal)
            }
        guard let found else { return nil }
        let name = request.format == .json ? "\"\(found.name)\"" : found.name
        let meant = request.format == .json ? "\"\(found.meant)\"" : found.meant
        return SenderNotice(
            .unknownFields,
            "nothing of the request was stored: \(found.place) has \(name), which OTLP does not have there; write "
                + meant)
    }
}

extension Refusal {
    /// What a decoder refused is the sender's to repair.
    /// - Parameter hint: what is probably the cause
    init(decoding error: DecodeError, hint: String? = nil) {
        let message = hint.map { "\($0) (\(error.message))" } ?? error.message
        switch error.code {
        case .malformedProtobuf, .malformedJSON, .tooDeep: self.init(.malformed, message, field: error.field)
        case .tooLarge: self.init(.tooLarge, message)
        case .noMemory: self.init(.overloaded, error.message)
        }
    }
}
