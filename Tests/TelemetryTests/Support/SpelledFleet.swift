import OTLPModel
import TestSupport

@testable import Telemetry

/// Module requests that a test spells out, each a trace of one server span.
struct SpelledFleet {
    /// One request.
    struct Request {
        var node = "edge-1"
        var region: String?
        /// `edge.node.role`.
        var role: String?
        /// Of its own where there is none.
        var service: String?
        /// Of the service.
        var version: String?
        var path = "/github.com/a/b/@v/v1.0.0.zip"
        var status: Int64 = 200
        var startMillis: UInt64 = 0
        var millis: UInt64 = 10
        var client = "192.0.2.1"
        var userAgent = "Go-http-client/2.0"
        /// Of the cache.
        var cache: String?
        var bytes: Int64?
        var attributes: [KeyValue] = []
        var message = ""
        /// Spans below the server's: name, when they begin after it, and how long they take.
        var inner: [(name: String, kind: SpanKind, fromMillis: UInt64, millis: UInt64)] = []
    }

    private let database: SQLDatabase
    private var requests: [Request] = []

    init() throws { database = try SQLDatabase() }

    mutating func add(_ request: Request) { requests.append(request) }

    mutating func add(_ count: Int, _ change: (inout Request, Int) -> Void) {
        for number in 0..<count {
            var request = Request()
            request.startMillis = UInt64(number) * 100
            change(&request, number)
            requests.append(request)
        }
    }

    /// Stores all of them, so many spans in a segment.
    func reader(segmentSpans: Int = 400) async throws -> TelemetryReader {
        try await database.store(bodies(), segmentSpans: segmentSpans)
        return try TelemetryReader(path: database.path)
    }

    var path: String { database.path }

    private func bodies() -> [ExportTraceServiceRequest] {
        var bodies: [ExportTraceServiceRequest] = []
        for (number, request) in requests.enumerated() {
            var body = Sample.request(
                spans(request, trace: UInt64(number + 1)),
                service: request.service ?? "service-of-" + request.node,
                node: request.node)
            if let region = request.region {
                body.resourceSpans[0].resource.attributes.append(KeyValue("cloud.region", .string(region)))
            }
            if let role = request.role {
                body.resourceSpans[0].resource.attributes.append(KeyValue("edge.node.role", .string(role)))
            }
            if let version = request.version {
                body.resourceSpans[0].resource.attributes.append(
                    KeyValue("service.version", .string(version)))
            }
            bodies.append(body)
        }
        return bodies
    }

    private func spans(_ request: Request, trace: UInt64) -> [OTLPModel.Span] {
        var attributes: [KeyValue] = [
            KeyValue("http.request.method", .string("GET")), KeyValue("url.path", .string(request.path)),
            KeyValue("http.response.status_code", .int(request.status)),
            KeyValue("client.address", .string(request.client)),
            KeyValue("user_agent.original", .string(request.userAgent)),
        ]
        if let cache = request.cache {
            attributes.append(KeyValue("nginx.upstream_cache_status", .string(cache)))
        }
        if let bytes = request.bytes { attributes.append(KeyValue("http.response.body.size", .int(bytes))) }
        var server = Sample.span(
            trace: trace, id: 1, startMillis: request.startMillis, millis: request.millis,
            attributes: attributes + request.attributes)
        if !request.message.isEmpty {
            server.status.code = .error
            server.status.message = request.message
        }
        let inner = request.inner.enumerated().map { number, part in
            Sample.span(
                trace: trace, id: UInt8(number + 2), parent: 1, name: part.name, kind: part.kind,
                startMillis: request.startMillis + part.fromMillis, millis: part.millis)
        }
        return [server] + inner
    }
}
