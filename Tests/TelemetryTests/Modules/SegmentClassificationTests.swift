import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Classification of a segment")
struct SegmentClassificationTests {
    @Test("Every span gets what it gets alone", arguments: 0..<12)
    func agreesWithSingleSpans(seed: UInt64) throws {
        var maker = ProxySpanMaker(seed: seed)
        let spans = (0..<400).map { maker.span(UInt64($0)) }
        var batches: [SpanBatch] = []
        for part in [spans[..<150], spans[150...]] {
            let body = Sample.request(Array(part)).protobufBytes()
            batches.append(try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch)
        }
        let columns = SegmentBuilder(batches).build()
        let classes = SegmentClassification(columns)
        let viewed = try SegmentClassification(SegmentView(columns))
        #expect(classes.kinds == viewed.kinds && classes.outcomes == viewed.outcomes)
        #expect(classes.cacheResults == viewed.cacheResults && classes.responseBytes == viewed.responseBytes)
        var byID: [UInt64: OTLPModel.Span] = [:]
        for span in spans { byID[span.spanID.reduce(0) { $0 << 8 | UInt64($1) }] = span }
        for (row, id) in columns.spanIDs.enumerated() {
            let span = try #require(byID[id])
            let alone = SpanClassification(span)
            let note: Comment = "seed \(seed): \(span)"
            #expect(classes.kinds[row] == alone?.kind?.rawValue ?? 0, note)
            #expect(classes.cacheResults[row] == (alone?.cacheResult ?? .unknown).rawValue, note)
            #expect(classes.outcomes[row] == alone?.outcome?.rawValue ?? 0, note)
            #expect(classes.responseBytes[row] == alone?.responseBytes ?? RequestAttribute.nothing, note)
        }
    }

    /// Each seed's spans come in two segments: what the first taught must hold for the second.
    @Test("With what other segments asked for in mind, every span gets the same", arguments: 0..<12)
    func remembersPaths(seed: UInt64) throws {
        var maker = ProxySpanMaker(seed: seed)
        var memory = PathMemory()
        var modules = 0
        for _ in 0..<2 {
            let body = Sample.request((0..<400).map { maker.span(UInt64($0)) }).protobufBytes()
            let batch = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
            let columns = SegmentBuilder([batch]).build()
            let view = SegmentView(columns)
            let classes = SegmentClassification(columns)
            let remembered = try SegmentClassification(view, &memory)
            #expect(classes.kinds == remembered.kinds && classes.outcomes == remembered.outcomes)
            #expect(classes.cacheResults == remembered.cacheResults)
            let details = try #require(remembered.details)
            let rows = try ModuleRows(view)
            for row in 0..<columns.spanCount {
                let name = ModuleName(memory.name(ofModule: details.modules[row]))
                modules += details.modules[row] > 0 ? 1 : 0
                #expect(name.module == rows.text(.module, row) ?? "", "seed \(seed), row \(row)")
                #expect(name.version == rows.text(.version, row), "seed \(seed), row \(row)")
            }
        }
        #expect(modules > 50)
    }

    @Test("A segment without spans has no classes") func empty() {
        #expect(SegmentClassification(SegmentBuilder([]).build()).kinds.isEmpty)
    }
}
