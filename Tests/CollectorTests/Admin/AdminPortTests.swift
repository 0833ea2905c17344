import Collector
import Foundation
import OTLPModel
import Telemetry
import TestSupport
import Testing

@Suite("The admin port", .timeLimit(.minutes(15)))
struct AdminPortTests {
    private func get(
        _ path: String, of collector: TestCollector, method: String = "GET", host: String = "127.0.0.1"
    ) async throws -> RawReply {
        let connection = try await WireConnection(port: collector.adminPort)
        defer { connection.close() }
        connection.send("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        return try await connection.reply()
    }

    @Test("a collector that works is alive, healthy and ready", arguments: ["/livez", "/healthz", "/readyz"])
    func healthyCollector(path: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await get(path, of: collector)
            #expect(reply.status == 200)
            #expect(reply.headers["cache-control"] == "no-store")
        }
    }

    @Test("metrics count what was accepted and refused")
    func metricsCount() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf(spans: 3, seed: 1)).status == 200)
            #expect(try await collector.post(SampleRequest.protobuf(spans: 3, seed: 1)).status == 200)
            #expect(try await collector.post(SampleRequest.protobufWithBadSpan(seed: 2)).status == 200)
            #expect(try await collector.post([0xff]).status == 400)
            let reply = try await get("/metrics", of: collector)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(reply.text.split(separator: "\n").map(String.init))
            let way = #"{signal="traces",protocol="otlp/http"}"#
            #expect(lines.contains("traceq_requests_accepted_total\(way) 3"))
            #expect(lines.contains("traceq_requests_repeated_total\(way) 1"))
            #expect(lines.contains("traceq_items_accepted_total\(way) 4"))
            #expect(lines.contains("traceq_items_rejected_total\(way) 1"))
            #expect(
                lines.contains(#"traceq_requests_refused_total{reason="malformed",protocol="otlp/http"} 1"#))
            #expect(lines.contains(#"traceq_source_items_total{source="127.0.0.1"} 4"#))
            #expect(lines.contains("traceq_request_duration_seconds_count 4"))
            #expect(lines.contains("traceq_ready 1"))
            #expect(lines.contains("traceq_store_available 1"))
            #expect(lines.contains { $0.hasPrefix("traceq_database_bytes ") })
        }
    }

    @Test("every metric has its help and its type once, before its samples, and every line is well formed")
    func metricsAreWellFormed() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
            #expect(try await collector.post([0xff]).status == 400)
            let text = try await get("/metrics", of: collector).text
            var typed: Set<String> = []
            for line in text.split(separator: "\n") {
                if line.hasPrefix("# TYPE ") {
                    let name = String(line.split(separator: " ")[2])
                    #expect(typed.insert(name).inserted, "\(line)")
                } else if !line.hasPrefix("# HELP ") {
                    let sample = try #require(
                        line.wholeMatch(of: /([a-z_]+)(\{.*\})? (-?[0-9.e+-]+)/), "\(line)")
                    let name = String(sample.1)
                    let base = ["_bucket", "_sum", "_count"].reduce(name) {
                        $0.hasSuffix($1) && typed.contains(String($0.dropLast($1.count)))
                            ? String($0.dropLast($1.count)) : $0
                    }
                    #expect(typed.contains(base), "\(line)")
                }
            }
        }
    }

    @Test("every metric stands in docs/collector.md, and no other")
    func metricsAreDocumented() async throws {
        try await TestCollector.with { collector async throws in
            // Only where somebody is told of incidents.
            var notifications = NotificationCounts()
            notifications.lastEvaluationNanos = 1
            collector.server.service.counters.note(notifications)
            let text = try await get("/metrics", of: collector).text
            let written = Set(text.matches(of: #/TYPE ([a-z_]+) /#).map { String($0.1) })
            let document = try String(
                contentsOf: Repository.root.appending(path: "docs/collector.md"), encoding: .utf8)
            let rows = document.split(separator: "\n").filter {
                $0.hasPrefix("| `traceq_") || $0.hasPrefix("| `process_")
            }
            let cells = rows.compactMap { $0.split(separator: "|").first }
            let named = Set(cells.flatMap { $0.matches(of: /`([a-z_]+)`/) }.map { String($0.1) })
            // Only with a limit.
            #expect(written.union(["traceq_database_bytes_max"]) == named)
        }
    }

    @Test("status is for people, and the same as JSON")
    func statusReports() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf(spans: 3)).status == 200)
            let table = try await get("/status?width=80", of: collector)
            #expect(table.text.hasPrefix("READY  traceq-collector "))
            #expect(table.text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.text)")
            #expect(table.headers["x-traceq-problems"] == "0")
            // What does not fit goes on under itself.
            #expect(
                table.text.contains("\nsegments       1 segment of")
                    || table.text.contains("\nsegments       0 segments of"))
            let reply = try await get("/status?format=json", of: collector)
            let json = try JSONValue(parsing: reply.text)
            #expect(json["schema"]?.text == "traceq.status/1")
            #expect(json["ready"] == .bool(true))
            #expect(json["accepted"]?.elements.first?["items"]?.number == 3)
            #expect(json["sources"]?.elements.first?["source"]?.text == "127.0.0.1")
            #expect(json["store"]?["commits"]?["count"]?.number == 1)
            #expect(json["store"]?["path"]?.text == collector.databasePath)
        }
    }

    @Test("doctor says what the sample's sender should change")
    func doctorReports() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
            let table = try await get("/doctor?width=80", of: collector)
            #expect(table.text.contains("OTEL_SERVICE_NAME=NAME"), "\(table.text)")
            let json = try JSONValue(parsing: try await get("/doctor?format=json", of: collector).text)
            let sender = try #require(json["senders"]?.elements.first)
            #expect(sender["address"]?.text == "127.0.0.1")
            let findings = (sender["findings"]?.elements ?? []).compactMap { $0["finding"]?.text }
            #expect(findings.contains("no_service_name"))
            #expect(findings.contains("no_instance_id"))
            #expect(table.headers["x-traceq-problems"] != "0")
        }
    }

    @Test("everything is read-only", arguments: ["POST", "PUT", "DELETE", "OPTIONS"])
    func otherMethods(method: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await get("/status", of: collector, method: method)
            #expect(reply.status == 405)
            #expect(reply.headers["allow"] == "GET, HEAD")
        }
    }

    @Test(
        "other paths and parameters are answered with what there is",
        arguments: [
            ("/nothing", 404), ("/status?format=xml", 400), ("/status?width=19", 400),
            ("/status?width=20", 200),
            ("/status?width=10000", 200), ("/status?width=10001", 400), ("/", 200), ("/../etc/passwd", 404),
            ("/status?other=1", 200),
        ])
    func otherPaths(path: String, status: Int) async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await get(path, of: collector).status == status)
        }
    }

    @Test(
        "on loopback it answers for the names of this machine only",
        arguments: [
            ("127.0.0.1", 200), ("127.0.0.1:4319", 200), ("localhost", 200), ("localhost:1", 200),
            ("[::1]", 200),
            ("[::1]:4319", 200), ("evil.example", 421), ("evil.example:4319", 421),
            ("127.0.0.1.evil.example", 421),
            ("10.0.0.1", 421), ("LOCALHOST", 200), ("localhost.", 200), ("LocalHost.:4319", 200),
            ("localhost:", 200), ("localhost..", 421), ("localhost.evil.example", 421),
            ("localhost:1@evil.example", 421), ("evil.example@localhost", 421), ("[::1", 421), ("4319", 421),
        ])
    func hostsAreChecked(host: String, status: Int) async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await get("/livez", of: collector, host: host).status == status)
        }
    }

    @Test(
        "a whole URL says what is asked for, and whom, whatever the Host header says",
        arguments: [
            ("http://localhost:8888/livez", "evil.example", 200),
            ("HTTP://127.0.0.1/livez", "localhost", 200),
            ("http://[::1]:4319/readyz?a=b", "localhost", 200), ("http://localhost.", "localhost", 200),
            ("http://localhost?a=/b", "localhost", 200), ("http://localhost/nothing", "localhost", 404),
            ("http://localhost/status?format=xml", "localhost", 400),
            ("http://evil.example/livez", "localhost", 421), ("http://evil.example", "localhost", 421),
            ("http://localhost@evil.example/livez", "localhost", 421),
            ("http://localhost:1@evil.example/livez", "localhost", 421),
            ("http://evil.example?http://localhost/livez", "localhost", 421),
            ("/livez?http://evil.example/", "localhost", 200),
        ])
    func wholeURLs(target: String, host: String, status: Int) async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await get(target, of: collector, host: host).status == status)
        }
    }

    @Test("a request without a Host, and one with two, is refused")
    func missingHost() async throws {
        try await TestCollector.with { collector async throws in
            for lines in ["", "Host: localhost\r\nHost: localhost\r\n"] {
                let connection = try await WireConnection(port: collector.adminPort)
                connection.send("GET /livez HTTP/1.1\r\n\(lines)\r\n")
                #expect(try await connection.reply().status == 400)
                connection.close()
            }
        }
    }

    @Test("what the sender of a request chose cannot reach the terminal of whoever reads the report")
    func reportsAreEscaped() async throws {
        try await TestCollector.with { collector async throws in
            var request = SampleRequest.request()
            request.resourceSpans[0].resource.attributes = [
                KeyValue("service.name", .string("unknown_service:\u{1b}[2J\u{202e}"))
            ]
            #expect(try await collector.post(request.protobufBytes()).status == 200)
            for path in ["/doctor", "/doctor?format=json", "/status", "/metrics"] {
                let text = try await get(path, of: collector).text
                #expect(
                    text.unicodeScalars.allSatisfy { $0 == "\n" || !DisplayText.mustEscape($0) },
                    "\(path): \(text)")
            }
        }
    }

    @Test("while it stops it is healthy, and not ready")
    func stopping() async throws {
        try await TestCollector.with { collector async throws in
            let unfinished = try await collector.connectHTTP()
            unfinished.send(
                "POST /v1/traces HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: 10\r\n\r\n")
            // One thread takes both: when this is answered, the other one is there.
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
            async let end: Void = collector.server.shutdown()
            var reply = try await get("/readyz", of: collector)
            while reply.status == 200 { reply = try await get("/readyz", of: collector) }
            #expect(reply.status == 503)
            #expect(reply.text.contains("the collector is stopping"))
            #expect(try await get("/healthz", of: collector).status == 200)
            unfinished.close()
            await end
        }
    }

    @Test("an admin port that another collector has is done without, unless it was asked for")
    func portInUse() async throws {
        try await TestCollector.with { first async throws in
            let settings = TestCollector.settings { $0.adminAddress = first.server.adminAddress }
            try await TestCollector.with(settings) { second async throws in
                #expect(second.server.adminAddress == nil)
                #expect(await second.log.line(containing: "admin.unavailable") != nil)
            }
            var asked = settings
            asked.isAdminOptional = false
            await #expect(throws: CollectorError.self) { try await TestCollector.with(asked) { _ in } }
        }
    }
}
