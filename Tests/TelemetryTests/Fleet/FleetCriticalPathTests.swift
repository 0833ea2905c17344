import OTLPModel
import Testing

@testable import Telemetry

@Suite("Critical path of a window")
struct FleetCriticalPathTests {
    /// A call of Athens that looks up, fetches and serves; the second half of the requests fetches for longer.
    private func fleet() throws -> SpelledFleet {
        var fleet = try SpelledFleet()
        fleet.add(40) { request, number in
            let fetch: UInt64 = number < 20 ? 50 : 90
            request.millis = 20 + fetch
            request.path = "/github.com/a/b\(number)/@v/v1.0.0.info"
            request.inner = [("verify checksum", .internal, 5, 5), ("fetch module", .internal, 10, fetch)]
        }
        return fleet
    }

    @Test("parts add up to the durations of all requests")
    func parts() async throws {
        let result = try await fleet().reader().criticalPath(FleetPathQuery(window: .all))
        #expect(result.totals.requests == 40)
        #expect(result.totals.nanos == Double(20 * 70 + 20 * 110) * 1e6)
        #expect(result.parts.reduce(0) { $0 + $1.totalNanos } == result.totals.nanos)
        let upstream = try #require(result.parts.first)
        #expect(upstream.stage == .upstream && upstream.operation == "fetch module")
        #expect(upstream.totalNanos == 2_800e6 && upstream.requests == 40)
        #expect(result.parts.first { $0.stage == .verify }?.totalNanos == 200e6)
    }

    @Test(
        "what a part has in a change is called a gain where requests became faster", arguments: [true, false])
    func gain(isFaster: Bool) async throws {
        let middle = UnixNanos(clamping: Sample.baseNanos + 2_000_000_000)
        let halves = [
            TimeWindow(since: middle, until: .distantFuture),
            TimeWindow(since: .distantPast, until: middle),
        ]
        let query = FleetPathQuery(window: halves[isFaster ? 1 : 0], baseline: halves[isFaster ? 0 : 1])
        let table = ResultTable.criticalPath(
            try await fleet().reader().criticalPath(query), query, zone: .utc)
        let title = isFaster ? "OF GAIN" : "OF CHANGE"
        let place = try #require(table.columns.firstIndex { $0.title == title })
        // All of it is the fetch.
        #expect(table.row(0)[place] == .identifier("100.0 %"))
    }

    @Test("changes add up to the change of the mean, and the rest is one part")
    func change() async throws {
        let middle = UnixNanos(clamping: Sample.baseNanos + 2_000_000_000)
        let reader = try await fleet().reader()
        var query = FleetPathQuery(
            window: TimeWindow(since: middle, until: .distantFuture),
            baseline: TimeWindow(since: .distantPast, until: middle))
        func changes(_ result: FleetPathResult) throws -> [Double] {
            let before = try #require(result.baseline)
            return result.parts.map {
                $0.totalNanos / Double(result.totals.requests)
                    - $0.baselineTotalNanos / Double(before.requests)
            }
        }
        let result = try reader.criticalPath(query)
        #expect(result.baseline?.meanNanos == 70e6 && result.totals.meanNanos == 110e6)
        #expect(abs(try changes(result).reduce(0, +) - 40e6) < 1)
        #expect(result.parts[0].stage == .upstream)
        query.limit = 1
        let limited = try reader.criticalPath(query)
        #expect(limited.parts.count == 2 && limited.parts[1].parts == result.parts.count - 1)
        #expect(abs(try changes(limited).reduce(0, +) - 40e6) < 1)
        query.parts = [.stage]
        query.limit = 20
        #expect(try reader.criticalPath(query).parts.allSatisfy { $0.service == nil && $0.stage != nil })
    }

    @Test(
        "a request that waited for several spans of a service, or twice for a stage, is one",
        arguments: [1, 7])
    func requests(segmentSpans: Int) async throws {
        let reader = try await fleet().reader(segmentSpans: segmentSpans * 10)
        for part in FleetPathQuery.Part.allCases {
            let result = try reader.criticalPath(FleetPathQuery(window: .all, parts: [part]))
            #expect(result.parts.reduce(0) { $0 + $1.totalNanos } == result.totals.nanos)
            #expect(result.parts.allSatisfy { $0.requests == 40 }, "\(part)")
        }
    }

    @Test(
        "paths are no names of operations",
        arguments: [
            ("GET /github.com/a/@v/list", "GET /…"), ("/github.com/a/@v/list", "/…"), ("/", "/"),
            ("protocol.Info", "protocol.Info"), ("router a/b egress", "router a/b egress"), ("/sumdb/", "/…"),
        ])
    func names(name: String, expected: String) { #expect(PathSums.shortened(name) == expected) }
}
