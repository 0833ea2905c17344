import Collector
import Logging
import NIOCore
import Telemetry
import Testing

@Suite("The log", .timeLimit(.minutes(1)))
struct LoggingTests {
    @Test("an event is a line: time, level, name, values")
    func lineHasItsShape() {
        let line = LogLine.text(
            time: UnixNanos(rawValue: 1_795_463_991_123_456_789), level: "info", event: "listening",
            fields: [("address", "127.0.0.1:4318"), ("protocol", "otlp/http")])
        #expect(line == "2026-11-23T19:59:51.123Z info listening address=127.0.0.1:4318 protocol=otlp/http")
    }

    @Test(
        "values that could be mistaken are quoted and escaped",
        arguments: [
            ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""),
            ("say \"so\"", "\"say \\\"so\\\"\""),
            ("a\\b", "\"a\\\\b\""), ("a\nb info forged", "\"a\\nb info forged\""), ("é", "\"é\""),
            ("\u{1b}[2J", "\"\\x1b[2J\""), ("\u{9b}2J", "\"\\x9b2J\""), ("\u{202e}txt", "\"‹U+202E›txt\""),
        ])
    func foreignTextIsHarmless(value: String, written: String) {
        let line = LogLine.text(
            time: UnixNanos(rawValue: 0), level: "info", event: "e", fields: [("k", value)])
        #expect(line == "1970-01-01T00:00:00.000Z info e k=\(written)")
    }

    @Test("fields come in the order of their names, and lines below the level do not come")
    func handlerSortsAndFilters() async {
        let capture = LogCapture(level: .warning)
        capture.logger.info("quiet")
        capture.logger.warning("loud", metadata: ["b": "2", "a": "1", "c": "x y"])
        let lines = await capture.rest()
        #expect(lines.count == 1)
        #expect(lines.first?.hasSuffix(" warning loud a=1 b=2 c=\"x y\"\n") == true)
    }

    @Test("the same refusal of the same sender is told once a minute, with the number of the others")
    func refusalsAreCounted() async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        let start = NIODeadline.now()
        func refuse(_ sender: String, _ reason: String, after seconds: Int64) {
            refusals.record(
                sender: sender, reason: reason, message: "m", protocolName: "otlp/http",
                now: start + .seconds(seconds))
        }
        for second in 0..<60 as Range<Int64> { refuse("10.0.0.1", "malformed", after: second) }
        refuse("10.0.0.1", "too_large", after: 1)
        refuse("10.0.0.2", "malformed", after: 1)
        refuse("10.0.0.1", "malformed", after: 60)
        #expect(refusals.total == 63)
        let lines = await capture.rest()
        #expect(lines.count == 4)
        #expect(lines.last?.contains("more_since_last=59 ") == true)
        #expect(lines.first?.contains("more_since_last") == false)
    }

    @Test("a flood from many addresses does not fill the log")
    func floodIsSummed() async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        let now = NIODeadline.now()
        for sender in 0..<10_000 {
            refusals.record(
                sender: "s\(sender)", reason: "malformed", message: "m", protocolName: "otlp/http", now: now)
        }
        #expect(refusals.total == 10_000)
        #expect(await capture.rest().count < 1_100)
    }

    @Test("good requests leave no line at info")
    func requestsAreQuiet() async throws {
        try await TestCollector.with { collector async throws in
            for seed in 1...5 as ClosedRange<UInt8> {
                #expect(try await collector.post(SampleRequest.protobuf(seed: seed)).status == 200)
            }
            let lines = await collector.log.rest()
            #expect(lines.filter { $0.contains(" info ") }.allSatisfy { $0.contains(" info listening ") })
            #expect(lines.filter { $0.contains(" debug request.stored ") }.count == 5)
        }
    }

    @Test("what a sender puts into a refused request cannot forge a line")
    func refusedTextIsEscaped() async throws {
        try await TestCollector.with { collector async throws in
            _ = try await collector.post(Array("\u{1b}[2J\n\"".utf8), type: "application/json")
            let line = await collector.log.line(containing: "request.refused")
            let text = try #require(line)
            #expect(text.dropLast().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
        }
    }
}
