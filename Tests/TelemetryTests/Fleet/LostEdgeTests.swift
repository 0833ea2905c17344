import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Proxies behind edges whose spans are lost")
struct LostEdgeTests {
    private static let edge = FleetSample.Node(name: "edge-1", region: "eu", role: "edge")
    private static let proxy = FleetSample.Node(
        name: "proxy-1", service: "goproxy", region: "eu", role: "proxy")

    /// Requests of clients to an edge, and as many at a proxy that another edge asked.
    private func reader(
        _ folder: TemporaryDirectory, edge: FleetSample.Node = edge
    ) async throws -> TelemetryReader {
        var sample = FleetSample()
        func spans(_ host: String, traces: ClosedRange<UInt64>, parent: UInt8?) -> [OTLPModel.Span] {
            traces.map { trace in
                Sample.span(
                    trace: trace, id: 1, parent: parent, name: "GET", startMillis: trace * 10,
                    millis: parent == nil ? 20 : 5,
                    attributes: FleetSample.attributes(
                        "/example.com/m/@v/v1.0.\(trace).zip", status: trace == 101 ? 502 : 200,
                        [KeyValue("server.address", .string(host))]
                            + FleetSample.cache(parent == nil && trace.isMultiple(of: 2) ? "MISS" : "HIT")))
            }
        }
        sample.add(edge, spans("modules.example", traces: 1...30, parent: nil))
        sample.add(Self.proxy, spans("goproxy.internal", traces: 101...130, parent: 9))
        return try await sample.reader(at: folder.file("telemetry.db"), segmented: true)
    }

    @Test("were not asked by clients: no comparison of mirrors has them")
    func compare() async throws {
        let folder = try TemporaryDirectory()
        let query = FleetComparisonQuery(window: .all, key: .host)
        let result = try await reader(folder).compare(query)
        #expect(result.groups.map(\.name) == ["modules.example"])
        #expect(result.behindLostEdges == 30)
        let table = ResultTable.comparison(result, query, zone: .utc)
        #expect(table.notes.contains { $0.code == "lost_edges" && $0.message.contains("30 requests") })
    }

    @Test("what they were asked is in no group of clients' requests; at the node it is what the node did")
    func compareGroups() async throws {
        let folder = try TemporaryDirectory()
        let reader = try await reader(folder)
        for key in [FleetDimension.region, .kind, .client] {
            let query = FleetComparisonQuery(window: .all, key: .dimension(key))
            let result = try reader.compare(query)
            #expect(result.groups.map(\.requests).reduce(0, +) == 30, "\(key)")
            let notes = ResultTable.comparison(result, query, zone: .utc).notes
            #expect(notes.map(\.code).contains("lost_edges") && !notes.map(\.code).contains("orphans"))
        }
        let nodes = try reader.compare(FleetComparisonQuery(window: .all, key: .dimension(.node)))
        #expect(nodes.groups.map(\.requests) == [30, 30] && nodes.behindLostEdges == 0)
    }

    @Test("are nothing that clients waited for or failed at, and no run of a go command")
    func clients() async throws {
        let folder = try TemporaryDirectory()
        let reader = try await reader(folder)
        let slow = FleetWhyQuery(window: .all, selection: .slow(minNanos: 1))
        let errors = FleetWhyQuery(window: .all, selection: .errors(nil))
        #expect(try reader.why(slow).selected == 30)
        #expect(try reader.why(errors).selected == 0)
        // Whoever asks about one by its trace has an answer.
        let trace = try #require(TraceID(bytes: TraceBytes.trace(102)))
        let asked = FleetWhyQuery(window: .all, selection: .slow(minNanos: 1), trace: trace)
        #expect(try reader.why(asked).selected == 31)
        #expect(try reader.criticalPath(FleetPathQuery(window: .all)).totals.requests == 30)
        let sessions = try reader.slowest(FleetSlowestQuery(window: .all, unit: .session))
        #expect(sessions.units.map(\.requests).reduce(0, +) == 30)
        #expect(try reader.slowest(FleetSlowestQuery(window: .all, limit: 100)).units.count == 60)
        let chain = GoProxyChain(list: GoProxyList("https://modules.example,https://goproxy.internal"))
        #expect(try reader.replay(ReplayQuery(window: .all, chain: chain)).requests == 30)
    }

    @Test("are none to recommend to clients")
    func recommend() async throws {
        let folder = try TemporaryDirectory()
        let query = RecommendQuery(window: .all)
        let result = try await reader(folder).recommend(query)
        #expect(result.candidates.map(\.host) == ["modules.example"])
        #expect(result.recommendations.map(\.goproxy) == ["https://modules.example,direct"])
        #expect(ResultTable.recommend(result, query).notes.contains { $0.code == "lost_edges" })
    }

    @Test("what an edge asks that names no region is nothing that clients of the proxy's region asked")
    func recommendRegion() async throws {
        let folder = try TemporaryDirectory()
        var sample = FleetSample()
        let silent = FleetSample.Node(name: "edge-2", region: nil, role: "edge")
        func span(_ trace: UInt64, _ host: String, parent: UInt8?) -> OTLPModel.Span {
            Sample.span(
                trace: trace, id: parent == nil ? 1 : 2, parent: parent, name: "GET", startMillis: trace * 10,
                millis: parent == nil ? 20 : 5,
                attributes: FleetSample.attributes(
                    "/example.com/m/@v/v1.0.\(trace).zip", [KeyValue("server.address", .string(host))]))
        }
        sample.add(Self.edge, (1...30).map { span($0, "modules.example", parent: nil) })
        sample.add(silent, (101...130).map { span($0, "modules.example", parent: nil) })
        sample.add(Self.proxy, (101...130).map { span($0, "goproxy.internal", parent: 1) })
        let reader = try await sample.reader(at: folder.file("telemetry.db"), segmented: true)
        var filter = FleetFilter()
        filter.region = "eu"
        let result = try reader.recommend(RecommendQuery(window: .all, filter: filter))
        #expect(result.candidates.map(\.host) == ["modules.example"])
        #expect(result.requests == 30)
    }

    @Test("are in no ratio of what clients had, and in that of the node")
    func misses() async throws {
        let folder = try TemporaryDirectory()
        let reader = try await reader(folder)
        let query = MissQuery(window: .all, dimension: .upstream)
        let result = try reader.misses(query)
        #expect(result.totals.requests == 30 && result.totals.hits == 15)
        #expect(result.totals.fetches == 30)
        #expect(result.groups.map(\.counts.requests) == [30])
        let notes = ResultTable.misses(result, query, zone: .utc).notes
        #expect(notes.first { $0.code == "lost_edges" }?.message.contains("30 requests") == true)
        // Of these it would be said that they count.
        #expect(!notes.contains { $0.code == "orphans" })
        let byNode = try reader.misses(MissQuery(window: .all, dimension: .node))
        #expect(byNode.groups.first { $0.key == "proxy-1" }?.counts.requests == 30)
        #expect(byNode.totals.requests == 30)
    }

    @Test("are held against no objective")
    func objectives() async throws {
        let folder = try TemporaryDirectory()
        let list = ObjectiveList(
            windowNanos: ObjectiveList.dayNanos,
            objectives: [
                ServiceObjective(name: "a", indicator: .availability, statistic: .share, .atLeast, 0.999),
                ServiceObjective(name: "h", indicator: .hitRatio, statistic: .share, .above, 0.9),
                ServiceObjective(name: "l", indicator: .latency, statistic: .mean, .below, 1e9),
                ServiceObjective(
                    name: "v", indicator: .hitRatio, statistic: .share, .above, 0.9, counted: .versions),
            ])
        let end = UnixNanos(clamping: Sample.baseNanos + 3_600_000_000_000)
        let query = ObjectiveQuery(list, end: end)
        let result = try await reader(folder).objectives(query)
        #expect(result.evaluations.map(\.counts.total) == [30, 30, 30, 30])
        #expect(result.evaluations.map(\.counts.bad).prefix(2) == [0, 15])
        #expect(ResultTable.objectives(result, query).notes.contains { $0.code == "lost_edges" })
    }

    @Test("count in no share of errors; what failed among them is a cause all the same")
    func errors() async throws {
        let folder = try TemporaryDirectory()
        let query = FleetErrorsQuery(window: .all)
        let result = try await reader(folder).errors(query)
        #expect(result.requests == 30 && result.failures == 0)
        #expect(result.behindLostEdges == 30 && result.lostEdgeErrors == 1)
        #expect(result.causes.map(\.count) == [1])
        let table = ResultTable.errors(result, query, zone: .utc)
        let note = try #require(table.notes.first { $0.code == "lost_edges" })
        #expect(
            note.message.hasSuffix("of all totals; 1 error of them is among the causes, in COUNT and SHARE"))
        #expect(table.summary.first?.hasPrefix("0 failures (0.00 %)") == true)
    }

    @Test(
        "are asked by clients as far as is known where no edge tells of itself, and where a node is asked for"
    )
    func withoutEdges() async throws {
        let folder = try TemporaryDirectory()
        var other = Self.proxy
        other.name = "proxy-2"
        let reader = try await reader(folder, edge: other)
        #expect(try reader.misses(MissQuery(window: .all)).totals.requests == 60)
        #expect(try reader.errors(FleetErrorsQuery(window: .all)).failures == 1)
        let mixed = try await self.reader(try TemporaryDirectory())
        var filter = FleetFilter()
        filter.node = "proxy-1"
        #expect(try mixed.misses(MissQuery(window: .all, filter: filter)).totals.requests == 30)
    }

    @Test("are compared as nodes all the same")
    func byNode() async throws {
        let folder = try TemporaryDirectory()
        let query = FleetComparisonQuery(window: .all, key: .dimension(.node))
        let result = try await reader(folder).compare(query)
        #expect(Set(result.groups.map(\.name)) == ["edge-1", "proxy-1"])
        #expect(result.behindLostEdges == 0)
    }
}
