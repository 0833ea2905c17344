import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

/// The tables of `status` with numbers of years and names of any length, compared with files in
/// `Tests/Snapshots/Admin`.
@Suite("What status prints fits the terminal", .timeLimit(.minutes(15)))
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
        // Sealed when the test says so, and not when it has taken long.
        var options = StoreOptions()
        options.sealAfterNanos = .max
        try await TestCollector.with(store: options) { collector async throws in
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

    @Test("B7: a point that came twice is not among what is stored either; log records are not compared")
    func pointsStoredOnce() async throws {
        func points(_ values: [(Int64, UInt64)]) -> [UInt8] {
            let points = values.map { MetricPoint(.int($0), time: 1_790_000_000_000_000_000 + $1) }
            let scope = ScopeMetrics(metrics: [Metric("disk.free", .gauge, points)])
            return ExportMetricsServiceRequest(resourceMetrics: [ResourceMetrics(scopeMetrics: [scope])])
                .protobufBytes()
        }
        var record = LogRecord()
        record.timeUnixNano = 1_790_000_000_000_000_000
        record.body = .string("the same")
        let logs = ExportLogsServiceRequest(resourceLogs: [
            ResourceLogs(scopeLogs: [ScopeLogs(logRecords: [record, record])])
        ])
        // Sealed when the test says so, however busy the machine is.
        var options = StoreOptions()
        options.sealAfterNanos = .max
        try await TestCollector.with(store: options) { collector async throws in
            // The second request has one of the times of the first, the third those of no other.
            for body in [points([(1, 1), (2, 2)]), points([(3, 2), (4, 3)]), points([(5, 4)])] {
                #expect(try await collector.post(body, path: "/v1/metrics").status == 200)
            }
            #expect(try await collector.post(logs.protobufBytes(), path: "/v1/logs").status == 200)
            let before = try await text(collector, width: 120)
            #expect(before.contains("\nstored         7 items; 5 points not compared yet\n"), "\(before)")
            await collector.store.sealNow()
            let after = try await text(collector, width: 120)
            #expect(
                after.contains(
                    "\nstored         6 items; 1 point that came again in other requests left out\n"),
                "\(after)")
            #expect(try collector.stored(.metrics) == 4)
            #expect(try collector.stored(.logs) == 2)
            let connection = try await WireConnection(port: collector.adminPort)
            defer { connection.close() }
            connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let lines = try await connection.reply().text.split(separator: "\n")
            #expect(lines.contains("traceq_duplicate_items_total{signal=\"metrics\"} 1"))
            #expect(lines.contains("traceq_duplicate_items_total{signal=\"traces\"} 0"))
            #expect(lines.contains("traceq_sealed_items_total{signal=\"metrics\"} 4"))
            #expect(lines.contains("traceq_sealed_items_total{signal=\"logs\"} 2"))
        }
    }
}
