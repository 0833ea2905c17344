import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The nodes of a fleet next to each other")
struct FleetNodesTests {
    private let folder: TemporaryDirectory
    private let path = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws { folder = try TemporaryDirectory() }

    private func nodes(_ sample: FleetSample, segmented: Bool = false) async throws -> FleetNodesResult {
        try await sample.reader(at: folder.file("\(segmented).db"), segmented: segmented).fleetNodes(
            FleetNodesQuery(window: .all, now: UnixNanos(clamping: Sample.baseNanos + 60_000_000_000)))
    }

    private func edge(_ number: Int, millis: UInt64, requests: UInt64 = 40) -> (
        FleetSample.Node, [OTLPModel.Span]
    ) {
        let node = FleetSample.Node(name: "edge-\(number)", service: "nginx", scope: "nginx", region: "eu")
        let spans = (0..<requests).map { request in
            Sample.span(
                trace: UInt64(number) * 1_000 + request, id: 1, startMillis: request * 10, millis: millis,
                attributes: FleetSample.attributes(path, FleetSample.cache("HIT")))
        }
        return (node, spans)
    }

    @Test(
        "a request counts in its region once, though an edge and the proxy beside it tell of it",
        arguments: [false, true])
    func regions(segmented: Bool) async throws {
        var sample = FleetSample()
        // At ten traces, of which a proxy answers half; one of them with an error that the edge passes on.
        let spans = (0..<UInt64(10)).map { trace in
            Sample.span(
                trace: trace, id: 1, startMillis: trace * 100, millis: 50,
                attributes: FleetSample.attributes(
                    path, status: trace == 0 ? 500 : 200, FleetSample.cache(trace < 5 ? "MISS" : "HIT")))
        }
        sample.add(.edge, spans)
        for (traces, region) in [(0..<UInt64(3), "eu"), (3..<UInt64(5), "us")] {
            var proxy = FleetSample.Node.athens
            proxy.name = "athens-\(region)"
            proxy.region = region
            sample.add(
                proxy,
                traces.flatMap { trace in
                    FleetSample.athens(
                        trace: trace, path: path, call: "protocol.Zip", at: trace * 100 + 5,
                        status: trace == 0 ? 500 : 200, parent: 1)
                })
        }
        let result = try await nodes(sample, segmented: segmented)
        #expect(result.nodes.reduce(0) { $0 + $1.traffic.requests } == 15)
        let found = Dictionary(uniqueKeysWithValues: result.regions.map { ($0.region, $0) })
        #expect(found["eu"]?.traffic.requests == 10)
        #expect(found["eu"]?.traffic.failures == 1)
        // From elsewhere.
        #expect(found["us"]?.traffic.requests == 2)
        #expect(found["us"]?.traffic.failures == 0)
    }

    @Test(
        "nodes of imported files that do not name themselves are one, and nobody's clock is judged by theirs",
        arguments: [[Int64(0), -340], [-340, -340]])
    func unnamed(clocks: [Int64]) async throws {
        var sample = FleetSample()
        for (edge, clock) in clocks.enumerated() {
            for trace in (0..<UInt64(20)).map({ UInt64(edge) * 100 + $0 }) {
                var node = FleetSample.Node(name: "", service: "nginx", scope: "nginx", role: "edge")
                node.aheadMillis = clock
                sample.add(
                    node, peer: "import",
                    [
                        Sample.span(
                            trace: trace, id: 1, startMillis: trace * 100, millis: 16,
                            attributes: FleetSample.attributes(path))
                    ])
                sample.add(
                    .athens, peer: "import",
                    FleetSample.athens(
                        trace: trace, path: path, call: "protocol.Zip", at: trace * 100 + 5, parent: 1))
            }
        }
        let result = try await nodes(sample)
        let readings = Dictionary(uniqueKeysWithValues: result.nodes.map { ($0.node.service, $0.clock) })
        if clocks[0] == clocks[1] {
            // Then it may as well be one node.
            #expect(readings["nginx"].flatMap(\.self)?.basis == .pairs)
        } else {
            #expect(readings == ["nginx": nil, "proxy": nil])
        }
    }

    @Test("a node is slow by its own work next to others like it, not by what it waits for")
    func slow() async throws {
        var sample = FleetSample()
        for number in 0..<4 {
            let (node, spans) = edge(number, millis: number == 2 ? 40 : 5)
            sample.add(node, spans)
        }
        // One that passes everything on to a proxy that fetches.
        let passing = FleetSample.Node(name: "edge-9", service: "nginx", scope: "nginx", region: "eu")
        sample.add(
            passing,
            (0..<UInt64(40)).map { request in
                Sample.span(
                    trace: 90_000 + request, id: 1, startMillis: request * 100, millis: 5_020,
                    attributes: FleetSample.attributes(path, client: "203.0.113.\(request)"))
            })
        sample.add(
            .athens,
            (0..<UInt64(40)).flatMap { request in
                FleetSample.athens(
                    trace: 90_000 + request, path: path, call: "protocol.Zip", at: request * 100 + 3,
                    fetchMillis: 5_000, parent: 1, client: "203.0.113.\(request)")
            })
        let result = try await nodes(sample)
        #expect(result.nodes.filter(\.isSlow).map(\.node.identity.name) == ["edge-2"])
        #expect(result.nodes.first?.node.identity.name == "edge-2")
        let table = ResultTable.nodes(
            result, FleetNodesQuery(window: .all, now: .distantPast), limit: 10)
        let note = try #require(table.notes.first { $0.code == "slow_nodes" })
        #expect(note.nodes == ["edge-2"])
        // Its mark is to be seen at every width.
        let narrow = Self.text(table, width: 60)
        #expect(narrow.contains("! 4"), "\(narrow)")
    }

    @Test(
        "proxies that edges ask are held against each other, each by a name of its own",
        arguments: [true, false])
    func proxies(haveEdges: Bool) async throws {
        var sample = FleetSample()
        for number in 0..<4 {
            let host = [KeyValue("server.address", .string("proxy-\(number).internal"))]
            let proxy = FleetSample.Node(
                name: "proxy-\(number)", service: "goproxy", region: "eu", role: "proxy")
            let traces = (0..<UInt64(40)).map { UInt64(number) * 1_000 + $0 }
            if haveEdges {
                sample.add(
                    .edge,
                    traces.map { trace in
                        Sample.span(
                            trace: trace, id: 1, startMillis: trace * 100, millis: 80,
                            attributes: FleetSample.attributes(path))
                    })
            }
            sample.add(
                proxy,
                traces.map { trace in
                    Sample.span(
                        trace: trace, id: 2, parent: haveEdges ? 1 : nil, startMillis: trace * 100 + 1,
                        millis: number == 2 ? 40 : 5,
                        attributes: FleetSample.attributes(path, host + FleetSample.cache("HIT")))
                })
        }
        let slow = try await nodes(sample).nodes.filter(\.isSlow).map(\.node.identity.name)
        // What clients ask by different names are services of different people.
        #expect(slow == (haveEdges ? ["proxy-2"] : []))
    }

    private static func text(_ table: ResultTable, width: Int) -> String {
        var text = ""
        var (output, diagnostics) = (OutputBuffer { text += $0 }, OutputBuffer { _ in })
        table.write(as: .table, style: RenderStyle(width: width), to: &output, diagnostics: &diagnostics)
        output.flush()
        return text
    }

    @Test("caches that send files are not held against servers that pass them on")
    func differentWork() async throws {
        var sample = FleetSample()
        for number in 0..<2 {
            let (node, spans) = edge(number, millis: 400)
            sample.add(node, spans)
        }
        for number in 2..<6 {
            let node = FleetSample.Node(
                name: "edge-\(number)", service: "nginx", scope: "nginx", region: "eu")
            let first = UInt64(number) * 1_000
            sample.add(
                node,
                (first..<first + 40).map {
                    Sample.span(
                        trace: $0, id: 1, startMillis: $0 * 100, millis: 60,
                        attributes: FleetSample.attributes(path))
                })
            sample.add(
                .athens,
                (first..<first + 40).flatMap {
                    FleetSample.athens(
                        trace: $0, path: path, call: "protocol.Zip", at: $0 * 100 + 3, parent: 1)
                })
        }
        #expect(try await nodes(sample).nodes.allSatisfy { !$0.isSlow })
    }

    @Test(
        "nothing is called slow of few requests, of few nodes, or for what nobody notices",
        arguments: [(19, 4, 400), (40, 2, 400), (40, 4, 6)] as [(UInt64, Int, UInt64)])
    func notSlow(requests: UInt64, count: Int, millis: UInt64) async throws {
        var sample = FleetSample()
        for number in 0..<count {
            let (node, spans) = edge(number, millis: number == 0 ? millis : 5, requests: requests)
            sample.add(node, spans)
        }
        #expect(try await nodes(sample).nodes.allSatisfy { !$0.isSlow })
    }
}
