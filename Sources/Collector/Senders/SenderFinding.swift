/// Something that a sender does wrong, or could do better.
///
/// A new kind is a case here, its words in `SenderAdvice`, and a call of `SenderBook.report`.
package enum SenderFinding: String, Hashable, Sendable, CaseIterable {
    // How it sends. The detail is what it did: the path, the content type, the reason.

    /// To a path that is not OTLP's. Detail: the path.
    case wrongPath = "wrong_path"
    /// Telemetry of one signal to the path of another. Detail: the path.
    case wrongSignalPath = "wrong_signal_path"
    /// Another protocol than the port is for, which is served all the same or refused. Detail: what it spoke.
    case wrongPort = "wrong_port"
    /// TLS to a port without TLS.
    case tlsToPlainPort = "tls_to_plain_port"
    /// Plain text to a port with TLS.
    case plainToTLSPort = "plain_to_tls_port"
    /// The sender does not trust the collector's certificate. Detail: what its TLS said.
    case untrustedCertificate = "untrusted_certificate"
    /// No client certificate where one is asked for, or one that is not valid here. Detail: which of these.
    case clientCertificate = "client_certificate"
    /// Any other handshake of TLS that failed. Detail: why.
    case tlsHandshake = "tls_handshake"
    /// A protocol that is not taken at all: Jaeger's, Prometheus remote write. Detail: which.
    case otherProtocol = "other_protocol"
    /// A body that is not what its content type says, or a type that is not OTLP's. Detail: the type.
    case wrongContentType = "wrong_content_type"
    /// A body that is not compressed as its header says. Detail: the encoding.
    case wrongContentEncoding = "wrong_content_encoding"
    /// No credential, or a wrong one. Detail: which of these.
    case unauthenticated
    /// JSON that OTLP does not allow and that is understood all the same. Detail: what.
    case looseJSON = "loose_json"
    /// Requests without anything that OTLP has: keys that are misspelt, or something else altogether. Detail: what.
    case unknownFields = "unknown_fields"
    /// Anything else that was refused. Detail: reason and message.
    case refused
    /// Large bodies without compression. Detail: their usual size.
    case uncompressed
    /// Very small requests, many of them. Detail: how many items in one.
    case smallRequests = "small_requests"
    /// The same requests again and again: it does not wait for the answer. Detail: how many.
    case repeats

    // What it sends.

    /// No `service.name`.
    case noServiceName = "no_service_name"
    /// Nothing that tells one instance from another.
    case noInstanceID = "no_instance_id"
    /// `service.name` twice in one resource.
    case duplicateServiceName = "duplicate_service_name"
    /// Items that were refused alone. Detail: why.
    case rejectedItems = "rejected_items"
    /// Times that are seconds, milliseconds or microseconds where nanoseconds belong. Detail: which.
    case timesNotNanoseconds = "times_not_nanoseconds"
    /// Spans without a start.
    case noStartTime = "no_start_time"
    /// Spans that end before they start.
    case endsBeforeStart = "ends_before_start"
    /// A clock that is ahead or behind. Detail: by how much.
    case clockSkew = "clock_skew"
    /// Requests from other services begin new traces in it.
    case noPropagation = "no_propagation"
    /// Attributes whose value is an empty text. Detail: keys.
    case emptyAttributes = "empty_attributes"
    /// Text that is not UTF-8.
    case badText = "bad_text"
    /// Attributes under names that OpenTelemetry gave up. Detail: keys.
    case oldAttributeNames = "old_attribute_names"

    /// How much it matters.
    package enum Severity: String, Hashable, Sendable, Comparable {
        /// Something is lost, or means something else than it should.
        case problem
        /// It works; it could be better.
        case hint

        package static func < (left: Severity, right: Severity) -> Bool {
            left == .problem && right == .hint
        }
    }

    package var severity: Severity {
        switch self {
        case .wrongPort, .looseJSON, .uncompressed, .smallRequests, .repeats, .noInstanceID, .emptyAttributes,
            .oldAttributeNames, .noPropagation:
            .hint
        case .wrongPath, .wrongSignalPath, .tlsToPlainPort, .plainToTLSPort, .untrustedCertificate,
            .clientCertificate, .tlsHandshake, .otherProtocol, .wrongContentType, .wrongContentEncoding,
            .unauthenticated, .unknownFields, .refused, .noServiceName, .duplicateServiceName,
            .rejectedItems, .timesNotNanoseconds, .noStartTime, .endsBeforeStart, .clockSkew, .badText:
            .problem
        }
    }

    /// What a reason of `RefusalLog` says about the sender; nil for what is not its fault.
    package init?(refusalReason reason: String) {
        switch reason {
        case "unknown_path": self = .wrongPath
        case "other_protocol": self = .otherProtocol
        case "wrong_protocol": self = .wrongPort
        case "tls": self = .tlsToPlainPort
        case "plain_text": self = .plainToTLSPort
        case TLSFailure.Kind.untrusted.rawValue: self = .untrustedCertificate
        case TLSFailure.Kind.clientCertificate.rawValue: self = .clientCertificate
        case TLSFailure.Kind.handshake.rawValue: self = .tlsHandshake
        case "unsupported_media_type": self = .wrongContentType
        case "unsupported_encoding": self = .wrongContentEncoding
        case "unauthenticated": self = .unauthenticated
        case "rejected_spans", "rejected_items": self = .rejectedItems
        // Ours, or nobody's.
        case "overloaded", "unavailable", "internal": return nil
        default: self = .refused
        }
    }
}
