import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What a decoder remembers of requests changes nothing of what it reads")
struct DecodingMemoryTests {
    @Test("On generated requests", arguments: 0..<4)
    func generated(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let memory = DecodingMemory()
        for _ in 0..<300 {
            try expectSame(generator.request().protobufBytes(), memory, "seed \(seed)")
        }
    }

    @Test("On broken requests, and on those that come after them", arguments: 0..<4)
    func broken(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let memory = DecodingMemory()
        for _ in 0..<300 {
            var body = generator.request(spansMax: 3).protobufBytes()
            for _ in 0..<generator.number(below: 3) where !body.isEmpty {
                body[generator.number(below: body.count)] ^= 1 << UInt8(generator.number(below: 8))
            }
            try expectSame(body, memory, "seed \(seed)")
        }
    }

    @Test("With as many columns as fit, and one more or less", arguments: [-1, 0, 1])
    func manyColumns(more: Int) throws {
        let memory = DecodingMemory()
        let attributes = ColumnTable.countMax - FieldColumn.count + more
        try expectSame(request(keys: "own", count: 3), memory, "before")
        try expectSame(request(keys: "invented", count: attributes), memory, "\(attributes) keys")
        try expectSame(request(keys: "own", count: 3), memory, "after")
    }

    @Test("Whatever number of keys was seen before", arguments: [255, 256, 257, 700])
    func columnsBefore(count: Int) throws {
        let memory = DecodingMemory()
        for part in 0..<4 {
            try expectSame(request(keys: "part \(part)", count: count), memory, "\(count) keys")
        }
    }

    @Test("Names that share a hint and have other attributes")
    func manyNames() throws {
        let memory = DecodingMemory()
        for turn in 0..<3 {
            var scoped = ScopeSpans()
            for name in 0..<2_000 {
                scoped.spans.append(span("\(turn % 2) \(name)", keys: "\(name % 7)", count: name % 5))
            }
            let body = ExportTraceServiceRequest(resourceSpans: [ResourceSpans(scopeSpans: [scoped])])
            try expectSame(body.protobufBytes(), memory, "turn \(turn)")
        }
    }

    @Test("Nothing large is kept: keys, sequences and their lengths have limits")
    func bounded() {
        let key = [UInt8](repeating: 0x6b, count: SpanShapes.keptNameBytesMax)
        var shapes = SpanShapes()
        #expect(shapes.isWorthKeeping)
        #expect(shapes.columns.attribute(.int, key.span, 0..<key.count) != nil)
        #expect(!shapes.isWorthKeeping)

        shapes = SpanShapes()
        for number in 0..<SpanShapes.keptColumnsMax - FieldColumn.count {
            let key = Array("\(number)".utf8)
            #expect(shapes.columns.attribute(.int, key.span, 0..<key.count) != nil)
        }
        #expect(shapes.isWorthKeeping)
        #expect(shapes.columns.attribute(.bool, [1].span, 0..<1) != nil)
        #expect(!shapes.isWorthKeeping)

        shapes = SpanShapes()
        var node = LayoutTrie.root
        while shapes.trie.count < SpanShapes.keptNodesMax { node = shapes.trie.child(of: node, column: 9) }
        #expect(shapes.isWorthKeeping)
        _ = shapes.trie.child(of: node, column: 9)
        #expect(!shapes.isWorthKeeping)
    }

    private func expectSame(_ body: [UInt8], _ memory: DecodingMemory, _ comment: Comment) throws {
        let fresh = try? DecodedTraces.fromProtobuf(body.span, arrival: someArrival)
        let remembering = try? DecodedTraces.fromProtobuf(body.span, arrival: someArrival, memory: memory)
        #expect((fresh == nil) == (remembering == nil), "\(comment), body \(body.prefix(500))")
        guard let fresh, let remembering else { return }
        #expect(fresh.rejectedSpans == remembering.rejectedSpans, comment)
        let read = try remembering.batch.storedSpans().canonicalSpans()
        #expect(
            try fresh.batch.storedSpans().canonicalSpans() == read, "\(comment), body \(body.prefix(500))")
        // What the journal says of it is the same again.
        let encoded = remembering.batch.encoded()
        var reader = ByteReader(encoded.span)
        #expect(try SpanBatch(decoding: &reader).storedSpans().canonicalSpans() == read, comment)
        #expect(
            remembering.batch.columns.count - FieldColumn.count
                <= 2 * max(1, fresh.batch.columns.count - FieldColumn.count) + 1, comment)
    }

    /// A request of one span with so many attributes.
    private func request(keys: String, count: Int) -> [UInt8] {
        let scoped = ScopeSpans(spans: [span("GET", keys: keys, count: count)])
        return ExportTraceServiceRequest(resourceSpans: [ResourceSpans(scopeSpans: [scoped])]).protobufBytes()
    }

    private func span(_ name: String, keys: String, count: Int) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [UInt8](repeating: 2, count: 8)
        span.name = name
        span.attributes = (0..<count).map { KeyValue("\(keys) \($0)", .int(Int64($0))) }
        return span
    }
}
