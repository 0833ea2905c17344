import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Requests to Athens, which says nothing of its cache")
struct AthensTests {
    private let folder: TemporaryDirectory
    private let path: String
    private let zip = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func units(_ spans: [OTLPModel.Span]..., segmented: Bool = false) async throws -> [SlowUnit] {
        var sample = FleetSample()
        for spans in spans { sample.add(.athens, spans) }
        return try FleetSample.slowest(try await sample.reader(at: path, segmented: segmented)).units
    }

    @Test("2.1.3: one look-up in its storage and success is a hit") func hit() async throws {
        let units = try await units(FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip"))
        #expect(units.map(\.cacheResult) == [.hit])
        #expect(units.map(\.module?.module) == ["github.com/a/b"])
        #expect(units.first?.node.software == .athens)
        #expect(units.first?.node.role == .proxy)
    }

    @Test("2.1.3: a hit that takes long to give out waits for no fetch") func slowHit() async throws {
        var spans = FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip")
        // The request and its call, not the look-up.
        for place in 0..<2 { spans[place].endTimeUnixNano += 900_000_000 }
        var sample = FleetSample()
        sample.add(.athens, spans)
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        let unit = try #require(result.units.first)
        #expect(unit.cacheResult == .hit && unit.stages[.upstream] == 0)
        #expect(unit.stages[.serve] >= 900_000_000)
        #expect(result.quality.notes().isEmpty, "no fetch is missing")
    }

    @Test(
        "2.1.3: two look-ups are a miss, and its time is that of the fetch in a trace of its own",
        arguments: [
            false, true,
        ])
    func miss(segmented: Bool) async throws {
        let units = try await units(
            FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", fetchMillis: 4_000),
            FleetSample.fetch(trace: 2, at: 2, millis: 4_000), segmented: segmented)
        #expect(units.count == 1, "the fetch is no request")
        let unit = try #require(units.first)
        #expect(unit.cacheResult == .miss)
        #expect(unit.reason == .coldVCS)
        #expect(
            unit.stages[.queue] == 1_001_000_000, "the waits for workers, of the protocol and of the fetch")
        #expect(unit.stages[.upstream] == 2_000_000_000)
        #expect(unit.stages[.store] == 1_000_000_000)
        #expect(unit.stages.total == UInt64(unit.durationNanos))
    }

    @Test("2.1.3: without its fetch the time is upstream, and the answer says so") func lonelyMiss()
        async throws
    {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", fetchMillis: 4_000))
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.first?.stages[.upstream] == 4_000_000_000)
        #expect(result.quality.notes().map(\.code) == ["missing_fetch"])
    }

    @Test(
        "2.1.3: one look-up and 301 is a redirect to upstream, and 303 goes around the cache",
        arguments: [(301, .redirectMiss), (303, .bypass), (404, .miss)] as [(Int64, CacheResult)])
    func oneLookup(status: Int64, result: CacheResult) async throws {
        let units = try await units(
            FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", status: status))
        #expect(units.map(\.cacheResult) == [result])
    }

    @Test("2.1.3: who waited for another's fetch is coalesced, and the fetch knows how many waited")
    func waiters()
        async throws
    {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", fetchMillis: 4_000))
        sample.add(
            .athens,
            FleetSample.athens(trace: 2, path: zip, call: "protocol.Zip", at: 1_000, fetchMillis: 3_001))
        sample.add(.athens, FleetSample.fetch(trace: 3, at: 2, millis: 4_000))
        sample.add(.athens, FleetSample.fetch(trace: 4, at: 1_002, millis: 3_000, isLeader: false))
        let reader = try await sample.reader(at: path)
        let units = try FleetSample.slowest(reader).units
        #expect(units.map(\.cacheResult) == [.miss, .coalesced])
        #expect(units.last?.stages.guilty?.stage == .coalesced)
        #expect(units.last?.reason == .coalesced)
        let answer = try reader.snapshot { () throws(StoreError) in
            try FleetScan.run(FleetQuestion(window: .all), reader) { _ in FleetRows { _ in true } }
        }
        #expect(answer.fetches.filter(\.isLeader).map(\.waiters) == [1])
    }

    @Test("2.1.3: several fetches that fit are listed, and none is taken") func ambiguity() async throws {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", fetchMillis: 4_000))
        sample.add(.athens, FleetSample.fetch(trace: 2, at: 2, millis: 4_000))
        sample.add(.athens, FleetSample.fetch(trace: 3, at: 3, millis: 3_999))
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.first?.stages[.upstream] == 4_000_000_000)
        #expect(result.quality.notes().map(\.code) == ["ambiguous_fetch"])
    }

    @Test(
        "2.1.3: a fetch belongs to a request from 5 ms around both ends, and no further",
        arguments: [
            (-5, 0, true), (-6, 0, false), (5, 0, true), (6, 0, false), (0, 5, true), (0, 6, false),
            (0, -5, true),
            (0, -6, false),
        ])
    func tolerance(start: Int, end: Int, fits: Bool) throws {
        let base: UInt64 = 1_000_000_000
        let fetch = DetachedFetch(
            node: 1, start: base, end: base + 1_000_000_000, isLeader: true, segment: 0, row: 0, trace: 0,
            stages: StageTimes())
        let other = DetachedFetch(
            node: 2, start: base, end: base + 1_000_000_000, isLeader: true, segment: 0, row: 1, trace: 0,
            stages: StageTimes())
        let wait = AthensWait(
            place: 0, from: UInt64(Int(base) - start * 1_000_000),
            to: UInt64(Int(base) + 1_000_000_000 - end * 1_000_000))
        switch FetchMatching([other, fetch]).match(node: 1, wait) {
        case .fetch: #expect(fits)
        case .none: #expect(!fits)
        case .ambiguous: Issue.record("another node's fetch was taken")
        }
    }

    @Test("lists are asked for in the request's own trace, and wait for nothing else") func lists()
        async throws
    {
        var sample = FleetSample()
        var spans = FleetSample.athens(
            trace: 1, path: "/github.com/a/b/@v/list", call: "protocol.List", fetchMillis: 3_000)
        spans.removeLast()
        spans.append(
            FleetSample.inner("vcsLister.List", trace: 1, id: 105, parent: 102, at: 1, millis: 3_000))
        sample.add(.athens, spans)
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.map(\.reason) == [.listLatest])
        #expect(result.units.first?.stages.guilty?.stage == .upstream)
        #expect(result.units.first?.cacheResult == .unknown, "no cache answers them")
        #expect(result.quality.notes().isEmpty)
    }
}
