import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// What fleets unlike the generator's show: who is asked far more than others, what is always so, and what is taken back.
@Suite("Incidents are told from what is usual, and by whom it is", .serialized)
struct IncidentWitnessTests {
    private static let trouble = 80..<100

    @Test("withdrawn: a node, or all of them, refuse what they had given out before")
    func withdrawn() async throws {
        let node = try await IncidentFleet { request in
            guard request.spelled.node == "edge-1", !request.isMiss, Self.trouble.contains(request.minute)
            else { return }
            request.spelled.status = 404
            request.spelled.bytes = 40
        }.incidents()
        #expect(node.causesFound == ["withdrawn edge-1"])
        let everywhere = try await IncidentFleet { request in
            guard request.spelled.path.contains("/old7/"), request.minute >= 80 else { return }
            request.spelled.status = 410
            request.spelled.bytes = 40
        }.incidents()
        let cause = try #require(everywhere.causesFound.first)
        #expect(cause.hasPrefix("withdrawn") && everywhere.causesFound.count <= 3)
        #expect(everywhere.incidents.allSatisfy { ["withdrawn", "clock-skew"].contains($0.rule) })
        #expect(everywhere.incidents.contains { $0.explanation.contains("/old7") })
    }

    @Test("none: what was refused from the begin, and what one node refuses all the time")
    func refusedAlways() async throws {
        let result = try await IncidentFleet { request in
            guard request.spelled.node == "edge-1", request.spelled.path.contains("/old") else { return }
            request.spelled.status = request.number % 3 == 0 ? 404 : 200
        }.incidents()
        #expect(!result.causesFound.contains { $0.hasPrefix("withdrawn") })
    }

    @Test("none: a constant share of errors, without a time before", arguments: [1, 2, 3] as [UInt64])
    func constantErrors(seed: UInt64) async throws {
        let result = try await IncidentFleet { request in
            guard SeededRandom.mixed(UInt64(request.number) &+ seed << 32) % 70 == 0 else { return }
            request.spelled.status = 500
            request.spelled.cache = "MISS"
        }.incidents(baseline: 0)
        #expect(result.causesFound == [])
    }

    @Test("slow-node: the one that is asked far more than all others, and not everything")
    func busyNode() async throws {
        let result = try await IncidentFleet { request in
            guard Self.trouble.contains(request.minute) else { return }
            request.spelled.path = "/\(request.host)/a/busy\(request.number)/@v/v1.0.0.zip"
            request.spelled.cache = "MISS"
            request.spelled.millis = 600 + UInt64(request.number % 900)
            guard request.number % 15 != 0 else { return }
            request.spelled.node = "edge-0"
            request.spelled.region = "eu"
            request.spelled.millis *= 12
        }.incidents()
        #expect(result.causesFound == ["slow-node edge-0"])
    }

    @Test("upstream-errors: a module that nobody had asked for before, and that nobody gets")
    func newModule() async throws {
        let result = try await IncidentFleet { request in
            guard Self.trouble.contains(request.minute), request.number % 4 == 0 else { return }
            request.spelled.path = "/github.com/a/broken/@v/v1.0.0.zip"
            request.spelled.cache = "MISS"
            request.spelled.status = 500
            request.spelled.bytes = 40
        }.incidents()
        #expect(result.causesFound == ["upstream-errors github.com/a/broken v1.0.0"])
    }

    @Test("none: lists whose sizes go up and down, without a time before")
    func varyingLists() async throws {
        let result = try await IncidentFleet { request in
            guard request.number % 3 == 0 else { return }
            let chance = SeededRandom.mixed(UInt64(request.number) &+ 1 << 40)
            request.spelled.path = "/\(request.host)/a/listed\(chance % 6)/@v/list"
            request.spelled.cache = nil
            request.spelled.millis = 80
            request.spelled.bytes = 2_000 + Int64(chance >> 8 % 800)
        }.incidents(baseline: 0)
        #expect(!result.causesFound.contains { $0.hasPrefix("stale-list") })
    }

    @Test("notes count what is of the window, and say when too little is stored to judge traffic")
    func notes() async throws {
        let result = try await IncidentFleet().incidents()
        #expect(result.quality.requests == IncidentFleet.count / 2)
        #expect(!result.notes.contains { $0.code == "short_baseline" })
        let short = try await IncidentFleet { $0.isLeftOut = $0.minute < 40 }.incidents()
        #expect(short.hasBaseline)
        let note = try #require(short.notes.first { $0.code == "short_baseline" })
        #expect(note.message.contains("20m") && note.message.contains("10m"))
    }
}

@Suite("Signs of requests, and who they are of")
struct RequestWitnessTests {
    private static let second: UInt64 = 1_000_000_000

    private static func exchange(_ node: UInt32, start: UInt64, seconds: UInt64, bytes: UInt64 = 9)
        -> Exchange
    {
        var exchange = Exchange(
            start: start * second, durationNanos: seconds * second, responseBytes: bytes, segment: 0,
            row: UInt32(start), trace: 0, node: node)
        exchange.kind = ModuleKind.zip.rawValue
        exchange.outcome = RequestOutcome.ok.rawValue
        exchange.httpStatus = 200
        exchange.module = 1
        return exchange
    }

    private static func signs(_ rows: [IncidentRow]) -> [RequestSigns] {
        RequestSignSearch(rows, moduleCount: 2, nodeCount: 4).signs
    }

    @Test("what asks while the first one is fetched was not given out before")
    func overlapping() {
        let rows = [(0, 20), (5, 15), (30, 1)].map { start, seconds in
            var exchange = Self.exchange(1, start: UInt64(start), seconds: UInt64(seconds))
            exchange.cacheResult = CacheResult.miss.rawValue
            return IncidentRow(exchange, of: 0, behind: nil)
        }
        #expect(Self.signs(rows).map { $0.contains(.missedAgain) } == [false, false, true])
    }

    @Test("of two sizes that is right which the one says that had it from its source")
    func sizes() {
        let inner = Self.exchange(2, start: 1, seconds: 1, bytes: 417_036)
        let outer = Self.exchange(1, start: 0, seconds: 3, bytes: 452_100)
        let rows = [IncidentRow(outer, of: 0, behind: inner), IncidentRow(inner, of: 0, behind: nil)]
        #expect(Self.signs(rows) == [.otherSize, []])
    }

    @Test("the client of what a node passed on is who asked in the end")
    func clients() {
        var outer = Self.exchange(1, start: 0, seconds: 3)
        outer.client = 5
        var inner = Self.exchange(2, start: 1, seconds: 1)
        inner.client = 9
        inner.outer = 0
        let all = TimeWindow(since: .distantPast, until: .distantFuture)
        var rows = IncidentRows(window: all, asked: all, end: .distantFuture)
        rows.add(ExchangeGroup([outer, inner], segment: nil))
        #expect(rows.takeRows().map(\.client) == [5, 5])
    }

    @Test("an edge of which no request is told of behind it is its own way out")
    func ways() {
        func cutOff(_ node: UInt32, _ start: UInt64) -> Exchange {
            var exchange = Self.exchange(node, start: start, seconds: 1)
            exchange.flags.insert(.atEdge)
            exchange.outcome = RequestOutcome.upstreamError.rawValue
            return exchange
        }
        var passedOn = cutOff(1, 2)
        passedOn.flags.insert(.hasHops)
        var hop = Self.exchange(3, start: 3, seconds: 0)
        hop.outer = 2
        let all = TimeWindow(since: .distantPast, until: .distantFuture)
        var rows = IncidentRows(window: all, asked: all, end: .distantFuture)
        rows.add(ExchangeGroup([cutOff(1, 0), cutOff(2, 1), passedOn, hop], segment: nil))
        let taken = rows.takeRows()
        #expect(taken.filter { $0.flags.contains(.isCutOff) }.map(\.node) == [1])
    }
}

@Suite("What answers alone is a cache where that is faster")
struct NodeCacheTallyTests {
    private static func facts(aloneMillis: UInt64) -> NodeFacts {
        var tally = NodeCacheTally()
        for number in 0..<100 {
            let isAlone = number % 4 == 0
            var exchange = Exchange(
                start: 0, durationNanos: (isAlone ? aloneMillis : 40) * 1_000_000 + UInt64(number) * 90_000,
                responseBytes: 9, segment: 0, row: 0, trace: 0, node: 1)
            exchange.kind = ModuleKind.zip.rawValue
            exchange.httpStatus = 200
            exchange.cacheEvidence = .max
            if !isAlone { exchange.flags.insert(.hasOrigin) }
            tally.add(exchange)
        }
        return tally.facts
    }

    @Test("answers alone that are as slow as what is passed on lack the spans of who was asked")
    func durations() {
        #expect(Self.facts(aloneMillis: 4).caching == [1])
        #expect(Self.facts(aloneMillis: 40).caching == [])
        #expect(Self.facts(aloneMillis: 400).caching == [])
    }
}
