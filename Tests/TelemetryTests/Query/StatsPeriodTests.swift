import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Periods of stats that a window has only in part")
struct StatsPeriodTests {
    private static let minute: Int64 = 60_000_000_000
    /// A whole hour.
    private static let hour = UnixNanos(rawValue: Int64(Sample.baseNanos) / (60 * minute) * 60 * minute)

    private static func query(since: Int64?, until: Int64, now: Int64? = nil) -> StatsQuery {
        StatsQuery(
            window: TimeWindow(
                since: since.map { hour.advanced(byNanos: $0 * minute) } ?? .distantPast,
                until: hour.advanced(byNanos: until * minute)),
            keys: [.period(10 * minute)], now: now.map { hour.advanced(byNanos: $0 * minute) })
    }

    @Test(
        "the part is from the begin of the window to its end, or to now",
        arguments: [
            (4, 29, nil, [6, nil, 9]), (0, 30, nil, [nil, nil, nil]), (nil, 29, nil, [nil, nil, 9]),
            (0, 30, 22, [nil, nil, 2]), (12, 13, nil, [nil, 1, nil]),
        ] as [(Int64?, Int64, Int64?, [Int64?])])
    func parts(since: Int64?, until: Int64, now: Int64?, expected: [Int64?]) {
        let query = Self.query(since: since, until: until, now: now)
        for (period, minutes) in zip(Int64(0)..., expected) {
            let start = Self.hour.advanced(byNanos: period * 10 * Self.minute)
            let isTouched = since ?? 0 < period * 10 + 10 && until > period * 10
            guard isTouched else { continue }
            #expect(query.partNanos(ofPeriod: start) == minutes.map { $0 * Self.minute }, "\(period)")
        }
        #expect(StatsQuery(window: .all).partNanos(ofPeriod: Self.hour) == nil)
    }

    @Test("rates are over the part, and a note says how many periods are none that is whole")
    func rates() async throws {
        let folder = try TemporaryDirectory()
        var sample = FleetSample()
        let first = UInt64(Self.hour.rawValue)
        sample.add(
            .edge,
            (0..<UInt64(30)).map { number in
                var span = Sample.span(trace: number + 1, id: 1)
                span.startTimeUnixNano = first + number * UInt64(Self.minute)
                span.endTimeUnixNano = span.startTimeUnixNano
                return span
            })
        let reader = try await sample.reader(at: folder.file("telemetry.db"))
        func table(_ query: StatsQuery) throws -> ResultTable {
            .stats(try reader.stats(query), query, ratioTitle: nil, zone: .utc)
        }
        let partial = try table(Self.query(since: 4, until: 29))
        let rate = try #require(partial.columns.firstIndex { $0.key == "rate" })
        // One span a minute in each of them.
        let expected = ResultCell.rate(1.0 / 60)
        for row in 0..<3 {
            #expect(partial.row(row)[rate].displayText(in: .utc) == expected.displayText(in: .utc))
        }
        let note = try #require(partial.notes.first { $0.code == "partial_periods" })
        #expect(note.message.hasPrefix("2 periods lie only partly"))
        #expect(try !table(Self.query(since: 0, until: 30)).notes.contains { $0.code == "partial_periods" })
    }
}
