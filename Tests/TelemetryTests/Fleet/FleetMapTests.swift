import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The map of who asks whom")
struct FleetMapTests {
    private let folder: TemporaryDirectory
    private static let path = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws { folder = try TemporaryDirectory() }

    /// Requests that an edge passes on, and others that clients send to the proxy behind it.
    private func rows(
        passedOn: Int, direct: Int, by grouping: MapGrouping, segmented: Bool = false
    ) async throws -> [MapRow] {
        var sample = FleetSample()
        for number in 0..<UInt64(passedOn + direct) {
            let start = number * 1_000
            let isPassedOn = number < passedOn
            if isPassedOn {
                sample.add(
                    .edge,
                    [
                        Sample.span(
                            trace: number + 1, id: 1, startMillis: start, millis: 40,
                            attributes: FleetSample.attributes(Self.path))
                    ])
            }
            sample.add(
                .athens,
                [
                    Sample.span(
                        trace: number + 1, id: 2, parent: isPassedOn ? 1 : nil, startMillis: start + 1,
                        millis: 30, attributes: FleetSample.attributes(Self.path)),
                    Sample.span(
                        trace: number + 1, id: 3, parent: 2, name: "GET", kind: .client,
                        startMillis: start + 2, millis: 20,
                        attributes: [KeyValue("server.address", .string("github.com"))]),
                ])
        }
        let reader = try await sample.reader(at: folder.file("map.db"), segmented: segmented)
        return try reader.fleetMap(FleetMapQuery(window: .all, grouping: grouping)).rows
    }

    @Test(
        "a proxy stands below the edge that asks it most, though some clients ask it themselves",
        arguments: [MapGrouping.node, .role], [false, true])
    func behindTheEdge(grouping: MapGrouping, segmented: Bool) async throws {
        let rows = try await rows(passedOn: 8, direct: 3, by: grouping, segmented: segmented)
        let (edge, proxy) = grouping == .node ? ("edge-1", "athens-1") : ("edge", "proxy")
        #expect(rows.map { $0.to?.name } == ["clients", edge, proxy, "github.com", proxy])
        #expect(rows.map(\.depth) == [0, 1, 2, 3, 1])
        #expect(rows.map(\.traffic.requests) == [11, 8, 8, 11, 3])
        #expect(rows[2].repetition == nil && rows[4].repetition == .above)
    }

    @Test("and below the clients where they ask it more than the edge does")
    func belowClients() async throws {
        let rows = try await rows(passedOn: 3, direct: 8, by: .role)
        #expect(rows.map { $0.to?.name } == ["clients", "proxy", "github.com", "edge", "proxy"])
        #expect(rows.map(\.depth) == [0, 1, 2, 1, 2])
        #expect(rows[1].repetition == nil && rows[4].repetition == .above)
    }
}
