/// What a sender says when it ends a handshake of TLS (RFC 8446, 6): the number that crosses the wire.
package struct TLSAlert: Hashable, Sendable {
    package var number: UInt8

    package init(number: UInt8) { self.number = number }

    static let badCertificate = TLSAlert(number: 42)
    static let unsupportedCertificate = TLSAlert(number: 43)
    static let certificateRevoked = TLSAlert(number: 44)
    static let certificateExpired = TLSAlert(number: 45)
    static let certificateUnknown = TLSAlert(number: 46)
    static let unknownAuthority = TLSAlert(number: 48)
    static let protocolVersion = TLSAlert(number: 70)

    /// The names of the standard.
    private static let names: [UInt8: String] = [
        0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow",
        40: "handshake_failure", 42: "bad_certificate", 43: "unsupported_certificate",
        44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
        47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error",
        51: "decrypt_error", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
        90: "user_canceled", 109: "missing_extension", 110: "unsupported_extension",
        112: "unrecognized_name", 113: "bad_certificate_status_response", 115: "unknown_psk_identity",
        116: "certificate_required", 120: "no_application_protocol",
    ]

    /// Its name, or its number.
    package var words: String { Self.names[number] ?? "alert \(number)" }

    /// By the library's name for an alert that came: `TLSV1_ALERT_UNKNOWN_CA`, `SSLV3_ALERT_BAD_CERTIFICATE`.
    init?(errorCode: String) {
        guard let mark = errorCode.firstRange(of: "_ALERT_") else { return nil }
        let name = errorCode[mark.upperBound...].lowercased()
        guard let known = Self.names.first(where: { $0.value == name }) else { return nil }
        number = known.key
    }
}
