import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A page of the file that SQLite cannot read", .timeLimit(.minutes(15)))
struct DamagedPageTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Sixty segments, the chunks of which lie on several pages; one of these is broken.
    private func makeDatabase() async throws {
        var options = StoreOptions.sealing(every: 1)
        options.durability = .process
        options.mergePlan.fanIn = 1_000
        let store = try TelemetryStore.open(path: path, options: options)
        for number in 1...60 as ClosedRange<UInt64> {
            let span = Sample.span(trace: number, id: 1, name: "name of span \(number)")
            try await store.append(Sample.request([span]))
            await store.writer.settle()
        }
        await store.close()
        let name = Data("name of span 30".utf8)
        let place = try #require(try Data(contentsOf: URL(filePath: path)).range(of: name)?.lowerBound)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(place / 16_384 * 16_384))
        try file.write(contentsOf: Data(repeating: 0xff, count: 8))
        try file.close()
    }

    private func count(_ sql: String) throws -> Int64 {
        try Connection(path: path, mode: .readOnly).integer(sql) ?? 0
    }

    private func work(_ options: StoreOptions) async throws -> [String] {
        let events = NIOLockedValueBox<[String]>([])
        let store = try TelemetryStore.open(path: path, options: options) { event in
            events.withLockedValue { $0.append(event.name) }
        }
        for number in 100...110 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
            await store.writer.settle()
            await store.writer.tick()
            await store.writer.settle()
            try await Task.sleep(for: .milliseconds(2))
        }
        await store.close()
        return events.withLockedValue { $0 }
    }

    @Test("keeps segments on it from being deleted, and no others, and nothing from being stored")
    func retention() async throws {
        try await makeDatabase()
        var options = StoreOptions.sealing(every: 1)
        options.mergePlan.fanIn = 1_000
        options.retainNanos = 1
        let events = try await work(options)
        #expect(!events.contains("store.unavailable"))
        #expect(events.contains("store.expired"))
        let kept = try count("SELECT count(*) FROM segment WHERE id <= 60")
        #expect(kept > 0 && kept < 40)
        #expect(try count("SELECT count(*) FROM segment WHERE id = 30") == 1)
    }

    @Test("keeps segments on it from being merged, and no others, and nothing from being stored")
    func merging() async throws {
        try await makeDatabase()
        var options = StoreOptions.sealing(every: 1)
        options.mergePlan.fanIn = 4
        let events = try await work(options)
        #expect(!events.contains("store.unavailable"))
        #expect(events.contains("store.merged"))
        #expect(events.contains("store.merge.damaged"))
        #expect(try count("SELECT count(*) FROM segment WHERE id = 30") == 1)
    }
}
