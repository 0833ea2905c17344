import Collector
import Logging
import NIOCore
import Telemetry
import Testing

@Suite("The log", .timeLimit(.minutes(15)))
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

    private let start = NIODeadline.now()

    private func refuse(
        _ refusals: RefusalLog, _ sender: String, _ reason: Refusal.Reason,
        protocolName: String = "otlp/http",
        after seconds: Int64
    ) {
        refusals.record(
            sender: sender, reason: .request(reason), message: "m\(seconds)", protocolName: protocolName,
            now: start + .seconds(seconds))
    }

    @Test("the first refusal of a sender, a reason and a port is told at once, each of them")
    func firstRefusalIsTold() async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        for second in 0..<3 as Range<Int64> {
            refuse(refusals, "10.0.0.1", .malformed, after: second)
            refuse(refusals, "10.0.0.1", .malformed, protocolName: "otlp/grpc", after: second)
            refuse(refusals, "10.0.0.1", .tooLarge, after: second)
            refuse(refusals, "10.0.0.2", .malformed, after: second)
        }
        let lines = await capture.rest()
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.contains(" request.refused count=1 message=m0 ") })
    }

    @Test("the following ones are told once a minute, though no other comes, and then no more")
    func countedRefusalsAreTold() async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        for second in 0..<50 as Range<Int64> { refuse(refusals, "10.0.0.1", .malformed, after: second) }
        for second in 0..<300 as Range<Int64> { refusals.tellDue(now: start + .seconds(second)) }
        refuse(refusals, "10.0.0.1", .malformed, after: 300)
        let lines = await capture.rest()
        #expect(lines.count == 3)
        #expect(
            lines.dropFirst().first?.contains(" request.refused count=49 message=m49 messages=1 ") == true)
        #expect(lines.last?.contains(" request.refused count=1 message=m300 ") == true)
    }

    @Test("every refusal is told in one line or another, also at the end")
    func countsAddUp() async throws {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        for second in 0..<200 as Range<Int64> {
            refuse(refusals, "10.0.0.1", .malformed, after: second)
            refuse(refusals, "10.0.0.\(second % 7)", .tooLarge, after: second)
            if second % 5 == 0 { refusals.tellDue(now: start + .seconds(second)) }
        }
        refusals.tellAll()
        refusals.tellAll()
        #expect(refusals.total == 400)
        let counts = try await capture.rest().map { line in
            let count = try #require(line.firstRange(of: " count="))
            return try #require(Int(line[count.upperBound...].prefix { $0 != " " }))
        }
        #expect(counts.reduce(0, +) == 400)
        #expect(counts.count < 60)
    }

    @Test("the end of the collector tells what was counted")
    func shutdownTellsTheRest() async throws {
        try await TestCollector.with { collector async throws in
            for _ in 0..<3 { #expect(try await collector.post([0xff]).status == 400) }
            await collector.server.shutdown()
            let lines = await collector.log.rest().filter { $0.contains("request.refused") }
            #expect(lines.map { $0.contains(" count=2 ") } == [false, true])
        }
    }

    @Test(
        "a line that stands for several says for how many sources and kinds of messages, with the last as example"
    )
    func summariesSayOfWhat() async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        func refuse(_ message: String, source: String) {
            refusals.record(
                sender: "10.0.0.1", reason: .request(.malformed), message: message,
                protocolName: "otlp/http", source: source, now: start)
        }
        refuse("bad byte at 1", source: "edge-1")
        for number in 2...9 { refuse("bad byte at \(number)", source: "edge-\(number % 3)") }
        refuse("no end", source: "edge-1")
        refusals.tellAll()
        let lines = await capture.rest()
        #expect(lines.count == 2)
        #expect(lines.first?.contains("sources=") == false)
        #expect(
            lines.last?.contains(
                " count=9 message=\"no end\" messages=2 protocol=otlp/http reason=malformed sender=10.0.0.1 sources=3"
            ) == true, "\(lines)")
    }

    @Test("many senders that are refused for one reason share a line", arguments: [8, 9])
    func manySendersShareALine(senders: Int) async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        for round in 0..<3 as Range<Int64> {
            for sender in 0..<senders { refuse(refusals, "10.0.0.\(sender)", .malformed, after: round) }
        }
        refusals.tellAll()
        let lines = await capture.rest().dropFirst(senders)
        #expect(lines.count == (senders > 8 ? 1 : senders))
        guard senders > 8 else { return }
        let line = lines.first ?? ""
        #expect(line.contains(" count=18 "))
        #expect(line.contains(" sender=many sources=9"))
        #expect(line.contains(" last_sender=10.0.0."))
    }

    @Test("what is counted of a flood is bounded, and the line says so")
    func floodOfSourcesAndMessages() async throws {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        for sender in 0..<4_000 {
            let letters = String(repeating: "x", count: sender % 40)
            refusals.record(
                sender: "s\(sender)", reason: .request(.malformed), message: letters,
                protocolName: "otlp/http",
                now: start)
        }
        refusals.tellAll()
        let last = await capture.rest().last
        let line = try #require(last)
        #expect(line.contains(" messages=16+ "))
        #expect(line.contains(" sender=many sources=1024+"))
    }

    @Test("a flood from many addresses does not fill the log")
    func floodIsSummed() async {
        let capture = LogCapture()
        let refusals = RefusalLog(logger: capture.logger)
        let now = NIODeadline.now()
        for sender in 0..<10_000 {
            refusals.record(
                sender: "s\(sender)", reason: .request(.malformed), message: "m", protocolName: "otlp/http",
                now: now)
        }
        #expect(refusals.total == 10_000)
        #expect(await capture.rest().count < 1_100)
    }

    @Test("failures of the store are told at once, and then every ten seconds with their number")
    func storeFailuresAreSummed() async {
        let capture = LogCapture()
        let failures = StoreFailureLog(logger: capture.logger)
        // Ten a second for 25 seconds.
        for tenth in 0..<250 as Range<Int64> {
            let now = start + .milliseconds(100 * tenth)
            failures.record(code: "unavailable", message: "m\(tenth)", now: now)
            if tenth % 10 == 0 { failures.tellDue(now: now) }
        }
        failures.tellDue(now: start + .seconds(29))
        failures.tellDue(now: start + .seconds(30))
        failures.tellAll()
        let lines = await capture.rest()
        #expect(lines.allSatisfy { $0.contains(" error store.failed code=unavailable ") })
        let counts = lines.map { line in
            [1, 100, 49].filter { line.contains(" count=\($0) ") }
        }
        #expect(counts == [[1], [100], [100], [49]], "\(lines)")
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
