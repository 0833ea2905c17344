package import Telemetry

/// Why a request was not accepted, in words that belong to neither transport.
package struct Refusal: Error, Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The bytes are not what they claim to be.
        case malformed
        /// The transport's framing was broken by the sender.
        case framing
        case tooLarge = "too_large"
        case uriTooLong = "uri_too_long"
        case headersTooLarge = "headers_too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case unsupportedEncoding = "unsupported_encoding"
        case unknownPath = "unknown_path"
        /// What others take there: Jaeger's spans, Prometheus' remote write.
        case otherProtocol = "other_protocol"
        /// `grpc.health.v1` was asked about a service that is not served.
        case unknownService = "unknown_service"
        case methodNotAllowed = "method_not_allowed"
        /// The sender shows no credential, or a wrong one.
        case unauthenticated
        /// A web page that nobody allowed to send.
        case originNotAllowed = "origin_not_allowed"
        /// The credential is right and not for this.
        case permissionDenied = "permission_denied"
        /// Too much is on its way already; trying again later helps.
        case overloaded
        /// This source sends more than its configured rate; trying again later helps.
        case rateLimited = "rate_limited"
        /// The store cannot take anything now; trying again later helps.
        case unavailable
        /// The body stopped coming; the same request may well pass next time.
        case stalled
        /// The sender's deadline passed before anything was stored.
        case deadlineExceeded = "deadline_exceeded"
        /// Trying again does not help, and it is our fault.
        case internalFailure = "internal"
    }

    package var reason: Reason
    /// What is wrong and what to do: lower case, one line.
    package var message: String
    /// When to try again, in whole seconds; nil when that would not help.
    package var retryAfterSeconds: Int?
    /// The field of a JSON body that is wrong; empty when nobody knows.
    package var field: String
    /// What came where it is `otherProtocol`.
    package private(set) var other: OtherProtocol?

    package init(_ reason: Reason, _ message: String, retryAfterSeconds: Int? = nil, field: String = "") {
        self.reason = reason
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
        self.field = field
    }

    /// A request of a protocol that is not taken.
    package init(_ other: OtherProtocol) {
        self.init(.otherProtocol, other.advice)
        self.other = other
    }

    /// As it is counted and told.
    package var told: RefusalReason { other.map { .otherProtocol($0) } ?? .request(reason) }

    /// What goes into a `google.rpc.Status` beside code and message.
    package var details: [StatusDetail] {
        if let retryAfterSeconds { return [.retryInfo(seconds: retryAfterSeconds)] }
        guard reason == .malformed else { return [] }
        return [.badRequest(field: field.isEmpty ? "body" : field, description: message)]
    }

    /// A body over the limit.
    package static func tooLarge(limitBytes: Int) -> Refusal {
        Refusal(
            .tooLarge,
            "the request is larger than \(limitBytes) bytes (decompressed): send fewer spans a request, "
                + "or give the collector a larger limits.request_bytes (--max-body-bytes)")
    }
}
