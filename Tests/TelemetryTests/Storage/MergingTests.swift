import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Merging", .timeLimit(.minutes(15)))
struct MergingTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Every span of the file, as canonical bytes.
    private func stored() throws -> [[UInt8]] {
        var spans: [StoredSpan] = []
        try TelemetryReader(path: path).forEachView { spans += try $0.storedSpans() }
        return spans.canonicalSpans()
    }

    private func makeSegments(seed: UInt64, of spans: Int, requests: Int = 40) async throws {
        var generator = RequestGenerator(seed: seed)
        var options = StoreOptions.sealing(every: spans)
        options.durability = .process
        options.mergePlan.fanIn = 1_000
        let store = try TelemetryStore.open(path: path, options: options)
        for _ in 0..<requests { try await store.append(generator.request()) }
        await store.close()
    }

    private func catalogue(_ sql: String) throws -> Int64? {
        try Connection(path: path, mode: .readOnly).integer(sql)
    }

    @Test(
        "on demand leaves every span and every attribute as it was, for generated requests", arguments: 0..<6)
    func onDemand(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        try await makeSegments(seed: seed, of: 30)
        let before = try stored()
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        plan.spansEnough = 200
        plan.spansMax = 400
        var steps: [SegmentMerging.Progress] = []
        let result = try SegmentMerging(path: path, plan: plan).run {
            steps.append($0)
            return true
        }
        #expect(try stored() == before, "seed \(seed)")
        #expect(result.segmentsNow < result.segmentsBefore)
        #expect(try catalogue("SELECT count(*) FROM segment") == Int64(result.segmentsNow))
        #expect(steps.first?.segmentsNow == result.segmentsBefore)
        #expect(steps.last == result)
        #expect(try catalogue("SELECT count(DISTINCT id >> 16) FROM chunk") == Int64(result.segmentsNow))
        let again = try SegmentMerging(path: path, plan: plan).run()
        #expect(again.segmentsNow == again.segmentsBefore)
        #expect(result.damages.isEmpty)
    }

    @Test("can be stopped after any step")
    func stops() async throws {
        try await makeSegments(seed: 7, of: 20)
        let before = try stored()
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        plan.spansMax = 100
        var steps = 0
        let result = try SegmentMerging(path: path, plan: plan).run { _ in
            steps += 1
            return steps < 2
        }
        #expect(result.segmentsNow < result.segmentsBefore)
        #expect(try stored() == before)
    }

    @Test(
        "leaves a damaged segment as it is, says so, and merges the others",
        arguments: [0, 1, 2, 5, 6, 12, 16])
    func damagedSegment(chunk: Int) async throws {
        try await makeSegments(seed: 8, of: 20)
        let segments = try #require(try catalogue("SELECT count(*) FROM segment"))
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(
            "UPDATE chunk SET data = zeroblob(length(data)) WHERE id = (2 << 16) | \(chunk)")
        let damaged = "SELECT sum(checksum % 1000003 + length(data)) FROM chunk WHERE id >> 16 = 2"
        let before = try catalogue(damaged)
        let spans = try catalogue("SELECT sum(spans) FROM segment")
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        let result = try SegmentMerging(path: path, plan: plan).run()
        #expect(result.damages.count == 1)
        #expect(result.damages.first?.contains("segment 2") == true)
        #expect(try catalogue(damaged) == before)
        #expect(try catalogue("SELECT count(*) FROM segment") == 2)
        #expect(segments > 3)
        #expect(try catalogue("SELECT sum(spans) FROM segment") == spans)
    }

    @Test("leaves a segment alone of which SQLite cannot read a page, says so, and merges the others")
    func damagedPage() async throws {
        var options = StoreOptions.sealing(every: 1)
        options.mergePlan.fanIn = 1_000
        let store = try TelemetryStore.open(path: path, options: options)
        var generator = RequestGenerator(seed: 5)
        let noise = (0..<4).map { _ in generator.bytes(100_000) }
        for (number, bytes) in noise.enumerated() {
            let attributes = [KeyValue("noise", .bytes(bytes))]
            let span = Sample.span(trace: UInt64(number) + 1, id: 1, attributes: attributes)
            try await store.append(Sample.request([span]))
            await store.writer.settle()
        }
        await store.close()
        // Of a value that takes several pages, each begins with the number of the next.
        let found = try Data(contentsOf: URL(filePath: path)).range(of: Data(noise[1][50_000..<50_100]))
        let place = try #require(found?.lowerBound)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(place / 16_384 * 16_384))
        try file.write(contentsOf: Data(repeating: 0xff, count: 4))
        try file.close()

        let result = try SegmentMerging(path: path).run()
        #expect(result.damages.count == 1)
        #expect(result.damages.first?.hasPrefix("segment 2: SQLite cannot read") == true)
        #expect(try catalogue("SELECT count(*) FROM segment") == 2)
        let stats = try TelemetryReader(path: path).stats(StatsQuery(window: .all, keys: [SpanKey("noise")]))
        #expect(stats.spanCount == 3)
        #expect(stats.notes.contains { $0.message.contains("segment 2: SQLite cannot read column noise") })
    }

    @Test("drops what segments of an older version have twice")
    func dropsDuplicates() async throws {
        var generator = RequestGenerator(seed: 9)
        let requests = (0..<10).map { _ in generator.request() }
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
        for request in requests { try await store.append(request) }
        await store.close()
        let before = try stored()
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(
            """
            INSERT INTO chunk SELECT id + (1000 << 16), checksum, data FROM chunk;
            INSERT INTO segment SELECT id + 1000, signal, level, format, created_at, spans, traces, min_start,
                max_start, max_end, min_duration, max_duration, errors FROM segment
            """)
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        let result = try SegmentMerging(path: path, plan: plan).run()
        #expect(result.duplicates == before.count)
        #expect(try stored() == before)
    }

    @Test("does not replace a segment that got the number of one that was deleted meanwhile")
    func numbersThatCameBack() async throws {
        try await makeSegments(seed: 10, of: 20)
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        let encoder = SegmentEncoder()
        let attempt = try MergedSegment.next(
            plan, isForced: true, excluding: [], SegmentCatalogue(path: path), encoder)
        guard case .merged(let merged) = attempt, let last = merged.replaced.last else {
            Issue.record("nothing was merged")
            return
        }
        let other = try Connection(path: path, mode: .readWrite)
        try other.execute("UPDATE segment SET created_at = created_at + 1 WHERE id = \(last.id)")
        let before = try catalogue("SELECT sum(id) FROM segment")
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        #expect(try !database.install(merged, SegmentWriting([]), encoder: encoder))
        #expect(try catalogue("SELECT sum(id) FROM segment") == before)
    }

    @Test("takes a segment that got the number of one that could not be merged")
    func numbersOfTheUnmergeable() async throws {
        try await makeSegments(seed: 11, of: 20)
        var plan = MergePlan()
        plan.rangeNanosMax = .max
        let catalogue = try SegmentCatalogue(path: path)
        let entries = try catalogue.entries(of: .traces, withFewerRowsThan: plan.spansEnough)
        func replaced() throws -> [Int64] {
            let excluded = Set(entries.map(\.identity))
            let attempt = try MergedSegment.next(
                plan, isForced: true, excluding: excluded, catalogue, SegmentEncoder())
            guard case .merged(let merged) = attempt else { return [] }
            return merged.replaced.map(\.id)
        }
        #expect(entries.count > 2)
        #expect(try replaced().isEmpty)
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("UPDATE segment SET created_at = created_at + 1 WHERE id <= 2")
        #expect(try replaced() == [1, 2])
    }

    @Test("goes on in the background of a store until nothing is to be gained, and readers see every span")
    func inBackground() async throws {
        let events = NIOLockedValueBox<[String]>([])
        var options = StoreOptions.sealing(every: 1)
        options.durability = .process
        options.mergePlan.fanIn = 4
        let store = try TelemetryStore.open(path: path, options: options) { event in
            events.withLockedValue { $0.append(event.name) }
        }
        for number in 1...40 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1, startMillis: number)]))
            await store.writer.settle()
        }
        let reader = try TelemetryReader(path: path)
        while await store.writer.upkeep.mayMerge {
            await store.writer.tick()
            await store.writer.settle()
            #expect(try reader.slowest(SlowestQuery(window: .all, limit: 100)).rows.count == 40)
            // Its rest is a share of what it took.
            try await Task.sleep(for: .milliseconds(2))
        }
        await store.close()
        #expect(events.withLockedValue { $0.filter { $0 == "store.merged" }.count } >= 12)
        #expect(try catalogue("SELECT count(*) FROM segment") ?? 0 <= 3 * 3)
        #expect(try catalogue("SELECT sum(spans) FROM segment") == 40)
        #expect(try catalogue("SELECT max(level) FROM segment") ?? 0 >= 2)
    }

    @Test("gives space back in steps, and the log is emptied between them")
    func spaceComesBackInSteps() async throws {
        let disk = FaultyDisk(path)
        try await makeSegments(seed: 11, of: 40)
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("CREATE TABLE filler (data BLOB)")
        try connection.execute("INSERT INTO filler VALUES (zeroblob(4 << 20)); DROP TABLE filler")
        #expect(try catalogue("PRAGMA freelist_count") ?? 0 >= 256)
        // Nothing fails: truncations are counted.
        disk.arm(.init("never", .truncate, .once, code: FaultyDisk.Fault.truncateError), nth: .max)
        _ = try SegmentMerging(path: path, plan: MergePlan(), pagesPerStep: 16).run()
        #expect(disk.count >= 256 / 16)
        #expect(try catalogue("PRAGMA freelist_count") == 0)
    }

    @Test("is refused while a collector has the file")
    func inUse() async throws {
        let store = try TelemetryStore.open(path: path)
        do {
            _ = try SegmentMerging(path: path).run()
            Issue.record("it merged")
        } catch {
            #expect(error.code == .inUse)
        }
        await store.close()
    }
}
