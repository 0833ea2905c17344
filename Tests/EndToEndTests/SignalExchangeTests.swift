import Foundation
import OTLPModel
import TestSupport
import Testing

@Suite("Every signal goes into files and comes back", .timeLimit(.minutes(15)))
struct SignalExchangeTests {
    private static let time: UInt64 = 1_790_000_000_000_000_000
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private static let resource = Resource(attributes: [
        KeyValue("service.name", .string("proxy")), KeyValue("service.instance.id", .string("edge-1")),
    ])

    /// A metric of each type, one with an exemplar.
    private static let metrics: ExportMetricsServiceRequest = {
        var exemplar = Exemplar()
        exemplar.timeUnixNano = time
        exemplar.value = .double(0.25)
        exemplar.traceID = [UInt8](repeating: 7, count: 16)
        exemplar.spanID = [UInt8](repeating: 8, count: 8)
        exemplar.filteredAttributes = [KeyValue("path", .string("/x"))]
        var histogram = HistogramValue()
        (histogram.count, histogram.sum, histogram.min, histogram.max) = (3, 1.5, 0.25, 1)
        (histogram.bucketCounts, histogram.explicitBounds) = ([1, 2], [0.5])
        var exponential = ExponentialHistogramValue()
        (exponential.count, exponential.scale, exponential.zeroCount) = (4, 3, 1)
        exponential.positive = ExponentialBuckets(offset: -2, bucketCounts: [1, 2])
        var summary = SummaryValue()
        (summary.count, summary.sum) = (2, 3)
        summary.quantiles = [QuantileValue(quantile: 0.5, value: 1)]
        let values: [(String, MetricType, PointValue)] = [
            ("free", .gauge, .double(0.1)), ("requests", .sum, .int(9_007_199_254_740_993)),
            ("http.duration", .histogram, .histogram(histogram)),
            ("size", .exponentialHistogram, .exponentialHistogram(exponential)),
            ("wait", .summary, .summary(summary)),
        ]
        let metrics = values.map { name, type, value in
            var metric = Metric(name, type)
            (metric.unit, metric.description) = ("s", "what \(name) is")
            if type == .sum { metric.isMonotonic = true }
            if type != .gauge, type != .summary { metric.temporality = .cumulative }
            metric.points = (0..<3).map { number in
                var point = MetricPoint(
                    value, time: time + UInt64(number), start: time - 1,
                    attributes: [KeyValue("disk", .string("a"))])
                if type == .histogram, number == 1 { point.exemplars = [exemplar] }
                return point
            }
            return metric
        }
        return ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(resource: resource, scopeMetrics: [ScopeMetrics(metrics: metrics)])
        ])
    }()

    private static let logs: ExportLogsServiceRequest = {
        let records = (0..<4).map { number in
            var record = LogRecord()
            record.timeUnixNano = time + UInt64(number)
            record.body = .string("line \(number)")
            return record
        }
        return ExportLogsServiceRequest(resourceLogs: [
            ResourceLogs(resource: resource, scopeLogs: [ScopeLogs(logRecords: records)])
        ])
    }()

    private static let traces = SampleRequest.body(
        traceID: SampleRequest.id(1, count: 16), spanIDs: [SampleRequest.id(1, count: 8)])

    private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = folder.file(name)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private static let points = """
        SELECT name, type, unit, description, temporality, monotonic, service, node, points.attributes, time_ns, start_ns,
            value, count, sum, min, max, buckets, exemplars, flags
        FROM points ORDER BY name, time_ns
        """

    @Test(
        "Metrics that are exported and imported elsewhere are the same points",
        arguments: ["x.jsonl", "x.otlp", "x.jsonl.gz", "x.otlp.zst"])
    func metrics(name: String) async throws {
        let database = try Database()
        let file = try write("in.otlp", Self.metrics.protobufBytes())
        let first = try await database.ask(["import", file]).succeeded()
        #expect(first.standardOutput.contains("15 points stored"))
        #expect(first.standardOutput.contains("15 points read in"))
        let exported = folder.file(name)
        let export = try await database.ask(["export", "--signal", "metrics", "-o", exported]).succeeded()
        #expect(export.standardError.contains("15 points written to"))
        let other = try Database()
        _ = try await other.ask(["import", exported]).succeeded()
        let expected = try await database.rows(["sql", Self.points])
        #expect(expected.count == 15)
        #expect(try await other.rows(["sql", Self.points]) == expected)
        let again = try await other.ask(["import", exported]).succeeded()
        #expect(again.standardOutput.contains("0 points stored, 15 known already"))
        #expect(try await other.rows(["sql", Self.points]) == expected)
    }

    @Test("Options select points by their metric, and what points do not have is refused")
    func options() async throws {
        let database = try Database()
        let file = try write("in.otlp", Self.metrics.protobufBytes())
        _ = try await database.ask(["import", file]).succeeded()
        let some = try await database.ask(["export", "--signal", "metrics", "--name", "wa*", "-o", "-"])
            .succeeded()
        #expect(some.standardOutput.split(separator: "\n").count == 1)
        #expect(some.standardOutput.contains(#""name":"wait""#) && !some.standardOutput.contains(#""free""#))
        for (words, problem) in [
            (["--trace", "01"], "points are of no trace"),
            (["--format", "csv"], "points are written as OTLP only"),
        ] {
            let refused = try await database.ask(["export", "--signal", "metrics", "-o", "-"] + words)
            #expect(refused.status == .exited(1))
            #expect(refused.standardError.contains(problem), "\(refused.standardError)")
        }
    }

    /// The lines of the shell in a section of docs/cli.md.
    private static func examples(of command: String) throws -> [String] {
        let file = Repository.root.appending(path: "docs/cli.md")
        let document = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(document.components(separatedBy: "\n## `\(command)`\n").dropFirst().first)
            .components(separatedBy: "\n## ")[0]
        return section.components(separatedBy: "\n```sh\n").dropFirst()
            .flatMap { $0.components(separatedBy: "\n```")[0].split(separator: "\n").map(String.init) }
    }

    @Test("The examples of docs/cli.md take every signal out, and bring it in again")
    func examples() async throws {
        let database = try Database()
        let files = [
            try write("traces.otlp", Self.traces), try write("metrics.otlp", Self.metrics.protobufBytes()),
            try write("logs.otlp", Self.logs.protobufBytes()),
        ]
        _ = try await database.ask(["import"] + files).succeeded()
        let program = try BuiltProgram.traceq.path()
        func run(_ line: String, on path: String) async throws -> FinishedProgram {
            let command = line.replacing("traceq ", with: "\"$0\" ", maxReplacements: 1)
            return try await FinishedProgram.run(
                "/bin/sh", ["-c", "cd '\(folder.path)' && \(command)", program],
                environment: ["TRACEQ_DB": path]
            ).succeeded()
        }
        let exports = try Self.examples(of: "traceq export")
        #expect(exports.count == 3)
        for line in exports { _ = try await run(line, on: database.path) }
        let imports = try Self.examples(of: "traceq import")
        #expect(imports.count == 2)
        let other = try Database()
        let first = try await run(imports[0], on: other.path)
        #expect(first.standardOutput.contains("1 span, 3 points, 4 log records read in"))
        try await Collector.running(on: try Database()) { collector in
            let sent = try await run(
                imports[1].replacing(":4318", with: ":\(collector.httpPort)"), on: other.path)
            #expect(sent.standardOutput.contains("1 span, 3 points, 4 log records read in"))
        }
    }

    @Test("Through a running collector every signal goes, each to its path", arguments: ["", "/v1/traces"])
    func throughCollector(path: String) async throws {
        let database = try Database()
        let files = [
            try write("traces.otlp", Self.traces), try write("metrics.otlp", Self.metrics.protobufBytes()),
            try write("logs.otlp", Self.logs.protobufBytes()),
        ]
        try await Collector.running(on: database) { collector in
            let sent = try await FinishedProgram.run(
                BuiltProgram.traceq.path(),
                ["import", "--to", "http://127.0.0.1:\(collector.httpPort)\(path)"] + files
            ).succeeded()
            #expect(sent.standardOutput.contains("1 span, 15 points, 4 log records read in"))
            try await collector.stop()
            let log = await collector.process.standardError.wholeText()
            #expect(!log.contains("wrong_signal"), "\(log)")
        }
        let counts = try await database.rows([
            "sql",
            "SELECT (SELECT count(*) FROM spans) AS spans, (SELECT count(*) FROM points) AS points, "
                + "(SELECT count(*) FROM logs) AS logs",
        ])
        #expect(counts.first?["spans"]?.number == 1)
        #expect(counts.first?["points"]?.number == 15)
        #expect(counts.first?["logs"]?.number == 4)
        let exported = folder.file("logs.out.otlp")
        _ = try await database.ask(["export", "--signal", "logs", "-o", exported]).succeeded()
        let other = try Database()
        let answer = try await other.ask(["import", exported]).succeeded()
        #expect(answer.standardOutput.contains("4 log records stored"))
    }
}
