import Foundation
import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq errors, compare, critical-path, why and prewarm")
struct AnalysisCommandTests {
    private static let commands = [
        ["errors"], ["compare", "--by", "node"], ["critical-path"], ["why", "--slow"], ["prewarm"],
    ]

    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Requests of the last ten minutes before the tests' now, at two nodes of which one is slow.
    private func store(requests: Int, isOfModules: Bool = true) async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        for node in 0..<2 {
            let spans = (0..<requests).map { number -> OTLPModel.Span in
                var span = OTLPModel.Span()
                span.traceID = [UInt8](repeating: UInt8(node + 1), count: 15) + [UInt8(number)]
                span.spanID = [UInt8](repeating: UInt8(number + 1), count: 8)
                span.name = "GET"
                span.kind = .server
                span.startTimeUnixNano =
                    UInt64(InMemoryCommandLine.now.rawValue) - 600_000_000_000 + UInt64(number)
                    * 1_000_000_000
                let isSlow = node == 1 && number % 2 == 0
                span.endTimeUnixNano = span.startTimeUnixNano + (isSlow ? 5_000_000_000 : 20_000_000)
                let path = isOfModules ? "/github.com/a/b/@v/v1.\(number % 7).0.zip" : "/index.html"
                span.attributes = [
                    KeyValue("url.path", .string(path)),
                    KeyValue("client.address", .string("192.0.2.\(number)")),
                    KeyValue("http.response.status_code", .int(isSlow && number % 4 == 0 ? 502 : 200)),
                    KeyValue(
                        "nginx.upstream_cache_status", .string(isSlow && number % 4 == 2 ? "MISS" : "HIT")),
                ]
                return span
            }
            let resource = Resource(attributes: [
                KeyValue("service.name", .string("edge")),
                KeyValue("service.instance.id", .string("edge-\(node + 1)")),
            ])
            let body = ExportTraceServiceRequest(
                resourceSpans: [ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: spans)])]
            ).protobufBytes()
            let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        }
        await store.close()
    }

    private func run(_ arguments: [String], width: Int = 160) -> InMemoryCommandLine {
        InMemoryCommandLine(arguments + ["--db", path, "--no-color"], terminalWidth: width)
    }

    @Test("misses by a key that no span has name the one that was probably meant")
    func unknownKey() async throws {
        try await store(requests: 20)
        let answer = run(["misses", "--by", "client.adress"])
        #expect(
            answer.output.contains(
                "no span in the window has 'client.adress'; did you mean 'client.address'?"))
        #expect(!run(["misses", "--by", "client.address"]).output.contains("no span"))
    }

    @Test(
        "counts of failures are numbers in JSON, whether there are some or not",
        arguments: SlowestUnit.allCases)
    func failureCounts(unit: SlowestUnit) async throws {
        try await store(requests: 20)
        let json = try JSONValue(parsing: run(["slowest", "--by", unit.rawValue, "--json"]).output)
        guard case .array(let rows) = json["rows"] else { throw TestSupportError("no rows") }
        let counts = rows.compactMap { $0["failures"]?.number }
        #expect(counts.count == rows.count && counts.contains(0) && counts.contains { $0 > 0 })
    }

    @Test("rows in every format, and tables fit terminals", arguments: commands)
    func answers(command: [String]) async throws {
        try await store(requests: 60)
        for width in [80, 160] {
            let table = run(command, width: width)
            #expect(table.status == .success)
            #expect(table.output.contains("window 2026-08-2"))
            let tooWide = table.output.split(separator: "\n").filter { $0.count > width }
            #expect(tooWide.isEmpty, "\(tooWide)")
        }
        let schema = "traceq.\(command[0].map { $0 == "-" ? "_" : String($0) }.joined())/1"
        let json = try JSONValue(parsing: run(command + ["--json"]).output)
        #expect(json["schema"] == .string(schema))
        #expect(json["quality"]?["requests"] == .number(120))
        guard case .array(let rows) = json["rows"] else { throw TestSupportError("no rows") }
        #expect(!rows.isEmpty)
        for format in ["csv", "jsonl", "markdown"] {
            let line = run(command + ["--format", format])
            #expect(line.status == .success && !line.output.isEmpty)
        }
    }

    @Test("no data is a sentence", arguments: commands)
    func empty(command: [String]) async throws {
        try await store(requests: 3, isOfModules: false)
        let other = run(command)
        #expect(other.status == .success)
        #expect(
            other.output.hasPrefix("no module requests in the window, though it has all"),
            "\(other.output)")
        let past = run(command + ["--since", "2025-01-01", "--until", "2025-01-02"])
        #expect(past.output.hasPrefix("no module requests in the window: the oldest span is from "))
        let filtered = run(command + ["--upstream", "nowhere.example"])
        #expect(filtered.output.hasPrefix("no module request"))
        #expect(run(command + ["--json", "--since", "1s"]).output.contains(#""code":"empty_window""#))
    }

    @Test(
        "wrong input is a sentence",
        arguments: [
            (["compare"], "nothing to compare: give --by"),
            (
                ["compare", "--by", "node", "--baseline", "edge-9"],
                "no requests of the window have the node 'edge-9'"
            ),
            (["compare", "--by", "duration"], "makes no groups"),
            (
                ["compare", "--by", "node", "--baseline", "edge-1", "--baseline-since", "2h"],
                "give one of them"
            ),
            (["compare", "--by", "node", "--baseline-since", "30m"], "the baseline's window holds no time"),
            (["compare", "--by", "node", "--baseline-until", "30m"], "add --baseline-since"),
            (["compare", "--by", "node", "--limit", "0"], "--limit is 0"),
            (["critical-path", "--by", "stages"], "did you mean 'stage'?"),
            (["critical-path", "--baseline", "10m"], "the baseline's window holds no time"),
            (["why"], "give --slow, --errors, --misses or a trace id"),
            (["why", "--slow", "--errors"], "give one of --slow"),
            (["why", "--errors", "--min-duration", "1s"], "add --slow"),
            (["why", "ffff"], "there is no trace that begins with ffff"),
            (["why", "0101"], "traces begin with 0101"),
            (["errors", "--kind", "zap"], "did you mean 'zip'?"),
            (["errors", "--since", "1h", "--until", "2h"], "the window holds no time"),
            (["prewarm", "--list", "--json"], "--list is a format of its own"),
            (["prewarm", "--min-saved", "soon"], "soon"),
        ])
    func wrong(command: [String], sentence: String) async throws {
        try await store(requests: 20)
        let line = run(command)
        #expect(line.status == .usage)
        #expect(line.output.isEmpty)
        let words = line.diagnostics.split(separator: "\n").joined(separator: " ")
        #expect(words.contains(sentence), "\(words)")
    }

    @Test("an attribute that nobody has is a sentence")
    func unknownAttribute() async throws {
        try await store(requests: 20)
        #expect(
            run(["compare", "--by", "nobody.has"]).output.hasPrefix(
                "no request of the window has 'nobody.has'"))
        let sentence = "no span in the window has 'url.pth'; did you mean 'url.path'?"
        for command in ["misses", "stats"] {
            let near = run([command, "--by", "url.pth"])
            #expect(near.status == .success)
            #expect(near.output.hasPrefix(sentence), "\(command): \(near.output)")
        }
        let compared = run(["compare", "--by", "url.pth"]).output.replacing("\n  ", with: " ")
        #expect(compared.contains("note (unknown_key): \(sentence)"), "\(compared)")
        #expect(run(["compare", "--by", "mirrror"]).output.contains("did you mean 'mirror'?"))
        #expect(run(["compare", "--by", "encoding"]).output.hasPrefix("no node of the window says how"))
    }

    @Test("why: the slow node is found, a trace is aimed at, and what is well is said to be so")
    func why() async throws {
        try await store(requests: 60)
        #expect(run(["why", "--slow"]).output.split(separator: "\n")[1].hasPrefix("node"))
        let slow = run(["why", "020202020202020202020202020202" + "02"]).output
            .replacingOccurrences(of: "\n", with: " ").replacingOccurrences(of: "  ", with: " ")
        #expect(slow.contains("the request took 5.000 s and ended with ok: it is one of the slow requests"))
        #expect(slow.contains("edge-2"))
        let fast = run(["why", "010101010101010101010101010101" + "02"])
        #expect(fast.status == .usage)
        #expect(fast.diagnostics.contains("nothing was wrong"))
        #expect(
            run(["why", "--slow", "--min-duration", "1h"]).output.hasPrefix("no requests of 1h00m and more"))
    }

    @Test("prewarm --list writes what go mod download takes, and nothing else")
    func list() async throws {
        try await store(requests: 60)
        let line = run(["prewarm", "--list", "-n", "3"])
        let lines = line.output.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("github.com/a/b@v1.") })
        #expect(line.diagnostics.isEmpty)
        let nothing = run(["prewarm", "--list", "--since", "1s"])
        #expect(nothing.output.isEmpty && nothing.diagnostics.contains("no module requests"))
    }

    @Test("examples of the help run", arguments: ["errors", "compare", "critical-path", "why", "prewarm"])
    func helpExamples(command: String) async throws {
        try await store(requests: 60)
        let help = InMemoryCommandLine([command, "--help"]).output
        let lines = help.split(separator: "\n").filter { $0.hasPrefix("  traceq \(command)") }
        #expect(lines.count >= 4)
        for line in lines {
            // What it does stands behind two spaces; the shell's part is not ours.
            let example = line.dropFirst(2).components(separatedBy: "  ")[0]
                .components(separatedBy: " | ")[0].components(separatedBy: " > ")[0]
            var words = example.split(separator: " ").dropFirst().map {
                $0.replacingOccurrences(of: "'", with: "")
            }
            words = words.map { $0 == "0af76519" ? "02020202020202020202020202020202" : $0 }
            words = words.map { $0 == "proxy.golang.org" ? "edge-1" : $0 == "mirror" ? "node" : $0 }
            if words.contains("none") { continue }
            let result = run(words)
            #expect(result.status == .success, "\(example): \(result.diagnostics)")
            #expect(!result.output.isEmpty, "\(example)")
        }
    }
}
