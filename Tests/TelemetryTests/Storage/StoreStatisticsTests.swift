import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What a store says of itself", .timeLimit(.minutes(2)))
struct StoreStatisticsTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    @Test("commits, seals and items that came twice are counted, and the queue is empty afterwards")
    func countsWork() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1_000))
        for number in 1...3 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
        }
        // The same span in other company.
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1), Sample.span(trace: 4, id: 1)]))
        var statistics = store.statistics
        #expect(statistics.path == path)
        #expect(statistics.commits.count == 4)
        #expect(statistics.committedBytes > 0)
        #expect(statistics.failedCommits == 0)
        #expect(statistics.sealedSegments == 0)
        #expect(statistics.queueBytes == 0)
        #expect(statistics.outage == nil)
        #expect(statistics.databaseBytes > 0)
        #expect(statistics.freeBytes ?? 0 > 0)
        await store.sealNow()
        statistics = store.statistics
        #expect(statistics.sealedSegments == 1)
        #expect(statistics.sealedItems == 4)
        #expect(statistics.sealedBytes > 0)
        #expect(statistics.duplicateItems == 1)
        #expect(statistics.seals.count == 1)
        await store.close()
    }

    @Test("a full disk is an outage, with its cause, until there is room")
    func outages() async throws {
        let free = NIOLockedValueBox<Int64>(.max)
        var options = StoreOptions()
        options.freeBytes = { [free] _ in free.withLockedValue { $0 } }
        options.retryDelayNanos = 1_000_000
        let store = try TelemetryStore.open(path: path, options: options)
        let request = Sample.request([Sample.span(trace: 1, id: 1)])
        free.withLockedValue { $0 = 0 }
        await #expect(throws: StoreError.self) { try await store.append(request) }
        let outage = try #require(store.statistics.outage)
        #expect(outage.cause == "space")
        #expect(outage.sinceNanos >= 0)
        free.withLockedValue { $0 = .max }
        while (try? await store.append(request)) == nil {}
        #expect(store.statistics.outage == nil)
        await store.close()
    }
}
