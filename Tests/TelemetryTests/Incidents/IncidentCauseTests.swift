import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What may be the cause of what", .serialized)
struct IncidentCauseTests {
    private static let trouble = 80..<100

    private static func incidents(
        _ change: (inout IncidentFleet.Request) -> Void
    ) async throws -> IncidentResult {
        try await IncidentFleet { request in
            if trouble.contains(request.minute) { change(&request) }
        }.incidents()
    }

    @Test("each rule tells of a kind of trouble, and names that are none of none")
    func kinds() {
        #expect(IncidentRules.names.filter { Trouble(rule: $0) == nil } == [])
        #expect(Trouble(rule: "slow-lunch") == nil)
    }

    @Test("no trouble brings about more requests, leaks or another software")
    func noEffects() {
        for effect in [Trouble.load, .change, .leak, .clock] {
            let causes = Trouble.allCases.filter { $0 != effect && $0.mayBring(effect) }
            #expect(causes.allSatisfy { $0 == .change && effect == .clock }, "\(effect): \(causes)")
        }
    }

    @Test("two troubles of one node that cannot bring about each other stand side by side")
    func sideBySide() async throws {
        let found = try await IncidentFleet { request in
            let isWrong = request.spelled.node == "edge-1" && Self.trouble.contains(request.minute)
            if request.number % 4 == 1 {
                request.spelled.path = "/sumdb/sum.golang.org/tile/8/0/x120/\(100 + request.number % 800)"
                request.spelled.bytes = isWrong ? 5_000 : 8_192
                (request.spelled.cache, request.spelled.millis) = (nil, 5)
            } else if isWrong, request.number % 3 == 0 {
                request.spelled.bytes = 0
            }
        }.incidents()
        #expect(Set(found.causesFound) == ["empty-zip edge-1", "bad-tile edge-1"])
    }

    /// A node that is slow for what its cache has, and fails in a part of what it is asked for.
    private static func slowAndFailing(status: Int64, after millis: UInt64) async throws -> IncidentResult {
        try await incidents { request in
            guard request.spelled.node == "edge-2" else { return }
            if !request.isMiss { request.spelled.millis *= 20 }
            if request.number % 5 == 0 { (request.spelled.status, request.spelled.millis) = (status, millis) }
        }
    }

    @Test("time-outs of a slow node follow from that, errors that come at once do not")
    func timeouts() async throws {
        let waiting = try await Self.slowAndFailing(status: 504, after: 30_000)
        #expect(waiting.causesFound == ["slow-node edge-2"] && waiting.consequences.contains("node-errors"))
        let prompt = try await Self.slowAndFailing(status: 500, after: 3)
        #expect(Set(prompt.causesFound) == ["slow-node edge-2", "node-errors edge-2"])
    }

    @Test(
        "what goes on minutes after a cause has ended does not follow from it",
        arguments: [(until: 90, isConsequence: true), (until: 100, isConsequence: false)])
    func outlasting(until: Int, isConsequence: Bool) async throws {
        let found = try await IncidentFleet { request in
            guard request.spelled.node == "edge-2", request.minute >= 70 else { return }
            if request.minute < 90, !request.isMiss { request.spelled.millis *= 20 }
            guard request.minute < until, request.number % 2 == 0 else { return }
            (request.spelled.status, request.spelled.millis, request.spelled.bytes) = (499, 60, 0)
        }.incidents()
        #expect(found.causesFound.contains("slow-node edge-2"))
        #expect(found.consequences.contains("client-aborts") == isConsequence)
        #expect(found.causesFound.contains("client-aborts edge-2") != isConsequence)
    }

    // MARK: Refusals that are kept

    /// A version that one node goes on refusing until a minute, after others were given it from the eighty-second on.
    private static func refusals(until minute: Int, cache: String?) async throws -> [String] {
        try await incidents { request in
            guard request.number % 3 == 0 else { return }
            request.spelled.path = "/github.com/a/fresh/@v/v2.0.0.zip"
            let isLate = request.spelled.node == "edge-1" && request.minute < minute
            let isRefused = request.minute < 82 || isLate
            (request.spelled.status, request.spelled.bytes) = isRefused ? (404, 40) : (200, 40_000)
            request.spelled.millis = 5
            request.spelled.cache = isRefused ? cache : "HIT"
        }.causesFound.filter { $0.hasPrefix("negative-cache") }
    }

    @Test(
        "negative-cache: a cache goes on refusing for more than a minute, whoever does not say that it asks")
    func kept() async throws {
        for cache in ["HIT", nil] {
            let found = try await Self.refusals(until: 90, cache: cache)
            #expect(
                found.count == 1 && found.first?.contains("edge-1") == true, "\(cache ?? "none"): \(found)")
        }
    }

    @Test("who asks each time and is refused for four minutes more has it later, and for longer keeps it")
    func lag() async throws {
        #expect(try await Self.refusals(until: 86, cache: "MISS") == [])
        #expect(try await Self.refusals(until: 86, cache: "HIT").count == 1)
        #expect(try await Self.refusals(until: 98, cache: "MISS").count == 1)
    }

    // MARK: More requests

    /// Ten times as many requests as before, from many more clients, while half of what is fetched of one host is refused.
    /// - Parameter isFetched: whether the more requests are for what caches do not have
    private static func flooded(isFetched: Bool) async throws -> IncidentResult {
        var fleet = try IncidentFleet { request in
            if trouble.contains(request.minute), request.isMiss, request.host == "github.com" {
                request.spelled.status = 429
            }
        }.fleet
        for number in 0..<6_000 {
            var request = SpelledFleet.Request()
            request.node = "edge-\(number % 4)"
            request.region = number % 4 < 2 ? "eu" : "us"
            request.startMillis = 80 * IncidentFleet.minute + UInt64(number) * 200
            request.client = "198.51.\(number / 250).\(number % 250)"
            request.path = "/github.com/a/\(isFetched ? "more\(number)" : "old\(number % 40)")/@v/v1.0.0.zip"
            request.bytes = 40_000
            (request.cache, request.millis) = isFetched ? ("MISS", 900) : ("HIT", 4)
            if isFetched, number % 2 == 0 { request.status = 429 }
            fleet.add(request)
        }
        return try await fleet.reader().incidents(IncidentFleet.query())
    }

    @Test(
        "refusals follow from more requests where these are fetched, and not where caches have what they are for"
    )
    func load() async throws {
        let fetched = try await Self.flooded(isFetched: true)
        #expect(fetched.causesFound == ["rate-anomaly"] && fetched.consequences.contains("rate-limited"))
        let cached = try await Self.flooded(isFetched: false)
        #expect(Set(cached.causesFound) == ["rate-anomaly", "rate-limited github.com"])
    }

    // MARK: Limits of time

    /// What is fetched of one host is not there, after a time.
    private static func notFound(after millis: @Sendable (Int) -> UInt64) async throws -> [String] {
        let found = try await IncidentFleet { request in
            guard request.isMiss else { return }
            // What is there takes as long now and then.
            if request.number % 4 == 0 { request.spelled.millis = 10_000 + UInt64(request.number % 97) * 400 }
            if trouble.contains(request.minute), request.host == "github.com" {
                (request.spelled.status, request.spelled.bytes) = (404, 40)
                request.spelled.millis = millis(request.number)
            }
        }.incidents()
        return found.causesFound.filter { $0.hasPrefix("masked-timeout") }
    }

    @Test("masked-timeout: what is not found after the same time, or late far more often than what is found")
    func limits() async throws {
        #expect(try await Self.notFound { _ in 30_000 } == ["masked-timeout github.com"])
        #expect(try await Self.notFound { 11_000 + UInt64($0 % 101) * 600 } == ["masked-timeout github.com"])
    }

    @Test("none: what is not found takes as long as what is, now and then longer than a limit")
    func noLimits() async throws {
        let found = try await Self.notFound { number in
            number % 4 == 0 ? 10_000 + UInt64(number % 101) * 600 : 800
        }
        #expect(found == [])
    }
}
