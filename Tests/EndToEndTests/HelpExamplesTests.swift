import Foundation
import TestSupport
import Testing

/// Everything that `--help` shows is typed as it stands there, in a shell, beside a database that a fleet has filled and
/// the files that the examples name.
@Suite("Every example of --help runs", .timeLimit(.minutes(15)))
struct HelpExamplesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Commands that only hold others.
    private static let groups = [["chain"], ["db"]]
    /// Those whose good news is that there is nothing.
    private static let sayNo = [["db", "verify"], ["leaks"]]
    /// Those that end with 2 where they find what they look for.
    private static let mayFind = ["slo", "check", "lint"]

    @Test("each command has two examples at least, and all of them run") func examples() async throws {
        let commands = try await HelpExamples.all()
        #expect(commands.count > 25)
        for examples in commands {
            let least = Self.groups.contains(examples.command) ? 0 : 2
            #expect(examples.lines.count >= least, "traceq \(examples.command.joined(separator: " "))")
        }
        let proxy = try await ModuleProxyFiles.serve([("example.com/alpha", "v1.0.0")], in: folder)
        defer { proxy.stop() }
        let shell = try Shell(folder, goProxy: proxy.url)
        let isToCollector = { (line: String) in line.contains("--to ") }
        try await Collector.running(on: Database(in: folder)) { collector in
            try await Self.fill(collector)
            try await shell.writeFiles()
            for line in commands.flatMap(\.lines).filter(isToCollector) {
                try await expectRuns(line, shell, port: collector.httpPort)
            }
            try await collector.stop()
        }
        try await shell.copyDatabase()
        for examples in commands {
            for (number, line) in examples.lines.enumerated() where !isToCollector(line) {
                let run = try await expectRuns(line, shell)
                // The first one of each shows what the command is for.
                let isGood = Self.sayNo.contains(examples.command) || !run.standardOutput.hasPrefix("no ")
                #expect(number > 0 || isGood, "\(line)\n\(run.standardOutput)")
            }
        }
    }

    @discardableResult
    private func expectRuns(_ line: String, _ shell: Shell, port: Int? = nil) async throws -> FinishedProgram
    {
        let run = try await shell.run(line, port: port)
        let isFinding =
            run.status == .exited(2) && line.split(separator: " ").contains { Self.mayFind.contains("\($0)") }
        #expect(run.status == .exited(0) || isFinding, "\(line)\n\(run.standardError)")
        let isToFile = line.contains(" -o ") || line.contains(" > ")
        #expect(isToFile || !(run.standardOutput + run.standardError).isEmpty, "\(line)")
        return run
    }

    /// What the examples ask for: a fleet, a trace by its id, and metrics by their names.
    private static func fill(_ collector: Collector) async throws {
        try await collector.fleet(rate: 60, spread: "50m")
        // Ends in nine zeros, and the second before these is one.
        let now = "\(Int(Date().timeIntervalSince1970) / 10 * 10 - 60)000000000"
        func point(_ attributes: String = "") -> String {
            #"{"timeUnixNano":"\#(now)","asInt":"7","attributes":[\#(attributes)]}"#
        }
        let device = #"{"key":"device","value":{"stringValue":"/dev/sda1"}}"#
        let metrics = [("go.proxy.queue.length", ""), ("disk.free", device), ("cache.hits", "")].map {
            #"{"name":"\#($0)","gauge":{"dataPoints":[\#(point($1))]}}"#
        }
        let resource =
            #"{"attributes":[{"key":"service.instance.id","value":{"stringValue":"edge-1"}}]}"#
        let words = [
            "url.path": "/github.com/pkg/errors/@v/v0.9.1.zip", "server.address": "proxy.golang.org",
            "client.address": "192.0.2.7",
        ].map { #"{"key":"\#($0)","value":{"stringValue":"\#($1)"}}"# }.joined(separator: ",")
        let times = #""startTimeUnixNano":"\#(now)","endTimeUnixNano":"\#(now.dropLast(10))7000000000""#
        let status = #"{"key":"http.response.status_code","value":{"intValue":"200"}}"#
        let span =
            #"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","kind":2,"name":"GET",\#(times),"attributes":[\#(words),\#(status)]}"#
        let bodies = [
            "/v1/traces":
                #"{"resourceSpans":[{"resource":\#(resource),"scopeSpans":[{"spans":[\#(span)]}]}]}"#,
            "/v1/metrics":
                #"{"resourceMetrics":[{"resource":\#(resource),"scopeMetrics":[{"metrics":[\#(metrics.joined(separator: ","))]}]}]}"#,
            "/v1/logs":
                #"{"resourceLogs":[{"resource":\#(resource),"scopeLogs":[{"logRecords":[{"timeUnixNano":"\#(now)","body":{"stringValue":"ready"}}]}]}]}"#,
        ]
        for (path, body) in bodies {
            let reply = try await collector.post(
                Array(body.utf8), contentType: "application/json", path: path)
            guard reply.status == 200 else { throw TestSupportError("\(path): \(reply.status)") }
        }
    }
}

/// Where a user stands who types the examples: a module's folder with the files that they name.
private struct Shell: Sendable {
    private let folder: TemporaryDirectory
    private let environment: [String: String]
    private let goProxy: String

    init(_ folder: TemporaryDirectory, goProxy: String) throws {
        self.folder = folder
        self.goProxy = goProxy
        var environment = try GoCommand(folder: folder).environment(proxy: goProxy, needs: ["alpha"])
        let programs = URL(filePath: try BuiltProgram.traceq.path()).deletingLastPathComponent()
        let python = URL(filePath: try Repository.pythonEnvironmentProgram("go")).deletingLastPathComponent()
        environment["PATH"] =
            "\(programs.path(percentEncoded: false)):\(python.path(percentEncoded: false)):"
            + (environment["PATH"] ?? "/usr/bin:/bin")
        environment["TRACEQ_DB"] = folder.file("telemetry.db")
        environment["GOPRIVATE"] = "git.example.com"
        self.environment = environment
    }

    /// Types a line. What it names outside the folder lies in it here, and a program that takes the answer is another
    /// one's.
    func run(_ line: String, port: Int? = nil) async throws -> FinishedProgram {
        var line = line
        for root in ["srv", "backup"] {
            line = line.replacing(" /\(root)/", with: " \(folder.file("\(root)/"))")
        }
        // Several examples write to the same file, and none may replace it unasked.
        if let file = line.firstMatch(of: /\ -o ([a-z]\S*)/) {
            try? FileManager.default.removeItem(atPath: folder.file("own/\(file.output.1)"))
        }
        if let port { line = line.replacing("127.0.0.1:4318", with: "127.0.0.1:\(port)") }
        if line.hasPrefix("traceq "), let pipe = line.firstRange(of: " | ") {
            line = String(line[..<pipe.lowerBound])
        }
        return try await FinishedProgram.run(
            "/bin/sh", ["-c", "cd \"$0\" && eval \"$1\"", folder.file("own"), line], environment: environment)
    }

    func writeFiles() async throws {
        try folder.write("package own\n", to: "own/own.go")
        try folder.write("SELECT count(*) FROM spans\n", to: "own/question.sql")
        for name in ["slo.yaml", "check.yaml"] {
            let file = Repository.root.appending(path: "config/\(name)")
            try folder.write(String(contentsOf: file, encoding: .utf8), to: "own/\(name)")
        }
        try folder.write(
            #"{"Path":"example.com/alpha","Version":"v1.0.0","Timestamp":"2026-01-01T00:00:00Z"}"# + "\n",
            to: "own/index.jsonl")
        try folder.write(
            "# get \(goProxy)/example.com/alpha/@v/list\n# get \(goProxy)/example.com/alpha/@v/list: 200 OK (0.2s)\n",
            to: "own/build.log")
        _ = try await run(
            "traceq export --since all -o traces.jsonl && traceq export -o first.otlp.zst "
                + "&& mkdir old && gzip -c traces.jsonl > old/traces.jsonl.gz"
        ).succeeded()
    }

    func copyDatabase() async throws {
        let targets = ["srv/telemetry.db", "backup/telemetry.db", "own/imported.db"].map { folder.file($0) }
        let copies = targets.map { "traceq db backup '\($0)'" }.joined(separator: " && ")
        _ = try await run("mkdir -p '\(folder.file("srv"))' '\(folder.file("backup"))' && \(copies)")
            .succeeded()
    }
}
