import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Retention", .timeLimit(.minutes(15)))
struct RetentionTests {
    private static let hour: Int64 = 3_600_000_000_000

    let folder: TemporaryDirectory
    let path: String
    let clock = NIOLockedValueBox(UnixNanos(rawValue: Int64(Sample.baseNanos)))

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func options() -> StoreOptions {
        var options = StoreOptions.sealing(every: 1)
        options.durability = .process
        options.mergePlan.fanIn = 1_000
        options.clock = { [clock] in clock.withLockedValue { $0 } }
        options.steadyClock = { [clock] in clock.withLockedValue { $0.rawValue } }
        return options
    }

    private func advance(byHours hours: Int64) {
        clock.withLockedValue { $0 = $0.advanced(byNanos: hours * Self.hour) }
    }

    /// A request of spans that start now, with bytes that do not compress.
    private func request(_ number: UInt64, spans: Int = 1, bytes: Int = 0) -> ExportTraceServiceRequest {
        var random = SeededGenerator(seed: number)
        let now = UInt64(clock.withLockedValue { $0.rawValue })
        return Sample.request(
            (0..<spans).map { index in
                var span = Sample.span(trace: number, id: UInt8(index + 1))
                span.startTimeUnixNano = now
                span.endTimeUnixNano = now + 1_000_000
                let noise = (0..<bytes).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
                span.attributes = [KeyValue("noise", .bytes(noise))]
                return span
            })
    }

    private func traces() throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        try TelemetryReader(path: path).forEachView { view in
            for trace in try view.traceIDs() { found.insert(trace.low) }
        }
        return found
    }

    @Test("by age: what was sealed longer ago than that goes, a moment before it stays")
    func byAge() async throws {
        var options = options()
        options.retainNanos = 6 * Self.hour
        let store = try TelemetryStore.open(path: path, options: options)
        for number in 1...10 as ClosedRange<UInt64> {
            try await store.append(request(number))
            await store.writer.settle()
            await store.writer.tick()
            await store.writer.settle()
            advance(byHours: 1)
        }
        // Segment n was sealed at n - 1 h. It is 10 h now.
        await store.writer.tick()
        await store.writer.settle()
        let kept = try traces()
        #expect(kept == [5, 6, 7, 8, 9, 10])
        // A look each minute is enough.
        clock.withLockedValue { $0 = $0.advanced(byNanos: 60_000_000_000) }
        await store.writer.tick()
        await store.writer.settle()
        #expect(try traces() == [6, 7, 8, 9, 10])
        await store.close()
    }

    @Test("by size: the oldest go, and the file stays within the limit while it is written to")
    func bySize() async throws {
        var options = options()
        options.databaseBytesMax = 8 << 20
        let store = try TelemetryStore.open(path: path, options: options)
        for number in 1...60 as ClosedRange<UInt64> {
            try await store.append(request(number, spans: 2, bytes: 200_000))
            await store.writer.settle()
            await store.writer.tick()
            await store.writer.settle()
            advance(byHours: 1)
        }
        await store.close()
        let kept = try traces()
        #expect(kept.count >= 10)
        #expect(kept.count < 30)
        #expect(kept == Set((1...60 as ClosedRange<UInt64>).suffix(kept.count)))
        #expect(FileStatus.size(path) <= 8 << 20)
    }

    @Test("space is given back to the file system when there is time")
    func spaceComesBack() async throws {
        var store = try TelemetryStore.open(path: path, options: options())
        for number in 1...40 as ClosedRange<UInt64> {
            try await store.append(request(number, spans: 2, bytes: 200_000))
        }
        await store.close()
        let before = FileStatus.size(path)
        #expect(before > 15 << 20)
        var options = options()
        options.retainNanos = Self.hour
        store = try TelemetryStore.open(path: path, options: options)
        advance(byHours: 2)
        await store.writer.tick()
        await store.writer.settle()
        await store.writer.tick()
        await store.close()
        #expect(try traces().isEmpty)
        #expect(FileStatus.size(path) < 1 << 20)
    }

    @Test("a query that runs sees all that was there when it began")
    func readersKeepTheirState() async throws {
        var options = options()
        options.retainNanos = Self.hour
        let store = try TelemetryStore.open(path: path, options: options)
        for number in 1...20 as ClosedRange<UInt64> {
            try await store.append(request(number, spans: 2, bytes: 50_000))
        }
        await store.writer.settle()
        let reader = try TelemetryReader(path: path)
        let connection = try Connection(path: path, mode: .readOnly)
        try connection.execute("BEGIN")
        #expect(try connection.integer("SELECT sum(spans) FROM segment") == 40)
        advance(byHours: 2)
        await store.writer.tick()
        await store.writer.settle()
        #expect(try reader.info().segments == 0)
        // Chunks are read after they were deleted, as a long query does.
        #expect(try connection.integer("SELECT sum(length(data)) FROM chunk") ?? 0 > 2_000_000)
        let check = try connection.prepare("SELECT checksum, data FROM chunk")
        var chunks = 0
        while try check.step() {
            let expected = UInt64(bitPattern: check.integer(0))
            #expect(check.withBlob(1) { checksum($0) } == expected)
            chunks += 1
        }
        #expect(chunks >= 20 * 14)
        try connection.execute("COMMIT")
        #expect(try connection.integer("SELECT count(*) FROM segment") == 0)
        await store.close()
    }

    @Test("under continuous load the file stays about as large after the first turnover")
    func flatUnderLoad() async throws {
        var options = options()
        options.retainNanos = 6 * Self.hour
        let store = try TelemetryStore.open(path: path, options: options)
        let connection = try Connection(path: path, mode: .readOnly)
        var sizes: [Int64] = []
        for number in 1...96 as ClosedRange<UInt64> {
            // A quarter of an hour each: 24 h in all.
            try await store.append(request(number, spans: 2, bytes: 60_000))
            await store.writer.settle()
            clock.withLockedValue { $0 = $0.advanced(byNanos: Self.hour / 4) }
            await store.writer.tick()
            await store.writer.settle()
            sizes.append(try connection.integer("PRAGMA page_count") ?? 0)
        }
        await store.close()
        let later = sizes[32...]
        let largest = try #require(later.max())
        let least = try #require(later.min())
        #expect(Double(largest) <= Double(least) * 1.1, "\(sizes)")
    }
}
