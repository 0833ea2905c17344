import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Rows in an order across segments")
struct OrderedRowsTests {
    @Test("open each segment once, though neighbours in the order lie in different ones")
    func openings() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        let database = try SQLDatabase()
        for segment in 0..<6 as Range<UInt64> {
            let spans = (0..<50 as Range<UInt64>).map { number in
                Sample.span(
                    trace: segment * 50 + number + 1, id: 1, startMillis: segment * 1_000 + number,
                    attributes: [KeyValue("url.path", .string("/\(segment)/\(number)"))])
            }
            try await database.store([Sample.request(spans)], segmentSpans: 50)
        }
        let connection = try Connection.reading(database.path)
        func source() throws -> SpanSource {
            try SpanSource(connection.reference, .isNoted, openSpansMax: 1)
        }
        let counted = try source()
        let parts = counted.parts.indices.filter { counted.parts[$0].summary.spans > 0 }
        try #require(parts.count == 6)
        let handles = parts.flatMap { part in (0..<50).map { SpanSource.Part.handle(part: part, row: $0) } }
            .shuffled(using: &random)
        let columns: [SpanColumn] = [.traceID, .start, .name, .attributes, .segment]
        var rows = OrderedRows(handles, columns)
        let (found, expected) = (KeptValues(), KeptValues())
        let plain = try source()
        for row in handles.indices {
            for column in columns {
                try rows.write(column, row, of: counted, to: found)
                let (part, spanRow) = SpanSource.Part.place(handles[row])
                try plain.rows(part).write(column, spanRow, to: expected)
            }
        }
        #expect(found.values == expected.values, "seed \(seed)")
        #expect(counted.openings == parts.count, "seed \(seed)")
        #expect(plain.openings > parts.count)
        // A column that was not announced is read where it lies.
        let spanID = KeptValues()
        try rows.write(.spanID, 0, of: counted, to: spanID)
        #expect(spanID.values == [.text("0000000000000001")])
    }

    @Test("come in the same order however few are put in order at a time", arguments: [1, 7, 50, 120])
    func fewAtATime(most: Int) async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        let database = try SQLDatabase()
        for segment in 0..<3 as Range<UInt64> {
            let spans = (0..<40 as Range<UInt64>).map { number in
                Sample.span(
                    trace: segment * 50 + number + 1, id: 1, millis: UInt64.random(in: 0..<20, using: &random)
                )
            }
            try await database.store([Sample.request(spans)], segmentSpans: 40)
        }
        let whole = try database.session()
        let limited = try SQLSession(
            path: database.path, now: UnixNanos(rawValue: 0), zone: .utc, limits: SQLLimits(orderedRows: most)
        )
        for direction in ["ASC", "DESC"] {
            for limit in ["-1", "-1 OFFSET 3", "10", "100 OFFSET 30", "1000"] {
                let order = "ORDER BY duration_ns \(direction) LIMIT \(limit)"
                let rows = try limited.rows("SELECT duration_ns, trace_id, name FROM spans \(order)")
                #expect(rows == (try whole.rows("SELECT duration_ns, trace_id, name FROM spans \(order)")))
                let sorted = try whole.rows(
                    "SELECT +duration_ns FROM spans ORDER BY +duration_ns \(direction) LIMIT \(limit)")
                #expect(rows.map(\.[0]) == sorted.map(\.[0]), "seed \(seed), \(order)")
            }
        }
    }

    @Test("are right past the rows that are read ahead")
    func longOrder() async throws {
        let database = try SQLDatabase()
        let count = UInt64(OrderedRows.aheadMax) + 1
        let spans = (0..<count).map { number in
            Sample.span(
                trace: number + 1, id: 1, millis: (number * 7_919) % count,
                attributes: [KeyValue("number", .int(Int64(number)))])
        }
        try await database.store(
            stride(from: 0, to: spans.count, by: 1_000).map {
                Sample.request(Array(spans[$0..<min($0 + 1_000, spans.count)]))
            }, segmentSpans: 1_000)
        let rows = try database.rows(
            "SELECT duration_ns, attributes FROM spans ORDER BY duration_ns DESC LIMIT \(count + 1)")
        let expected = (0..<count).map { number -> [SQLValue] in
            [
                .integer(Int64((number * 7_919) % count) * 1_000_000), .text("{\"number\":\(number)}"),
            ]
        }
        #expect(rows.count == Int(count))
        #expect(rows.map { "\($0)" }.sorted() == expected.map { "\($0)" }.sorted())
        let durations = rows.map(\.[0])
        #expect(durations == (0..<Int64(count)).reversed().map { .integer($0 * 1_000_000) })
    }
}
