/// What the ports need for TLS. All files are PEM, and are read again when they change.
package struct TLSSettings: Hashable, Sendable {
    package enum Version: String, Hashable, Sendable, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// The collector's certificate, followed by those between it and its authority; nil: the ports speak plain text.
    package var certificatePath: String?
    /// Its private key, without a passphrase.
    package var privateKeyPath: String?
    /// Authorities of which senders must present a certificate; nil: senders present none.
    package var clientAuthorityPath: String?
    /// The oldest version that is spoken.
    package var minimumVersion = Version.tls12
    /// How often the files are looked at.
    package var reloadSeconds: Int64 = 10

    /// No TLS.
    package init() {}

    package init(certificatePath: String, privateKeyPath: String, clientAuthorityPath: String? = nil) {
        self.certificatePath = certificatePath
        self.privateKeyPath = privateKeyPath
        self.clientAuthorityPath = clientAuthorityPath
    }

    /// Whether anything is set up; it may still be wrong.
    package var isEnabled: Bool {
        certificatePath != nil || privateKeyPath != nil || clientAuthorityPath != nil
    }
}
