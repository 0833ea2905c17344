import Collector
import TestSupport
import Testing

/// Whether a connection is TLS.
enum Encryption: String, CaseIterable, Sendable {
    case plain
    case tls
}

/// A collector that is told to end, and connections to it, all of them encrypted or none.
struct DrainedCollector: Sendable {
    let collector: TestCollector
    /// Nil for plain text.
    private let certificates: TestCertificates?

    static func with(
        _ encryption: Encryption, _ change: (inout CollectorSettings) -> Void = { _ in },
        _ test: (DrainedCollector) async throws -> Void
    ) async throws {
        let certificates = encryption == .tls ? try await TestCertificates() : nil
        let settings = TestCollector.settings {
            if let certificates { $0.tls = certificates.server }
            change(&$0)
        }
        try await TestCollector.with(settings) { collector async throws in
            try await test(DrainedCollector(collector: collector, certificates: certificates))
        }
    }

    func connectHTTP1() async throws -> WireConnection {
        try await connect(to: collector.httpPort, speaking: "http/1.1")
    }

    func connectHTTP2() async throws -> WireConnection {
        try await connect(to: collector.grpcPort, speaking: "h2")
    }

    private func connect(to port: Int, speaking protocolName: String) async throws -> WireConnection {
        try await WireConnection(
            port: port, tls: certificates.map { try $0.clientContext(protocols: [protocolName]) })
    }

    /// Has one request answered on a connection of its own: what came over the same threads before it has arrived.
    func exchange() async throws {
        let connection = try await connectHTTP1()
        defer { connection.close() }
        connection.post([])
        #expect(try await connection.reply().status == 200)
    }

    /// Tells the collector to stop, and lets it begin.
    func beginEnd() async -> Task<Void, Never> {
        let end = Task { await collector.server.shutdown() }
        _ = await collector.log.line(containing: " stopping ")
        return end
    }

    /// Checks that nobody gets through to the port any more. Programs that other tests have started meanwhile may keep
    /// the socket until they end, and nobody listens to it.
    func expectNoNewConnections() async {
        for _ in 0..<3_000 {
            guard let connection = try? await WireConnection(port: collector.httpPort) else { return }
            connection.close()
            try? await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("a connection that comes after the order to stop is taken")
    }

    /// Checks that no connection was cut off when the collector ended. Nothing more can be read of the log then.
    func expectOrder() async {
        let lines = await collector.log.rest()
        #expect(!lines.contains { $0.contains("stopping.forced") }, "\(lines)")
    }
}
