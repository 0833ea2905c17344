import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq nodes, lag and map")
struct FleetCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let now = UInt64(InMemoryCommandLine.now.rawValue)
    private static let second: UInt64 = 1_000_000_000

    /// A request to a node, some seconds before the tests' now; the span arrives two seconds after its end.
    private struct Request {
        var node: String
        var path: String
        var secondsAgo: UInt64
        var status: Int64 = 200
        var bytes: Int64 = 100
        var more: [KeyValue] = []
        var region: String?
    }

    private static func resource(_ node: String, region: String? = nil, service: String = "nginx") -> Resource
    {
        var resource = Resource()
        resource.attributes = [
            KeyValue("service.name", .string(service)), KeyValue("service.instance.id", .string(node)),
        ]
        if let region { resource.attributes.append(KeyValue("cloud.region", .string(region))) }
        return resource
    }

    /// - Parameter minutesAgo: by node, when its metrics are of; a minute ago where nothing is said
    private func store(
        _ requests: [Request], metrics: [(node: String, name: String, value: Double)] = [],
        minutesAgo: [String: UInt64] = [:]
    ) async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        for (number, request) in requests.enumerated() {
            var span = OTLPModel.Span()
            span.traceID = [UInt8](repeating: UInt8(number + 1), count: 16)
            span.spanID = [UInt8](repeating: UInt8(number + 1), count: 8)
            span.name = "GET"
            span.kind = .server
            span.startTimeUnixNano = Self.now - request.secondsAgo * Self.second
            span.endTimeUnixNano = span.startTimeUnixNano + 5_000_000
            span.attributes =
                [
                    KeyValue("url.path", .string(request.path)),
                    KeyValue("http.response.status_code", .int(request.status)),
                    KeyValue("http.response.body.size", .int(request.bytes)),
                    KeyValue("client.address", .string("192.0.2.9")),
                ] + request.more
            let body = ExportTraceServiceRequest(
                resourceSpans: [
                    ResourceSpans(
                        resource: Self.resource(request.node, region: request.region),
                        scopeSpans: [ScopeSpans(spans: [span])])
                ]
            ).protobufBytes()
            let arrival = Arrival(
                receivedAt: UnixNanos(clamping: span.endTimeUnixNano + 2 * Self.second),
                peerAddress: "192.0.2.7")
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        }
        for metric in metrics {
            let time = Self.now - 60 * Self.second * (minutesAgo[metric.node] ?? 1)
            var gauge = Metric(metric.name, .gauge, [MetricPoint(.double(metric.value), time: time)])
            gauge.unit = "s"
            let body = ExportMetricsServiceRequest(resourceMetrics: [
                ResourceMetrics(
                    resource: Self.resource(metric.node),
                    scopeMetrics: [ScopeMetrics(scope: InstrumentationScope(), metrics: [gauge])])
            ]).protobufBytes()
            let arrival = Arrival(receivedAt: UnixNanos(clamping: time), peerAddress: "192.0.2.7")
            let decoded = try DecodedMetrics.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.points(decoded.batch), digest: BodyDigest(of: body.span))
        }
        await store.close()
    }

    private func lag() throws -> FleetLagResult {
        try TelemetryReader(path: path).fleetLag(
            FleetLagQuery(
                window: TimeWindow(
                    since: UnixNanos(clamping: Self.now - 3_600 * Self.second), until: InMemoryCommandLine.now
                ),
                now: InMemoryCommandLine.now))
    }

    private func node(_ name: String) throws -> NodeLag {
        try #require(try lag().nodes.first { $0.node.identity.name == name })
    }

    // MARK: What is measured

    @Test("lag L3: a node is late after 40 s and lost after two minutes of silence")
    func heartbeat() async throws {
        try await store(
            [("a", 12), ("b", 52), ("c", 600)].map { node, ago in
                Request(node: node, path: "/github.com/a/b/@v/list", secondsAgo: ago)
            })
        for (name, state) in [("a", NodeState.ok), ("b", .late), ("c", .lost)] {
            #expect(try node(name).heartbeat?.state == state)
        }
        let command = InMemoryCommandLine(["nodes", "--db", path], terminalWidth: 120)
        #expect(command.status == .success)
        let lines = command.output.split(separator: "\n")
        #expect(lines[1].hasPrefix("c ") && lines[1].contains("lost"))
        #expect(lines[2].hasPrefix("b ") && lines[2].contains("late"))
        #expect(command.output.contains("3 nodes (1 lost, 1 late); worst first"))
    }

    @Test("lag L6: a list is stale from when another node of the same software gave out a longer one")
    func list() async throws {
        let list = "/github.com/a/b/@v/list"
        try await store([
            Request(node: "fresh", path: list, secondsAgo: 900, bytes: 20),
            Request(node: "stale", path: list, secondsAgo: 950, bytes: 10),
            Request(node: "stale", path: list, secondsAgo: 500, bytes: 10),
            Request(node: "alone", path: "/github.com/c/d/@v/list", secondsAgo: 500, bytes: 10),
            // Compressed: of another length for another reason.
            Request(
                node: "zipped", path: list, secondsAgo: 400, bytes: 5,
                more: [KeyValue("http.response.header.content-encoding", .array([.string("gzip")]))]),
        ])
        #expect(try node("stale").list?.worstNanos == 400 * Int64(Self.second))
        #expect(try node("stale").list?.module == "github.com/a/b")
        #expect(try node("stale").list?.flaps == 0)
        #expect(try node("fresh").list?.worstNanos == 0)
        #expect(try node("alone").list == nil)
        #expect(try node("zipped").list == nil)
    }

    @Test("lag L6: a list that becomes shorter on one node is a flap")
    func flap() async throws {
        let list = "/github.com/a/b/@v/list"
        try await store([
            Request(node: "n", path: list, secondsAgo: 900, bytes: 20),
            Request(node: "n", path: list, secondsAgo: 800, bytes: 10),
        ])
        #expect(try node("n").list?.flaps == 1)
        #expect(try node("n").list?.worstNanos == 100 * Int64(Self.second))
    }

    @Test("lag L6: one size that all others contradict makes nobody's list old", arguments: [2, 3])
    func absurdList(nodes: Int) async throws {
        let list = "/github.com/a/b/@v/list"
        let wrong = Request(node: "n0", path: list, secondsAgo: 1_000, bytes: 50_000_000)
        let right = (0..<nodes).flatMap { node in
            [900, 500, 100].map {
                Request(node: "n\(node)", path: list, secondsAgo: $0, bytes: 800)
            }
        }
        try await store(right + [wrong])
        for node in 0..<nodes {
            #expect(try self.node("n\(node)").list?.worstNanos == 0)
            #expect(try self.node("n\(node)").list?.flaps == 0)
        }
        let note = try #require(try lag().notes.first { $0.code == "doubted_list" })
        #expect(note.nodes == ["n0"])
    }

    @Test(
        "lag L6: a size that is a little too large counts no more when its node took it back",
        arguments: [true, false])
    func oddList(isTakenBack: Bool) async throws {
        let list = "/github.com/a/b/@v/list"
        var requests = ["a", "b", "c"].flatMap { node in
            (isTakenBack || node != "a" ? [700, 100] : []).map {
                Request(node: node, path: list, secondsAgo: $0, bytes: 800)
            }
        }
        requests.append(Request(node: "a", path: list, secondsAgo: 1_000, bytes: 900))
        try await store(requests)
        let expected = isTakenBack ? 0 : 900 * Int64(Self.second)
        for node in ["b", "c"] { #expect(try self.node(node).list?.worstNanos == expected) }
    }

    @Test("lag L9: of a node that nothing comes from any more nobody knows what it runs")
    func silentConfiguration() async throws {
        func request(_ node: String, _ ago: UInt64) -> Request {
            Request(node: node, path: "/github.com/a/b/@v/list", secondsAgo: ago)
        }
        try await store(
            [request("gone", 1_200), request("here", 30)],
            metrics: [("here", "edge.config.age", 20), ("gone", "edge.config.age", 20)],
            minutesAgo: ["gone": 20])
        #expect(try node("gone").config?.isUnknown == true)
        #expect(try node("gone").config?.ageNanos == nil)
        #expect(try node("gone").alarm(.config)?.level == .fine)
        #expect(try node("here").config?.isUnknown == false)
        #expect(try node("here").config?.ageNanos == 80 * Int64(Self.second))
        let table = InMemoryCommandLine(["lag", "--only", "config", "--db", path, "--since", "1h"]).output
        #expect(table.contains("unknown"), "\(table)")
    }

    @Test("lag L7: age is beyond what a kind of request allows from the first second on")
    func age() async throws {
        func request(_ node: String, _ path: String, _ age: String) -> Request {
            Request(
                node: node, path: path, secondsAgo: 100,
                more: [KeyValue("http.response.header.age", .array([.string(age)]))])
        }
        try await store([
            request("a", "/github.com/a/b/@v/list", "60"), request("b", "/github.com/a/b/@v/list", "61"),
            request("c", "/github.com/a/b/@v/v1.0.0.zip", "604800"),
            request("d", "/github.com/a/b/@v/list", ""),
        ])
        #expect(try node("a").age?.worstNanos == 0)
        #expect(try node("b").age?.worstNanos == Int64(Self.second))
        #expect(try node("b").age?.tooOld == 1)
        #expect(try node("b").alarm(.age)?.level == .warning)
        #expect(try node("c").age?.tooOld == 0)
        #expect(try node("d").age == nil)
    }

    @Test("lag L8, L9, L10: what nodes say of their sync, configuration and serial, as of now")
    func said() async throws {
        try await store(
            [Request(node: "m", path: "/github.com/a/b/@v/list", secondsAgo: 100)],
            metrics: [
                ("m", "edge.sync.lag", 100), ("m", "edge.sync.interval", 70), ("m", "edge.config.age", 541),
                ("m", "edge.sync.serial", 10), ("m", "edge.sync.target_serial", 17),
                ("m", "edge.clock.offset", 0.3),
            ])
        let row = try node("m")
        // The points are a minute old, by a clock that is 0.3 s ahead.
        #expect(row.sync?.nanos == 160_300_000_000)
        #expect(row.alarm(.sync)?.level == .warning)
        #expect(row.config?.ageNanos == 601_300_000_000)
        #expect(row.alarm(.config)?.level == .warning)
        #expect(row.serial == 7)
        #expect(row.clock?.basis == .declared)
        #expect(row.clock?.offsetNanos == 300_000_000)
    }

    @Test(
        "lag L2: a node whose spans come before they have ended is ahead; one whose all come late may have a slow link"
    )
    func undecided() async throws {
        let ahead = Request(node: "ahead", path: "/github.com/a/b/@v/list", secondsAgo: 100)
        try await store([ahead])
        let entry = ["ahead": Int64(-2_500_000_000), "late": 30_000_000_000, "fine": 100_000_000]
        let lags: [UInt32: Int64] = [1: entry["ahead"] ?? 0, 2: entry["late"] ?? 0, 3: entry["fine"] ?? 0]
        let clocks = FleetClocks(leastLag: lags, pairs: [:])
        #expect(clocks.reading(1)?.basis == .arrival)
        #expect(clocks.reading(1)?.offsetNanos == 2_500_000_000)
        #expect(clocks.reading(2) == nil)
        #expect(clocks.reading(3) == nil)
    }

    // MARK: Words

    @Test("every command has every format, and refuses what cannot be")
    func formats() async throws {
        try await store([
            Request(node: "n1", path: "/github.com/a/b/@v/v1.0.0.zip", secondsAgo: 30, region: "eu"),
            Request(
                node: "n2", path: "/github.com/a/b/@v/v1.0.0.zip", secondsAgo: 30, status: 502, region: "us"),
        ])
        for command in [["nodes"], ["nodes", "--by", "region"], ["lag"], ["map"]] {
            for format in ["table", "json", "jsonl", "csv", "markdown"] {
                let result = InMemoryCommandLine(command + ["--db", path, "--format", format])
                #expect(result.status == .success, "\(command) \(format)")
                #expect(!result.output.isEmpty)
            }
            let narrow = InMemoryCommandLine(command + ["--db", path, "--width", "80"])
            for line in narrow.output.split(separator: "\n") {
                #expect(line.count <= 80, "\(line)")
            }
        }
        let json = InMemoryCommandLine(["nodes", "--db", path, "--json", "--node", "n2"])
        #expect(json.output.contains(#""schema":"traceq.nodes/1""#))
        #expect(json.output.contains(#""failures":1,"error_share":1"#))
        let regions = InMemoryCommandLine(["nodes", "--db", path])
        #expect(regions.output.contains("us: 1 node, "))
        let limited = InMemoryCommandLine(["nodes", "--db", path, "--limit", "1"])
        #expect(limited.output.contains("1 of 2 nodes"))
        #expect(limited.output.contains("1 node not shown: --limit 2 shows all"))
        for wrong in [
            ["nodes", "--limit", "0"], ["nodes", "--by", "continent"], ["nodes", "--role", "king"],
            ["lag", "--only", "latency"], ["map", "--limit", "0"],
            ["nodes", "--since", "now", "--until", "1h"],
        ] {
            #expect(InMemoryCommandLine(wrong + ["--db", path]).status == .usage, "\(wrong)")
        }
    }

    @Test("nothing to show is told in a sentence", arguments: ["nodes", "lag", "map"])
    func empty(command: String) async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        await store.close()
        let none = InMemoryCommandLine([command, "--db", path])
        #expect(none.status == .success)
        #expect(none.output.contains("the database is empty"))
        try await self.store([Request(node: "n", path: "/github.com/a/b/@v/list", secondsAgo: 30)])
        let filter = command == "map" ? "--module" : "--node"
        let filtered = InMemoryCommandLine([command, "--db", path, filter, "nobody"])
        #expect(filtered.output.contains("fits \(filter) 'nobody'; the only "), "\(filtered.output)")
        let early = InMemoryCommandLine([command, "--db", path, "--since", "2d", "--until", "1d"])
        #expect(early.output.contains("no "))
        #expect(early.output.contains("in the window"))
    }

    @Test("a kind of lag that nothing tells of is left out, with the reason")
    func leftOut() async throws {
        try await store([Request(node: "n", path: "/github.com/a/b/@v/list", secondsAgo: 30)])
        let all = InMemoryCommandLine(["lag", "--db", path])
        #expect(!all.output.contains(" AGE"))
        #expect(all.output.contains("note (not_measured): left out: "))
        #expect(all.output.contains("age (no span has http.response.header.age)"))
        let one = InMemoryCommandLine(["lag", "--db", path, "--only", "age"])
        #expect(one.output.contains("no node tells of age: no span has http.response.header.age"))
    }

    @Test(
        "lag L8, L9: no age is less than nothing, or of a clock that is off by more than a day",
        arguments: [
            (541.0, 86_400.0, true), (541, 86_401, false), (541, -4e8, false), (541, 9e18, false),
            (541, -9e18, false),
            (-1, 0, false), (-1e300, 0, false), (1e300, -4e8, false), (0, 0, true),
        ])
    func absurdAges(age: Double, offset: Double, isTold: Bool) async throws {
        try await store(
            [Request(node: "m", path: "/github.com/a/b/@v/list", secondsAgo: 100)],
            metrics: [
                ("m", "edge.sync.lag", age), ("m", "edge.config.age", age),
                ("m", "edge.clock.offset", offset),
            ])
        let row = try node("m")
        #expect((row.config?.ageNanos != nil) == isTold)
        #expect((row.sync != nil) == isTold)
        #expect((row.config?.ageNanos ?? 0) >= 0)
        let answer = InMemoryCommandLine(["lag", "--db", path, "--since", "1h"])
        #expect(
            answer.output.contains("clock is off by more than a day") == (offset.magnitude > 86_400),
            "\(answer.output)")
    }
}
