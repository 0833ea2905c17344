import Testing

@testable import Telemetry

@Suite("Reports of what happens again and again")
struct RecurringReportsTests {
    private let second: Int64 = 1_000_000_000

    private func lines(_ reports: [RecurringReports<String, String>.Report]) -> [String] {
        reports.map { "\($0.kind) \($0.count) \($0.content)" }.sorted()
    }

    @Test("the first of a kind is told at once, the following ones after the interval, each once")
    func firstAndRest() {
        var reports = RecurringReports<String, String>(intervalNanos: 10 * second)
        func record(_ kind: String, _ content: String, at now: Int64) -> [String] {
            lines([reports.record(kind, content, now: now * second)].compactMap { $0 })
        }
        #expect(record("a", "1", at: 5) == ["a 1 1"])
        #expect(record("a", "2", at: 6) == [])
        #expect(record("b", "3", at: 7) == ["b 1 3"])
        #expect(record("a", "4", at: 8) == [])
        #expect(lines(reports.due(now: 15 * second - 1)) == [])
        #expect(lines(reports.due(now: 15 * second)) == ["a 2 4"])
        #expect(lines(reports.due(now: 15 * second)) == [])
        #expect(record("a", "5", at: 16) == [])
        #expect(record("a", "6", at: 25) == ["a 2 6"])
        #expect(record("b", "7", at: 26) == ["b 1 7"])
        #expect(record("b", "8", at: 27) == [])
        #expect(lines(reports.all(now: 27 * second)) == ["b 1 8"])
        #expect(lines(reports.all(now: 27 * second)) == [])
    }

    @Test("kinds that were quiet for the interval are forgotten")
    func quiet() {
        var reports = RecurringReports<Int, String>(intervalNanos: 10 * second)
        for kind in 0..<100 { _ = reports.record(kind, "", now: Int64(kind) * second / 10) }
        #expect(reports.kindCount == 100)
        #expect(reports.due(now: 10 * second).isEmpty)
        #expect(!reports.isKnown(0))
        #expect(reports.isKnown(1))
        #expect(reports.due(now: 20 * second).isEmpty)
        #expect(reports.kindCount == 0)
    }

    @Test("what retention took out is added up")
    func sums() {
        func expired(_ spans: Int64, at seconds: Int64) -> ExpiredSegments {
            var expired = ExpiredSegments()
            let time = UnixNanos(rawValue: seconds * second)
            expired.add(spans: spans, firstStart: time, lastStart: time)
            return expired
        }
        var reports = ExpiredSegments.reports()
        #expect(reports.record(.age, expired(1, at: 5), now: second)?.content.spans == 1)
        #expect(reports.record(.age, expired(2, at: 6), now: second) == nil)
        #expect(reports.record(.age, expired(3, at: 4), now: second) == nil)
        #expect(reports.record(.size, expired(4, at: 7), now: second)?.content.segments == 1)
        #expect(reports.due(now: 61 * second - 1).isEmpty)
        let told = reports.due(now: 61 * second).map { ExpiredSegments.event($0) }
        #expect(told.map(\.name) == ["store.expired"])
        #expect(
            told.first?.fields.map { "\($0.key)=\($0.value)" } == [
                "segments=2", "spans=5", "first=1970-01-01T00:00:04.000000000Z",
                "last=1970-01-01T00:00:06.000000000Z", "reason=age",
            ])
    }
}
