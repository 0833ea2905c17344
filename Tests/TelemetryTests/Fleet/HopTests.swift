import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A request that several nodes saw")
struct HopTests {
    private let folder: TemporaryDirectory
    private let path: String
    private let zip = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func edge(
        trace: UInt64, at start: UInt64 = 0, millis: UInt64 = 100, _ more: [KeyValue] = []
    ) -> OTLPModel.Span {
        Sample.span(
            trace: trace, id: 1, startMillis: start, millis: millis,
            attributes: FleetSample.attributes(zip, more))
    }

    @Test(
        "counts once within a trace, whichever export or segment its spans lie in", arguments: [false, true])
    func oneTrace(segmented: Bool) async throws {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10, parent: 1))
        sample.add(.edge, [edge(trace: 1, FleetSample.cache("MISS"))])
        let result = try FleetSample.slowest(try await sample.reader(at: path, segmented: segmented))
        #expect(result.units.map(\.node.identity.name) == ["edge-1"])
        #expect(result.units.map(\.cacheResult) == [.miss], "what the edge did, not the proxy behind it")
        #expect(result.units.first?.stages[.network] == 96_000_000)
        #expect(result.quality.orphans == 0)
    }

    @Test("a note of compare says that an edge and the proxy behind it stand on different sides")
    func sides() async throws {
        var sample = FleetSample()
        for trace: UInt64 in 1...30 {
            sample.add(
                .athens, FleetSample.athens(trace: trace, path: zip, call: "protocol.Zip", at: 10, parent: 1))
            sample.add(.edge, [edge(trace: trace, FleetSample.cache("MISS"))])
        }
        let reader = try await sample.reader(at: path)
        func sides(_ key: ComparisonKey) throws -> (groups: Int, other: Int, isNoted: Bool) {
            let query = FleetComparisonQuery(window: .all, key: key)
            let result = try reader.compare(query)
            let table = ResultTable.comparison(result, query, zone: .utc)
            return (
                result.groups.count, result.fromOtherSide, table.notes.contains { $0.code == "other_side" }
            )
        }
        #expect(try sides(.dimension(.node)) == (2, 1, true))
        #expect(try sides(.dimension(.region)) == (1, 0, false))
    }

    @Test("without a word of the edge the client had what the proxy's cache did") func facing() async throws {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10, parent: 1))
        sample.add(.edge, [edge(trace: 1)])
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.map(\.cacheResult) == [.hit])
    }

    @Test(
        "counts once without a common trace, too, brought together by module and time",
        arguments: [(0, 1), (400, 1), (600, 2), (1_700, 2)] as [(Int64, Int)])
    func noPropagation(aheadMillis: Int64, count: Int) async throws {
        var sample = FleetSample()
        var node = FleetSample.Node.edge
        node.aheadMillis = aheadMillis
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10))
        sample.add(node, [edge(trace: 2)])
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.count == count)
        guard count == 1 else { return }
        #expect(result.units.first?.node.identity.name == "edge-1")
        #expect(result.units.first?.cacheResult == .hit, "the proxy's: the edge passed it on")
        #expect(result.units.first?.stages[.network] == 96_000_000)
        #expect(result.quality.notes().map(\.code) == ["no_propagation"])
    }

    @Test("a note says that what a client and a server tell of counts twice", arguments: [true, false])
    func clientSide(hasServer: Bool) async throws {
        var sample = FleetSample()
        var span = edge(trace: 1)
        span.kind = .client
        span.attributes.append(KeyValue("url.full", .string("https://proxy.example" + zip)))
        sample.add(FleetSample.Node(name: "build-1", service: "go", scope: "traceq.gox"), [span])
        if hasServer { sample.add(.edge, [edge(trace: 2)]) }
        let quality = try FleetSample.slowest(try await sample.reader(at: path)).quality
        #expect(quality.requests == (hasServer ? 2 : 1) && quality.clientSide == 1)
        #expect(quality.notes().contains { $0.code == "client_side" } == hasServer)
    }

    @Test("of thousands of requests for the same each hop has the one around it, the nearest of those left")
    func crowd() {
        // Each edge asks 5 µs after it was asked; every tenth of its requests ends before its hop would.
        let count = 20_000
        var exchanges: [Exchange] = []
        for (isHop, number) in [false, true].flatMap({ isHop in (0..<count).map { (isHop, $0) } }) {
            let isShort = number % 10 == 3
            if isHop, isShort { continue }
            var exchange = Exchange(
                start: 10_000_000_000 + UInt64(number) * 1_000 + (isHop ? 5 : 0),
                durationNanos: isShort ? 1_000 : isHop ? 2_000_000_000 : 3_000_000_000, responseBytes: 0,
                segment: 0, row: UInt32(number), trace: 0, node: isHop ? 2 : 1)
            exchange.kind = ModuleKind.zip.rawValue
            exchange.module = 1
            exchange.flags = isHop ? .behindEdge : .atEdge
            exchanges.append(exchange)
        }
        let pairs = HopMatching.pairs(exchanges, NodeClocks())
        #expect(pairs.count == count - count / 10)
        #expect(pairs.allSatisfy { exchanges[$0.hop].row == exchanges[$0.outer].row })
    }

    @Test("of two edges that ask at once, each has the proxy whose answer fits its time")
    func closest() {
        func exchange(_ start: UInt64, _ millis: UInt64, node: UInt32, _ flag: Exchange.Flags) -> Exchange {
            var exchange = Exchange(
                start: 10_000_000_000 + start * 1_000_000, durationNanos: millis * 1_000_000,
                responseBytes: 0, segment: 0, row: 0, trace: 0, node: node)
            exchange.kind = ModuleKind.zip.rawValue
            exchange.module = 1
            exchange.flags = flag
            return exchange
        }
        // The slow proxy's edge began a millisecond before the quick one's hop, and so nearer to it.
        let exchanges = [
            exchange(0, 1_003, node: 1, .atEdge), exchange(9, 3_003, node: 2, .atEdge),
            exchange(10, 1_000 - 10, node: 3, .behindEdge), exchange(11, 3_000 - 2, node: 4, .behindEdge),
        ]
        let pairs = HopMatching.pairs(exchanges, NodeClocks())
        #expect(pairs.map { [$0.hop, $0.outer] } == [[2, 0], [3, 1]])
    }

    @Test("times at the end of what 64 bits have pair nothing, and break nothing")
    func absurdTimes() {
        func exchange(before last: UInt64, nanos: UInt64, _ flag: Exchange.Flags) -> Exchange {
            var exchange = Exchange(
                start: .max - last, durationNanos: nanos, responseBytes: 0, segment: 0, row: 0, trace: 0,
                node: 1)
            exchange.kind = ModuleKind.zip.rawValue
            exchange.module = 1
            exchange.flags = flag
            return exchange
        }
        // The hop ends behind the end of time, near its begin.
        let exchanges = [
            exchange(before: 1_000_000_000, nanos: 999_999_990, .atEdge),
            exchange(before: 5, nanos: 1_000, .behindEdge),
        ]
        #expect(HopMatching.pairs(exchanges, NodeClocks()).isEmpty)
    }

    @Test("a clock that is known to be ahead is set right before that") func clocks() async throws {
        var sample = FleetSample()
        var node = FleetSample.Node.edge
        node.aheadMillis = 1_700
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10))
        // It came 50 ms after it had ended, 1.65 s before its clock says that it ended.
        sample.add(node, receivedMillis: 150, [edge(trace: 2)])
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.count == 1)
    }

    @Test(
        "what an edge passed on with its trace, whose own spans are not stored, is no hop of another request")
    func silentEdge() async throws {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10, parent: 99))
        sample.add(.edge, [edge(trace: 2)])
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(result.units.map(\.node.identity.name) == ["edge-1", "athens-1"])
        #expect(result.quality.hopsByTime == 0 && result.quality.orphans == 1)
    }

    @Test("what an edge's cache answered has no hop, and each request has one at most") func pairs()
        async throws
    {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10))
        sample.add(.athens, FleetSample.athens(trace: 2, path: zip, call: "protocol.Zip", at: 20))
        sample.add(.edge, [edge(trace: 3), edge(trace: 4, FleetSample.cache("HIT"))])
        let result = try FleetSample.slowest(try await sample.reader(at: path))
        #expect(
            result.units.count == 3, "the hit, the request that was passed on, and one straight at the proxy")
    }

    @Test("an edge that says hits only, as Envoy does, passed on what was a miss") func hitsOnly()
        async throws
    {
        var sample = FleetSample()
        let envoy = FleetSample.Node(name: "envoy-1", service: "envoy", scope: "envoy")
        sample.add(envoy, [edge(trace: 1, [KeyValue("response_flags", .string("RFCF"))])])
        sample.add(
            envoy,
            [
                edge(trace: 2, at: 1_000),
                Sample.span(
                    trace: 2, id: 2, parent: 1, name: "egress", kind: .client, startMillis: 1_010, millis: 80),
                // Nothing lies behind this one, and nothing is said of it.
                edge(trace: 3, at: 2_000, millis: 90),
            ])
        let units = try FleetSample.slowest(try await sample.reader(at: path)).units
        #expect(units.map(\.cacheResult) == [.hit, .miss, .unknown])
    }

    @Test(
        "2.6: an edge that answers some alone and passes on others has a cache, even where it never says so",
        arguments: [(4, .unknown), (5, .hit)] as [(Int, CacheResult)])
    func silentCache(alone: Int, result: CacheResult) async throws {
        var sample = FleetSample()
        let node = FleetSample.Node(name: "caddy-1", service: "caddy", scope: "caddy")
        sample.add(node, (0..<alone).map { edge(trace: UInt64($0 + 10), at: UInt64($0) * 1_000, millis: 3) })
        sample.add(
            node,
            [
                edge(trace: 1, at: 60_000),
                Sample.span(
                    trace: 1, id: 2, parent: 1, name: "GET", kind: .client, startMillis: 60_010, millis: 80),
            ])
        let units = try FleetSample.slowest(try await sample.reader(at: path)).units.sorted {
            $0.start < $1.start
        }
        #expect(units.last?.cacheResult == (result == .hit ? .miss : .unknown))
        #expect(units.dropLast().allSatisfy { $0.cacheResult == result })
    }

    @Test("is seen as a node saw it where only that node is asked for") func ofNode() async throws {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10, parent: 1))
        sample.add(.edge, [edge(trace: 1, FleetSample.cache("MISS"))])
        let reader = try await sample.reader(at: path)
        let units = try FleetSample.slowest(reader) { $0.filter.proxy = "athens-*" }.units
        #expect(units.map(\.node.identity.name) == ["athens-1"])
        #expect(units.map(\.cacheResult) == [.hit])
    }
}
