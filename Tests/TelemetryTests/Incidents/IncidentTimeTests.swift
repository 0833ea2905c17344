import OTLPModel
import Testing

@testable import Telemetry

@Suite("The time that incidents are looked for in")
struct IncidentTimeTests {
    private static let minute: UInt64 = 60_000_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour

    private static func window(_ since: UInt64, _ until: UInt64) -> TimeWindow {
        TimeWindow(since: UnixNanos(clamping: since), until: UnixNanos(clamping: until))
    }

    /// A request each second.
    private static func requests(_ from: UInt64, _ to: UInt64) -> [UInt64] {
        stride(from: from, to: to, by: 1_000_000_000).map(\.self)
    }

    @Test("is that of what is stored, in whole minutes, where a window is longer and nothing lies before it")
    func longWindow() {
        let begin = 10 * Self.day + 90_500_000_000
        let starts = Self.requests(begin, begin + 3 * Self.hour)
        let range = IncidentTime.range(of: Self.window(4 * Self.day, 11 * Self.day), starts)
        #expect(range == 10 * Self.day + Self.minute..<starts[starts.count - 1] + 1)
        // A few requests of before tell nothing of what is normal.
        let few = Self.requests(3 * Self.day, 3 * Self.day + 100_000_000_000)
        #expect(IncidentTime.range(of: Self.window(4 * Self.day, 11 * Self.day), few + starts) == range)
    }

    @Test("is that of the window where much is known of the time before, or requests fill it")
    func filled() {
        let window = Self.window(10 * Self.day, 10 * Self.day + Self.hour)
        let quiet = Self.requests(10 * Self.day + 40 * Self.minute, 10 * Self.day + Self.hour)
        let before = Self.requests(10 * Self.day - Self.hour, 10 * Self.day - 50 * Self.minute)
        let whole = 10 * Self.day..<10 * Self.day + Self.hour
        #expect(IncidentTime.range(of: window, before + quiet) == whole)
        #expect(
            IncidentTime.range(of: window, Self.requests(10 * Self.day, 10 * Self.day + Self.hour)) == whole)
    }

    @Test("is not stretched by a few wrong clocks, and is nothing where nothing is stored")
    func clocks() {
        let starts = Self.requests(10 * Self.day, 10 * Self.day + Self.hour)
        let all = TimeWindow(since: .distantPast, until: .distantFuture)
        let wrong = [Self.day, 300 * Self.day]
        #expect(IncidentTime.range(of: all, starts).lowerBound == 10 * Self.day)
        let range = IncidentTime.range(of: all, starts + wrong)
        #expect(range.lowerBound >= 10 * Self.day && range.upperBound <= 10 * Self.day + Self.hour)
        let week = IncidentTime.range(of: Self.window(0, 20 * Self.day), starts + [Self.day])
        #expect(week.lowerBound == 10 * Self.day)
        #expect(IncidentTime.range(of: all, []) == 0..<1)
        #expect(IncidentTime.range(of: Self.window(5, 9), []) == 5..<6)
    }

    @Test(
        "what is normal is all of it, or what the worst half in one piece leaves; of little nothing is known")
    func normalParts() {
        var parts = [(count: Int, bad: Int)](repeating: (10, 0), count: 12)
        parts[7].bad = 5
        parts[8].bad = 6
        #expect(SymptomReference.normalParts(parts)?.isDisjoint(with: [7, 8]) == true)
        #expect(SymptomReference.normalParts(parts)?.count == 6)
        let constant = [2, 0, 1, 3, 1, 0, 2, 1, 1, 2, 0, 1].map { (count: 40, bad: $0) }
        #expect(SymptomReference.normalParts(constant)?.count == 12)
        let few = [(count: Int, bad: Int)](repeating: (3, 1), count: 12)
        #expect(SymptomReference.normalParts(few) == nil)
    }
}
