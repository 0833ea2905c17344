import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Segments that are read back and built into one", .timeLimit(.minutes(15)))
struct MergedSegmentTests {
    @Test(
        "have the same spans in the same order as one that was made at once, for generated requests",
        arguments: 0..<8)
    func mergingChangesNothing(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 60))
        for _ in 0..<30 { try await store.append(generator.request()) }
        await store.close()
        var segments: [SegmentColumns] = []
        var expected: [StoredSpan] = []
        let reader = try TelemetryReader(path: folder.file("t.db"))
        var origins: [SegmentOriginReference: ResolvedOrigin] = [:]
        try reader.forEachView { view in
            guard view.segmentID != nil else { return }
            segments.append(try view.segmentColumns())
            expected += try view.storedSpans()
            for (reference, origin) in zip(try view.storedOrigins(), try view.origins()) {
                origins[reference] = origin
            }
        }
        #expect(segments.count > 2)
        let merged = SegmentBuilder(merging: segments).build()
        #expect(merged.spanCount == segments.reduce(0) { $0 + $1.spanCount }, "seed \(seed)")
        let found = try encoded(merged, origins).storedSpans()
        #expect(found.canonicalSpans() == expected.canonicalSpans(), "seed \(seed)")
        #expect(Set(found.map(\.receivedAt)) == Set(expected.map(\.receivedAt)))
    }

    @Test("of a span that several have the first stays")
    func duplicates() throws {
        let request = Sample.request([Sample.span(trace: 1, id: 1), Sample.span(trace: 2, id: 1)])
        let batch = try DecodedTraces.fromProtobuf(request.protobufBytes().span, arrival: someArrival).batch
        var columns = SegmentBuilder([batch]).build()
        columns.storedOrigins = [SegmentOriginReference(resource: 1, scope: 1)]
        let merged = SegmentBuilder(merging: [columns, columns, columns]).build()
        #expect(merged.spanCount == 2)
        #expect(merged.duplicates == 4)
        #expect(merged.traces.count == 2)
    }

    /// A view of what a segment with these columns would hold, through its chunks.
    private func encoded(
        _ columns: SegmentColumns, _ origins: [SegmentOriginReference: ResolvedOrigin]
    ) throws -> SegmentView {
        let encoder = SegmentEncoder()
        var chunks: [ChunkID: [UInt8]] = [:]
        for chunk in encoder.chunks(columns) { chunks[chunk.id] = chunk.bytes }
        let references = columns.storedOrigins.map { (resource: $0.resource, scope: $0.scope) }
        chunks[.origins] = encoder.originsChunk(references).bytes
        return SegmentView(
            segmentID: 1, format: 2, summary: columns.summary(),
            load: { (chunk, _) throws(StoreError) in chunks[chunk] },
            resolve: { (reference) throws(StoreError) in
                guard let origin = origins[reference] else { throw StoreError(.damaged, "no such origin") }
                return origin
            })
    }
}
