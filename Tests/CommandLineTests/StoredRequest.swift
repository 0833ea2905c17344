import OTLPModel

@testable import Telemetry

/// A request for a file of a module, to be stored for a test.
struct StoredRequest {
    /// How long before the tests' now it began: nanoseconds.
    var ago: Int64
    var millis: Int64 = 100
    var status: Int64 = 200
    var cache = "hit"
    var bytes: Int64 = 5_000
    var node = "edge-1"
    /// Its own number where none is given; also tells clients apart.
    var version: Int?
    var module = "example.com/m"
    /// Empty where nobody says it.
    var host = "proxy.example.com"
    /// In place of that of a module's zip.
    var path: String?
    var region: String?
    var service = "edge"
    /// `edge.node.role`.
    var role: String?
    var kind = SpanKind.server
    /// Which of the requests it is stored with this one is part of, by its number.
    var parent: Int?
    /// The same of its trace, where that is not the parent's number.
    var trace: Int?
    var more: [KeyValue] = []

    /// Stores some, each in a trace of its own but for those that have a parent.
    static func store(_ requests: [StoredRequest], in path: String) async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        let all = requests.enumerated().map(\.self)
        for (sender, requests) in Dictionary(grouping: all, by: { [$0.element.node, $0.element.service] }) {
            let spans = requests.map { number, request in request.span(number) }
            var attributes = [
                KeyValue("service.name", .string(sender[1])),
                KeyValue("service.instance.id", .string(sender[0])),
            ]
            if let region = requests.first?.element.region {
                attributes.append(KeyValue("cloud.region", .string(region)))
            }
            if let role = requests.first?.element.role {
                attributes.append(KeyValue("edge.node.role", .string(role)))
            }
            let body = ExportTraceServiceRequest(
                resourceSpans: [
                    ResourceSpans(
                        resource: Resource(attributes: attributes), scopeSpans: [ScopeSpans(spans: spans)])
                ]
            ).protobufBytes()
            let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        }
        await store.close()
    }

    private func span(_ number: Int) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = TraceID(high: 1, low: UInt64(trace ?? parent ?? number) + 1).bytes
        span.spanID = SpanID(rawValue: UInt64(number) + 1).bytes
        if let parent { span.parentSpanID = SpanID(rawValue: UInt64(parent) + 1).bytes }
        span.kind = kind
        span.name = "GET"
        let start = InMemoryCommandLine.now.rawValue - ago
        span.startTimeUnixNano = UInt64(start)
        span.endTimeUnixNano = UInt64(start + millis * 1_000_000)
        let version = version ?? number
        span.attributes = [
            KeyValue("http.request.method", .string("GET")),
            KeyValue("url.path", .string(path ?? "/\(module)/@v/v1.\(version).0.zip")),
            KeyValue("http.response.status_code", .int(status)),
            KeyValue("http.response.body.size", .int(bytes)),
        ]
        if kind == .server {
            span.attributes.append(KeyValue("client.address", .string("10.0.0.\(version % 200)")))
        }
        if !host.isEmpty { span.attributes.append(KeyValue("server.address", .string(host))) }
        if !cache.isEmpty { span.attributes.append(KeyValue("goproxy.cache.result", .string(cache))) }
        span.attributes += more
        return span
    }
}
