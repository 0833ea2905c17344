import Telemetry
import Testing

@Suite("Times are read and written")
struct TimeTests {
    /// 2026-08-21T10:00:00Z, a Friday.
    private static let now = UnixNanos(clamping: SampleTrace.epoch)
    private static let berlinSummer = TimeZoneRules(label: "test") { $0 < 1_792_890_000 ? 7200 : 3600 }

    @Test(
        "every form of the grammar",
        arguments: [
            ("now", "2026-08-21T10:00:00.000000000Z"),
            (" NOW ", "2026-08-21T10:00:00.000000000Z"),
            ("90s", "2026-08-21T09:58:30.000000000Z"),
            ("15m", "2026-08-21T09:45:00.000000000Z"),
            ("1h30m", "2026-08-21T08:30:00.000000000Z"),
            ("1.5h", "2026-08-21T08:30:00.000000000Z"),
            ("2d", "2026-08-19T10:00:00.000000000Z"),
            ("7d", "2026-08-14T10:00:00.000000000Z"),
            ("1w", "2026-08-14T10:00:00.000000000Z"),
            ("250ms", "2026-08-21T09:59:59.750000000Z"),
            ("now-1h", "2026-08-21T09:00:00.000000000Z"),
            ("-1h", "2026-08-21T09:00:00.000000000Z"),
            ("now - 1h", "2026-08-21T09:00:00.000000000Z"),
            ("now+5m", "2026-08-21T10:05:00.000000000Z"),
            ("today", "2026-08-21T00:00:00.000000000Z"),
            ("yesterday", "2026-08-20T00:00:00.000000000Z"),
            ("09:42", "2026-08-21T09:42:00.000000000Z"),
            ("10:00", "2026-08-21T10:00:00.000000000Z"),
            ("10:01", "2026-08-20T10:01:00.000000000Z"),
            ("21:42:10.5", "2026-08-20T21:42:10.500000000Z"),
            ("2026-08-21 09:42", "2026-08-21T09:42:00.000000000Z"),
            ("2026-08-21", "2026-08-21T00:00:00.000000000Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000000000Z"),
            ("2026-08-21T09:00", "2026-08-21T09:00:00.000000000Z"),
            ("2026-08-21 09:00:01", "2026-08-21T09:00:01.000000000Z"),
            ("2026-08-21T09:00:01.5Z", "2026-08-21T09:00:01.500000000Z"),
            ("2026-08-21t09:00:01.123456789z", "2026-08-21T09:00:01.123456789Z"),
            ("2026-08-21T09:00:01.1234567899Z", "2026-08-21T09:00:01.123456789Z"),
            ("2026-08-21T09:00:00+02:00", "2026-08-21T07:00:00.000000000Z"),
            ("2026-08-21T00:30:00-0530", "2026-08-21T06:00:00.000000000Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000000Z"),
            ("1678-01-01T00:00:00Z", "1678-01-01T00:00:00.000000000Z"),
            ("2261-12-31T23:59:59.999999999Z", "2261-12-31T23:59:59.999999999Z"),
            ("1787306400", "2026-08-21T10:00:00.000000000Z"),
            ("1787306400.25", "2026-08-21T10:00:00.250000000Z"),
            ("1787306400123", "2026-08-21T10:00:00.123000000Z"),
            ("1787306400123456", "2026-08-21T10:00:00.123456000Z"),
            ("1787306400123456789", "2026-08-21T10:00:00.123456789Z"),
        ])
    func grammar(text: String, expected: String) throws {
        let time = try TimeExpression(parsing: text).resolve(now: Self.now, zone: .utc)
        #expect(time.rfc3339 == expected)
    }

    @Test(
        "text that is no time is refused in a sentence",
        arguments: [
            "", " ", "soon", "5x", "10", "99999999", "h", "1h1h", "30m1h", "--1h", "- 1h", "1.h", ".5h",
            "now-",
            "now1h",
            "24:00", "9:42", "09:60", "09:42Z", "09:4", "09:42:", "09:42:61", "now-09:42",
            "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "2026-8-1", "2026-08-21T",
            "2026-08-21T25:00",
            "2026-08-21T10:61", "2026-08-21T10:00:61Z", "2026-08-21T10:00:00.Z", "2026-08-21T10:00:00+25:00",
            "2026-08-21T10:00:00Zulu", "1500-01-01", "2300-01-01", "1.2.3", "1787306400123.5",
            "99999999999999999999", "9999999999999999999999w", "\u{1b}[2J",
        ])
    func refused(text: String) {
        let error = #expect(throws: TimeExpressionError.self) { try TimeExpression(parsing: text) }
        let message = error?.message ?? ""
        #expect(message.count > 20)
        #expect(!message.unicodeScalars.contains(where: DisplayText.mustEscape))
    }

    @Test("times without a zone are in the zone that is given")
    func zones() throws {
        func text(_ expression: String, _ zone: TimeZoneRules) throws -> String {
            try TimeExpression(parsing: expression).resolve(now: Self.now, zone: zone).rfc3339
        }
        let india = try #require(TimeZoneRules(offset: "+05:30"))
        #expect(try text("2026-08-21T09:00", india) == "2026-08-21T03:30:00.000000000Z")
        #expect(try text("today", india) == "2026-08-20T18:30:00.000000000Z")
        // 15:30 there.
        #expect(try text("15:00", india) == "2026-08-21T09:30:00.000000000Z")
        #expect(try text("16:00", india) == "2026-08-20T10:30:00.000000000Z")
        #expect(try text("2026-08-21T09:00Z", india) == "2026-08-21T09:00:00.000000000Z")
        // Clocks go back at 2026-10-25T01:00:00Z: 02:30 occurs twice, and the earlier counts.
        #expect(try text("2026-10-25T02:30", Self.berlinSummer) == "2026-10-25T00:30:00.000000000Z")
        #expect(try text("2026-10-25T03:30", Self.berlinSummer) == "2026-10-25T02:30:00.000000000Z")
        #expect(Self.now.displayText(in: india) == "2026-08-21 15:30:00.000")
        for wrong in ["", "x", "+", "+99", "+1:2", "02:00", "+02:60", "+123"] {
            #expect(TimeZoneRules(offset: wrong) == nil, "\(wrong)")
        }
    }

    @Test("a window that ends before it begins is refused with both ends")
    func invertedWindow() throws {
        let window = try TimeExpression.window(since: "2h", until: "1h", now: Self.now, zone: .utc)
        #expect(window.until.rawValue - window.since.rawValue == 3_600_000_000_000)
        for (since, until) in [("1h", "2h"), ("now", "now")] {
            let error = #expect(throws: TimeExpressionError.self) {
                try TimeExpression.window(since: since, until: until, now: Self.now, zone: .utc)
            }
            #expect(error?.message.contains("--since must lie before --until") == true)
        }
    }

    @Test("civil dates and seconds agree on every day of 600 years")
    func civilDates() {
        var expected = CivilTime(year: 1670, month: 1, day: 1)
        let first = expected.secondsFromEpoch
        for day in 0..<219_146 {
            let seconds = first + Int64(day) * CivilTime.secondsPerDay
            let civil = CivilTime(secondsFromEpoch: seconds + 86_399)
            guard civil.year == expected.year, civil.month == expected.month, civil.day == expected.day,
                civil.second == 59, expected.secondsFromEpoch == seconds
            else {
                Issue.record("\(civil) is not \(expected)")
                return
            }
            expected.day += 1
            if expected.day > CivilTime.daysInMonth(expected.month, year: expected.year) {
                (expected.day, expected.month) = (1, expected.month + 1)
            }
            if expected.month > 12 { (expected.month, expected.year) = (1, expected.year + 1) }
        }
    }

    @Test("the ends of what can be said, and the epoch")
    func extremes() {
        #expect(UnixNanos.distantPast.rfc3339 == "1677-09-21T00:12:43.145224192Z")
        #expect(UnixNanos.distantFuture.rfc3339 == "2262-04-11T23:47:16.854775807Z")
        #expect(UnixNanos(rawValue: 0).rfc3339 == "1970-01-01T00:00:00.000000000Z")
        #expect(UnixNanos(rawValue: -1).rfc3339 == "1969-12-31T23:59:59.999999999Z")
        #expect(UnixNanos.rfc3339(unsigned: .max) == "2554-07-21T23:34:33.709551615Z")
    }

    @Test(
        "durations, exact to the nanosecond",
        arguments: [
            ("0s", 0), ("1ns", 1), ("1us", 1000), ("1µs", 1000), ("1μs", 1000), ("1.5ms", 1_500_000),
            ("1.0000000019s", 1_000_000_001), ("1w2d3h4m5s6ms7us8ns", 788_645_006_007_008),
            ("15250w", 9_223_200_000_000_000_000),
        ])
    func durations(text: String, expected: Int64) throws {
        #expect(try DurationExpression.parse(text) == expected)
    }

    @Test(
        "what is no duration is refused",
        arguments: ["", "5", "s", "1h 5m", "15251w", "15250w15250d", "1e3s", "-1s"])
    func noDurations(text: String) {
        #expect(throws: TimeExpressionError.self) { try DurationExpression.parse(text) }
    }

    @Test(
        "a duration that is too long is told so, and not that it is none",
        arguments: ["200000d", "15251w", "99999999999999999999h1.5s"])
    func tooLongDurations(text: String) {
        let error = #expect(throws: TimeExpressionError.self) { try DurationExpression.parse(text) }
        #expect(error.map { "\($0)".contains("longer than 292 years") } == true)
        let time = #expect(throws: TimeExpressionError.self) { try TimeExpression(parsing: text) }
        #expect(time.map { "\($0)".contains("outside the years") } == true)
    }

    @Test(
        "a window that ends or begins beyond what 64 bits of nanoseconds have is refused with a sentence about that",
        arguments: [
            "2262-04-11T23:47:16Z", "9999-12-31", "9300000000000000000", "99999999999999999999999",
            "now+90000d",
        ])
    func beyondTime(text: String) {
        let now = UnixNanos(rawValue: 1_790_000_000_000_000_000)
        for (since, until) in [("1h", text), (text, nil)] {
            let error = #expect(throws: TimeExpressionError.self) {
                try TimeExpression.window(since: since, until: until, now: now, zone: .utc)
            }
            #expect(error.map { "\($0)".contains("'\(text)' lies outside the years 1678 to 2261") } == true)
        }
    }

    @Test(
        "the last moment that 64 bits have may end a window, and so may a time ago that is before the first one"
    )
    func lastMoment() throws {
        let now = UnixNanos(rawValue: 1_790_000_000_000_000_000)
        let window = try TimeExpression.window(since: "106000d", until: "\(Int64.max)", now: now, zone: .utc)
        #expect(window.until == .distantFuture && window.since < now)
        #expect(throws: TimeExpressionError.self) {
            try TimeExpression.window(since: "1h", until: "1.9300000000000000000.1", now: now, zone: .utc)
        }
    }
}
