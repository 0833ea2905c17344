import OTLPModel
import Telemetry

/// Spans for the tests of trees and of their drawing. Times are milliseconds after 2026-08-21T10:00:00Z.
enum SampleTrace {
    static let epoch: UInt64 = 1_787_306_400_000_000_000
    static let id = TraceID(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c)

    static func span(
        _ id: UInt64, parent: UInt64? = nil, _ name: String = "work", from start: Double, to end: Double,
        service: String = "athens", node: String = "edge-fra-01", change: (inout Span) -> Void = { _ in }
    ) -> StoredSpan {
        var span = Span()
        span.traceID = Self.id.bytes
        span.spanID = SpanID(rawValue: id).bytes
        span.parentSpanID = parent.map { SpanID(rawValue: $0).bytes } ?? []
        span.name = name
        span.kind = parent == nil ? .server : .internal
        span.startTimeUnixNano = time(start)
        span.endTimeUnixNano = time(end)
        change(&span)
        let resource = Resource(attributes: [
            KeyValue("service.name", .string(service)), KeyValue("host.name", .string(node)),
        ])
        return StoredSpan(
            span: span, resource: resource, resourceSchemaURL: "", scope: InstrumentationScope(name: "test"),
            scopeSchemaURL: "", receivedAt: UnixNanos(clamping: epoch), peerAddress: "192.0.2.7")
    }

    static func time(_ milliseconds: Double) -> UInt64 {
        UInt64(Int64(epoch) + Int64((milliseconds * 1_000_000).rounded()))
    }

    /// Everything that a waterfall has a mark or a line for, in one trace.
    static var odd: [StoredSpan] {
        [
            span(1, "GET /github.com/gin-gonic/gin/@v/v1.9.1.zip", from: 0, to: 1234.5, service: "caddy") {
                span in
                span.attributes = [
                    KeyValue("url.path", .string("/github.com/gin-gonic/gin/@v/v1.9.1.zip")),
                    KeyValue("http.response.status_code", .int(502)),
                ]
                span.status = SpanStatus(code: .error, message: "bad gateway\u{1b}[2J")
            },
            span(2, parent: 1, "protocol.Zip", from: 10, to: 1200) { span in
                span.events = [
                    SpanEvent(
                        timeUnixNano: time(35), name: "exception",
                        attributes: [
                            KeyValue("exception.message", .string("upstream\ntimed out")),
                            KeyValue("exception.stacktrace", .string("goroutine 1")),
                        ]),
                    SpanEvent(timeUnixNano: time(1), name: "early"),
                ]
                span.droppedEventsCount = 2
            },
            span(3, parent: 2, "s3.Zip", from: 20, to: 60) { span in
                var link = SpanLink()
                link.traceID = Array(repeating: 0xab, count: 16)
                link.spanID = Array(repeating: 0xcd, count: 8)
                link.attributes = [KeyValue("reason", .string("stash"))]
                span.links = [link]
            },
            span(4, parent: 2, "模块 下载 🚀 with a long name that has to lose its middle", from: 5, to: 900),
            span(5, parent: 4, "runs on", from: 800, to: 1300),
            span(6, parent: 0x1a2b_3c4d_5e6f_7788, "stash.Pool", from: 100, to: 700),
            span(7, parent: 7, "own parent", from: 200, to: 201),
            span(8, parent: 9, "cycle a", from: 300, to: 301),
            span(9, parent: 8, "cycle b", from: 310, to: 311),
            span(3, parent: 2, "the same id again", from: 30, to: 40),
            span(10, parent: 1, "backwards", from: 50, to: 40),
        ]
    }
}
