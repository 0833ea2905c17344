import Collector
import Foundation
import TestSupport

/// Certificates of an authority of the test's own, made by openssl.
struct TestCertificates {
    private static let program = "/usr/bin/openssl"

    let folder: TemporaryDirectory

    var authority: String { folder.file("authority.pem") }
    var server: TLSSettings {
        TLSSettings(certificatePath: folder.file("server.pem"), privateKeyPath: folder.file("server.key"))
    }
    /// With client certificates.
    var mutual: TLSSettings {
        var settings = server
        settings.clientAuthorityPath = authority
        return settings
    }

    /// An authority and a certificate for this machine.
    init() async throws {
        folder = try TemporaryDirectory()
        try await makeAuthority("authority")
        try folder.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "server.ext")
        try await makeCertificate("server", subject: "/CN=collector", extensions: "server.ext")
    }

    /// A key and a certificate that it signs itself.
    func makeAuthority(_ name: String) async throws {
        try await makeKey(name)
        try await openssl(
            "req", "-x509", "-new", "-key", folder.file("\(name).key"), "-subj", "/CN=authority of the test",
            "-days", "2", "-out", folder.file("\(name).pem"))
    }

    /// A key, and a certificate that an authority signs.
    func makeCertificate(
        _ name: String, subject: String, authority: String = "authority", days: Int = 2,
        extensions: String? = nil
    ) async throws {
        try await makeKey(name)
        try await openssl(
            "req", "-new", "-key", folder.file("\(name).key"), "-subj", subject, "-out",
            folder.file("\(name).csr"))
        var arguments = [
            "x509", "-req", "-in", folder.file("\(name).csr"), "-CA", folder.file("\(authority).pem"),
            "-CAkey",
            folder.file("\(authority).key"), "-CAcreateserial", "-days", "\(days)", "-out",
            folder.file("\(name).pem"),
        ]
        if let extensions { arguments += ["-extfile", folder.file(extensions)] }
        try await openssl(arguments)
    }

    private func makeKey(_ name: String) async throws {
        try await openssl(
            "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder.file("\(name).key"))
    }

    private func openssl(_ arguments: String...) async throws { try await openssl(arguments) }

    private func openssl(_ arguments: [String]) async throws {
        _ = try await FinishedProgram.run(Self.program, arguments).succeeded()
    }

    /// curl's options for a sender that trusts the authority, and shows a certificate when it has one.
    func curl(certificate: String? = nil, authority: String = "authority") -> [String] {
        let trust = ["--cacert", folder.file("\(authority).pem")]
        guard let certificate else { return trust }
        return trust + [
            "--cert", folder.file("\(certificate).pem"), "--key", folder.file("\(certificate).key"),
        ]
    }

    /// A client that says what openssl's says, whatever is typed into it meanwhile.
    func client(port: Int, _ options: String, typing: String = ":") async throws -> FinishedProgram {
        try await FinishedProgram.run(
            "/bin/sh",
            [
                "-c",
                "(\(typing); sleep 1) | \(Self.program) s_client -connect 127.0.0.1:\(port) \(options) 2>&1",
            ])
    }
}
