import Glibc
import NIOCore
import NIOSSL

/// Why there is no TLS with a sender, in words that help.
package struct TLSFailure: Hashable, Sendable {
    /// Who has to change something, and what about. The raw value is the reason in log and counters.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The sender does not trust the collector's certificate.
        case untrusted = "tls_untrusted"
        /// The sender's own certificate is missing or not valid here.
        case clientCertificate = "tls_client_certificate"
        /// Anything else, as of versions and ciphers.
        case handshake = "tls_handshake"
    }

    package var kind: Kind
    package var message: String

    private init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Nil for an error that is none of TLS, or that says no more than that the connection ended.
    ///
    /// - Parameter alert: what the sender said without encryption before it ended the handshake: some do so when the
    ///   library expects what is encrypted, and takes it for a broken record
    package init?(_ error: any Error, alert: TLSAlert? = nil) {
        let stack: NIOBoringSSLErrorStack
        switch (error as? NIOSSLError, error as? BoringSSLError) {
        case (.handshakeFailed(.sslError(let errors)), _), (.handshakeFailed(.unknownError(let errors)), _):
            stack = errors
        // What a sender finds wrong when the collector is done with the handshake already.
        case (_, .sslError(let errors))
        where errors.contains(where: { Self.code(in: $0).contains("_ALERT_") }):
            stack = errors
        default: return nil
        }
        if let alert {
            self = Self(alert)
        } else if stack == [.eofDuringHandshake] {
            self.init(
                .handshake,
                "the sender ended the handshake without a word: it may not trust the collector's certificate, or only "
                    + "look whether the port is open")
        } else {
            let codes = stack.map(Self.code)
            self = codes.lazy.compactMap(Self.known).first ?? Self.other(codes)
        }
    }

    /// The connection ended in the middle of the handshake, and not by its rules.
    static func broken(_ error: IOError) -> TLSFailure {
        let isReset = error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
        let how = isReset ? "the sender reset the connection" : "the connection broke (\(error))"
        return TLSFailure(
            .handshake,
            "\(how) in the middle of the handshake: it was ended or gave up waiting, it does not want the collector's "
                + "certificate and does not say so, or something between the two, as a firewall, cut it off")
    }

    /// The handshake took too long.
    static func unfinished(seconds: Int64) -> TLSFailure {
        TLSFailure(
            .handshake,
            "the sender did not complete the handshake within \(seconds) s: it does not speak TLS to its end, or "
                + "something between the two loses what it sends")
    }

    /// `…:OPENSSL_internal:NO_SHARED_CIPHER at …` has the code that says it all.
    private static func code(in error: BoringSSLInternalError) -> String {
        let description = error.description
        guard let range = description.firstRange(of: "OPENSSL_internal:") else { return "" }
        let rest = description[range.upperBound...]
        return String(rest.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") })
    }

    private static func other(_ codes: [String]) -> TLSFailure {
        let words = codes.first { !$0.isEmpty }?.lowercased().replacing("_", with: " ")
        return TLSFailure(
            .handshake,
            "there is no TLS with the sender\(words.map { ": \($0)" } ?? ""): what it sent is broken, or no TLS, "
                + "or something between it and the collector changes it")
    }

    /// An alert that the sender sent.
    private init(_ alert: TLSAlert) {
        switch alert {
        case .badCertificate, .unsupportedCertificate, .certificateUnknown, .unknownAuthority:
            self.init(
                .untrusted,
                "the sender does not trust the collector's certificate (its TLS says \(alert.words)): "
                    + Self.trustAdvice)
        case .certificateExpired:
            self.init(
                .untrusted,
                "the sender says that the collector's certificate has expired: renew it, or set the sender's clock"
            )
        case .certificateRevoked:
            self.init(
                .untrusted, "the sender says that the collector's certificate was revoked: get a new one")
        case .protocolVersion:
            self.init(
                .handshake,
                "the sender does not speak the version of TLS that the collector does: at least 1.2 is needed"
            )
        default:
            self.init(
                .handshake,
                "the sender ended the handshake (its TLS says \(alert.words)): its log may say more")
        }
    }

    private static let trustAdvice =
        "give it the authority's (OTEL_EXPORTER_OTLP_CERTIFICATE), and an endpoint whose name is in the "
        + "certificate"
    private static let clientCertificateAdvice =
        "set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY, or the like, there"

    private static func known(_ code: String) -> TLSFailure? {
        switch code {
        case "PEER_DID_NOT_RETURN_A_CERTIFICATE":
            TLSFailure(
                .clientCertificate, "the sender presents no certificate: \(clientCertificateAdvice)")
        case "CERTIFICATE_VERIFY_FAILED":
            TLSFailure(
                .clientCertificate,
                "the sender's certificate is not valid here: it has expired, or none of the authorities that the "
                    + "collector knows has signed it")
        case "UNSUPPORTED_PROTOCOL":
            TLSFailure(
                .handshake,
                "the sender speaks a version of TLS that is too old: at least 1.2 is needed")
        case "NO_SHARED_CIPHER":
            TLSFailure(.handshake, "the sender knows none of the ciphers that the collector uses")
        default: TLSAlert(errorCode: code).map { TLSFailure($0) }
        }
    }
}
