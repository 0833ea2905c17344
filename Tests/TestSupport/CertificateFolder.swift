import Foundation

/// Keys, and certificates of authorities of a test's own, made by openssl: `NAME.key` and `NAME.pem`.
package struct CertificateFolder: Sendable {
    package static let program = "/usr/bin/openssl"

    package let folder: TemporaryDirectory

    package init() throws { folder = try TemporaryDirectory() }

    /// An authority, and a certificate `server` for this machine.
    package static func forThisMachine() async throws -> CertificateFolder {
        let certificates = try CertificateFolder()
        try await certificates.makeAuthority("authority")
        try certificates.folder.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "server.ext")
        try await certificates.makeCertificate("server", subject: "/CN=collector", extensions: "server.ext")
        return certificates
    }

    package func file(_ name: String) -> String { folder.file(name) }

    /// A key and a certificate that it signs itself.
    package func makeAuthority(_ name: String) async throws {
        try await makeKey(name)
        try await openssl(
            "req", "-x509", "-new", "-key", file("\(name).key"), "-subj", "/CN=authority of the test",
            "-days", "60",
            "-out", file("\(name).pem"))
    }

    /// A key, and a certificate that an authority signs.
    package func makeCertificate(
        _ name: String, subject: String, authority: String = "authority", days: Int = 60,
        extensions: String? = nil
    ) async throws {
        try await makeKey(name)
        try await openssl(
            "req", "-new", "-key", file("\(name).key"), "-subj", subject, "-out", file("\(name).csr"))
        var arguments = [
            "x509", "-req", "-in", file("\(name).csr"), "-CA", file("\(authority).pem"), "-CAkey",
            file("\(authority).key"), "-CAcreateserial", "-days", "\(days)", "-out", file("\(name).pem"),
        ]
        if let extensions { arguments += ["-extfile", file(extensions)] }
        try await openssl(arguments)
    }

    private func makeKey(_ name: String) async throws {
        try await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file("\(name).key"))
    }

    private func openssl(_ arguments: String...) async throws { try await openssl(arguments) }

    private func openssl(_ arguments: [String]) async throws {
        _ = try await FinishedProgram.run(Self.program, arguments).succeeded()
    }
}
