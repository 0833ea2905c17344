import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Misses and hit ratios")
struct MissTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private typealias Asked = (path: String, cache: String?, at: UInt64, client: String, node: String)

    private func reader(_ asked: [Asked]) async throws -> TelemetryReader {
        var sample = FleetSample()
        for (number, request) in asked.enumerated() {
            var node = FleetSample.Node.edge
            node.name = request.node
            sample.add(
                node,
                [
                    Sample.span(
                        trace: UInt64(number + 1), id: 1, startMillis: request.at, millis: 100,
                        attributes: FleetSample.attributes(
                            request.path, client: request.client, request.cache.map(FleetSample.cache) ?? []))
                ])
        }
        return try await sample.reader(at: path)
    }

    private static func file(_ kind: String, _ module: String = "a/b", _ version: String = "v1.0.0") -> String
    {
        "/github.com/\(module)/@v/\(version).\(kind)"
    }

    @Test("one cold version is a miss and two hits for requests, and a miss for versions") func cold()
        async throws
    {
        let reader = try await reader([
            (Self.file("info"), "MISS", 0, "c1", "e1"), (Self.file("mod"), "HIT", 200, "c1", "e1"),
            (Self.file("zip"), "HIT", 400, "c1", "e1"),
        ])
        let result = try reader.misses(MissQuery(window: .all))
        #expect(result.totals.ratio == 2.0 / 3)
        #expect(result.totals.versionRatio == 0)
        #expect(result.totals.missNanos == 100_000_000)
        #expect(result.groups.map(\.key) == ["github.com/a/b"])
    }

    @Test("lists, queries and checksums are in no ratio") func mutable() async throws {
        let reader = try await reader([
            ("/github.com/a/b/@v/list", "MISS", 0, "c1", "e1"),
            ("/github.com/a/b/@v/main.info", "MISS", 0, "c1", "e1"),
            ("/sumdb/sum.golang.org/supported", "MISS", 0, "c1", "e1"),
            (Self.file("zip"), "HIT", 0, "c1", "e1"),
        ])
        let totals = try reader.misses(MissQuery(window: .all)).totals
        #expect(totals.requests == 1)
        #expect(totals.ratio == 1)
    }

    @Test(
        "2.6: each result counts where it belongs",
        arguments: [
            ("HIT", 1, 1), ("STALE", 1, 1), ("UPDATING", 1, 1), ("REVALIDATED", 1, 1), ("MISS", 0, 1),
            ("EXPIRED", 0, 1),
            ("BYPASS", 0, 0), ("-", 0, 0),
        ])
    func results(word: String, hits: Int, lookups: Int) async throws {
        let totals = try (await reader([(Self.file("zip"), word, 0, "c1", "e1")])).misses(
            MissQuery(window: .all)
        ).totals
        #expect((totals.hits, totals.lookups) == (hits, lookups))
        #expect(totals.requests == 1)
        #expect(totals.unknown == (word == "-" ? 1 : 0))
    }

    @Test("what a node fetched again it had not kept; another node's first fetch is its own") func refetches()
        async throws
    {
        let reader = try await reader([
            (Self.file("zip"), "MISS", 0, "c1", "e1"), (Self.file("zip"), "EXPIRED", 1_000, "c2", "e1"),
            (Self.file("zip"), "MISS", 2_000, "c3", "e2"), (Self.file("mod"), "MISS", 2_000, "c3", "e2"),
        ])
        let result = try reader.misses(MissQuery(window: .all, dimension: .node))
        #expect(result.groups.first { $0.key == "e1" }?.counts.refetches == 1)
        #expect(result.groups.first { $0.key == "e2" }?.counts.refetches == 0)
        let totals = try reader.misses(MissQuery(window: .all)).totals
        #expect(totals.refetches == 1)
        #expect(totals.refetchNanos == 100_000_000)
    }

    @Test("what was not there yet when a node asked is nothing that it could keep")
    func notThereYet() async throws {
        var fleet = try SpelledFleet()
        fleet.add(6) { request, number in
            request.cache = "MISS"
            request.status = number < 3 ? 404 : 200
        }
        let reader = try await fleet.reader()
        let node = try reader.misses(MissQuery(window: .all, dimension: .node)).groups.first
        #expect(node?.counts.refetches == 2)
        #expect(try reader.misses(MissQuery(window: .all)).totals.refetches == 2)
    }

    @Test("by service_version each request counts for the version that served it")
    func versions() async throws {
        var fleet = try SpelledFleet()
        fleet.add(30) { request, number in
            request.service = "edge"
            request.version = number < 20 ? "1.0.0" : "1.1.0"
            request.path = Self.file("zip", "a/b", "v1.0.\(number % 10)")
            request.cache = number < 10 || number >= 20 ? "MISS" : "HIT"
        }
        let reader = try await fleet.reader(segmentSpans: 7)
        let groups = try reader.misses(MissQuery(window: .all, dimension: .serviceVersion)).groups
        let counts = Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0.counts) })
        #expect(counts["1.0.0"]?.requests == 20 && counts["1.0.0"]?.hits == 10)
        #expect(counts["1.1.0"]?.requests == 10 && counts["1.1.0"]?.hits == 0)
        let compared = try reader.compare(
            FleetComparisonQuery(window: .all, key: .dimension(.serviceVersion)))
        #expect(compared.groups.map(\.name) == ["edge 1.0.0", "edge 1.1.0"])
        #expect(compared.groups.map(\.requests) == [20, 10])
        let nodes = try reader.fleetNodes(FleetNodesQuery(window: .all, now: UnixNanos(rawValue: .max)))
        #expect(nodes.nodes.map(\.node.serviceVersion) == ["1.1.0"])
    }

    @Test("by time each period has its own ratio, in order") func periods() async throws {
        let reader = try await reader([
            (Self.file("zip"), "MISS", 0, "c1", "e1"), (Self.file("zip"), "HIT", 60_000, "c2", "e1"),
            (Self.file("mod"), "MISS", 60_000, "c2", "e1"),
        ])
        let result = try reader.misses(
            MissQuery(window: .all, dimension: .all, periodNanos: 60_000_000_000, limit: 100))
        #expect(result.groups.map(\.counts.ratio) == [0, 0.5])
        #expect(result.groups.map(\.key) == ["all", "all"])
    }

    @Test("a node that says nothing of a cache has no versions that were warm: those behind it had them")
    func silentNode() async throws {
        var sample = FleetSample()
        sample.add(
            .athens,
            FleetSample.athens(trace: 1, path: Self.file("zip"), call: "protocol.Zip", at: 10, parent: 1))
        sample.add(
            FleetSample.Node(name: "caddy-1", service: "caddy", scope: "caddy"),
            [
                Sample.span(
                    trace: 1, id: 1, millis: 100,
                    attributes: FleetSample.attributes(Self.file("zip"), client: "198.51.100.1"))
            ])
        let reader = try await sample.reader(at: path)
        let query = MissQuery(window: .all, dimension: .node)
        let result = try reader.misses(query)
        let silent = try #require(result.groups.first { $0.key == "caddy-1" })
        #expect(silent.counts.unknown == 1 && silent.counts.fetches == 0)
        #expect(result.totals.fetches == 1)
        #expect(try reader.misses(MissQuery(window: .all)).groups.map(\.counts.fetches) == [1])
    }

    @Test("a node is asked for its own cache, and all others for what clients had") func ownResults()
        async throws
    {
        var sample = FleetSample()
        sample.add(
            .athens,
            FleetSample.athens(trace: 1, path: Self.file("zip"), call: "protocol.Zip", at: 10, parent: 1))
        sample.add(
            .edge,
            [
                Sample.span(
                    trace: 1, id: 1, millis: 100,
                    attributes: FleetSample.attributes(Self.file("zip"), FleetSample.cache("MISS")))
            ])
        let reader = try await sample.reader(at: path)
        let nodes = try reader.misses(MissQuery(window: .all, dimension: .node))
        #expect(nodes.groups.first { $0.key == "athens-1" }?.counts.ratio == 1)
        #expect(nodes.groups.first { $0.key == "edge-1" }?.counts.ratio == 0)
        #expect(nodes.totals.requests == 1)
        #expect(nodes.totals.ratio == 0)
        let modules = try reader.misses(MissQuery(window: .all))
        #expect(modules.groups.map(\.counts.requests) == [1])
    }
}
