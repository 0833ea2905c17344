import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A segment's rollup", .timeLimit(.minutes(15)))
struct RollupTests {
    /// A row with its group, for comparisons.
    private struct Row: Hashable {
        var group: SegmentRollup.Group
        var minute: UInt32
        var spans: Int
        var errors: Int
        var bytes: UInt64
        var nanos: UInt64
        var sketch: DurationSketch
    }

    private static func rows(_ rollup: SegmentRollup) -> [Row] {
        (0..<rollup.rowCount).map { row in
            var sketch = DurationSketch()
            rollup.merge(row: row, into: &sketch)
            return Row(
                group: rollup.groups[Int(rollup.groupIndexes[row])], minute: rollup.minutes[row],
                spans: Int(rollup.spans[row]), errors: Int(rollup.errors[row]),
                bytes: rollup.responseBytes[row], nanos: rollup.durationSums[row], sketch: sketch)
        }
    }

    /// The same, added up span by span.
    private static func counted(_ view: SegmentView) throws -> Set<Row> {
        struct Key: Hashable {
            var group: SegmentRollup.Group
            var minute: UInt32
        }
        var rows: [Key: Row] = [:]
        let requests = try SegmentClassification(view)
        let statistics = try #require(try view.statistics())
        let tables = try view.tables()
        let starts = try view.starts()
        let durations = try view.durations()
        for span in starts.indices {
            let operation = tables.operations[Int(try view.operationIndexes()[span])]
            let origin = try view.originIndexes()[span]
            let peer = tables.arrivals[Int(try view.arrivalIndexes()[span])].peerAddress
            let source = try #require(
                statistics.sources.firstIndex {
                    $0.origin == origin && statistics.peers[Int($0.peer)] == peer
                })
            let group = SegmentRollup.Group(
                source: UInt32(source), name: operation.name, kind: operation.kind,
                moduleKind: requests.kinds[span], cacheResult: requests.cacheResults[span],
                outcome: requests.outcomes[span])
            let minute = UInt32(min(starts[span], UInt64(Int64.max)) / 60_000_000_000)
            let key = Key(group: group, minute: minute)
            var row =
                rows[key]
                ?? Row(
                    group: group, minute: minute, spans: 0, errors: 0, bytes: 0, nanos: 0,
                    sketch: DurationSketch())
            let duration = clampedDuration(durations[span], start: starts[span])
            row.spans += 1
            row.errors += operation.status == StatusCode.error.rawValue ? 1 : 0
            row.nanos = row.nanos.addingClamped(UInt64(duration))
            let bytes = requests.responseBytes[span]
            if bytes != RequestAttribute.nothing { row.bytes = row.bytes.addingClamped(bytes) }
            row.sketch.add(duration)
            rows[key] = row
        }
        return Set(rows.values)
    }

    @Test(
        "has what the spans add up to, from segments and the journal, for generated requests",
        arguments: 0..<6)
    func addsUp(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 200))
        for _ in 0..<40 { try await store.append(generator.request()) }
        await store.close()
        try TelemetryReader(path: folder.file("t.db")).forEachView { view in
            let rollup = try #require(try view.rollup(), "seed \(seed)")
            let rows = Self.rows(rollup)
            #expect(rows.count == Set(rows).count)
            let counted = try Self.counted(view)
            #expect(Set(rows) == counted, "seed \(seed)")
            #expect(rows.reduce(0) { $0 + $1.spans } == view.summary.spans)
            #expect(rollup.groups == rollup.groups.sorted())
        }
    }

    @Test("tells minutes, modules and outcomes apart, and adds response bytes")
    func groups() async throws {
        func span(_ trace: UInt64, _ path: String, status: Int64, bytes: Int64, minute: UInt64)
            -> OTLPModel.Span
        {
            Sample.span(
                trace: trace, id: 1, startMillis: minute * 60_000, millis: 20,
                attributes: [
                    KeyValue("url.path", .string(path)), KeyValue("http.response.status_code", .int(status)),
                    KeyValue("http.response.body.size", .int(bytes)),
                ])
        }
        let request = Sample.request([
            span(1, "/golang.org/x/text/@v/v0.3.0.zip", status: 200, bytes: 1_000, minute: 0),
            span(2, "/golang.org/x/text/@v/v0.3.1.zip", status: 200, bytes: 500, minute: 0),
            span(3, "/golang.org/x/text/@v/v0.3.0.zip", status: 200, bytes: 70, minute: 1),
            span(4, "/golang.org/x/text/@v/v0.3.0.mod", status: 404, bytes: 0, minute: 0),
        ])
        let batch = try DecodedTraces.fromProtobuf(request.protobufBytes().span, arrival: someArrival).batch
        let rollup = try #require(try SegmentView(SegmentBuilder([batch]).build()).rollup())
        let found = rollup.minutes.indices.map { row in
            let group = rollup.groups[Int(rollup.groupIndexes[row])]
            return [
                UInt64(group.moduleKind), UInt64(group.outcome),
                UInt64(rollup.minutes[row] - rollup.minutes[0]),
                UInt64(rollup.spans[row]), rollup.responseBytes[row],
            ]
        }
        let zip = UInt64(ModuleKind.zip.rawValue)
        let mod = UInt64(ModuleKind.mod.rawValue)
        let ok = UInt64(RequestOutcome.ok.rawValue)
        #expect(
            found == [
                [mod, UInt64(RequestOutcome.notFound.rawValue), 0, 1, 0], [zip, ok, 0, 2, 1_500],
                [zip, ok, 1, 1, 70],
            ])
        #expect(rollup.responseBytes.reduce(0, +) == 1_570)
        #expect(rollup.durationSums.reduce(0, +) == 80_000_000)
    }

    @Test("damaged ones are damage, not a crash")
    func damage() throws {
        var generator = RequestGenerator(seed: 5)
        let batches = try (0..<20).map { _ in
            try DecodedTraces.fromProtobuf(generator.request().protobufBytes().span, arrival: someArrival)
                .batch
        }
        let view = SegmentView(SegmentBuilder(batches).build())
        let rollup = try #require(try view.rollup())
        let sources = try #require(try view.statistics()).sources.count
        let names = try view.names().count
        let compressor = ZstdCompressor()
        let decompressor = ZstdDecompressor()
        var writer = ByteWriter()
        rollup.encode(compressor, to: &writer)
        var random = SeededGenerator(seed: 6)
        func decode(_ bytes: [UInt8]) throws -> SegmentRollup {
            var reader = ByteReader(bytes.span)
            return try SegmentRollup(
                decoding: &reader, decompressor, spanCount: view.summary.spans, sourceCount: sources,
                nameCount: names)
        }
        #expect(try decode(writer.bytes) == rollup)
        for _ in 0..<5_000 {
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...2, using: &random))
            guard let found = try? decode(bytes) else { continue }
            #expect(found.spans.reduce(0) { $0 + Int($1) } == view.summary.spans)
        }
        let unknownName = SegmentRollup(
            groups: [
                SegmentRollup.Group(
                    source: 0, name: UInt32(names), kind: 0, moduleKind: 0, cacheResult: 0, outcome: 0)
            ])
        var other = ByteWriter()
        unknownName.encode(compressor, to: &other)
        #expect(throws: ByteReader.Damage.self) { try decode(other.bytes) }
    }
}
