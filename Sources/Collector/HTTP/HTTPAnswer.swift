package import NIOHTTP1
package import Telemetry

/// An answer to a request over HTTP: the one place where outcomes become HTTP.
package struct HTTPAnswer: Sendable {
    /// How the sender reads answers.
    package enum Format: Hashable, Sendable {
        case otlp(Signal, ExportFormat)
        /// Success is 202 without a body, and what is wrong is a line of text.
        case zipkin
        /// For senders of which nothing is known: a line of text.
        case text
    }

    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(_ outcome: ExportOutcome, format: Format) {
        headers = HTTPHeaders()
        switch outcome {
        case .accepted(let rejected, let message):
            status = format == .zipkin ? .accepted : .ok
            body = Self.body(format, rejected: rejected, message: message)
        case .refused(let refusal):
            status = Self.status(of: refusal.reason)
            body = Self.body(format, refusal)
            if let seconds = refusal.retryAfterSeconds {
                headers.add(name: "retry-after", value: String(seconds))
            }
            switch refusal.reason {
            case .methodNotAllowed: headers.add(name: "allow", value: "POST")
            case .unsupportedEncoding: headers.add(name: "accept-encoding", value: BodyEncoding.accepted)
            case .unauthenticated:
                headers.add(
                    name: "www-authenticate", value: "Bearer realm=\"traceq\", Basic realm=\"traceq\"")
            default: break
            }
        }
        let mediaType =
            if case .otlp(_, let encoding) = format { encoding.mediaType } else {
                "text/plain; charset=utf-8"
            }
        headers.add(name: "content-type", value: mediaType)
        headers.add(name: "content-length", value: String(body.count))
    }

    private static func body(_ format: Format, rejected: Int, message: String) -> [UInt8] {
        switch format {
        case .otlp(_, .protobuf): ExportResponse.protobuf(rejected: rejected, message: message)
        case .otlp(let signal, .json): ExportResponse.json(signal, rejected: rejected, message: message)
        case .zipkin, .text: []
        }
    }

    private static func body(_ format: Format, _ refusal: Refusal) -> [UInt8] {
        let code = GRPCCode(refusal.reason).rawValue
        switch format {
        case .otlp(_, .protobuf):
            return ExportResponse.statusProtobuf(
                code: code, message: refusal.message, details: refusal.details)
        case .otlp(_, .json):
            return ExportResponse.statusJSON(code: code, message: refusal.message, details: refusal.details)
        case .zipkin, .text: return Array(refusal.message.utf8)
        }
    }

    /// Senders try again after 429, 502, 503 and 504 and drop the data after everything else, so the first
    /// group is for what may pass and the others are for what never will.
    private static func status(of reason: Refusal.Reason) -> HTTPResponseStatus {
        switch reason {
        case .malformed, .framing: .badRequest
        case .tooLarge: .payloadTooLarge
        case .uriTooLong: .uriTooLong
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedMediaType, .unsupportedEncoding: .unsupportedMediaType
        case .unknownPath, .otherProtocol, .unknownService: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .unauthenticated: .unauthorized
        case .originNotAllowed: .forbidden
        case .permissionDenied: .forbidden
        case .rateLimited: .tooManyRequests
        case .overloaded, .unavailable, .stalled, .deadlineExceeded: .serviceUnavailable
        case .internalFailure: .internalServerError
        }
    }
}
