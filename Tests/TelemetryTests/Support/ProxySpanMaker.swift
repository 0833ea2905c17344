import OTLPModel
import TestSupport

@testable import Telemetry

/// Makes spans that may be requests to module proxies, with attributes that agree, contradict or make no sense.
struct ProxySpanMaker {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func oneOf<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func span(_ number: UInt64) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        span.traceID = TraceBytes.trace(number % 37 + 1)
        span.spanID = (0..<8).map { UInt8(truncatingIfNeeded: (number + 1) >> (56 - 8 * $0)) }
        span.kind = oneOf([.server, .client, .internal, .producer, SpanKind(rawValue: 9)])
        span.name = oneOf(["GET", "proxy", "/a.b/c/@v/list", "/", ""])
        span.startTimeUnixNano = Sample.baseNanos + number
        span.endTimeUnixNano = span.startTimeUnixNano &+ oneOf([0, 5_000_000, 11_000_000_000, .max])
        span.status.code = oneOf([.unset, .ok, .error])
        for _ in 0..<Int.random(in: 0...6, using: &random) { span.attributes.append(attribute()) }
        return span
    }

    private mutating func attribute() -> KeyValue {
        let key = oneOf([
            "url.path", "url.full", "http.target", "http.url", "url.query", "http.status_code",
            "http.response.status_code", "response_size", "http.response.body.size", "response_flags",
            "http.request.method", "nginx.upstream_cache_status", "http.response.header.cache-status",
            "http.response.header.age", "cache.hit", "goproxy.cache.result", "other", "http.route",
        ])
        let text = oneOf([
            "/a.b/c/@v/v1.0.0.zip", "/github.com/@v/list", "/x/info/refs", "-", "", "404", "200", "0",
            "HIT", "MISS", "Edge; hit", "go-get=1", "service=git-upload-pack", "DC", "RFCF", "HEAD", "20",
            "/github.com/%21a/b/@v/v1.0.0.info", "https://proxy.golang.org/a.b/c/@latest",
            "/a.b/c/@v/main.info", "https://a.b/c?x=1", "https://a.b/d", "/a.b/c/@v/v2.0.0.mod?go-get=1",
        ])
        let value: AnyValue = oneOf([
            .string(text), .string(text), .string(text), .array([.string(text)]), .int(404), .int(21),
            .bool(true), .double(1), .empty, .array([.int(3), .string(text)]), .bytes([1]),
        ])
        return KeyValue(key, value)
    }
}
