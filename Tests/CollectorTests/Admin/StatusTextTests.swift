import Collector
import Telemetry
import TestSupport
import Testing

/// The tables of `status` with numbers of years and names of any length, compared with files in
/// `Tests/Snapshots/Admin`.
@Suite("What status prints fits the terminal", .timeLimit(.minutes(1)))
struct StatusTextTests {
    private func text(_ collector: TestCollector, width: Int) async throws -> String {
        let connection = try await WireConnection(port: collector.adminPort)
        defer { connection.close() }
        connection.send("GET /status?width=\(width) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try await connection.reply().text
    }

    @Test(
        "tables leave columns out and cut names where the terminal is too narrow", arguments: [60, 80, 120])
    func tables(width: Int) async throws {
        try await TestCollector.with { collector async throws in
            let counters = collector.server.service.counters
            for (name, items) in [
                ("2001:db8:85a3:1234:5678:8a2e:370:7334", 123_456_789_012), ("edge-fra-01", 31_000),
                ("gateway-of-a-very-large-fleet-in-the-north-of-somewhere-1", 5_000_000_000),
            ] {
                for signal in [Signal.traces, .metrics, .logs] {
                    counters.noteAccepted(
                        CollectorCounters.AcceptedRequest(
                            signal: signal, protocolName: "otlp/grpc", source: name, items: items,
                            rejectedItems: items / 1_000_000, bodyBytes: items * 40))
                }
                counters.noteRefused(
                    reason: "unsupported_media_type", protocolName: "otlp/http", source: name)
            }
            let lines = try await text(collector, width: width).split(
                separator: "\n", omittingEmptySubsequences: false)
            let tables = lines.split(separator: "").filter {
                ["ACCEPTED", "REFUSED", "SOURCE"].contains($0.first?.split(separator: " ").first ?? "")
            }
            #expect(tables.count == 3)
            let text = tables.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
            try Snapshot.expect(text, is: "status-tables-\(width)")
            // A path stays whole.
            let isPath = { (line: Substring) in line.contains(collector.databasePath) }
            #expect(lines.allSatisfy { $0.count <= width || isPath($0) }, "\(lines.joined(separator: "\n"))")
        }
    }

    @Test("B7: what came twice is not among what is stored: a whole request, or a span in another request")
    func storedOnce() async throws {
        try await TestCollector.with { collector async throws in
            let json = SampleRequest.json()
            // The same request, one that differs in a space, and one of another span.
            for body in [json, json, json + [0x20], SampleRequest.json(seed: 2)] {
                #expect(try await collector.post(body, type: "application/json").status == 200)
            }
            let before = try await text(collector, width: 120)
            #expect(before.contains("\ntraces    otlp/http         4      3         1"), "\(before)")
            #expect(before.contains("\nstored         3 items; 3 spans not compared yet\n"), "\(before)")
            await collector.store.sealNow()
            let after = try await text(collector, width: 120)
            #expect(
                after.contains(
                    "\nstored         2 items; 1 span that came again in other requests left out\n"),
                "\(after)")
            #expect(try collector.storedSpans() == 2)
        }
    }
}
