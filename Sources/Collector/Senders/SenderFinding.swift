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
    /// Points of more series than a sender may have. Detail: what to do.
    case tooManySeries = "too_many_series"
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
    /// Points without a time.
    case noPointTime = "no_point_time"
    /// Log records with neither a time nor one at which they were observed.
    case noRecordTime = "no_record_time"
    /// Metrics that add up since a start and do not say when that was. Detail: their names.
    case noMetricStart = "no_metric_start"
    /// Metrics that are totals now and differences then. Detail: their names.
    case temporalityChanges = "temporality_changes"
    /// Log records with ids of a wrong length. Detail: how many.
    case badIdentifiers = "bad_ids"
    /// Log records outside of any trace, of a service that has traces. Detail: how many.
    case logsWithoutTrace = "logs_without_trace"
    /// Spans that end before they start, and points that start after their time.
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
            .oldAttributeNames, .noPropagation, .noMetricStart, .logsWithoutTrace:
            .hint
        case .wrongPath, .wrongSignalPath, .tlsToPlainPort, .plainToTLSPort, .untrustedCertificate,
            .clientCertificate, .tlsHandshake, .otherProtocol, .wrongContentType, .wrongContentEncoding,
            .unauthenticated, .unknownFields, .tooManySeries, .refused, .noServiceName,
            .duplicateServiceName, .rejectedItems, .timesNotNanoseconds, .noStartTime, .noPointTime,
            .noRecordTime,
            .temporalityChanges, .badIdentifiers, .endsBeforeStart, .clockSkew, .badText:
            .problem
        }
    }

    /// What a refusal says about the sender; nil for what is not its fault.
    package init?(_ reason: RefusalReason) {
        switch reason {
        case .request(let reason): self.init(reason)
        case .otherProtocol: self = .otherProtocol
        case .tlsToPlainPort: self = .tlsToPlainPort
        case .plainTextToTLSPort: self = .plainToTLSPort
        case .tls(.untrusted): self = .untrustedCertificate
        case .tls(.clientCertificate): self = .clientCertificate
        case .tls(.handshake): self = .tlsHandshake
        case .items: self = .rejectedItems
        case .answersUnread, .tooManyConnections: self = .refused
        }
    }

    private init?(_ reason: Refusal.Reason) {
        switch reason {
        case .unknownPath: self = .wrongPath
        case .otherProtocol: self = .otherProtocol
        case .unsupportedMediaType: self = .wrongContentType
        case .unsupportedEncoding: self = .wrongContentEncoding
        case .unauthenticated: self = .unauthenticated
        // Ours, or nobody's.
        case .overloaded, .unavailable, .internalFailure: return nil
        case .malformed, .framing, .tooLarge, .uriTooLong, .headersTooLarge, .unknownService,
            .methodNotAllowed, .originNotAllowed, .permissionDenied, .rateLimited, .stalled,
            .deadlineExceeded:
            self = .refused
        }
    }
}
