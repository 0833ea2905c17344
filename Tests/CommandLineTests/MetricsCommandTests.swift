import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq metrics")
struct MetricsCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Three points of two disks within the tests' last hour, and an older one.
    private func store() async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        let now = UInt64(InMemoryCommandLine.now.rawValue)
        func point(_ device: String, _ value: Double, minutes: UInt64) -> MetricPoint {
            MetricPoint(
                .double(value), time: now - minutes * 60_000_000_000,
                attributes: [KeyValue("device", .string(device))])
        }
        var metric = Metric(
            "disk.free", .gauge,
            [
                point("sda", 0.5, minutes: 30), point("sdb", 0.25, minutes: 20),
                point("sda", 0.75, minutes: 10),
                point("sda", 1, minutes: 100),
            ])
        metric.unit = "1"
        metric.description = "Free \u{1b}[31mshare."
        let resource = Resource(attributes: [KeyValue("host.name", .string("edge-1"))])
        let body = ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(resource: resource, scopeMetrics: [ScopeMetrics(metrics: [metric])])
        ]).protobufBytes()
        let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")
        let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: arrival).batch
        _ = try await store.append(.points(batch), digest: BodyDigest(of: body.span))
        await store.close()
    }

    private func points(of name: String, _ old: Metric) async throws -> MetricsResult {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        let body = ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(resource: Resource(), scopeMetrics: [ScopeMetrics(metrics: [old])])
        ]).protobufBytes()
        let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")
        let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: arrival).batch
        _ = try await store.append(.points(batch), digest: BodyDigest(of: body.span))
        await store.close()
        return try TelemetryReader(path: path).points(MetricsQuery(name: name, window: .all, limit: 10))
    }

    @Test("attribute mapping http.server.duration: milliseconds are seconds", arguments: ["ms", "us"])
    func durations(unit: String) async throws {
        var value = HistogramValue()
        value.count = 3
        (value.sum, value.min, value.max) = (1_500, 250, 1_000)
        (value.bucketCounts, value.explicitBounds) = ([1, 2], [500])
        let time = UInt64(InMemoryCommandLine.now.rawValue)
        var metric = Metric("http.server.duration", .histogram, [MetricPoint(.histogram(value), time: time)])
        metric.unit = unit
        metric.temporality = .cumulative
        let point = try #require(try await points(of: "http.server.request.duration", metric).points.first)
        // What is in another unit than it should be is not made smaller.
        let isKnown = unit == "ms"
        #expect(point.series.metric.name == (isKnown ? "http.server.request.duration" : metric.name))
        #expect(point.series.metric.unit == (isKnown ? "s" : "us"))
        guard isKnown else { return }
        (value.sum, value.min, value.max) = (1.5, 0.25, 1)
        value.explicitBounds = [0.5]
        #expect(point.point.value == .histogram(value))
    }

    @Test(
        "attribute mapping http.server.request.size: sizes of bodies",
        arguments: [
            ("http.server.request.body.size", "http.server.request.size"),
            ("http.server.response.body.size", "http.server.response.size"),
        ])
    func sizes(name: String, old: String) async throws {
        let time = UInt64(InMemoryCommandLine.now.rawValue)
        var metric = Metric(old, .gauge, [MetricPoint(.int(12), time: time)])
        metric.unit = "By"
        let point = try #require(try await points(of: name, metric).points.first)
        #expect(point.series.metric.name == name)
        #expect(point.point.value == .int(12))
    }

    @Test("--list shows each metric once, with its type, its unit and how many series it has")
    func list() async throws {
        let empty = try TelemetryStore.open(path: path, options: StoreOptions())
        await empty.close()
        #expect(InMemoryCommandLine(["metrics", "--list", "--db", path]).output.contains("no metrics"))
        try await store()
        let table = InMemoryCommandLine(["metrics", "--list", "--db", path], terminalWidth: 160)
        #expect(table.status == .success)
        #expect(table.output.contains("disk.free  gauge  1"))
        #expect(!table.output.contains("\u{1b}[31m"))
        let json = InMemoryCommandLine(["metrics", "--list", "--db", path, "--format", "jsonl"])
        #expect(
            json.output.contains(
                #"{"name":"disk.free","type":"gauge","unit":"1","temporality":null,"monotonic":null,"series":2,"#
            ))
    }

    @Test("NAME shows the points of the last hour by time, in every format")
    func points() async throws {
        try await store()
        let csv = InMemoryCommandLine(["metrics", "disk.free", "--db", path, "--format", "csv"])
        let values = csv.output.split(whereSeparator: \.isNewline).dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)[5]
        }
        #expect(values == ["0.5", "0.25", "0.75"])
        let table = InMemoryCommandLine(
            ["metrics", "disk.free", "--db", path, "--since", "all"], terminalWidth: 160)
        #expect(table.output.contains("4 points of 2 series"))
        #expect(table.output.contains("edge-1"))
        #expect(table.output.contains("device=sda"))
        let last = InMemoryCommandLine(["metrics", "disk.free", "--db", path, "-n", "1"], terminalWidth: 160)
        #expect(last.output.contains("the newest 1 of 3 points of 2 series"))
        #expect(last.output.contains("0.75"))
        #expect(last.output.contains("--limit 3 shows all"))
    }

    @Test(
        "--where keeps points by attribute, resource, node and value",
        arguments: [
            ("device=sda", 2), ("device=sd*", 3), ("device!=sda", 1), ("value>=0.5", 2), ("value=0.25", 1),
            ("node=edge-1", 3), ("node=other", 0), ("service=unknown_service", 3),
            ("resource.host.name~edge", 3), ("missing=1", 0), ("attr.device=sdb", 1),
        ])
    func conditions(condition: String, count: Int) async throws {
        try await store()
        let run = InMemoryCommandLine(
            ["metrics", "disk.free", "--db", path, "--where", condition, "--format", "jsonl"])
        #expect(run.status == .success)
        #expect(
            run.output.split(separator: "\n").count { $0.contains("\"value\"") } == count, "\(run.output)")
    }

    @Test(
        "a name that no metric has is an error in every format, with the names that are near",
        arguments: [
            ("disk.fre", "no metric is called 'disk.fre'; did you mean 'disk.free'?"),
            ("Disk_Free", "did you mean 'disk.free'?"), ("free", "did you mean 'disk.free'?"),
            ("cpu.time", "no metric is called 'cpu.time': traceq metrics --list shows the 1 that is stored"),
            ("\u{1b}[2J", "no metric is called '\\x1b[2J'"),
        ], ["table", "json", "csv"])
    func unknownName(name: (String, String), format: String) async throws {
        try await store()
        let run = InMemoryCommandLine(["metrics", name.0, "--db", path, "--format", format])
        #expect(run.status == .usage)
        #expect(run.output.isEmpty)
        #expect(run.diagnostics.contains(name.1), "\(run.diagnostics)")
    }

    @Test("where no metrics are stored at all, it says so")
    func noMetrics() async throws {
        let empty = try TelemetryStore.open(path: path, options: StoreOptions())
        await empty.close()
        let run = InMemoryCommandLine(["metrics", "disk.free", "--db", path])
        #expect(run.status == .usage)
        #expect(run.diagnostics.contains("no metric is called 'disk.free', and no other is stored"))
    }

    @Test("a metric without points in the window is an answer without rows")
    func emptyWindow() async throws {
        try await store()
        let run = InMemoryCommandLine(["metrics", "disk.free", "--db", path, "--since", "1m"])
        #expect(run.status == .success)
        #expect(run.output.contains("no points of 'disk.free' in the window"))
    }

    @Test("says what is wrong, and what to do")
    func advice() async throws {
        try await store()
        let none = InMemoryCommandLine(["metrics", "disk.free", "--db", path, "--where", "device=x"])
        #expect(none.output.contains("fit --where"))
        for arguments in [
            ["metrics"], ["metrics", "--list", "x"], ["metrics", "x", "-n", "0"],
            ["metrics", "x", "--where", "duration>1s"], ["metrics", "x", "--where", "what"],
        ] {
            #expect(InMemoryCommandLine(arguments + ["--db", path]).status == .usage, "\(arguments)")
        }
    }
}
