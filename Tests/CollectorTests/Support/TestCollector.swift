import Collector
import Logging
import Telemetry
import TestSupport
import Testing

/// A collector on free ports with a store of its own.
final class TestCollector: Sendable {
    let server: CollectorServer
    let store: TelemetryStore
    let log: LogCapture
    private let folder: TemporaryDirectory

    var httpPort: Int { server.httpAddress.port }
    var grpcPort: Int { server.grpcAddress.port }
    var zipkinPort: Int { server.zipkinAddress?.port ?? 0 }
    var adminPort: Int { server.adminAddress?.port ?? 0 }
    var databasePath: String { folder.file("telemetry.db") }

    /// Bodies are limited to 64 KiB, so that tests of the limit are quick.
    static func settings(
        _ change: (inout CollectorSettings) throws -> Void
    ) rethrows -> CollectorSettings {
        var settings = CollectorSettings()
        settings.grpcAddress.port = 0
        settings.httpAddress.port = 0
        settings.zipkinAddress?.port = 0
        settings.adminAddress?.port = 0
        settings.maxBodyBytes = 64 << 10
        // A busy machine must not look like a sender that says nothing.
        settings.headerSecondsMax = 60
        settings.eventLoopThreads = 1
        settings.drainIdleSecondsMax = 0
        try change(&settings)
        return settings
    }

    private init(_ settings: CollectorSettings, _ options: StoreOptions) async throws {
        folder = try TemporaryDirectory()
        log = LogCapture()
        store = try TelemetryStore.open(path: folder.file("telemetry.db"), options: options)
        server = try await CollectorServer.start(store: store, settings: settings, logger: log.logger)
    }

    /// Runs a test against a collector, which ends with it.
    static func with(
        _ settings: CollectorSettings = settings { _ in }, store options: StoreOptions = StoreOptions(),
        _ test: (TestCollector) async throws -> Void
    ) async throws {
        let collector = try await TestCollector(settings, options)
        let result: Result<Void, any Error>
        do {
            try await test(collector)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await collector.server.shutdown()
        await collector.store.close()
        try result.get()
    }

    /// Spans in the file, as every reader sees them.
    func storedSpans() throws -> Int64 {
        try TelemetryReader(path: databasePath).info().spans
    }

    /// Checks that another sender is served, and that nothing is held for those before it.
    func expectServing(seed: UInt8 = 250) async throws {
        for attempt in 1... {
            do {
                #expect(try await post(SampleRequest.protobuf(seed: seed)).status == 200)
                break
            } catch  where attempt < 10 {
                // Where a test has made the time for a header short, a busy machine may need longer.
            }
        }
        await expectNothingHeld()
    }

    /// Checks that no request holds memory. Spans do until they are in a segment, so they come into one.
    func expectNothingHeld() async {
        await store.sealNow()
        #expect(server.service.inFlight.usedBytes == 0)
    }

    /// Items of a signal in the file, as SQL sees them.
    func stored(_ signal: Signal) throws -> Int64 {
        let table =
            switch signal {
            case .traces: "spans"
            case .metrics: "points"
            case .logs: "logs"
            }
        guard case .integer(let count)? = try rows("SELECT count(*) FROM \(table)").first?.first else {
            return -1
        }
        return count
    }

    /// The first row of an answer, as text.
    func values(_ sql: String) throws -> [String] {
        (try rows(sql).first ?? []).map { value in
            switch value {
            case .null: "null"
            case .integer(let number): "\(number)"
            case .real(let number): "\(number)"
            case .text(let text): text
            case .blob(let bytes): "\(bytes)"
            }
        }
    }

    /// What SQL says about the file.
    func rows(_ sql: String) throws -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        let session = try SQLSession(path: databasePath, now: .now(), zone: .utc)
        _ = try session.run(
            SQLQuestion(sql: sql), columns: { _ in },
            row: { row in
                rows.append(row)
                return true
            })
        return rows
    }

    func connectHTTP() async throws -> WireConnection { try await WireConnection(port: httpPort) }

    func connectGRPC() async throws -> GRPCClient { try await GRPCClient(port: grpcPort) }

    /// Sends one request over a connection of its own.
    func post(
        _ body: [UInt8], path: String = "/v1/traces", type: String = "application/x-protobuf",
        headers: [String] = []
    ) async throws -> RawReply {
        let connection = try await connectHTTP()
        defer { connection.close() }
        connection.post(body, path: path, type: type, headers: headers)
        return try await connection.reply()
    }
}
