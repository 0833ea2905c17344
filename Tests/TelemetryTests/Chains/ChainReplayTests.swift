import Testing

@testable import Telemetry

@Suite("1.2: recorded requests are walked along another GOPROXY")
struct ChainReplayTests {
    private static let second: Int64 = 1_000_000_000

    /// All that answer in these tests.
    private static let places: [RecordedAnswer.Place] =
        [.direct] + ["a.com", "b.com", "c.com", "cdn.a.com", "direct"].map { .proxy(host: $0, port: nil) }
        + [80, 443, 8443].map { .proxy(host: "a.com", port: $0) }

    private func answer(
        _ host: String?, _ answer: SourceAnswer, at seconds: Int64 = 0, millis: Int64 = 10, port: Int? = nil
    ) -> RecordedAnswer {
        let place: RecordedAnswer.Place = host.map { .proxy(host: $0, port: port) } ?? .direct
        guard let number = Self.places.firstIndex(of: place) else {
            preconditionFailure("\(place) is not among the places of these tests")
        }
        return RecordedAnswer(
            place: UInt32(number), answer: answer,
            time: UnixNanos(rawValue: seconds * Self.second), nanos: millis * 1_000_000)
    }

    private func request(
        _ module: String, wishes: [Int64] = [0], _ answers: RecordedAnswer...
    ) -> RecordedRequest {
        request(module, wishes, answers)
    }

    private func request(wishes: [Int64] = [0], _ answers: RecordedAnswer...) -> RecordedRequest {
        request("example.com/m", wishes, answers)
    }

    private func request(
        _ module: String, _ wishes: [Int64], _ answers: [RecordedAnswer]
    ) -> RecordedRequest {
        RecordedRequest(
            module: module, version: "v1.0.0", kind: .zip,
            wishes: wishes.map { UnixNanos(rawValue: $0 * Self.second) }, answers: answers)
    }

    private func replay(
        _ list: String, noProxy: String = "", mirrors: MirrorList = .builtIn
    ) -> ChainReplay {
        ChainReplay(
            GoProxyChain(list: GoProxyList(list), noProxy: ModulePatternList(noProxy)), places: Self.places,
            mirrors: mirrors)
    }

    @Test("1.2: who served, after how many places, and what that added")
    func servedBy() {
        let result = replay("https://a.com,https://b.com|direct").replay([
            request(
                wishes: [0, 1], answer("a.com", .notFound, millis: 30), answer("b.com", .found, millis: 100)),
            request("example.com/n", answer("a.com", .found, millis: 20)),
            request(
                "example.com/o", answer("a.com", .notFound), answer("b.com", .failed), answer(nil, .found)),
        ])
        #expect(result.stops.map(\.source.name) == ["a.com", "b.com", "direct"])
        #expect(result.stops.map(\.served) == [1, 2, 1])
        #expect(result.stops.map(\.asked) == [4, 3, 1])
        #expect(result.stops.map(\.failed) == [0, 1, 0])
        #expect(result.servedByHops == [1, 2, 1])
        #expect(result.served == 4 && result.failed == 0 && result.unknown == 0 && result.wishes == 4)
        #expect(result.stops.map { result.share(of: $0) } == [0.25, 0.5, 0.25])
        #expect(result.addedNanos == (30 + 30 + 0 + 20) * 1_000_000)
        #expect(result.totalNanos == (130 + 130 + 20 + 30) * 1_000_000)
        #expect(result.durations.count == 4 && result.added.count == 4)
    }

    @Test("1.2: a failure before a comma is the end, and whose error is shown is told")
    func terminal() throws {
        let requests = [
            request(wishes: [0, 1, 2], answer("a.com", .failed), answer("b.com", .found)),
            request("example.com/n", answer("a.com", .notFound), answer("b.com", .notFound)),
        ]
        let comma = replay("https://a.com,https://b.com").replay(requests)
        #expect(comma.served == 0 && comma.failed == 4)
        let worst = try #require(comma.failuresByCount.first)
        #expect(worst.count == 3 && worst.failure.answer == .failed && worst.failure.source.name == "a.com")
        #expect(worst.failure.request == "example.com/m@v1.0.0 zip")
        #expect(comma.failuresByCount.last?.failure.source.name == "b.com")
        let pipe = replay("https://a.com|https://b.com").replay(requests)
        #expect(pipe.served == 3 && pipe.failed == 1)
    }

    @Test("what was never asked of a place is unknown there, and in no share")
    func unknown() {
        let result = replay("https://a.com,https://c.com").replay([
            request(answer("a.com", .notFound), answer("b.com", .found)),
            request("example.com/n", answer("a.com", .found)),
        ])
        #expect(result.unknown == 1 && result.served == 1 && result.wishes == 2)
        #expect(result.stops.map(\.unknown) == [0, 1])
        #expect(result.share(of: result.stops[0]) == 1)
        let elsewhere = replay("https://c.com").replay([request(answer("a.com", .found))])
        #expect(elsewhere.stops.map(\.unknown) == [1])
        let nothing = replay("https://a.com").replay([])
        #expect(nothing.wishes == 0 && nothing.stops.isEmpty)
    }

    @Test("of several answers of a place the one nearest in time counts")
    func nearest() {
        let replay = replay("https://a.com")
        let found = request(
            wishes: [0, 14, 15, 16, 99], answer("a.com", .found, at: 20), answer("a.com", .notFound, at: 10))
        let ends = replay.walks(of: found).map { $0.end == .served }
        #expect(ends == [false, false, false, true, true])
    }

    @Test("times at the ends of what can be counted are compared")
    func farTimes() {
        var early = answer("a.com", .notFound)
        early.time = UnixNanos(rawValue: .min)
        var late = answer("a.com", .found)
        late.time = UnixNanos(rawValue: .max)
        var wish = request(early, late)
        wish.wishes = [UnixNanos(rawValue: .min), UnixNanos(rawValue: .max)]
        #expect(replay("https://a.com").walks(of: wish).map { $0.end == .served } == [false, true])
        let all = [(client: "c", answer: late), (client: "c", answer: early)]
        #expect(RecordedRequest.wishes(of: all).count == 2)
    }

    @Test("1.3: modules of GONOPROXY go to their repository; a refused list serves nothing")
    func privateModules() {
        let requests = [
            request("git.example.com/m", answer("a.com", .found), answer(nil, .found)),
            request(answer("a.com", .found)),
        ]
        let result = replay("https://a.com,off", noProxy: "git.example.com").replay(requests)
        #expect(result.stops.map(\.source.name) == ["noproxy", "a.com"])
        #expect(result.stops.map(\.served) == [1, 1])
        #expect(replay("goproxy").replay(requests).failed == 2)
    }

    @Test("a place is known by host and port, and by the hosts of its mirror")
    func hosts() throws {
        func isServed(_ list: String, _ recorded: RecordedAnswer, _ mirrors: MirrorList = .builtIn) -> Bool {
            replay(list, mirrors: mirrors).walks(of: request(recorded)).first?.end == .served
        }
        #expect(isServed("https://a.com:443/go", answer("a.com", .found)))
        #expect(isServed("https://a.com", answer("a.com", .found, port: 443)))
        #expect(isServed("http://a.com", answer("a.com", .found, port: 80)))
        #expect(!isServed("https://a.com", answer("a.com", .found, port: 8443)))
        #expect(!isServed("file:///a.com", answer("a.com", .found)))
        #expect(!isServed("direct", answer("direct", .found)))
        let own = ModuleMirror(
            name: "own", url: "https://a.com", address: try GoProxyAddress("https://a.com"),
            hosts: ["cdn.a.com"], profile: .athens, visibility: .private, region: "")
        #expect(isServed("https://a.com", answer("cdn.a.com", .found), MirrorList([own])))
        #expect(!isServed("https://a.com", answer("cdn.a.com", .found)))
    }

    @Test("what a span tells of an answer, and which tell nothing")
    func fromSpans() {
        func read(_ outcome: RequestOutcome?, _ status: Int?) -> SourceAnswer? {
            RecordedAnswer(
                place: 0, outcome: outcome, httpStatus: status, time: UnixNanos(rawValue: 0), nanos: -1
            )?.answer
        }
        #expect(read(.ok, nil) == .found)
        #expect(read(.maskedTimeout, 404) == .notFound)
        #expect(read(nil, 410) == .notFound)
        #expect(read(nil, 502) == .failed)
        #expect(read(.redirected, 302) == nil && read(nil, 302) == nil)
        #expect(read(.aborted, 499) == nil && read(nil, nil) == nil && read(nil, 0) == nil)
    }

    @Test("a client that goes on to the next place has one wish; one that comes back later has another")
    func wishes() {
        let a = answer("a.com", .notFound, at: 0, millis: 500)
        let b = answer("b.com", .found, at: 1)
        let later = answer("b.com", .found, at: 30)
        let again = answer("a.com", .notFound, at: 1)
        func count(_ asked: (String, RecordedAnswer)...) -> Int {
            RecordedRequest.wishes(of: asked.map { (client: $0.0, answer: $0.1) }).count
        }
        #expect(count(("x", b), ("x", a)) == 1)
        #expect(count(("x", a), ("y", b)) == 2)
        #expect(count(("x", a), ("x", later)) == 2)
        #expect(count(("x", a), ("x", again)) == 2)
        #expect(count(("x", b), ("x", answer("a.com", .found, at: 1))) == 2)
        #expect(RecordedRequest.wishes(of: [(client: String, answer: RecordedAnswer)]()).isEmpty)
    }

    @Test("5: what another chain would have changed: gained, lost, moved, faster, and what nobody knows")
    func comparison() throws {
        let requests = [
            request(
                wishes: [0, 1], answer("a.com", .notFound, millis: 50), answer("b.com", .found, millis: 50)),
            request("example.com/lost", answer("a.com", .found), answer("b.com", .notFound)),
            request("example.com/gained", answer("a.com", .failed), answer("b.com", .found)),
            request("example.com/none", answer("a.com", .failed), answer("b.com", .notFound)),
            request("example.com/unknown", answer("a.com", .found)),
        ]
        let both = ReplayComparison(
            requests, before: replay("https://a.com,https://b.com"), after: replay("https://b.com"))
        #expect(both.servedByBoth == 2 && both.lost == 1 && both.gained == 1 && both.servedByNone == 1)
        #expect(both.unknown == 1 && both.comparable == 5)
        #expect(both.nanosBefore == 200_000_000 && both.nanosAfter == 100_000_000)
        #expect(both.saving == 0.5)
        #expect(both.before.served == 4 && both.after.served == 3 && both.after.unknown == 1)
        #expect(both.moves == [.init(from: "a.com", to: nil): 1, .init(from: nil, to: "b.com"): 1])
        #expect(
            both.modulesByChange.map(\.module) == ["example.com/lost", "example.com/gained", "example.com/m"])
        #expect(both.modulesByChange.last?.nanos == -100_000_000)
        let same = ReplayComparison(
            requests, before: replay("https://a.com"), after: replay("https://a.com,off"))
        #expect(same.saving == 0 && same.moves.isEmpty && same.modulesByChange.isEmpty)
        let none = ReplayComparison([], before: replay("off"), after: replay("direct"))
        #expect(none.saving == nil && none.comparable == 0)
    }
}
