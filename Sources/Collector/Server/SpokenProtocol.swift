/// What a sender speaks, as the first bytes of its connection tell.
package enum SpokenProtocol: Hashable, Sendable {
    case tls
    case http1
    case http2

    /// The type of a TLS record that begins a handshake (RFC 8446, 5.1). No text begins with it.
    private static let tlsHandshake: UInt8 = 0x16
    /// What every HTTP/2 connection begins with, as far as it matters (RFC 9113, 3.4).
    private static let http2Preface = Array("PRI * HTTP/2.0\r\n".utf8)

    /// Nil while the bytes may still become one or the other. What is neither TLS nor HTTP/2 is taken for HTTP/1,
    /// whose parser has an answer for everything.
    package init?(startingWith bytes: some Collection<UInt8>) {
        guard let first = bytes.first else { return nil }
        if first == Self.tlsHandshake {
            self = .tls
            return
        }
        let start = bytes.prefix(Self.http2Preface.count)
        guard Self.http2Preface.starts(with: start) else {
            self = .http1
            return
        }
        guard start.count == Self.http2Preface.count else { return nil }
        self = .http2
    }
}
