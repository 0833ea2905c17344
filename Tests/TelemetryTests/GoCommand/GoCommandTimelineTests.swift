import Testing

@testable import Telemetry

@Suite("Times of a log without times are derived from durations, the order of lines and its end")
struct GoCommandTimelineTests {
    private static let end = UnixNanos(rawValue: 1_787_306_400_000_000_000)

    /// Starts and ends in milliseconds before the end of the log.
    private func times(_ text: String) -> [(start: Int64, end: Int64)] {
        var log = GoCommandLog()
        for line in text.split(separator: "\n") { log.take(line) }
        let timeline = GoCommandTimeline(log.steps, end: Self.end)
        #expect(!timeline.isExact)
        return timeline.times.map { time in
            (
                (time.start.rawValue - Self.end.rawValue) / 1_000_000,
                (time.end.rawValue - Self.end.rawValue) / 1_000_000
            )
        }
    }

    @Test("one after another, without gaps")
    func serial() {
        let times = times(
            """
            # get https://a.com/1
            # get https://a.com/1: 200 OK (1.000s)
            # get https://a.com/2
            # get https://a.com/2: 200 OK (2.000s)
            """)
        #expect(times.map(\.start) == [-3_000, -2_000])
        #expect(times.map(\.end) == [-2_000, 0])
    }

    @Test("side by side, when the lines overlap")
    func parallel() {
        let times = times(
            """
            # get https://a.com/1
            # get https://a.com/2
            # get https://a.com/1: 200 OK (1.000s)
            # get https://a.com/2: 200 OK (3.000s)
            """)
        #expect(times.map(\.start) == [-3_000, -3_000])
        #expect(times.map(\.end) == [-2_000, 0])
    }

    @Test("a short request that began early in the log and ended late began late: what is inside it, too")
    func pushed() {
        let times = times(
            """
            # get https://a.com/long
            # get https://a.com/short
            # get https://a.com/inner
            # get https://a.com/inner: 200 OK (0.500s)
            # get https://a.com/long: 200 OK (10.000s)
            # get https://a.com/short: 200 OK (1.000s)
            """)
        #expect(times[0].start == -10_000)
        #expect(times[1].end - times[1].start == 1_000)
        #expect(times[2].start >= times[1].start - 2)
        #expect(times[2].end <= times[0].end)
    }

    @Test("durations stay what the log says also when it contradicts itself")
    func contradiction() {
        let times = times(
            """
            # get https://a.com/outer
            # get https://a.com/inner
            # get https://a.com/inner: 200 OK (9.000s)
            # get https://a.com/outer: 200 OK (1.000s)
            """)
        #expect(times.map { $0.end - $0.start } == [1_000, 9_000])
    }

    @Test("what is not finished lasts to the end of the log")
    func unfinished() {
        let times = times(
            """
            # get https://a.com/1
            # get https://a.com/2
            # get https://a.com/1: 200 OK (1.000s)
            """)
        #expect(times[1].end == 0)
        #expect(times[1].start == -1_000)
    }
}
