package import NIOHTTP1
import Telemetry

/// An answer to an OTLP/HTTP request: the one place where outcomes become HTTP.
package struct HTTPAnswer: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(_ outcome: ExportOutcome, format: ExportFormat) {
        switch outcome {
        case .accepted(let rejectedSpans, let message):
            status = .ok
            body =
                switch format {
                case .protobuf: ExportResponse.protobuf(rejectedSpans: rejectedSpans, message: message)
                case .json: ExportResponse.json(rejectedSpans: rejectedSpans, message: message)
                }
            headers = HTTPHeaders()
        case .refused(let refusal):
            status = Self.status(of: refusal.reason)
            let code = GRPCCode(refusal.reason).rawValue
            body =
                switch format {
                case .protobuf: ExportResponse.statusProtobuf(code: code, message: refusal.message)
                case .json: ExportResponse.statusJSON(code: code, message: refusal.message)
                }
            headers = HTTPHeaders()
            if let seconds = refusal.retryAfterSeconds {
                headers.add(name: "retry-after", value: String(seconds))
            }
            if refusal.reason == .unauthenticated {
                headers.add(
                    name: "www-authenticate", value: "Bearer realm=\"traceq\", Basic realm=\"traceq\"")
            }
            if refusal.reason == .methodNotAllowed { headers.add(name: "allow", value: "POST") }
            if refusal.reason == .unsupportedEncoding {
                headers.add(name: "accept-encoding", value: "gzip, identity")
            }
        }
        headers.add(name: "content-type", value: format.mediaType)
        headers.add(name: "content-length", value: String(body.count))
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
        case .unknownPath, .notYet: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .unauthenticated: .unauthorized
        case .originNotAllowed: .forbidden
        case .overloaded, .unavailable, .stalled, .deadlineExceeded: .serviceUnavailable
        case .internalFailure: .internalServerError
        }
    }
}
