import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// What fleets show whose traffic is of several kinds, of which the trouble is in one.
@Suite("Incidents are told kind by kind", .serialized)
struct IncidentMixTests {
    private static let trouble = 80..<100

    @Test("none: a host that is always slow with archives, when more of them have to be fetched")
    func slowByNature() async throws {
        let result = try await IncidentFleet { request in
            guard request.host == "codeberg.org" else { return }
            let isTrouble = Self.trouble.contains(request.minute)
            guard request.isMiss || (isTrouble && request.number % 3 == 0) else { return }
            if isTrouble || request.number % 3 == 0 {
                request.spelled.path = "/codeberg.org/a/new\(request.number)/@v/v1.0.0.zip"
                request.spelled.cache = "MISS"
                // Three of five.
                request.spelled.millis = request.number % 5 < 3 ? 9_000 : 700
            } else {
                request.spelled.path = "/codeberg.org/a/new\(request.number)/@v/list"
                request.spelled.cache = nil
                request.spelled.millis = 80
                request.spelled.bytes = 400
            }
        }.incidents()
        #expect(!result.causesFound.contains { $0.hasPrefix("slow-upstream") }, "\(result.causesFound)")
    }

    @Test("rate-limited: a host that refuses one node, and has all for the others")
    func oneAsker() async throws {
        let result = try await IncidentFleet { request in
            guard Self.trouble.contains(request.minute), request.number % 2 == 0 else { return }
            request.spelled.path = "/\(request.host)/a/new\(request.number)/@v/v1.0.0.zip"
            request.spelled.cache = "MISS"
            request.spelled.millis = 700
            guard request.host == "github.com", request.spelled.node == "edge-0" else { return }
            request.spelled.status = 429
            request.spelled.bytes = 40
            request.spelled.millis = 60
        }.incidents()
        #expect(result.causesFound == ["rate-limited edge-0 github.com"])
        let incident = try #require(result.incidents.first { $0.rule == "rate-limited" })
        #expect(incident.explanation.contains("at edge-0 for modules of github.com, and no others"))
    }

    @Test("slow-node: where all goes by way of one, what it asks for only looks slow")
    func onlyNode() async throws {
        let result = try await IncidentFleet { request in
            request.spelled.node = "edge-0"
            if request.number % 5 == 0 {
                request.spelled.path =
                    "/sumdb/sum.golang.org/lookup/\(request.host)/a/b\(request.number)@v1.0.0"
                request.spelled.cache = nil
                request.spelled.millis = 60
                request.spelled.bytes = 700
            }
            if Self.trouble.contains(request.minute) { request.spelled.millis += 1_000 }
        }.incidents()
        #expect(result.causesFound == ["slow-node edge-0"])
        #expect(result.consequences.contains("sumdb-slow"))
    }

    @Test("the share that is told is of the kinds that are bad")
    func shares() async throws {
        let result = try await IncidentFleet { request in
            guard Self.trouble.contains(request.minute), request.spelled.node == "edge-1" else { return }
            if request.number % 4 < 2 {
                request.spelled.path = "/\(request.host)/a/old\(request.number % 7)/@v/list"
                request.spelled.cache = "HIT"
            } else if request.number % 4 == 2 {
                request.spelled.status = 500
                request.spelled.bytes = 40
            }
        }.incidents()
        #expect(result.causesFound == ["node-errors edge-1"])
        let numbers = try #require(result.incidents.first { $0.rule == "node-errors" }).evidence.numbers
        let share = try #require(numbers.first { $0.name == "bad_share" }).value
        #expect((0.4...0.6).contains(share))
    }

    @Test("a node that does not say the size of what it passed on passed on what the node behind it says")
    func sizes() {
        func exchange(_ node: UInt32, bytes: UInt64) -> Exchange {
            Exchange(
                start: 0, durationNanos: 1_000, responseBytes: bytes, segment: 0, row: 0, trace: 0, node: node
            )
        }
        let inner = exchange(2, bytes: 110_000_000)
        let silent = exchange(1, bytes: RequestAttribute.nothing)
        let row = IncidentRow(silent, of: 0, behind: inner)
        #expect(row.bytes == 110_000_000 && !row.saysSize && row.kind == 0)
        let own = IncidentRow(exchange(1, bytes: 7), of: 0, behind: inner)
        #expect(own.bytes == 7 && own.saysSize)
        #expect(IncidentRow(silent, of: 0, behind: nil).bytes == .max)
    }

    @Test("where more than half of the window is bad, what is known of the time before is believed")
    func mostOfTheWindow() {
        func rate(before: Int, badBefore: Int) -> Double {
            var tally = SymptomReference.Tally()
            for number in 0..<before { tally.add(micros: nil, isBad: number < badBefore, part: nil) }
            for part in 0..<SymptomReference.partCount {
                for number in 0..<40 { tally.add(micros: nil, isBad: part > 1 && number < 39, part: part) }
            }
            return tally.reference(noticeable: 0, rateMin: 0.002, better: nil).rate
        }
        #expect(rate(before: 100, badBefore: 0) < 0.1)
        #expect(rate(before: 20, badBefore: 0) > 0.3, "of too few it is not known")
        #expect(rate(before: 100, badBefore: 60) > 0.5)
    }
}
