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
    private func reader(_ folder: TemporaryDirectory) async throws -> TelemetryReader {
        var sample = FleetSample()
        func spans(_ host: String, traces: ClosedRange<UInt64>, parent: UInt8?) -> [OTLPModel.Span] {
            traces.map { trace in
                Sample.span(
                    trace: trace, id: 1, parent: parent, name: "GET", startMillis: trace * 10,
                    millis: parent == nil ? 20 : 5,
                    attributes: FleetSample.attributes(
                        "/example.com/m/@v/v1.0.\(trace).zip", [KeyValue("server.address", .string(host))]))
            }
        }
        sample.add(Self.edge, spans("modules.example", traces: 1...30, parent: nil))
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

    @Test("are none to recommend to clients")
    func recommend() async throws {
        let folder = try TemporaryDirectory()
        let query = RecommendQuery(window: .all)
        let result = try await reader(folder).recommend(query)
        #expect(result.candidates.map(\.host) == ["modules.example"])
        #expect(result.recommendations.map(\.goproxy) == ["https://modules.example,direct"])
        #expect(ResultTable.recommend(result, query).notes.contains { $0.code == "lost_edges" })
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
