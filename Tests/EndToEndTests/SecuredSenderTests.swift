import Foundation
import TestSupport
import Testing

/// A collector that asks its senders who they are, and a real SDK that is told by its environment what to say.
@Suite("A real SDK proves who it is", .serialized, .timeLimit(.minutes(15)))
struct SecuredSenderTests {
    private static let token = "0f3a9c5e7b1d2468ace013579bdf2468"
    private static let protocols = ["grpc", "http"]

    /// Lets the SDK send a span, a point and a record.
    private func send(
        by protocolName: String, to endpoint: String, _ variables: [String: String]
    ) async throws -> FinishedProgram {
        var environment = ProcessInfo.processInfo.environment
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
        environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "5"
        // What is said to the HTTP library of the whole machine would win over what is said to the SDK.
        for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] { environment[name] = nil }
        environment.merge(variables) { $1 }
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/send_by_environment.py")
        return try await FinishedProgram.run(
            Repository.pythonEnvironmentProgram("python"),
            [
                script.path(percentEncoded: false), "--protocol", protocolName, "--signals",
                "traces,metrics,logs",
            ], environment: environment)
    }

    private func expect(_ count: Double, in database: Database) async throws {
        for table in ["spans", "points", "logs"] {
            let rows = try await database.rows(["sql", "SELECT count(*) AS number FROM \(table)"])
            #expect(rows.first?["number"]?.number == count, "\(table)")
        }
    }

    @Test(
        "K3: a bearer token lets traces, metrics and logs in, and without it nothing gets in",
        arguments: protocols)
    func bearerToken(protocolName: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.token + "\n", to: "edge.token")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.file("edge.token"))
        try folder.write(
            "authentication:\n  tokens:\n    - name: edge\n      token: ${file:edge.token}\n",
            to: "collector.yaml")
        let database = try Database()
        try await Collector.running(on: database, ["--config", folder.file("collector.yaml")]) { collector in
            let port = protocolName == "grpc" ? collector.grpcPort : collector.httpPort
            let endpoint = "http://127.0.0.1:\(port)"
            let stranger = try await send(by: protocolName, to: endpoint, [:])
            #expect(stranger.status == .exited(1))
            #expect(stranger.standardError.contains("the export failed: traces, metrics, logs"))
            let wrong = try await send(
                by: protocolName, to: endpoint,
                ["OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20\(String(Self.token.reversed()))"])
            #expect(wrong.status == .exited(1))
            try await expect(0, in: database)
            _ = try await send(
                by: protocolName, to: endpoint,
                ["OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20\(Self.token)"]
            ).succeeded()
            try await expect(1, in: database)
        }
    }

    @Test(
        "K3: a client certificate lets traces, metrics and logs in, and without it nothing gets in",
        arguments: protocols)
    func clientCertificate(protocolName: String) async throws {
        let certificates = try await CertificateFolder.forThisMachine()
        try await certificates.makeCertificate("edge", subject: "/CN=edge-fra-1")
        try certificates.folder.write(
            "tls:\n  certificate: server.pem\n  key: server.key\n  client_ca: authority.pem\n",
            to: "collector.yaml")
        let database = try Database()
        try await Collector.running(on: database, ["--config", certificates.file("collector.yaml")]) {
            collector in
            let port = protocolName == "grpc" ? collector.grpcPort : collector.httpPort
            let endpoint = "https://localhost:\(port)"
            let trust = ["OTEL_EXPORTER_OTLP_CERTIFICATE": certificates.file("authority.pem")]
            let stranger = try await send(by: protocolName, to: endpoint, trust)
            #expect(stranger.status == .exited(1))
            #expect(stranger.standardError.contains("the export failed: traces, metrics, logs"))
            try await expect(0, in: database)
            let proof = [
                "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": certificates.file("edge.pem"),
                "OTEL_EXPORTER_OTLP_CLIENT_KEY": certificates.file("edge.key"),
            ]
            _ = try await send(by: protocolName, to: endpoint, trust.merging(proof) { $1 }).succeeded()
            try await expect(1, in: database)
        }
    }
}
