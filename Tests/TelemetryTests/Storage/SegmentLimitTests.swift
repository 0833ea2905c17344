import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Segments stay within what readers believe", .timeLimit(.minutes(15)))
struct SegmentLimitTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Stores requests without waiting for each, as many connections do, and seals what there is.
    private func store(_ requests: [ExportTraceServiceRequest]) async throws {
        var options = StoreOptions()
        options.sealAfterNanos = 0
        options.queueBytesMax = 1 << 30
        let store = try TelemetryStore.open(path: path, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in requests { group.addTask { try await store.append(request) } }
            try await group.waitForAll()
        }
        await store.close()
        // The next start seals what the first left in the journal.
        let (sealed, sealing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let again = try TelemetryStore.open(path: path, options: options) { event in
            if event.name == "store.sealed" { sealing.yield() }
        }
        while try TelemetryReader(path: path).info().journalRows > 0 {
            for await _ in sealed { break }
        }
        await again.close()
    }

    @Test("A sender that invents 100,000 keys makes more segments, not a crash")
    func inventedKeys() async throws {
        let requests = (0..<100).map { request in
            let attributes = (0..<1_000).map { KeyValue("key.\(request).\($0)", .int(Int64($0))) }
            return Sample.request([Sample.span(trace: UInt64(request) + 1, id: 1, attributes: attributes)])
        }
        try await store(requests)
        let reader = try TelemetryReader(path: path)
        #expect(try reader.info().spans == 100)
        #expect(try reader.info().segments >= 100_000 / (2 * PendingSegment.columnsMax))
        for request in [0, 57, 99] as [UInt64] {
            let id = try #require(TraceID(bytes: TraceBytes.trace(request + 1)))
            guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
                Issue.record("trace \(request + 1) is missing")
                continue
            }
            #expect(spans.first?.span.attributes.count == 1_000)
            #expect(spans.first?.span.attributes.last?.key == "key.\(request).999")
        }
    }

    /// Requests of one span each, with keys that no other has.
    private func requests(_ count: Int, keys: Int) -> [ExportTraceServiceRequest] {
        (0..<count).map { request in
            let attributes = (0..<keys).map { KeyValue("key.\(request).\($0)", .int(Int64($0))) }
            return Sample.request([Sample.span(trace: UInt64(request) + 1, id: 1, attributes: attributes)])
        }
    }

    private func batches(_ requests: [ExportTraceServiceRequest]) throws -> [SpanBatch] {
        try requests.map {
            try DecodedTraces.fromProtobuf($0.protobufBytes().span, arrival: someArrival).batch
        }
    }

    @Test("No more columns are read than there are numbers for their chunks", arguments: [-1, 0, 1])
    func columnsOfTables(more: Int) throws {
        let count = ChunkID.columnsMax + more
        #expect(ChunkID.values(of: ChunkID.columnsMax - 1)?.number == .max)
        #expect(ChunkID.values(of: ChunkID.columnsMax) == nil)
        var tables = ByteWriter()
        tables.varint(count)
        for column in 0..<count {
            let key =
                column < FieldColumn.count
                ? FieldColumn.keys[column]
                : ColumnKey(role: .attribute, type: .int, name: Array("\(column)".utf8))
            tables.byte(key.role.rawValue)
            tables.byte(key.type.rawValue)
            tables.counted(key.name)
        }
        // Neither layouts nor operations nor arrivals.
        tables.raw([0, 0, 0])
        var chunk = ByteWriter()
        Block.writeRaw(tables.bytes.span, to: &chunk)
        let read = try? SegmentDecoder(spanCount: 1).tables(chunk.bytes.span)
        #expect(read?.columns.count == (more > 0 ? nil : count))
    }

    @Test("What one commit brings makes as many segments as it needs", arguments: [29, 28, 27, 18, 9 + 10])
    func partsByColumns(columnsMax: Int) throws {
        // Nine fields, and ten keys each.
        let batches = try batches(requests(2, keys: 10))
        let parts = SealParts.parts(of: batches, columnsMax: columnsMax)
        #expect(parts.map(\.count) == (columnsMax >= 29 ? [2] : [1, 1]))
        #expect(SealParts.parts(of: batches + batches, columnsMax: 29).map(\.count) == [4])
        #expect(SealParts.parts(of: []).isEmpty)
    }

    @Test("A commit with more keys than a segment can have columns is sealed whole")
    func keysOfOneCommit() async throws {
        await (try TelemetryStore.open(path: path)).close()
        let batches = try batches(requests(66, keys: 1_000))
        let sealer = Sealer(path: path)
        let sealed = await sealer.seal(batches.map { .spans($0) }, lastJournalID: 1)
        await sealer.close()
        #expect(sealed.segments.map(\.summary.spans) == [65, 1])
        #expect(sealed.spans == 66)
        for segment in sealed.segments {
            let tables = try #require(segment.chunks.first { $0.id == .tables })
            let columns = try SegmentDecoder(spanCount: 1).tables(tables.bytes.span).columns
            #expect(columns.count == FieldColumn.count + segment.summary.spans * 1_000)
        }
    }

    /// Three segments with five keys each.
    private func makeSegments() async throws -> [SegmentColumns] {
        var options = StoreOptions.sealing(every: 1)
        options.mergePlan.fanIn = 1_000
        let store = try TelemetryStore.open(path: path, options: options)
        for request in requests(3, keys: 5) {
            try await store.append(request)
            await store.writer.settle()
        }
        await store.close()
        let catalogue = try SegmentCatalogue(path: path)
        return try catalogue.entries(of: .traces, withFewerRowsThan: 10).map {
            try catalogue.view($0).segmentColumns()
        }
    }

    @Test(
        "A merge takes as many segments as have fewer columns together than a segment may have",
        arguments: [(17, 1), (16, 1), (15, 2), (11, 2), (10, 3), (9, 3), (5, 3)])
    func mergedColumns(columnsMax: Int, segments: Int) async throws {
        #expect(try await makeSegments().count == 3)
        var plan = MergePlan()
        plan.columnsMax = columnsMax
        let result = try SegmentMerging(path: path, plan: plan).run()
        #expect(result.segmentsNow == segments)
        #expect(result.damages.isEmpty)
        #expect(try TelemetryReader(path: path).info().spans == 3)
    }

    @Test("A merge takes as many segments as take less memory together", arguments: [-1, 0, 1])
    func mergedBytes(more: Int) async throws {
        let sizes = try await makeSegments().map(\.memoryBytes)
        var plan = MergePlan()
        plan.memoryBytesMax = sizes.reduce(0, +) + more
        let attempt = try MergedSegment.next(
            plan, isForced: true, excluding: [], SegmentCatalogue(path: path), SegmentEncoder())
        guard case .merged(let merged) = attempt else {
            Issue.record("nothing was merged")
            return
        }
        #expect(merged.replaced.count == (more > 0 ? 3 : 2))
        #expect(merged.summary.spans == merged.replaced.count)
    }

    @Test("A collector does not try again and again to merge what is too large")
    func tooLargeInBackground() async throws {
        _ = try await makeSegments()
        var options = StoreOptions.sealing(every: 1)
        options.mergePlan.fanIn = 2
        options.mergePlan.columnsMax = 10
        let store = try TelemetryStore.open(path: path, options: options)
        while await store.writer.upkeep.mayMerge {
            await store.writer.tick()
            await store.writer.settle()
            // Its rest is a share of what it took.
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(await store.writer.upkeep.unmergeable.count == 2)
        await store.close()
        #expect(try TelemetryReader(path: path).info().segments == 3)
    }

    @Test("Values of many megabytes under one key stay readable")
    func largeValues() async throws {
        // Together more than is sealed at once.
        let requests = (0..<4).map { request in
            let text = String(repeating: "\(request)", count: 24 << 20)
            return Sample.request([
                Sample.span(trace: UInt64(request) + 1, id: 1, attributes: [KeyValue("big", .string(text))])
            ])
        }
        try await store(requests)
        let reader = try TelemetryReader(path: path)
        let result = try reader.slowest(SlowestQuery(window: .all, limit: 10))
        #expect(result.rows.count == 4)
        #expect(try reader.info().segments >= 2)
        #expect(!result.notes.contains { $0.code == "damaged_chunk" })
        let id = try #require(TraceID(bytes: TraceBytes.trace(3)))
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
            Issue.record("the trace is missing")
            return
        }
        #expect(spans.first?.span.attributes.string(of: "big")?.utf8.count == 24 << 20)
    }

    @Test(
        "Committed to a file or a log that was removed, a request is not acknowledged",
        arguments: ["", "-wal"])
    func removedFile(suffix: String) async throws {
        let store = try TelemetryStore.open(path: path)
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        try FileManager.default.removeItem(atPath: path + suffix)
        do {
            try await store.append(Sample.request([Sample.span(trace: 2, id: 1)]))
            Issue.record("acknowledged what no file holds")
        } catch {
            #expect((error as? StoreError)?.code == .unavailable)
            #expect((error as? StoreError)?.message.contains("removed") == true)
        }
        await store.close()
    }

    @Test("A reader in the middle of a long query does not hold up commits")
    func longReader() async throws {
        let store = try TelemetryStore.open(path: path)
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        do {
            let reading = try Connection(path: path, mode: .readOnly)
            try reading.execute("BEGIN")
            #expect(try reading.integer("SELECT count(*) FROM journal") == 1)
            for trace in 2...50 as ClosedRange<UInt64> {
                try await store.append(Sample.request([Sample.span(trace: trace, id: 1)]))
            }
            #expect(try reading.integer("SELECT count(*) FROM journal") == 1)
            try reading.execute("COMMIT")
        }
        #expect(try TelemetryReader(path: path).info().spans == 50)
        await store.close()
    }
}
