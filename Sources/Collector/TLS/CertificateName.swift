import NIOSSL

/// The name that a sender is known by, when it presents a certificate.
enum CertificateName {
    /// X.509 allows 64 characters for a common name; a name that is longer is none that somebody should read.
    private static let bytesMax = 256

    /// The common name; where there is none, the first name of a host or URI that the certificate is for.
    static func of(_ certificate: NIOSSLCertificate) -> String? {
        let common = certificate.subjectName.last { $0.type == .commonName && !$0.value.isEmpty }
        guard let name = common?.value ?? alternative(certificate) else { return nil }
        return name.utf8.count <= bytesMax
            ? name : String(decoding: name.utf8.prefix(bytesMax), as: UTF8.self)
    }

    private static func alternative(_ certificate: NIOSSLCertificate) -> String? {
        for name in certificate._subjectAlternativeNames()
        where name.nameType == .dnsName || name.nameType == .uri {
            return name.contents.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
        return nil
    }
}
