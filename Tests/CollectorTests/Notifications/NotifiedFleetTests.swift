import NIOPosix
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import Collector

@Suite("A collector that is sent a failing node's spans tells of it", .timeLimit(.minutes(15)))
struct NotifiedFleetTests {
    /// An hour at four nodes, of which one fails in a third of what it is asked for, from half an hour ago on.
    private func requests(until now: UnixNanos) -> [ExportTraceServiceRequest] {
        (0..<4).map { node in
            let spans = (0..<300).map { number -> OTLPModel.Span in
                let ago = Int64(300 - number) * 12_000_000_000
                var span = OTLPModel.Span()
                span.traceID = TraceID(high: UInt64(node) + 1, low: UInt64(number) + 1).bytes
                span.spanID = SpanID(rawValue: UInt64(number) + 1).bytes
                span.kind = .server
                span.name = "GET"
                span.startTimeUnixNano = UInt64(now.rawValue - ago)
                span.endTimeUnixNano = span.startTimeUnixNano + 5_000_000
                let isBad = node == 3 && ago < 1_800_000_000_000 && number % 3 == 0
                span.attributes = [
                    KeyValue("http.request.method", .string("GET")),
                    KeyValue("url.path", .string("/example.com/m/@v/v1.\(number % 60).0.zip")),
                    KeyValue("http.response.status_code", .int(isBad ? 500 : 200)),
                    KeyValue("client.address", .string("10.0.0.\(number % 60)")),
                    KeyValue("goproxy.cache.result", .string("hit")),
                ]
                return span
            }
            let resource = Resource(attributes: [
                KeyValue("service.name", .string("edge")), KeyValue("edge.node.role", .string("edge")),
                KeyValue("service.instance.id", .string("edge-\(node)")),
            ])
            return ExportTraceServiceRequest(resourceSpans: [
                ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: spans)])
            ])
        }
    }

    @Test("from the spans that come in to the post that goes out, with the collector's own counters")
    func whole() async throws {
        let now = UnixNanos.now()
        let receiver = try await WebhookReceiver.start()
        let settings = TestCollector.settings { $0.maxBodyBytes = 4 << 20 }
        try await TestCollector.with(settings) { collector async throws in
            for request in requests(until: now) {
                #expect(try await collector.post(request.protobufBytes()).status == 200)
            }
            var settings = NotificationSettings()
            let address = try #require(WebhookAddress("http://127.0.0.1:\(receiver.port)/"))
            settings.webhooks = [Webhook(name: "chat", kind: .generic, address: address)]
            let notifier = Notifier(
                settings, databasePath: collector.databasePath,
                group: .singletonMultiThreadedEventLoopGroup, counters: collector.server.service.counters,
                logger: collector.log.logger,
                surroundings: Notifier.Surroundings(now: { now }, sleep: { _ in }))
            await notifier.step()
            let document = try #require(try receiver.take().first?.json())
            let rows = document["incidents"]?.elements ?? []
            let row = try #require(rows.first { $0["rule"]?.text == "node-errors" })
            #expect(row["status"]?.text == "firing" && row["severity"]?.text == "P1")
            #expect(row["subject"]?["node"]?.text == "edge-3" && row["end"] == .null)
            #expect(row["impact"]?["requests"]?.number == 49)
            #expect(row["evidence"]?["trace_ids"]?.elements.count == 5)
            await notifier.step()
            #expect(receiver.take().isEmpty)
            let connection = try await WireConnection(port: collector.adminPort)
            defer { connection.close() }
            connection.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let lines = Set(try await connection.reply().text.split(separator: "\n").map(String.init))
            #expect(lines.contains(#"traceq_notifications_sent_total{webhook="chat"} 1"#))
            #expect(lines.contains(#"traceq_notifications_failed_total{webhook="chat"} 0"#))
            #expect(lines.contains(#"traceq_notifications_waiting{webhook="chat"} 0"#))
            #expect(lines.contains("traceq_incident_evaluations_total 2"))
            #expect(lines.contains("traceq_incidents_firing \(rows.count)"))
        }
    }

    @Test("a private module that a public proxy was asked for is told, without its name")
    func leak() async throws {
        let now = UnixNanos.now()
        let receiver = try await WebhookReceiver.start()
        try await TestCollector.with(TestCollector.settings { $0.maxBodyBytes = 4 << 20 }) {
            collector async throws in
            var span = OTLPModel.Span()
            span.traceID = TraceID(high: 1, low: 1).bytes
            span.spanID = SpanID(rawValue: 1).bytes
            span.kind = .client
            span.name = "GET"
            span.startTimeUnixNano = UInt64(now.rawValue - 600_000_000_000)
            span.endTimeUnixNano = span.startTimeUnixNano + 5_000_000
            span.attributes = [
                KeyValue("http.request.method", .string("GET")),
                KeyValue("url.full", .string("https://goproxy.cn/git.example.com/team/secret/@v/list")),
                KeyValue("http.response.status_code", .int(404)),
            ]
            let resource = Resource(attributes: [
                KeyValue("service.name", .string("athens")),
                KeyValue("service.instance.id", .string("athens-1")),
            ])
            let request = ExportTraceServiceRequest(resourceSpans: [
                ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: [span])])
            ])
            #expect(try await collector.post(request.protobufBytes()).status == 200)
            var settings = NotificationSettings()
            let address = try #require(WebhookAddress("http://127.0.0.1:\(receiver.port)/"))
            settings.webhooks = [Webhook(name: "chat", kind: .generic, address: address)]
            func told(_ patterns: String) async throws -> [JSONValue] {
                settings.privateModules = PrivateModules([
                    PrivateModules.Source("notifications.private", ModulePatternList(patterns))
                ])
                let notifier = Notifier(
                    settings, databasePath: collector.databasePath,
                    group: .singletonMultiThreadedEventLoopGroup,
                    counters: collector.server.service.counters, logger: collector.log.logger,
                    surroundings: Notifier.Surroundings(now: { now }, sleep: { _ in }))
                await notifier.step()
                return try receiver.take().first?.json()["incidents"]?.elements ?? []
            }
            #expect(try await told("other.example.com").isEmpty)
            let rows = try await told("git.example.com")
            #expect(rows.map { $0["rule"]?.text } == ["private-leak"])
            #expect(rows.first?["severity"]?.text == "P1")
            #expect(rows.first?["subject"]?["upstream"]?.text == "goproxy.cn")
            #expect(rows.first?["explanation"]?.text?.contains("secret") == false)
        }
    }
}
