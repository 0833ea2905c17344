import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Entries of the catalogue that no segment can have", .timeLimit(.minutes(15)))
struct CatalogueDamageTests {
    /// Two segments of ten spans.
    private func makeDatabase() async throws -> SQLDatabase {
        let database = try SQLDatabase()
        for trace in [1, 2] as [UInt64] {
            try await database.store(
                [Sample.request((1...10).map { Sample.span(trace: trace, id: $0) })], segmentSpans: 10)
        }
        return database
    }

    @Test(
        "cost that segment, which is named, and are no crash in any question",
        arguments: [
            "min_duration = -1", "min_duration = -9223372036854775808", "max_duration = -1",
            "max_duration = min_duration - 1", "min_start = -1", "max_start = min_start - 1",
            "min_start = max_start + 1", "min_start = -9223372036854775808", "max_end = -1", "spans = 0",
            "spans = -1", "spans = 16777217", "spans = 9223372036854775807", "traces = 0", "traces = 11",
            "traces = -9223372036854775808", "errors = -1", "errors = 11", "format = 0", "format = -5",
        ])
    func named(change: String) async throws {
        let database = try await makeDatabase()
        let connection = try Connection(path: database.path, mode: .readWrite)
        try connection.execute("UPDATE segment SET \(change) WHERE id = 1")

        let reader = try TelemetryReader(path: database.path)
        #expect(try reader.info().segments == 2)
        var notes = try reader.slowest(SlowestQuery(window: .all, limit: 20)).notes
        notes += try reader.stats(StatsQuery(window: .all, isApproximate: true)).notes
        notes += try reader.stats(StatsQuery(window: .all, keys: [SpanKey("duration")])).notes
        notes += try reader.export(SpanSelection()) { _ in true }.notes
        #expect(notes.count { $0.message.contains("segment 1: its catalogue entry is damaged") } == 4)

        for order in ["duration_ns", "duration_ns DESC", "duration_ms", "start_ns", "start_ns DESC"] {
            let session = try database.session()
            let found = try session.run(
                SQLQuestion(sql: "SELECT duration_ns FROM spans ORDER BY \(order) LIMIT 15"),
                columns: { _ in }, row: { _ in true })
            #expect(found.rows == 10)
            #expect(found.notes.first?.message.contains("segment 1") == true)
        }
        #expect(!(try DatabaseVerification(path: database.path).run().damages.isEmpty))
    }

    @Test("are neither merged nor asked for spans that are there already")
    func leftAlone() async throws {
        let database = try await makeDatabase()
        let connection = try Connection(path: database.path, mode: .readWrite)
        for change in ["min_duration = -1", "level = 9223372036854775807", "level = -1"] {
            try connection.execute("UPDATE segment SET level = 0, min_duration = 0, \(change) WHERE id = 1")
            let catalogue = try SegmentCatalogue(path: database.path)
            #expect(try catalogue.entries(of: .traces, withFewerRowsThan: 100).map(\.id) == [2])
            #expect(try catalogue.entries(from: .distantPast, through: .distantFuture).map(\.id) == [2])
            #expect(try SegmentMerging(path: database.path).run().segmentsNow == 2)
        }
    }
}
