import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A limit of the file's size", .timeLimit(.minutes(15)))
struct SizeLimitTests {
    private static let limit: Int64 = 4 << 20
    /// What a change takes beside its content.
    private static let slack: Int64 = 1 << 20

    let folder: TemporaryDirectory
    let path: String
    let events = NIOLockedValueBox<[StoreEvent]>([])

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func open(limit: Int64?, segmentSpans: Int = 4) throws -> TelemetryStore {
        var options = StoreOptions.sealing(every: segmentSpans)
        options.durability = .process
        options.databaseBytesMax = limit
        return try TelemetryStore.open(path: path, options: options) { [events] event in
            events.withLockedValue { $0.append(event) }
        }
    }

    private func events(_ name: String) -> [[String: String]] {
        events.withLockedValue { $0 }.filter { $0.name == name }.map { event in
            Dictionary(event.fields.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// A span with bytes that do not compress.
    private func request(_ number: UInt64, bytes: Int) -> ExportTraceServiceRequest {
        var random = SeededGenerator(seed: number)
        let noise = (0..<bytes).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        return Sample.request([
            Sample.span(
                trace: number, id: 1, startMillis: number * 1_000,
                attributes: [KeyValue("noise", .bytes(noise))])
        ])
    }

    private func appendPatiently(_ request: ExportTraceServiceRequest, to store: TelemetryStore) async throws
    {
        while true {
            do {
                try await store.append(request)
                return
            } catch let error as StoreError where error.isRetryable {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test("the file stays within it at every moment while more comes than there is time to delete")
    func continuousAppends() async throws {
        let store = try open(limit: Self.limit)
        let connection = try Connection(path: path, mode: .readOnly)
        var largest: Int64 = 0
        for first in stride(from: UInt64(1), to: 100, by: 4) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in first..<first + 4 {
                    group.addTask { try await appendPatiently(request(number, bytes: 150_000), to: store) }
                }
                try await group.waitForAll()
            }
            let pages = try connection.integer("PRAGMA page_count") ?? 0
            largest = max(largest, pages * 16_384, FileStatus.size(path))
        }
        #expect(largest <= Self.limit + Self.slack)
        #expect(largest > Self.limit / 2)
        let spans = try TelemetryReader(path: path).info().spans
        #expect(spans >= 4)
        await store.close()
        #expect(FileStatus.size(path) <= Self.limit + Self.slack)
    }

    @Test("a limit below what the file has is reached while requests come in")
    func lowerLimit() async throws {
        var store = try open(limit: nil)
        for number in 1...80 as ClosedRange<UInt64> {
            try await store.append(request(number, bytes: 150_000))
        }
        await store.writer.settle()
        await store.close()
        #expect(FileStatus.size(path) > 2 * Self.limit)
        store = try open(limit: Self.limit, segmentSpans: 1_000)
        for number in 81...100 as ClosedRange<UInt64> {
            // There is always something in the journal: the collector is not at rest.
            try await appendPatiently(request(number, bytes: 1_000), to: store)
            await store.writer.tick()
            await store.writer.settle()
        }
        let connection = try Connection(path: path, mode: .readOnly)
        #expect(try connection.integer("PRAGMA page_count") ?? 0 <= (Self.limit + Self.slack) / 16_384)
        await store.close()
        #expect(FileStatus.size(path) <= Self.limit + Self.slack)
    }

    @Test("what does not fit when all is deleted is refused for now, and the reason is told")
    func nothingToDelete() async throws {
        // A few pages more than an empty file has.
        let store = try open(limit: 512 << 10)
        try await store.append(request(1, bytes: 1_000))
        await store.writer.settle()
        do {
            try await store.append(request(2, bytes: 250_000))
            Issue.record("it was stored")
        } catch let error as StoreError {
            #expect(error.code == .unavailable)
            #expect(error.message.contains("nothing left to delete"))
            #expect(error.message.contains("--max-db-size"))
        }
        #expect(events("store.limit.reached").count == 1)
        // A smaller one is taken again.
        try await store.append(request(3, bytes: 1_000))
        await store.close()
    }

    @Test("a request that takes more than half of it is refused for good, and nothing is deleted for it")
    func requestBeyondTheLimit() async throws {
        let store = try open(limit: Self.limit)
        for number in 1...4 as ClosedRange<UInt64> { try await store.append(request(number, bytes: 1_000)) }
        await store.writer.settle()
        do {
            try await store.append(request(5, bytes: Int(Self.limit / 2)))
            Issue.record("it was stored")
        } catch let error as StoreError {
            #expect(error.code == .tooLarge)
            #expect(!error.isRetryable)
            #expect(error.message.contains("--max-db-size"))
        }
        #expect(try TelemetryReader(path: path).info().spans == 4)
        // What it takes is a little more than the bytes in it.
        try await store.append(request(6, bytes: Int(Self.limit / 2) - 1_000))
        await store.close()
    }

    @Test("the log says what went, how much of which time, and which limit it was")
    func expiryIsLogged() async throws {
        let store = try open(limit: Self.limit)
        for number in 1...60 as ClosedRange<UInt64> {
            try await appendPatiently(request(number, bytes: 150_000), to: store)
        }
        await store.writer.settle()
        let kept = try TelemetryReader(path: path).info().spans
        await store.close()
        let told = events("store.expired")
        #expect(told.reduce(0) { $0 + (Int64($1["spans"] ?? "") ?? 0) } == 60 - kept)
        #expect(told.first?["first"] == UnixNanos(clamping: Sample.baseNanos + 1_000_000_000).rfc3339)
        #expect(told.allSatisfy { $0["reason"] == "size" })
        #expect(told.count <= 2, "one, and one at the end")
    }

    @Test("the limits in force are told at the start")
    func limitsAreTold() async throws {
        try await open(limit: nil).close()
        var options = StoreOptions()
        options.databaseBytesMax = 64 << 20
        options.retainNanos = 7 * 86_400_000_000_000
        #expect(events("store.limits") == [["retain": "none", "max_db_size": "none"]])
        let fields = options.limitsEvent.fields.map { "\($0.key)=\($0.value)" }
        #expect(fields.count == 2)
        #expect(fields[0].hasPrefix("retain=7"), "\(fields)")
        #expect(fields[1].hasPrefix("max_db_size=64"), "\(fields)")
    }

    @Test("the further the file is above its limit, the more is done at once")
    func effort() {
        func effort(pages: Int64, free: Int64 = 0) -> Int {
            Upkeep.effort(
                StoreDatabase.Space(pageBytes: 16_384, pages: pages, freePages: free), bytesMax: 64 << 20)
        }
        #expect(effort(pages: 1_000) == 1)
        #expect(effort(pages: 4_096) == 2)
        #expect(effort(pages: 4_096 + 512) == 4)
        #expect(effort(pages: 40_960) == 8)
        #expect(effort(pages: 40_960, free: 40_960) == 8)
    }
}
