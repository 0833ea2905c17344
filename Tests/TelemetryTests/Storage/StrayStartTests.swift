import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Spans of clocks that are wrong", .timeLimit(.minutes(15)))
struct StrayStartTests {
    private static let day: Int64 = 86_400_000_000_000
    private static let received = someArrival.receivedAt

    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func span(trace: UInt64, startNanos: UInt64) -> OTLPModel.Span {
        var span = Sample.span(trace: trace, id: 1)
        span.startTimeUnixNano = startNanos
        span.endTimeUnixNano = startNanos
        return span
    }

    private func batch(_ spans: [OTLPModel.Span]) throws -> SpanBatch {
        try DecodedTraces.fromProtobuf(Sample.request(spans).protobufBytes().span, arrival: someArrival).batch
    }

    @Test(
        "are apart from others when they start more than a week before they came, or ten minutes after",
        arguments: [
            (-7 * day - 1, 2), (-7 * day, 1), (-7 * day + 1, 1), (0, 1), (600_000_000_000, 1),
            (600_000_000_001, 2),
        ])
    func apart(nanos: Int64, parts: Int) throws {
        let start = UInt64(Self.received.advanced(byNanos: nanos).rawValue)
        let batch = try batch([
            Sample.span(trace: 1, id: 1), span(trace: 2, startNanos: start), Sample.span(trace: 3, id: 1),
        ])
        let found = SealParts.parts(of: [batch])
        #expect(found.count == parts)
        #expect(found.map { $0.reduce(0) { $0 + $1.spanCount } } == (parts == 1 ? [3] : [2, 1]))
    }

    @Test("Parting batches loses and changes nothing, for generated requests", arguments: 0..<6)
    func partsAreTheWhole(number: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ number
        var generator = RequestGenerator(seed: seed)
        let batches = try (0..<20).map { _ in
            let body = generator.request().protobufBytes()
            return try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
        }
        let parts = SealParts.parts(of: batches)
        #expect(parts.count == 3, "seed \(seed)")
        var spans: [StoredSpan] = []
        for part in parts { spans += try SegmentView(SegmentBuilder(part).build()).storedSpans() }
        let all = try SegmentView(SegmentBuilder(batches).build()).storedSpans()
        #expect(spans.canonicalSpans() == all.canonicalSpans(), "seed \(seed)")
    }

    @Test("do not make all segments be asked for what is stored already", arguments: [-1, 0, 1, 2])
    func segmentsThatAreAsked(offset: Int64) throws {
        let base = Int64(Sample.baseNanos)
        let starts = SpanStarts([
            try batch([span(trace: 1, startNanos: 1_000), span(trace: 2, startNanos: .max)]),
            try batch([Sample.span(trace: 3, id: 1)]), try batch([span(trace: 4, startNanos: 3_000)]),
        ])
        #expect(starts.range == UnixNanos(rawValue: 1_000)...UnixNanos.distantFuture)
        func meet(_ first: Int64, _ last: Int64) -> Bool {
            starts.meet(
                SegmentSummary(
                    spans: 1, traces: 1, minStart: UnixNanos(rawValue: first),
                    maxStart: UnixNanos(rawValue: last), maxEnd: UnixNanos(rawValue: last), minDuration: 0,
                    maxDuration: 0, errors: 0))
        }
        let isHit = offset == 0
        for start in [1_000, 3_000, base] { #expect(meet(start + offset, start + offset) == isHit) }
        #expect(meet(base - 10, base + offset) == (offset >= 0))
        #expect(meet(1_001 + offset, 2_999) == (offset < 0))
        #expect(!meet(3_001, base - 1))
        #expect(!meet(base + 1, .max - 1))
        #expect(meet(.max, .max))
        #expect(!SpanStarts([]).meet(SegmentColumns().summary()))
    }

    /// Seals, each with spans of a good clock and one of each of four wrong ones.
    private func storeSeals(_ count: UInt64, _ store: TelemetryStore) async throws {
        for seal in 1...count {
            let strays: [UInt64] = [seal, 1_000_000_000_000_000_000, 4_000_000_000_000_000_000, .max]
            let good = (1...6).map { Sample.span(trace: seal * 10, id: $0, startMillis: seal) }
            let wrong = strays.enumerated().map {
                span(trace: seal * 10 + UInt64($0) + 1, startNanos: $1)
            }
            try await store.append(Sample.request(good + wrong))
            await store.writer.settle()
        }
    }

    private func options() -> StoreOptions {
        var options = StoreOptions.sealing(every: 1)
        options.durability = .process
        options.clock = { Self.received }
        return options
    }

    private func rows(_ sql: String) throws -> [[Int64]] {
        let connection = try Connection(path: path, mode: .readOnly)
        let statement = try connection.prepare(sql)
        var rows: [[Int64]] = []
        while try statement.step() { rows.append((0..<statement.columnCount).map { statement.integer($0) }) }
        return rows
    }

    @Test("make no other segment's range large; they are found, and all are merged")
    func ranges() async throws {
        let seals: UInt64 = 24
        var options = options()
        options.mergePlan.fanIn = 1_000
        var store = try TelemetryStore.open(path: path, options: options)
        try await storeSeals(seals, store)
        await store.close()
        #expect(try rows("SELECT count(*) FROM segment") == [[72]])
        #expect(try rows("SELECT count(*) FROM journal") == [[0]])
        #expect(try rows("SELECT count(*), count(DISTINCT id) FROM receipt") == [[24, 24]])
        options.mergePlan.fanIn = 4
        store = try TelemetryStore.open(path: path, options: options)
        while await store.writer.upkeep.mayMerge {
            await store.writer.tick()
            await store.writer.settle()
            // Its rest is a share of what it took.
            try await Task.sleep(for: .milliseconds(2))
        }
        await store.close()

        let found = try rows("SELECT min_start, max_start, spans FROM segment")
        #expect(found.count <= 3 * 6)
        #expect(found.reduce(0) { $0 + $1[2] } == 240)
        let base = Int64(Sample.baseNanos)
        let ordinary = found.filter { $0[0] >= base && $0[1] < base + Self.day }
        #expect(ordinary.reduce(0) { $0 + $1[2] } == 144)
        // Of the others none reaches over the time of these.
        #expect(found.allSatisfy { $0[1] < base - Self.day || $0[0] >= base })
        #expect(found.filter { $0[0] > base + Self.day }.reduce(0) { $0 + $1[2] } == 48)
        #expect(found.filter { $0[1] < base - Self.day }.reduce(0) { $0 + $1[2] } == 48)

        let reader = try TelemetryReader(path: path)
        for trace in [10, 11, 12, 13, 14, 240, 241, 242, 243, 244] as [UInt64] {
            let id = try #require(TraceID(bytes: TraceBytes.trace(trace))).hex
            guard case .found(_, let spans, _) = try reader.trace(prefix: id) else {
                Issue.record("trace \(trace) is missing")
                continue
            }
            #expect(spans.count == (trace % 10 == 0 ? 6 : 1))
        }
        #expect(try reader.slowest(SlowestQuery(window: .all, limit: 1_000)).rows.count > 72)
    }

    @Test("that come again are left out, in one seal and in the next")
    func duplicates() async throws {
        let duplicates = NIOLockedValueBox(0)
        let store = try TelemetryStore.open(path: path, options: options()) { event in
            guard event.name == "store.duplicates", let count = event.fields.first?.value else { return }
            duplicates.withLockedValue { $0 += Int(count) ?? 0 }
        }
        try await storeSeals(2, store)
        let strays = [1, .max].map { span(trace: 99, startNanos: $0) }
        try await store.append(Sample.request(strays + strays + [Sample.span(trace: 1, id: 9)]))
        await store.writer.settle()
        try await store.append(Sample.request([Sample.span(trace: 1, id: 10)] + strays))
        await store.close()
        #expect(duplicates.withLockedValue { $0 } == 4)
        #expect(try rows("SELECT sum(spans) FROM segment") == [[24]])
    }

    @Test("do not go first when the file is too large")
    func retention() async throws {
        let store = try TelemetryStore.open(path: path, options: options())
        try await storeSeals(1, store)
        await store.close()
        // Ordinary ones first, which came first.
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("UPDATE segment SET created_at = created_at + id")
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        let expired = try database.deleteOldestSegments(bytes: 1, effort: 1)
        #expect(expired.segments == 1)
        #expect(expired.firstStart >= UnixNanos(rawValue: Int64(Sample.baseNanos)))
    }
}
