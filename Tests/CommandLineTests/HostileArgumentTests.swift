import Foundation
import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

/// What comes from a command line is compared, and never part of a statement or an expression.
@Suite("Words of a command line mean themselves")
struct HostileArgumentTests {
    private static let name = String(repeating: "a", count: 4_096) + "%_'"
    private let folder: TemporaryDirectory
    private let path: String

    /// A database with one request.
    init() async throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
        var span = OTLPModel.Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [UInt8](repeating: 1, count: 8)
        span.name = Self.name
        span.kind = .server
        span.startTimeUnixNano = UInt64(InMemoryCommandLine.now.rawValue) - 600_000_000_000
        span.endTimeUnixNano = span.startTimeUnixNano + 1_000_000
        let resource = Resource(attributes: [KeyValue("service.name", .string("edge"))])
        let body = ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: [span])])
        ]).protobufBytes()
        let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        await store.close()
    }

    private func run(_ arguments: String...) -> InMemoryCommandLine {
        InMemoryCommandLine(arguments + ["--db", path, "--format", "jsonl"])
    }

    private func rows(_ result: InMemoryCommandLine) -> Int {
        result.output.split(separator: "\n").count { $0.contains("\"edge\"") }
    }

    @Test(
        "hostile 76: filters are compared with what is stored, letter by letter",
        arguments: [
            "x' OR 1=1 --", "'; DROP TABLE segment; --", "%", "_", "e%", "edg_", "edge\u{0}", "\"edge\"",
        ])
    func filters(word: String) {
        for option in ["--service", "--node", "--name"] {
            let result = run("slowest", option, word)
            #expect(result.status == .success)
            #expect(rows(result) == 0)
        }
        let stats = run("stats", "--by", "service", "--where", "service=\(word)")
        #expect(stats.status == .success)
        #expect(rows(stats) == 0)
        #expect(rows(run("slowest", "--service", "edge")) == 1)
    }

    @Test(
        "hostile 77: orders are those that there are, and a key is a key whatever it looks like",
        arguments: ["name; ATTACH 'stolen.db' AS y", "count) --", "1; DROP TABLE segment"])
    func identifiers(word: String) throws {
        let sorted = run("stats", "--sort", word)
        #expect(sorted.status == .usage)
        #expect(sorted.output.isEmpty)
        let grouped = run("stats", "--by", word)
        #expect(grouped.status == .success)
        #expect(rows(grouped) == 0)
        #expect(grouped.diagnostics.contains("no span in the window has '\(word)'"))
        #expect(!FileManager.default.fileExists(atPath: "stolen.db"))
        #expect(rows(run("slowest")) == 1)
    }

    @Test("hostile 78: patterns have stars and no other signs, and take no time that grows with their number")
    func patterns() {
        #expect(rows(run("slowest", "--name", "(a+)+$")) == 0)
        #expect(rows(run("stats", "--by", "service", "--where", "name~(a+)+$")) == 0)
        let stars = String(repeating: "*a", count: 1_000)
        #expect(rows(run("slowest", "--name", stars + "*b*")) == 0)
        #expect(rows(run("slowest", "--name", stars + "*%_'")) == 1)
        let long = run("slowest", "--name", String(repeating: "a*", count: 1 << 19))
        #expect(long.status == .success)
        #expect(rows(long) == 0)
    }
}
