import Foundation
import OTLPModel

/// Small OTLP requests for tests that are about something else than their content.
enum SampleRequest {
    /// Root spans of one trace.
    ///
    /// - Parameters:
    ///   - traceID: 16 bytes.
    ///   - spanIDs: 8 bytes each.
    static func body(traceID: [UInt8], spanIDs: [[UInt8]], endingAt end: Date = Date()) -> [UInt8] {
        let endNanos = UInt64(end.timeIntervalSince1970 * 1e9)
        let spans = spanIDs.enumerated().map { index, id in
            var span = Span()
            span.traceID = traceID
            span.spanID = id
            span.name = "GET"
            span.kind = .server
            span.startTimeUnixNano = endNanos - UInt64(index + 1) * 1_000_000
            span.endTimeUnixNano = endNanos
            span.attributes = [
                KeyValue("url.path", .string("/github.com/pkg/errors/@v/v0.9.\(index).info")),
                KeyValue("http.response.status_code", .int(200)),
            ]
            return span
        }
        let resource = Resource(attributes: [KeyValue("service.name", .string("modproxy"))])
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: spans)])
        ]).protobufBytes()
    }

    /// 16 or 8 bytes that nobody else has, from a number that nobody else has.
    static func id(_ number: UInt64, count: Int) -> [UInt8] {
        [UInt8](repeating: 0xa5, count: count - 8)
            + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    static func hex(_ id: [UInt8]) -> String {
        id.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
    }
}
