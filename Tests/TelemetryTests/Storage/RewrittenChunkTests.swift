import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Chunks with a right checksum and wrong content", .timeLimit(.minutes(15)))
struct RewrittenChunkTests {
    private static let minute = SpanKey.period(60_000_000_000)

    private let database: DamagedDatabase

    init() async throws {
        database = try DamagedDatabase()
        let store = try TelemetryStore.open(path: database.path, options: .sealing(every: 6))
        for trace in [1, 2] as [UInt64] {
            try await store.append(Sample.request(Self.spans(trace: trace)))
            await store.writer.settle()
        }
        try await store.append(Sample.request([Sample.span(trace: 1, id: 9, millis: 300)]))
        await store.close()
    }

    /// Six spans that have a bit of everything.
    private static func spans(trace: UInt64) -> [OTLPModel.Span] {
        (1...6 as ClosedRange<UInt8>).map { number in
            var span = Sample.span(
                trace: trace, id: number, parent: number == 1 ? nil : number == 6 ? 99 : 1,
                name: number == 2 ? "/github.com/a/b/@v/v1.0.0.zip" : "GET",
                kind: number < 3 ? .server : .client,
                startMillis: UInt64(number), millis: trace * 100,
                attributes: [
                    KeyValue("url.path", .string("/github.com/a/b/@v/v1.0.\(number).mod")),
                    KeyValue("url.query", .string("x=1")), KeyValue("http.response.status_code", .int(200)),
                    KeyValue("http.response.body.size", .int(Int64(number))), KeyValue("ratio", .double(0.5)),
                    KeyValue("hit", .bool(number > 2)), KeyValue("none", .empty),
                    KeyValue("list", .array([.int(1), .string("a")])),
                    KeyValue("map", .keyValueList([KeyValue("k", .int(1))])),
                    KeyValue("raw", .bytes([1, 2])),
                    // Two columns of one key.
                    KeyValue("mixed", number < 4 ? .int(5) : .string("five")),
                ])
            span.events = [SpanEvent(timeUnixNano: 5, name: "event", attributes: [KeyValue("e", .int(1))])]
            var link = SpanLink()
            link.traceID = TraceBytes.trace(7)
            link.spanID = [0, 0, 0, 0, 0, 0, 0, 7]
            span.links = [link]
            span.traceState = "a=b"
            span.status = SpanStatus(code: number == 3 ? .error : .unset, message: "words")
            span.droppedAttributesCount = 1
            span.droppedEventsCount = 2
            span.droppedLinksCount = 3
            return span
        }
    }

    /// What takes the place of a chunk.
    private static func rewrites(_ bytes: [UInt8], _ random: inout RequestGenerator) -> [[UInt8]] {
        var rewritten: [[UInt8]] = [[], [0], random.bytes(bytes.count), random.bytes(300)]
        rewritten.append([UInt8](repeating: 0, count: bytes.count))
        // The highest numbers there are, one after another, alone and behind what the chunk begins with.
        let maximal = [UInt8](repeating: 0xff, count: 9) + [0x01]
        rewritten.append(maximal + maximal + maximal + maximal)
        for kept in [1, 3, 8] { rewritten.append(Array(bytes.prefix(kept)) + maximal + maximal) }
        for _ in 0..<2 { rewritten.append(Array(bytes.prefix(random.number(below: bytes.count)))) }
        for _ in 0..<5 {
            var changed = bytes
            for _ in 0...random.number(below: 2) {
                let value = [0, 1, 2, 0x7f, 0x80, 0xff, UInt8(random.number(below: 256))]
                changed[random.number(below: changed.count)] = value[random.number(below: value.count)]
            }
            rewritten.append(changed)
        }
        return rewritten
    }

    private func ask<Answer>(_ words: String, _ question: () throws -> Answer) -> Answer? {
        do {
            return try question()
        } catch let error as StoreError {
            #expect(error.code == .damaged && error.message.contains("segment 1"), "\(words): \(error)")
        } catch let error as SQLProblem {
            #expect(error.message.contains("segment 1"), "\(words): \(error.message)")
        } catch {
            Issue.record("\(words): \(error)")
        }
        return nil
    }

    /// Every way to read spans.
    private func askEverything(_ words: String) throws {
        let reader = try TelemetryReader(path: database.path)
        for trace in [1, 2] as [UInt64] {
            let id = try #require(TraceID(bytes: TraceBytes.trace(trace))).hex
            _ = ask(words) { try reader.trace(prefix: id) }
            _ = ask(words) { try reader.trace(prefix: String(id.dropLast())) }
        }
        let now = UnixNanos(rawValue: Int64(Sample.baseNanos))
        var slowest = SlowestQuery(window: .all, limit: 20)
        for filter in [0, 1, 2, 3] {
            slowest.name = filter == 1 ? "*" : nil
            slowest.node = filter == 2 ? "edge*" : nil
            slowest.service = filter == 3 ? "edge" : nil
            slowest.now = now
            if let found = ask(words, { try reader.slowest(slowest) }) { #expect(found.rows.count <= 13) }
        }
        try askStats(words, reader, now)
        _ = ask(words) { try reader.export(SpanSelection()) { _ in true } }
        _ = ask(words) {
            try reader.export(SpanSelection(name: "*x*")) { $0.request.resourceSpans.count >= 0 }
        }
        try askSQL(words)
        _ = try database.verify()
        try askWriters(words)
    }

    private func askStats(_ words: String, _ reader: TelemetryReader, _ now: UnixNanos) throws {
        let keys = [
            "name", "kind", "status", "service", "node", "scope", "trace_id", "module_kind", "cache_result",
            "outcome", "module", "module_version", "url.path", "ratio", "hit", "list", "map", "raw",
            "mixed", "none", "resource.service.name",
        ]
        for key in keys {
            let query = StatsQuery(window: .all, keys: [SpanKey(key)], now: now)
            if let found = ask("\(words), by \(key)", { try reader.stats(query) }) {
                #expect(found.spanCount <= 13)
            }
        }
        for key in [SpanKey.name, .node, .outcome, Self.minute] {
            let query = StatsQuery(window: .all, keys: [key], isApproximate: true, now: now)
            _ = ask("\(words), about by \(key.text)") { try reader.stats(query) }
        }
        _ = ask(words) { try reader.stats(StatsQuery(window: .all, name: "*mod")) }
        let early = TimeWindow(since: .distantPast, until: now.advanced(byNanos: 3_000_000))
        _ = ask(words) { try reader.stats(StatsQuery(window: early, keys: [Self.minute], now: now)) }
    }

    private func askSQL(_ words: String) throws {
        let session = try SQLSession(path: database.path, now: UnixNanos(rawValue: 0), zone: .utc)
        let statements =
            TelemetryTables.names.map { "SELECT * FROM \($0)" } + [
                "SELECT attr(spans, 'mixed'), attr(spans, 'list'), attr(spans, 'map'), attr(spans, 'raw') FROM spans",
                "SELECT * FROM spans ORDER BY duration_ns DESC LIMIT 9",
                "SELECT * FROM spans ORDER BY start_ns LIMIT 9",
                "SELECT count(*), max(name) FROM spans WHERE service = 'edge' AND node = 'edge-1' AND kind = 'server'",
                "SELECT attributes FROM spans ORDER BY span_id DESC",
                "SELECT * FROM spans WHERE trace_id = '\(hexadecimal(TraceBytes.trace(1)))'",
                "SELECT span_name, time FROM events WHERE service = 'edge'",
            ]
        for statement in statements {
            _ = ask("\(words): \(statement)") { try session.rows(statement) }
        }
    }

    /// Sealing looks for spans that are stored already, and merging reads all of a segment.
    private func askWriters(_ words: String) throws {
        let catalogue = try SegmentCatalogue(path: database.path)
        let entries = try catalogue.entries(of: .traces, withFewerRowsThan: 100)
        let body = Sample.request(Self.spans(trace: 1)).protobufBytes()
        let batch = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
        _ = ask(words) {
            try SegmentBuilder([batch]).build(leavingOutThoseIn: entries.lazy.map { catalogue.view($0) })
        }
        let merged = ask(words) {
            SegmentBuilder(merging: try entries.map { try catalogue.view($0).segmentColumns() }).build()
        }
        if let merged { _ = SegmentEncoder().chunks(merged) }
    }

    private func chunk(_ id: ChunkID) throws -> [UInt8] {
        try #require(try database.chunks().first { $0.0 == Schema.chunkKey(segment: 1, id) }).1
    }

    private func replace(_ id: ChunkID, with bytes: [UInt8]) throws {
        let key = Schema.chunkKey(segment: 1, id)
        try database.replace(chunk: key, with: bytes, isSigned: true)
    }

    @Test("are refused when there are more or fewer traces than the catalogue says", arguments: [0, 2])
    func traces(count: Int) throws {
        var ids = ByteWriter()
        Block.writeRaw([UInt8](repeating: 7, count: 16 * count).span, to: &ids)
        let original = try chunk(.traceIDs)
        try replace(.traceIDs, with: ids.bytes)
        try askEverything("\(count) trace ids")
        let export = try TelemetryReader(path: database.path).export(SpanSelection()) { _ in true }
        #expect(export.spans == 7)
        #expect(export.notes.contains { $0.message.contains("segment 1: chunk trace ids is damaged") })

        try replace(.traceIDs, with: original)
        var counts = ByteWriter()
        let compressor = ZstdCompressor()
        IntegerCoding.write(count == 0 ? [] : [6, 0] as [UInt32], compressor, to: &counts)
        try replace(.traceSpanCounts, with: counts.bytes)
        try askEverything("\(count) counts")
    }

    @Test("are refused when a rollup has minutes that do not exist", arguments: [-1, 0, 1])
    func minutes(more: Int) throws {
        var segment: SegmentView?
        try TelemetryReader(path: database.path).forEachView { if $0.segmentID == 1 { segment = $0 } }
        let view = try #require(segment)
        var rollup = try #require(try view.rollup())
        let minute = Int(SegmentRollup.minuteMax) + more
        rollup.minutes = rollup.minutes.map { _ in UInt32(minute) }
        var writer = ByteWriter()
        rollup.encode(ZstdCompressor(), to: &writer)
        try replace(.rollup, with: writer.bytes)
        let query = StatsQuery(window: .all, keys: [Self.minute], isApproximate: true)
        let found = try TelemetryReader(path: database.path).stats(query)
        #expect(found.spanCount == (more > 0 ? 7 : 13))
        #expect(
            found.notes.contains { $0.message.contains("segment 1: chunk rollup is damaged") } == (more > 0))
        try askEverything("minute \(minute)")
    }

    @Test("are an error that names the segment, or fewer rows, whatever the question", arguments: 0..<4)
    func everyQuestion(part: Int) throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        print("seed \(seed)")
        var random = RequestGenerator(seed: seed)
        try askEverything("as it was")
        let chunks = try database.chunks().filter { $0.0 >> 16 == 1 }
        #expect(chunks.count > 25)
        for (place, (id, bytes)) in chunks.enumerated() where place % 4 == part && !bytes.isEmpty {
            for (number, rewritten) in Self.rewrites(bytes, &random).enumerated() {
                try database.replace(chunk: id, with: rewritten, isSigned: true)
                try askEverything("seed \(seed), chunk \(id & 0xffff), rewrite \(number)")
            }
            try database.replace(chunk: id, with: bytes, isSigned: true)
            try database.execute("DELETE FROM chunk WHERE id = \(id)")
            try askEverything("seed \(seed), chunk \(id & 0xffff) deleted")
            try database.restore(chunk: id, bytes)
        }
        try askEverything("as it was")
    }
}
