import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A store that cannot take anything for a while", .timeLimit(.minutes(15)))
struct OutageTests {
    let folder: TemporaryDirectory
    let path: String
    let events = NIOLockedValueBox<[String]>([])
    let free = NIOLockedValueBox<Int64>(.max)

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func open(steadyClock: (@Sendable () -> Int64)? = nil) throws -> TelemetryStore {
        var options = StoreOptions.sealing(every: 1_000)
        options.steadyClock = steadyClock ?? options.steadyClock
        options.retryDelayNanos = 100_000
        options.freeBytes = { [free] _ in free.withLockedValue { $0 } }
        return try TelemetryStore.open(path: path, options: options) { [events] event in
            events.withLockedValue { $0.append(event.name) }
        }
    }

    private func count(_ name: String) -> Int { events.withLockedValue { $0.filter { $0 == name }.count } }

    /// A span with bytes that do not compress.
    private func request(_ number: UInt64, bytes: Int) -> ExportTraceServiceRequest {
        var random = SeededGenerator(seed: number)
        let noise = (0..<bytes).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        return Sample.request([
            Sample.span(trace: number, id: 1, attributes: [KeyValue("noise", .bytes(noise))])
        ])
    }

    private func isStored(_ request: ExportTraceServiceRequest, by store: TelemetryStore) async throws -> Bool
    {
        do {
            try await store.append(request)
            return true
        } catch let error as StoreError where error.isRetryable {
            return false
        }
    }

    @Test("the disk keeps room for the log and for what is written, beside what stays free")
    func diskRoom() async throws {
        let store = try open()
        #expect(try await isStored(request(1, bytes: 1_000), by: store))
        func leave(_ bytes: Int64) {
            let log = FileStatus.size(path + "-wal")
            #expect(log > 0)
            free.withLockedValue { $0 = StoreOptions().freeBytesMin + log + bytes }
        }
        leave(20_000)
        #expect(try await isStored(request(2, bytes: 10_000), by: store))
        leave(20_000)
        #expect(try await !isStored(request(3, bytes: 30_000), by: store))
        free.withLockedValue { $0 = .max }
        while try await !isStored(request(4, bytes: 1_000), by: store) {}
        leave(-1)
        #expect(try await !isStored(request(5, bytes: 1), by: store))
        #expect(count("store.unavailable") == 2)
        await store.close()
        #expect(try TelemetryReader(path: path).info().spans == 3)
    }

    @Test("rows of the journal that cannot be read are told again when the file was opened anew")
    func damageIsToldAgain() async throws {
        var store = try open()
        #expect(try await isStored(request(1, bytes: 100), by: store))
        await store.close()
        try Connection(path: path, mode: .readWrite).execute("UPDATE journal SET checksum = checksum + 1")
        store = try open()
        #expect(count("store.journal.damaged") == 1)
        _ = await store.writer.failed(SQLiteError(code: 10, message: "the disk failed", context: "test"))
        while try await !isStored(request(2, bytes: 100), by: store) {}
        #expect(count("store.available") == 1)
        #expect(count("store.journal.damaged") == 2)
        await store.close()
    }

    @Test("what was counted and not told yet is told at the end")
    func restIsTold() async throws {
        let store = try open(steadyClock: { 0 })
        for number in 1...5 { await store.writer.report("store.test", "\(number)") }
        #expect(count("store.test") == 1)
        await store.close()
        #expect(count("store.test") == 2)
    }
}
