import Telemetry
import Testing
import traceq

@Suite("A window without requests says why, and what would show some")
struct EmptyWindowAdviceTests {
    private static let hour: Int64 = 3_600_000_000_000

    private func sentence(
        spans: Int64 = 10, oldestHours: Int64?, newestHours: Int64?, filters: [String] = [],
        until: UnixNanos = InMemoryCommandLine.now, notes: [QualityNote] = []
    ) -> String {
        let now = InMemoryCommandLine.now
        let info = DatabaseInfo(
            path: "/x", sizeBytes: 0, spans: spans, segments: 0, journalRows: 0,
            minTime: oldestHours.map { now.advanced(byNanos: -$0 * Self.hour) },
            maxTime: newestHours.map { now.advanced(byNanos: -$0 * Self.hour) }, formatVersion: 1, notes: [])
        let window = TimeWindow(since: until.advanced(byNanos: -Self.hour), until: until)
        return EmptyWindowAdvice(window: window, filters: filters, now: now, zone: .utc, notes: notes)
            .sentence(info)
    }

    @Test("nothing stored")
    func empty() {
        #expect(sentence(spans: 0, oldestHours: nil, newestHours: nil).contains("the database is empty"))
    }

    @Test("only older spans: when the newest was, and the option that reaches it")
    func older() {
        let text = sentence(oldestHours: 50, newestHours: 3)
        #expect(text.contains("the newest span is from 2026-08-21 07:00:00.000 (UTC); try --since 4h"))
        #expect(sentence(oldestHours: 90, newestHours: 60).hasSuffix("try --since 3d"))
    }

    @Test("only newer spans")
    func newer() {
        let until = InMemoryCommandLine.now.advanced(byNanos: -10 * Self.hour)
        #expect(sentence(oldestHours: 5, newestHours: 1, until: until).contains("try a later --until"))
    }

    @Test("filters that let nothing through, and a gap")
    func filters() {
        func filtered(_ filters: String...) -> String {
            sentence(oldestHours: 5, newestHours: 0, filters: filters)
        }
        #expect(filtered("--node").contains("fits --node; leave it out, or use *"))
        #expect(filtered("--min-duration").hasSuffix("fits --min-duration; leave it out"))
        #expect(filtered("--service", "--node").contains("fits --service and --node; leave one out, or"))
        #expect(filtered("--service", "--node", "--name").contains("--service, --node and --name;"))
        #expect(sentence(oldestHours: 5, newestHours: 0).contains("try --since 6h"))
    }

    @Test("damage: the window is not said to be empty")
    func damaged() {
        let text = sentence(
            oldestHours: 5, newestHours: 0, filters: ["--node"],
            notes: [QualityNote(code: "damaged_chunk", message: "segment 1")])
        #expect(text.hasPrefix("no requests in what can be read: parts of the database are damaged"))
        #expect(text.hasSuffix("traceq db verify lists them"))
    }
}
