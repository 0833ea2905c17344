import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Where the time of a request went")
struct StageTests {
    private let folder: TemporaryDirectory
    private let zip = StageTests.zipPath
    private static let zipPath = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws { folder = try TemporaryDirectory() }

    private func stages(_ sample: FleetSample) async throws -> StageTimes {
        let reader = try await sample.reader(at: folder.file("telemetry.db"))
        return try #require(try FleetSample.slowest(reader).units.first).stages
    }

    private func expectHit(_ stages: StageTimes, sourceLocation: SourceLocation = #_sourceLocation) {
        let millis = Stage.allCases.reduce(into: [Stage: UInt64]()) { $0[$1] = stages[$1] / 1_000_000 }
        let expected: [Stage: UInt64] = [.network: 96, .queue: 1, .lookup: 1, .serve: 2]
        #expect(millis.filter { $0.value > 0 } == expected, sourceLocation: sourceLocation)
        #expect(stages.total == 100_000_000, sourceLocation: sourceLocation)
    }

    @Test(
        "is the same whatever a node's clock says: a hop that seems to lie outside of its request is put into its middle",
        arguments: [-90_000, -1_700, -11, 0, 87, 120, 1_700])
    func clocks(aheadMillis: Int64) async throws {
        var sample = FleetSample()
        var proxy = FleetSample.Node.athens
        proxy.aheadMillis = aheadMillis
        sample.add(
            proxy, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 100_010, parent: 1))
        sample.add(
            .edge,
            [
                Sample.span(
                    trace: 1, id: 1, startMillis: 100_000, millis: 100,
                    attributes: FleetSample.attributes(zip))
            ])
        expectHit(try await stages(sample))
    }

    @Test(
        "an edge that made up an error blames nothing that no proxy has done",
        arguments: [
            zipPath, "/sumdb/sum.golang.org/lookup/github.com/a/b@v1.0.0", "/github.com/a/b/@v/list",
        ],
        [504, 502, 503])
    func cutOff(path: String, status: Int64) async throws {
        var sample = FleetSample()
        sample.add(
            .edge,
            [
                Sample.span(
                    trace: 1, id: 1, millis: 10_000,
                    attributes: FleetSample.attributes(path, status: status, FleetSample.cache("MISS"))),
                // Envoy and Traefik tell of their asking.
                Sample.span(trace: 1, id: 2, parent: 1, kind: .client, startMillis: 1, millis: 9_990),
            ])
        let reader = try await sample.reader(at: folder.file("telemetry.db"))
        let found = try #require(try FleetSample.slowest(reader).units.first)
        #expect(found.reason == .edgeOrigin)
        #expect(found.stages.guilty?.stage == .network)
        #expect(found.stages.total == 10_000_000_000)
    }

    @Test("an edge that passed an error on leaves the blame with the proxy that had it")
    func passedOn() async throws {
        var sample = FleetSample()
        sample.add(
            .athens,
            FleetSample.athens(
                trace: 1, path: zip, call: "protocol.Zip", at: 1, fetchMillis: 9_000, status: 504, parent: 1))
        sample.add(
            .edge,
            [
                Sample.span(
                    trace: 1, id: 1, millis: 9_010,
                    attributes: FleetSample.attributes(zip, status: 504, FleetSample.cache("MISS")))
            ])
        #expect(try await stages(sample).guilty?.stage == .upstream)
    }

    @Test("spans between an edge's own and that of asking the proxy are on the way, as Traefik's are")
    func middlewares() async throws {
        var sample = FleetSample()
        let edge = FleetSample.Node(name: "edge-1", service: "traefik", scope: "github.com/traefik/traefik")
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 10, parent: 4))
        sample.add(
            edge,
            [
                Sample.span(trace: 1, id: 1, millis: 100, attributes: FleetSample.attributes(zip)),
                FleetSample.inner("Router", trace: 1, id: 2, parent: 1, at: 2, millis: 98),
                FleetSample.inner("Service", trace: 1, id: 3, parent: 2, at: 2, millis: 98),
                Sample.span(
                    trace: 1, id: 4, parent: 3, name: "ReverseProxy", kind: .client, startMillis: 4,
                    millis: 80),
                FleetSample.inner("BufferPool", trace: 1, id: 5, parent: 1, at: 0, millis: 1),
            ])
        var stages = try await stages(sample)
        #expect(stages[.other] == 1_000_000, "what leads to nothing")
        stages[.other] = 0
        stages[.network] += 1_000_000
        expectHit(stages)
    }
}
