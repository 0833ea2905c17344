import Collector
import Configuration
import Foundation
import Telemetry
import TestSupport
import Testing

@Suite("What ends by itself is told before it does, and when it has", .timeLimit(.minutes(15)))
struct ExpiryTests {
    private let end = UnixNanos(rawValue: 1_800_000_000_000_000_000)

    @Test(
        "it is soon from 14 days before the end on, and over at the end",
        arguments: [
            (-Expiry.soonNanos - 1, Expiry.Stage.later), (-Expiry.soonNanos, .soon), (-1, .soon), (0, .over),
            (1, .over),
        ] as [(Int64, Expiry.Stage)])
    func stages(nanos: Int64, stage: Expiry.Stage) {
        let expiry = Expiry(.certificate(path: "/a.pem"), end: end)
        let now = end.advanced(byNanos: nanos)
        #expect(expiry.stage(at: now) == stage)
        #expect((expiry.warning(at: now) == nil) == (stage == .later))
    }

    @Test("each warning says what ends, when, and what to do")
    func words() throws {
        let subjects: [Expiry.Subject] = [
            .credential(name: "edge", .bearer), .credential(name: "ops", .basic),
            .certificate(path: "/etc/traceq/server.pem"), .clientAuthority(path: "/etc/traceq/ca.pem"),
        ]
        let hour: Int64 = 3_600_000_000_000
        let lines = subjects.flatMap { subject in
            [-50 * hour, hour].compactMap {
                Expiry(subject, end: end).warning(at: end.advanced(byNanos: $0))
            }
        }
        try Snapshot.expect(lines.joined(separator: "\n") + "\n", is: "expiry")
    }

    @Test("validate warns of tokens and users with their place in the file, and of those alone that end soon")
    func tokensInFile() throws {
        let folder = try TemporaryDirectory()
        for name in ["one", "two", "three", "four"] {
            try folder.write("0123456789abcdef-\(name)", to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file(name))
        }
        let text = """
            authentication:
              tokens:
                - {name: old, token: "${file:one}", expires: 2026-01-31}
                - {name: lasting, token: "${file:two}"}
                - {name: new, token: "${file:three}", expires: 2027-01-31}
              users:
                - {name: ops, password: "${file:four}", expires: 2026-03-01T12:00:00Z}
            """
        try folder.write(text, to: "collector.yaml")
        let path = folder.file("collector.yaml")
        let file = try ConfigFile.read(path) { _ in nil }
        let now = try TimeExpression(parsing: "2026-02-20T00:00:00Z").resolve(now: end, zone: .utc)
        let shown = file.warnings(at: now).map { $0.description.replacing(path, with: "collector.yaml") }
        try #require(shown.count == 2, "\(shown)")
        #expect(
            shown[0].hasPrefix(
                #"collector.yaml:3:7: warning: the token "old" expired on 2026-01-31T00:00:00Z, and who uses it"#
            ))
        #expect(
            shown[1].hasPrefix(
                #"collector.yaml:7:7: warning: the user "ops" expires in 9d12h, on 2026-03-01T12:00:00Z: list"#
            ))
    }

    @Test("validate warns of certificates that have ended or soon will", arguments: [-1, 3, 60])
    func certificatesInFile(days: Int) async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeCertificate("server", subject: "/CN=collector", days: days)
        try certificates.folder.write(
            "tls: {certificate: server.pem, key: server.key, client_ca: authority.pem}\n", to: "a.yaml")
        let warnings = try ConfigFile.read(certificates.folder.file("a.yaml")) { _ in nil }.warnings()
        #expect(warnings.count == (days == 60 ? 0 : 1), "\(warnings)")
        for warning in warnings {
            #expect(warning.description.contains("a.yaml:1:20: warning: the TLS certificate"))
            #expect(warning.message.contains(days < 0 ? "expired on" : "expires in"))
        }
    }

    @Test("the log tells once that a certificate will end")
    func certificateInLog() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeCertificate("server", subject: "/CN=collector", days: 3)
        let log = LogCapture()
        let identity = try TLSIdentity(certificates.server, logger: log.logger)
        for _ in 0..<3 { identity.reload() }
        let lines = await log.rest()
        #expect(lines.count == 1)
        #expect(lines.first?.contains("tls.certificate_expires key=tls.certificate") == true, "\(lines)")
    }
}
