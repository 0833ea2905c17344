import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Resources, scopes and receipts that nobody needs", .timeLimit(.minutes(15)))
struct OriginSweepTests {
    private static let minute: Int64 = 60_000_000_000

    let folder: TemporaryDirectory
    let path: String
    let clock = NIOLockedValueBox(UnixNanos(rawValue: Int64(Sample.baseNanos)))

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func open(segmentSpans: Int = 1, _ change: (inout StoreOptions) -> Void) throws -> TelemetryStore
    {
        var options = StoreOptions.sealing(every: segmentSpans)
        options.durability = .process
        options.mergePlan.fanIn = 1_000
        options.clock = { [clock] in clock.withLockedValue { $0 } }
        options.steadyClock = { [clock] in clock.withLockedValue { $0.rawValue } }
        change(&options)
        return try TelemetryStore.open(path: path, options: options)
    }

    private func append(_ number: UInt64, to store: TelemetryStore, node: String? = nil) async throws {
        let span = Sample.span(trace: number, id: 1, startMillis: number)
        try await store.append(Sample.request([span], node: node ?? "pod-\(number)"))
        await store.writer.settle()
    }

    private func pass(minutes: Int64) {
        clock.withLockedValue { $0 = $0.advanced(byNanos: minutes * Self.minute) }
    }

    private func integers(_ sql: String) throws -> [Int64] {
        let connection = try Connection(path: path, mode: .readOnly)
        let statement = try connection.prepare(sql)
        var values: [Int64] = []
        while try statement.step() { values.append(statement.integer(0)) }
        return values
    }

    @Test("go with the segments that referred to them; the last one stays, and no id is given twice")
    func followSegments() async throws {
        let store = try open { $0.retainNanos = 60 * Self.minute }
        try await append(1, to: store, node: "host")
        for number in 2...40 as ClosedRange<UInt64> { try await append(number, to: store) }
        pass(minutes: 59)
        // Still needed, by a segment that stays.
        try await append(41, to: store, node: "host")
        let before = try integers("SELECT id FROM resource ORDER BY id")
        #expect(before == Array(1...40))
        pass(minutes: 2)
        for _ in 0..<2 {
            await store.writer.tick()
            await store.writer.settle()
        }
        #expect(try TelemetryReader(path: path).info().segments == 1)
        #expect(try integers("SELECT id FROM resource ORDER BY id") == [1, 40])
        try await append(42, to: store)
        #expect(try integers("SELECT id FROM resource ORDER BY id") == [1, 40, 41])
        #expect(try integers("SELECT id FROM scope").count == 1)
        await store.close()
        #expect(try DatabaseVerification(path: path).run().damages == [])
    }

    @Test("those that a segment refers to again while they are looked for stay")
    func referredToMeanwhile() async throws {
        let store = try open { _ in }
        for number in 1...10 as ClosedRange<UInt64> { try await append(number, to: store) }
        await store.close()
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        try database.connection.execute("DELETE FROM segment; DELETE FROM chunk")
        var sweep = try database.beginSweep()
        #expect(try database.goOn(&sweep, effort: 1) == .unfinished)
        sweep.keep(StoredReferences(origins: [SegmentOriginReference(resource: 4, scope: 1)]))
        while try database.goOn(&sweep, effort: 1) == .unfinished {}
        #expect(sweep.deleted == 8)
        #expect(try integers("SELECT id FROM resource ORDER BY id") == [4, 10])
    }

    @Test("nothing goes while a segment cannot say what it refers to")
    func unreadable() async throws {
        let store = try open { _ in }
        for number in 1...4 as ClosedRange<UInt64> { try await append(number, to: store) }
        await store.close()
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        try database.connection.execute("DELETE FROM segment WHERE id < 4")
        for damage in ["SET data = x'0101'", "SET checksum = 0", "SET id = 1 << 40"] {
            try database.connection.execute("BEGIN; UPDATE chunk \(damage) WHERE id = 4 << 16 | 1")
            var sweep = try database.beginSweep()
            #expect(try database.goOn(&sweep, effort: 1) == .impossible)
            try database.connection.execute("ROLLBACK")
        }
        #expect(try integers("SELECT id FROM resource ORDER BY id") == [1, 2, 3, 4])
    }

    @Test("a limit of the file's size is kept for ever though each request comes from another resource")
    func churn() async throws {
        let limit: Int64 = 2 << 20
        let store = try open(segmentSpans: 4) { $0.databaseBytesMax = limit }
        // Three times as much as the file may have.
        var refusals = 0
        for number in 1...300 as ClosedRange<UInt64> {
            while true {
                do {
                    try await append(
                        number, to: store, node: "\(number)" + String(repeating: "p", count: 10_000))
                    break
                } catch let error as StoreError where error.isRetryable {
                    refusals += 1
                    try #require(refusals < 1_000)
                    await store.writer.tick()
                    await store.writer.settle()
                }
            }
        }
        #expect(try integers("PRAGMA page_count").first ?? 0 <= limit / 16_384 + 64)
        #expect(try TelemetryReader(path: path).info().segments > 4)
        await store.close()
        #expect(try DatabaseVerification(path: path).run().damages == [])
    }

    @Test("receipts go when they are two windows old, also when nothing is sealed, and the newest stays")
    func oldReceipts() async throws {
        let store = try open { _ in }
        for number in 1...3 as ClosedRange<UInt64> {
            try await append(number, to: store)
            pass(minutes: 10)
        }
        #expect(try integers("SELECT id FROM receipt") == [1, 2, 3])
        pass(minutes: 4)
        await store.writer.forgetReceiptCheck()
        await store.writer.tick()
        await store.writer.settle()
        #expect(try integers("SELECT id FROM receipt") == [2, 3])
        pass(minutes: 100)
        await store.writer.forgetReceiptCheck()
        await store.writer.tick()
        await store.writer.settle()
        #expect(try integers("SELECT id FROM receipt") == [3])
        await store.close()
    }

    @Test("receipts take an eighth of a limited file, and a clock that was ahead keeps none")
    func manyReceipts() throws {
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        let now = clock.withLockedValue { $0 }
        // 1,000 receipts of 1,600 bytes, the first of the year 2099.
        for id in 1...1_000 {
            let time = id == 1 ? now.advanced(byNanos: .max / 4) : now
            try database.connection.execute(
                "INSERT INTO receipt VALUES (\(id), \(time.rawValue), zeroblob(1600))")
        }
        #expect(try database.takeOutReceipts(now: now, bytesMax: nil) == 1)
        #expect(try database.takeOutReceipts(now: now, bytesMax: nil) == 0)
        #expect(try database.takeOutReceipts(now: now, bytesMax: 163_200) == 898)
        #expect(try database.takeOutReceipts(now: now, bytesMax: 163_200) == 0)
        #expect(try database.takeOutReceipts(now: now, bytesMax: 0) == 100)
        #expect(try database.takeOutReceipts(now: now, bytesMax: 0) == 0)
        #expect(try integers("SELECT id FROM receipt") == [1_000])
    }
}

extension StoreWriter {
    /// The next look does not wait.
    fileprivate func forgetReceiptCheck() { upkeep.nextReceiptCheck = 0 }
}
