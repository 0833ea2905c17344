import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Attributes of single spans")
struct SpanCheckpointsTests {
    /// More than four strides of spans, each with a number of its own and a layout shared with some.
    private func database() async throws -> SQLDatabase {
        let spans = (1...2_100 as ClosedRange<UInt64>).map { number in
            var attributes = [KeyValue("number", .int(Int64(number)))]
            if number % 3 == 0 { attributes.append(KeyValue("third", .string("\(number / 3)"))) }
            if number % 7 == 0 { attributes.insert(KeyValue("seventh", .bool(true)), at: 0) }
            return Sample.span(
                trace: number, id: 1, name: "operation \(number % 5)", millis: number, attributes: attributes)
        }
        let database = try SQLDatabase()
        try await database.store([Sample.request(spans)], segmentSpans: 100)
        return database
    }

    private func views(_ database: SQLDatabase) throws -> [SegmentView] {
        try TelemetryReader(path: database.path).views { _ in true }.filter { $0.summary.spans > 0 }
    }

    @Test("are those that counting from the start finds, in any order of rows", arguments: 0..<20)
    func anyOrder(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var random = SeededGenerator(seed: seed)
        let view = try #require(try views(try await database()).first)
        let count = view.summary.spans
        try #require(count == 2_100)
        let materializer = try SpanMaterializer(view)
        var position = materializer.start
        let expected = try (0..<count).map { row in
            materializer.advance(&position, to: row)
            return try materializer.attributes(at: position)
        }
        let stride = SpanCheckpoints.stride
        var checkpoints = try SpanCheckpoints(view)
        var order = part == 0 ? [2_000, 0, stride] : []
        var row = 0
        for _ in 0..<40 {
            let distance =
                [0, 1, stride - 1, stride, stride + 1, 2 * stride].randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<4, using: &random) {
            case 0: row = Int.random(in: 0..<count, using: &random)
            case 1: row = stride * Int.random(in: 0...count / stride, using: &random)
            case 2: row = max(0, row - distance)
            default: row = min(count - 1, row + distance)
            }
            order.append(row)
        }
        for row in order {
            let found = try checkpoints.attributes(row)
            #expect(found == expected[row], "seed \(seed), row \(row) of \(order)")
        }
    }

    @Test("come with the slowest, wherever those lie")
    func slowest() async throws {
        let database = try SQLDatabase()
        let durations: [UInt64: UInt64] = [2_000: 1_000, 0: 900, 512: 800]
        let spans = (0..<2_100 as Range<UInt64>).map { number in
            Sample.span(
                trace: number + 1, id: 1, millis: durations[number] ?? 1,
                attributes: [KeyValue("number", .int(Int64(number)))])
        }
        try await database.store([Sample.request(spans)], segmentSpans: 100)
        let rows = try database.rows("SELECT attributes FROM spans ORDER BY duration_ns DESC LIMIT 3")
        #expect(rows == [2_000, 0, 512].map { [.text("{\"number\":\($0)}")] })
    }
}
