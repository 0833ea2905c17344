import Collector
import Configuration
import Foundation
import Logging
import TestSupport
import Testing

@Suite("Certificates are read when the collector starts and when they change", .timeLimit(.minutes(15)))
struct TLSReloadTests {
    private func replace(_ old: String, by new: String, in folder: TemporaryDirectory) throws {
        try Data(contentsOf: URL(filePath: folder.file(new))).write(to: URL(filePath: folder.file(old)))
    }

    @Test("new files count for new connections, by themselves; bad ones do not, and the log says why")
    func reload() async throws {
        let certificates = try await TestCertificates()
        let folder = certificates.folder
        try await certificates.makeAuthority("next")
        try await certificates.makeCertificate(
            "renewed", subject: "/CN=collector", authority: "next", extensions: "server.ext")
        var tls = certificates.server
        tls.reloadSeconds = 1
        try await TestCollector.with(TestCollector.settings { $0.tls = tls }) { collector async throws in
            let url = "https://127.0.0.1:\(collector.httpPort)/v1/traces"
            func send(trusting authority: String) async throws -> Int32 {
                try await Curl.post([], to: [url], certificates.curl(authority: authority)).exitCode
            }
            #expect(try await send(trusting: "authority") == 0)
            #expect(try await send(trusting: "next") == 60)

            try folder.write("nonsense", to: "server.pem")
            let failed = await collector.log.line(containing: "tls.reload_failed")
            #expect(failed?.contains("holds no certificate in PEM") == true)
            #expect(try await send(trusting: "authority") == 0)

            try replace("server.pem", by: "renewed.pem", in: folder)
            try replace("server.key", by: "renewed.key", in: folder)
            #expect(await collector.log.line(containing: "tls.reloaded") != nil)
            #expect(try await send(trusting: "next") == 0)
            #expect(try await send(trusting: "authority") == 60)
        }
    }

    @Test("files that do not fit together are told once, and again when they change")
    func problemsAreToldOnce() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeAuthority("other")
        let log = LogCapture()
        let identity = try TLSIdentity(certificates.server, logger: log.logger)
        try replace("server.key", by: "other.key", in: certificates.folder)
        for _ in 0..<3 { identity.reload() }
        try certificates.folder.write("nothing", to: "server.key")
        for _ in 0..<3 { identity.reload() }
        let lines = await log.rest()
        try #require(lines.count == 2)
        #expect(lines[0].contains("do not belong together: the certificate of before stays in use"))
        #expect(lines[1].contains("holds no private key in PEM"))
    }

    /// What is wrong with a file, and what is said of it.
    static let problems: [(String, String, String)] = [
        ("missing.pem", "server.key", "cannot read the TLS certificate"),
        ("server.pem", "missing.key", "cannot read the TLS private key"),
        ("server.ext", "server.key", "holds no certificate in PEM"),
        ("server.pem", "server.pem", "holds no private key in PEM"),
        ("server.pem", "authority.key", "do not belong together"),
    ]

    @Test("a collector whose files are wrong does not start, and says which and why", arguments: problems)
    func wrongFiles(certificate: String, key: String, message: String) async throws {
        let certificates = try await TestCertificates()
        let settings = TestCollector.settings {
            $0.tls = TLSSettings(
                certificatePath: certificates.folder.file(certificate),
                privateKeyPath: certificates.folder.file(key))
        }
        do throws(CollectorError) {
            let ports = try await BoundPorts.take(settings, logger: Logger(label: "test"))
            await ports.release(logger: Logger(label: "test"))
            Issue.record("started")
        } catch {
            #expect(error.code == .usage)
            #expect(error.message.contains(message), "\(error.message)")
        }
    }

    @Test("a certificate that has ended is told at the start")
    func expiredCertificate() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeCertificate("server", subject: "/CN=collector", days: -1)
        let log = LogCapture()
        _ = try TLSIdentity(certificates.server, logger: log.logger)
        #expect(await log.line(containing: "tls.certificate_expired") != nil)
    }

    @Test(
        "a configuration file names certificate and key, and what is wrong with them is told with its place")
    func configured() async throws {
        let folder = try await TestCertificates().folder
        try folder.write(
            "tls: {certificate: server.pem, key: server.key, client_ca: authority.pem, min_version: 1.3}\n",
            to: "good.yaml")
        let tls = try ConfigFile.read(folder.file("good.yaml")) { _ in nil }.config.settings.tls
        #expect(tls.certificatePath == folder.file("server.pem"))
        #expect(tls.clientAuthorityPath == folder.file("authority.pem"))
        #expect(tls.minimumVersion == .tls13)

        for (text, message) in [
            ("certificate: server.pem\n  key: authority.key", "do not belong together"),
            ("certificate: server.pem", "TLS needs a certificate and its private key"),
            ("certificate: none.pem\n  key: server.key", "No such file or directory"),
        ] {
            try folder.write("tls:\n  \(text)\n", to: "bad.yaml")
            let problems = #expect(throws: ConfigProblems.self) {
                try ConfigFile.read(folder.file("bad.yaml")) { _ in nil }
            }
            let problem = try #require(problems?.problems.first?.description)
            #expect(problem.contains("bad.yaml:2:16: ") && problem.contains(message), "\(problem)")
        }
    }
}
