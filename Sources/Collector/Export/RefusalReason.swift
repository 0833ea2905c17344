package import Telemetry

/// Why something was refused, as the log, the counters and `doctor` tell it apart: requests, connections, and items of
/// requests that were taken. Whoever decides by it decides by these cases and never by words.
package enum RefusalReason: Hashable, Sendable {
    /// A request. What is of a protocol that is not taken is `otherProtocol`.
    case request(Refusal.Reason)
    /// A request of a protocol that is not taken at all.
    case otherProtocol(OtherProtocol)
    /// TLS to a port without TLS.
    case tlsToPlainPort
    /// Plain text to a port with TLS.
    case plainTextToTLSPort
    /// A connection for which there is no TLS.
    case tls(TLSFailure.Kind)
    /// A connection whose sender does not read its answers.
    case answersUnread
    case tooManyConnections
    /// Items that were refused alone, by partial success.
    case items(Signal)

    /// As log and counters name it. One word a reason; it stays.
    package var label: String {
        switch self {
        case .request(let reason): reason.rawValue
        case .otherProtocol: Refusal.Reason.otherProtocol.rawValue
        case .tlsToPlainPort: "tls"
        case .plainTextToTLSPort: "plain_text"
        case .tls(let kind): kind.rawValue
        case .answersUnread: "answers_unread"
        case .tooManyConnections: "too_many_connections"
        case .items(.traces): "rejected_spans"
        case .items: "rejected_items"
        }
    }

    /// What it is about; nil where nobody knows.
    package var signal: Signal? { if case .items(let signal) = self { signal } else { nil } }

    /// Whether it is about some items of a request, which is counted as accepted.
    package var isOfItems: Bool { if case .items = self { true } else { false } }
}
