import ArgumentParser
import OTLPModel
import Testing

@testable import fleetgen

@Suite("Options")
struct OptionTests {
    @Test(
        "durations",
        arguments: [
            ("30s", 30_000_000_000 as UInt64), ("5m", 300_000_000_000), ("1h30m", 5_400_000_000_000),
            ("250ms", 250_000_000), ("2d", 172_800_000_000_000), ("365d", 31_536_000_000_000_000),
        ])
    func durations(text: String, nanoseconds: UInt64) throws {
        #expect(try #require(DurationArgument(argument: text)).nanoseconds == nanoseconds)
    }

    @Test(
        "what is no duration",
        arguments: ["", "0s", "5", "s", "-5s", "5x", "1.5h", "366d", "99999999999999999999s", "5s ", "٣s"])
    func badDurations(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test(
        "endpoints",
        arguments: [
            ("http://127.0.0.1:4318", "127.0.0.1", 4318, "/v1/traces"),
            ("http://collector", "collector", 4318, "/v1/traces"),
            ("collector:9/", "collector", 9, "/v1/traces"),
            ("http://[::1]:4000/base/", "::1", 4000, "/base/v1/traces"),
        ])
    func endpoints(text: String, host: String, port: Int, path: String) throws {
        let endpoint = try ExportEndpoint(text, transport: .http)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.path == path)
    }

    @Test("a gRPC endpoint has the service's path and the other default port")
    func grpcEndpoint() throws {
        let endpoint = try ExportEndpoint("[::1]", transport: .grpc)
        #expect(endpoint.port == 4317)
        #expect(endpoint.authority == "[::1]:4317")
        #expect(endpoint.path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        #expect(throws: EndpointError.self) { try ExportEndpoint("host:4317/path", transport: .grpc) }
    }

    @Test(
        "what is no endpoint",
        arguments: [
            "", ":4318", "https://host", "host:0", "host:65536", "host:x", "[::1", "[::1]x", "http://",
        ])
    func badEndpoints(text: String) {
        #expect(throws: EndpointError.self) { try ExportEndpoint(text, transport: .http) }
    }

    @Test("by default nginx and Athens speak gRPC and Caddy HTTP")
    func transports() {
        #expect(TransportChoice.both.transport(for: .nginx) == .grpc)
        #expect(TransportChoice.both.transport(for: .athens) == .grpc)
        #expect(TransportChoice.both.transport(for: .caddy) == .http)
        #expect(TransportChoice.http.transport(for: .nginx) == .http)
        #expect(TransportChoice.grpc.transport(for: .caddy) == .grpc)
    }

    @Test(
        "who names one receiver sends there alone, unless the protocol is given",
        arguments: [
            ([], .both), (["--endpoint", "a"], .http), (["--grpc-endpoint", "a"], .grpc),
            (["--endpoint", "a", "--grpc-endpoint", "b"], .both),
            (["--endpoint", "a", "--protocol", "both"], .both),
            (["--endpoint", "a", "--protocol", "grpc"], .grpc),
        ] as [([String], TransportChoice)])
    func oneEndpoint(arguments: [String], expected: TransportChoice) throws {
        let command = try RunCommand.parse(arguments)
        #expect(command.transport == expected)
        #expect(try command.endpoints.parsed(.grpc).port == 4317)
        #expect(try command.endpoints.parsed(.http).port == 4318)
    }

    @Test("a seed that was not given is one for all of a run, and no number of the help")
    func seeds() throws {
        let options = try RunCommand.parse([]).fleetOptions
        #expect(options.seed == options.seed)
        #expect(try RunCommand.parse(["--seed", "7"]).fleetOptions.seed == 7)
        #expect(!RunCommand.helpMessage().contains("\(options.seed)"))
    }

    @Test("runs with one seed are other traces at another time")
    func seedsAndTimes() {
        let fleet = Fleet(edgeCount: 4, regionCount: 2, fault: .none, seed: 7)
        let traces = [Sample.start, Sample.start + 1].map { start in
            let plan = TrafficPlan(start: start, end: start + 20_000_000_000, requestsPerSecond: 30)
            return Set(
                Sample.all(SpanStream(fleet: fleet, plan: plan, seed: 7)).flatMap(\.spans).map(\.span.traceID)
            )
        }
        #expect(!traces[0].isEmpty && traces[0].isDisjoint(with: traces[1]))
    }

    @Test("what is wrong is a sentence that says where to look")
    func complaints() {
        #expect(
            FleetGen.complaint("Unknown option '--bogus'", ["--bogus"])
                == "fleetgen: unknown option '--bogus'\nsee 'fleetgen run --help' for what it accepts\n")
        #expect(FleetGen.complaint("x", ["load"]).contains("fleetgen load --help"))
    }

    @Test("spread traffic ends now and has as many requests as live traffic")
    func spread() throws {
        let command = try RunCommand.parse(["--rate", "100", "--duration", "1m", "--spread", "50m"])
        let plan = command.trafficPlan(now: Sample.start)
        #expect(plan.end == Sample.start)
        #expect(plan.start == Sample.start - 3_000_000_000_000)
        #expect(abs(plan.requestsPerSecond - 2) < 1e-9)
        let live = try RunCommand.parse([]).trafficPlan(now: Sample.start)
        #expect(live.start == Sample.start)
        #expect(live.end == Sample.start + 30_000_000_000)
    }

    @Test(
        "options that make no sense are refused",
        arguments: [
            ["--rate", "0"], ["--rate", "-1"], ["--nodes", "0"], ["--regions", "9"],
            ["--regions", "3", "--nodes", "2"], ["--batch", "0"], ["--duration", "0s"],
            ["--fault", "fire"], ["--endpoint", "ftp://x"], ["--rate", "0.1", "--duration", "1s"],
            ["--scenario", "sea"], ["--scenario", "field"], ["--late", "edge-fra-01=1m"],
            ["--record", "x", "--spread", "1m"], ["--start", "2026-11-01T00:00:00Z"],
            ["--record", "x", "--start", "yesterday"], ["--record", "x", "--late", "edge-fra-01=-1m"],
            ["--dry-run", "--record", "x"], ["--dry-run", "--truth", "x"],
            ["--clock-offset", "edge-fra-99=1s"], ["--clock-offset", "edge-fra-01"], ["--publish", "41"],
            ["--mirror", "a.example=8s"], ["--mirror", "a.example=1s", "--mirror", "a.example=2s"],
        ])
    func badOptions(arguments: [String]) {
        #expect(throws: (any Error).self) { try RunCommand.parse(arguments) }
    }

    @Test("scenarios: all of the field, or one thing alone")
    func scenarios() throws {
        let field = try RunCommand.parse(["--record", "x", "--scenario", "field", "--publish", "2"])
        #expect(field.scenarioOptions.made.isMixed && field.scenarioOptions.made.publicationCount == 2)
        let single = try RunCommand.parse(
            ["--clock-offset", "edge-fra-01=-1s500ms", "--mirror", "m.example=7s", "--truth", "t"])
        #expect(single.scenarioOptions.made.clockOffsets == ["edge-fra-01": -1_500_000_000])
        #expect(
            single.scenarioOptions.made.mirrors
                == [Mirror(host: "m.example", meanSessionNanos: 7_000_000_000)])
        #expect(!single.scenarioOptions.made.isMixed)
        let start = try RunCommand.parse(["--record", "x", "--start", "2026-11-01T00:00:00Z"]).start
        #expect(start?.nanoseconds == Sample.start)
        #expect(RFC3339.text(Sample.start + 1_234_567) == "2026-11-01T00:00:00.001234Z")
    }

    @Test("small fleets have what they need", arguments: [(1, 1), (2, 1), (2, 2), (3, 3), (100, 8)])
    func smallFleets(nodes: Int, regions: Int) {
        let fleet = Fleet(edgeCount: nodes, regionCount: regions, fault: .clockSkew, seed: 1)
        #expect(fleet.edges.count == nodes)
        #expect(fleet.proxies.count == regions)
        #expect(fleet.regions.allSatisfy { !fleet.edges(in: $0).isEmpty })
        #expect(Set(fleet.nodes.map(\.instance)).count == fleet.nodes.count)
        #expect(Set(fleet.nodes.map(\.address)).count == fleet.nodes.count)
        #expect(fleet.nodes.enumerated().allSatisfy { $0.offset == $0.element.index })
        let stream = SpanStream(fleet: fleet, plan: Sample.plan(seconds: 10, rate: 30), seed: 1)
        #expect(!Sample.all(stream).isEmpty)
    }
}
