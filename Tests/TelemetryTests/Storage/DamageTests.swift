import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Damage", .timeLimit(.minutes(15)))
struct DamageTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// A database of two segments and a journal, with one request in each.
    private func makeDatabase() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 2))
        for trace in [1, 2] as [UInt64] {
            try await store.append(
                Sample.request([
                    Sample.span(trace: trace, id: 1, millis: trace * 100),
                    Sample.span(trace: trace, id: 2, parent: 1, kind: .client),
                ]))
        }
        // Closing waits for the segments that are being made.
        try await store.append(Sample.request([Sample.span(trace: 3, id: 1, millis: 300)]))
        await store.close()
    }

    private func corrupt(_ sql: String) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(sql)
        #expect(connection.changes > 0)
    }

    private let everything = SlowestQuery(window: .all, limit: 10)

    @Test("A damaged chunk costs its segment only, and the answer says so")
    func damagedChunk() async throws {
        try await makeDatabase()
        try corrupt("UPDATE chunk SET data = zeroblob(length(data)) WHERE id = (1 << 16) | 9")
        let result = try TelemetryReader(path: path).slowest(everything)
        #expect(result.rows.map(\.durationNanos) == [300_000_000, 200_000_000])
        let note = try #require(result.notes.first { $0.code == "damaged_chunk" })
        #expect(note.message.contains("segment 1"))
        #expect(note.message.contains("durations"))
        #expect(note.message.contains("2 spans from 2026-09-21 14:13:20.000 to 2026-09-21 14:13:20.000 UTC"))
    }

    @Test(
        "No node is called silent while spans at the end of the window cannot be read",
        arguments: ["chunk", "segment", "journal"])
    func silence(table: String) async throws {
        let late: UInt64 = 600_000
        let store = try TelemetryStore.open(
            path: path, options: .sealing(every: table == "journal" ? .max : 1))
        for (trace, start) in [(1, 0), (2, late)] as [(UInt64, UInt64)] {
            try await store.append(
                Sample.request([Sample.span(trace: trace, id: 1, startMillis: start)], node: "node-\(trace)"))
        }
        await store.close()
        let base = UnixNanos(clamping: Sample.baseNanos)
        let now = base.advanced(byNanos: Int64(late) * 1_000_000 + 1)
        func codes(_ now: UnixNanos) throws -> [String] {
            let window = TimeWindow(since: base, until: now)
            let result = try TelemetryReader(path: path).stats(StatsQuery(window: window, now: now))
            return result.notes.map(\.code)
        }
        #expect(try codes(now) == ["nodes_silent"])
        let isLast = "(SELECT max(id) FROM \(table == "journal" ? "journal" : "segment"))"
        switch table {
        case "chunk":
            try corrupt(
                "UPDATE chunk SET data = x'00' WHERE id = \(isLast) << 16 | \(ChunkID.statistics.number)")
        case "segment": try corrupt("UPDATE segment SET spans = -1 WHERE id = \(isLast)")
        default: try corrupt("UPDATE journal SET data = x'00' WHERE id = \(isLast)")
        }
        #expect(try codes(now) == ["damaged_chunk"])
        // Hours later all of them are, whatever the rest holds.
        let later = now.advanced(byNanos: 400_000_000_000)
        #expect(try codes(later).contains("stale") == (table != "segment"))
    }

    @Test("A damaged resource is told, wherever its spans are counted or it is listed", arguments: [0, 1])
    func damagedResource(isMissing: Int) async throws {
        try await makeDatabase()
        try corrupt(isMissing == 1 ? "DELETE FROM resource" : "UPDATE resource SET otlp = x'ff' WHERE id = 1")
        let result = try TelemetryReader(path: path).stats(StatsQuery(window: .all, keys: [.service]))
        #expect(result.groups.contains { $0.key == [.text("unknown_service")] })
        let note = try #require(result.notes.first { $0.code == "damaged_chunk" })
        #expect(note.message.contains("row 1 of the table resource is damaged or missing"))
        guard isMissing == 0 else { return }
        let session = try SQLSession(path: path, now: UnixNanos(rawValue: 0), zone: .utc)
        var rows = 0
        let answer = try session.run(
            SQLQuestion(sql: "SELECT * FROM resources"), columns: { _ in },
            row: { _ in
                rows += 1
                return true
            })
        // The one of the journal is left.
        #expect(rows == 1)
        #expect(answer.notes.map(\.code) == ["damaged_chunk"])
        #expect(answer.notes.first?.message.contains("row 1 of the table resource is damaged") == true)
    }

    @Test("A trace's answer tells of each damage once, and calls columns by their names")
    func notedOnce() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
        for trace in [0x10, 0x20] as [UInt64] {
            try await store.append(Sample.request([Sample.span(trace: trace, id: 1)]))
        }
        await store.close()
        let id = try #require(TraceID(bytes: TraceBytes.trace(0x20))).hex
        func damages() throws -> [String] {
            // The search for ids that begin so and the one for the spans both meet the damage.
            guard
                case .found(_, _, let notes) = try TelemetryReader(path: path).trace(
                    prefix: String(id.dropLast()))
            else { return [] }
            return notes.filter { $0.code == "damaged_chunk" }.map(\.message)
        }
        try corrupt("UPDATE chunk SET data = x'00' WHERE id = (1 << 16) | 2")
        // Without its filter, the segment may have spans of any trace.
        try corrupt("DELETE FROM chunk WHERE id = (1 << 16) | 13")
        #expect(try damages().count == 1)
        #expect(try damages().first?.contains("chunk trace ids does not match its checksum") ?? false)
    }

    @Test("A missing chunk is damage, not a crash", arguments: [0, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12])
    func missingChunk(number: Int) async throws {
        try await makeDatabase()
        try corrupt("DELETE FROM chunk WHERE id = (1 << 16) | \(number)")
        let reader = try TelemetryReader(path: path)
        #expect(try reader.slowest(everything).notes.contains { $0.code == "damaged_chunk" })
        let id = try #require(TraceID(bytes: TraceBytes.trace(2)))
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
            Issue.record("the other segment is unreadable")
            return
        }
        #expect(spans.count == 2)
    }

    @Test("A damaged row of the journal is noted, and the collector starts all the same")
    func damagedJournal() async throws {
        try await makeDatabase()
        try corrupt("UPDATE journal SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB)")
        let result = try TelemetryReader(path: path).slowest(everything)
        #expect(result.rows.count == 2)
        #expect(result.notes.contains { $0.message.contains("journal row 3 is damaged (1 span from 2026-") })
        let store = try TelemetryStore.open(path: path)
        try await store.append(Sample.request([Sample.span(trace: 4, id: 1)]))
        await store.close()
        #expect(try TelemetryReader(path: path).slowest(everything).rows.count == 3)
    }

    @Test("A byte that was changed in any chunk costs its segment at the most, and the answer names both")
    func anyChunk() async throws {
        let database = try DamagedDatabase()
        try await database.make()
        let other = try #require(TraceID(bytes: TraceBytes.trace(2))).hex
        var named = 0
        for (id, bytes) in try database.chunks() where id >> 16 == 1 {
            var changed = bytes
            changed[changed.count / 2] ^= 0x10
            try database.replace(chunk: id, with: changed, isSigned: false)
            let reader = try TelemetryReader(path: database.path)
            let slowest = try reader.slowest(everything)
            #expect(slowest.rows.contains { $0.durationNanos == 200_000_000 })
            #expect(slowest.rows.contains { $0.durationNanos == 300_000_000 })
            if slowest.rows.count < 3 {
                named += 1
                #expect(
                    slowest.notes.contains {
                        $0.message.contains("segment 1") && $0.message.contains("(3 spans from 2026-")
                    }, "chunk \(id & 0xffff)")
            }
            guard case .found(_, let spans, _) = try reader.trace(prefix: other) else {
                Issue.record("chunk \(id & 0xffff) cost another segment")
                continue
            }
            #expect(spans.count == 3)
            try database.replace(chunk: id, with: bytes, isSigned: true)
        }
        #expect(named > 5)
    }

    @Test("Chunks with a right checksum and wrong content never crash a reader")
    func hostileChunks() async throws {
        try await makeDatabase()
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        let connection = try Connection(path: path, mode: .readWrite)
        let chunks = try readChunks(connection)
        let update = try connection.prepare("UPDATE chunk SET checksum = ?1, data = ?2 WHERE id = ?3")
        for _ in 0..<600 {
            let (id, original) = chunks[generator.number(below: chunks.count)]
            var bytes = original
            for _ in 0...generator.number(below: 3) where !bytes.isEmpty {
                let place = generator.number(below: bytes.count)
                switch generator.number(below: 3) {
                case 0: bytes[place] = generator.bytes(1)[0]
                case 1: bytes.removeLast(generator.number(below: bytes.count))
                default: bytes.insert(contentsOf: generator.bytes(3), at: place)
                }
            }
            try write(bytes, to: id, update)
            let reader = try TelemetryReader(path: path)
            _ = try reader.slowest(everything)
            for trace in [1, 2] as [UInt64] {
                _ = try reader.trace(prefix: try #require(TraceID(bytes: TraceBytes.trace(trace))).hex)
            }
            try write(original, to: id, update)
        }
        #expect(try TelemetryReader(path: path).slowest(everything).rows.count == 3, "seed \(seed)")
    }

    private func readChunks(_ connection: borrowing Connection) throws -> [(Int64, [UInt8])] {
        let statement = try connection.prepare("SELECT id, data FROM chunk")
        var chunks: [(Int64, [UInt8])] = []
        while try statement.step() { chunks.append((statement.integer(0), statement.blob(1))) }
        return chunks
    }

    private func write(_ bytes: [UInt8], to id: Int64, _ update: borrowing Statement) throws {
        try update.bind(1, Int64(bitPattern: checksum(bytes.span)))
        try update.bind(2, bytes)
        try update.bind(3, id)
        try update.run()
    }

    @Test("A batch whose operations name no names, or with more columns than one can have, is damage")
    func impossibleBatches() throws {
        let span = Sample.span(trace: 1, id: 1, attributes: [KeyValue("a", .string("text"))])
        let body = Sample.request([span]).protobufBytes()
        let batch = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
        func isReadable(_ batch: SpanBatch) -> Bool {
            let bytes = batch.encoded()
            var reader = ByteReader(bytes.span)
            return (try? SpanBatch(decoding: &reader)) != nil
        }
        #expect(isReadable(batch))
        var other = batch
        let text = try #require(batch.dictionary.columns.firstIndex { $0 >= FieldColumn.count })
        other.operations[0].name = UInt32(text)
        #expect(!isReadable(other))
        for count in [ColumnTable.countMax - 1, ColumnTable.countMax, ColumnTable.countMax + 1] {
            var wide = batch
            let keys = (batch.columns.count..<count).map {
                ColumnKey(role: .attribute, type: .int, name: Array("\($0)".utf8))
            }
            wide.columns = ColumnSet(
                keys: batch.columns.keys + keys, hashes: batch.columns.hashes + keys.map(\.tableHash))
            #expect(isReadable(wide) == (count <= ColumnTable.countMax))
        }
    }

    @Test("Journal bytes that were changed never crash whoever reads them")
    func hostileJournal() throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        var readable = 0
        for _ in 0..<1_500 {
            let body = generator.request(spansMax: 2).protobufBytes()
            let batch = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
            var bytes = JournalRow.encode([batch.encoded()])
            let place = generator.number(below: bytes.count)
            if Bool.random() { bytes[place] = generator.bytes(1)[0] } else { bytes.removeLast(place / 4) }
            guard let batches = try? JournalRow.decode(bytes.span) else { continue }
            readable += 1
            for batch in batches.compactMap(\.spanBatch) where batch.spanCount > 0 {
                _ = try? batch.storedSpans()
            }
        }
        #expect(readable > 0, "seed \(seed)")
    }
}
