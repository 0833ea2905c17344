import Collector
import Foundation
import NIOSSL
import TestSupport

/// Certificates of an authority of the test's own, as the collector and its senders take them.
struct TestCertificates {
    private let certificates: CertificateFolder

    var folder: TemporaryDirectory { certificates.folder }
    var authority: String { certificates.file("authority.pem") }
    var server: TLSSettings {
        TLSSettings(
            certificatePath: certificates.file("server.pem"), privateKeyPath: certificates.file("server.key"))
    }
    /// With client certificates.
    var mutual: TLSSettings {
        var settings = server
        settings.clientAuthorityPath = authority
        return settings
    }

    /// An authority and a certificate for this machine.
    init() async throws { certificates = try await CertificateFolder.forThisMachine() }

    /// A key and a certificate that it signs itself.
    func makeAuthority(_ name: String) async throws { try await certificates.makeAuthority(name) }

    /// A key, and a certificate that an authority signs.
    func makeCertificate(
        _ name: String, subject: String, authority: String = "authority", days: Int = 60,
        extensions: String? = nil
    ) async throws {
        try await certificates.makeCertificate(
            name, subject: subject, authority: authority, days: days, extensions: extensions)
    }

    /// curl's options for a sender that trusts the authority, and shows a certificate when it has one.
    func curl(certificate: String? = nil, authority: String = "authority") -> [String] {
        let trust = ["--cacert", certificates.file("\(authority).pem")]
        guard let certificate else { return trust }
        return trust + [
            "--cert", certificates.file("\(certificate).pem"), "--key",
            certificates.file("\(certificate).key"),
        ]
    }

    /// What a client of our own needs that trusts the authority.
    func clientContext(protocols: [String]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }

    /// A client that says what openssl's says, whatever is typed into it meanwhile.
    func client(port: Int, _ options: String, typing: String = ":") async throws -> FinishedProgram {
        try await FinishedProgram.run(
            "/bin/sh",
            [
                "-c",
                "(\(typing); sleep 1) | \(CertificateFolder.program) s_client -connect 127.0.0.1:\(port) \(options) 2>&1",
            ])
    }
}
