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
    var host = "proxy.example.com"

    /// Stores some, each in a trace of its own.
    static func store(_ requests: [StoredRequest], in path: String) async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        for (node, requests) in Dictionary(grouping: requests.enumerated().map(\.self), by: \.element.node) {
            let spans = requests.map { number, request in request.span(number) }
            let resource = Resource(attributes: [
                KeyValue("service.name", .string("edge")), KeyValue("service.instance.id", .string(node)),
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

    private func span(_ number: Int) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = TraceID(high: 1, low: UInt64(number) + 1).bytes
        span.spanID = SpanID(rawValue: UInt64(number) + 1).bytes
        span.kind = .server
        span.name = "GET"
        let start = InMemoryCommandLine.now.rawValue - ago
        span.startTimeUnixNano = UInt64(start)
        span.endTimeUnixNano = UInt64(start + millis * 1_000_000)
        let version = version ?? number
        span.attributes = [
            KeyValue("http.request.method", .string("GET")),
            KeyValue("url.path", .string("/\(module)/@v/v1.\(version).0.zip")),
            KeyValue("http.response.status_code", .int(status)),
            KeyValue("http.response.body.size", .int(bytes)),
            KeyValue("client.address", .string("10.0.0.\(version % 200)")),
            KeyValue("server.address", .string(host)),
        ]
        if !cache.isEmpty { span.attributes.append(KeyValue("goproxy.cache.result", .string(cache))) }
        return span
    }
}
