import NIOSSL

/// Why there is no TLS with a sender, in words that help.
package struct TLSFailure {
    package var message: String

    /// Nil for an error that is none of TLS, or that says no more than that the connection ended.
    package init?(_ error: any Error) {
        guard case .handshakeFailed(let reason) = error as? NIOSSLError else { return nil }
        switch reason {
        case .sslError(let stack), .unknownError(let stack):
            let codes = stack.map { Self.code(in: $0.description) }
            message = codes.lazy.compactMap { Self.advice[$0] }.first ?? Self.other(codes)
        default: return nil
        }
    }

    /// `…:OPENSSL_internal:NO_SHARED_CIPHER at …` has the code that says it all.
    private static func code(in description: String) -> String {
        let mark = "OPENSSL_internal:"
        guard let range = description.firstRange(of: mark) else { return "" }
        let rest = description[range.upperBound...]
        return String(rest.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") })
    }

    private static func other(_ codes: [String]) -> String {
        let known = codes.filter { !$0.isEmpty }
        let words = known.first?.lowercased().replacing("_", with: " ") ?? "the sender ended it"
        return "there is no TLS with the sender: \(words)"
    }

    private static let clientCertificate =
        "set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY, or the like, there"
    private static let authority =
        "the sender does not trust the collector's certificate: give it the authority's certificate, with "
        + "OTEL_EXPORTER_OTLP_CERTIFICATE or the like, and an endpoint with a name that is in the certificate"

    private static let advice = [
        "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the sender presents no certificate: \(clientCertificate)",
        "CERTIFICATE_VERIFY_FAILED":
            "the sender's certificate is not valid here: it has expired, or none of the authorities that the "
            + "collector knows has signed it",
        "UNSUPPORTED_PROTOCOL": "the sender speaks a version of TLS that is too old: at least 1.2 is needed",
        "NO_SHARED_CIPHER": "the sender knows none of the ciphers that the collector uses",
        "TLSV1_ALERT_UNKNOWN_CA": authority,
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN": authority,
        "SSLV3_ALERT_BAD_CERTIFICATE": authority,
        "SSLV3_ALERT_CERTIFICATE_EXPIRED":
            "the sender says that the collector's certificate has expired: renew it, or set the sender's clock",
    ]
}
