import OTLPModel

/// Requests to send.
enum SampleRequest {
    /// A request of so many spans. The seed makes its ids, so that two seeds give two requests.
    static func request(spans: Int = 1, seed: UInt8 = 1) -> ExportTraceServiceRequest {
        var scope = ScopeSpans(scope: InstrumentationScope())
        for index in 0..<spans {
            var span = Span()
            span.traceID = [UInt8](repeating: seed, count: 16)
            span.spanID = [seed, 0, 0, 0, 0, 0, UInt8(index >> 8), UInt8(truncatingIfNeeded: index + 1)]
            span.name = "GET /mod"
            span.kind = .server
            span.startTimeUnixNano = 1_790_000_000_000_000_000
            span.endTimeUnixNano = 1_790_000_000_100_000_000
            scope.spans.append(span)
        }
        return ExportTraceServiceRequest(resourceSpans: [ResourceSpans(scopeSpans: [scope])])
    }

    static func protobuf(spans: Int = 1, seed: UInt8 = 1) -> [UInt8] {
        request(spans: spans, seed: seed).protobufBytes()
    }

    /// A valid request of exactly so many bytes: the rest is a field that nobody knows.
    static func protobuf(bytes: Int, seed: UInt8 = 1) -> [UInt8] {
        let body = protobuf(seed: seed)
        // The tag takes two bytes, the length three.
        var padding = ProtobufWriter()
        padding.tag(100, .lengthDelimited)
        let length = bytes - body.count - 5
        padding.varint(UInt64(length))
        precondition(padding.bytes.count == 5, "choose a size from 17 KiB to 2 MiB")
        return body + padding.bytes + [UInt8](repeating: 0, count: length)
    }

    /// One span with a trace id of the wrong length beside a good one.
    static func protobufWithBadSpan(seed: UInt8 = 1) -> [UInt8] {
        var request = request(spans: 2, seed: seed)
        request.resourceSpans[0].scopeSpans[0].spans[1].traceID = [1, 2, 3]
        return request.protobufBytes()
    }

    /// A request whose only field OTLP does not have.
    static var unknownField: [UInt8] {
        var body = ProtobufWriter()
        body.tag(7, .lengthDelimited)
        body.varint(3)
        return body.bytes + [1, 2, 3]
    }

    static func json(seed: UInt8 = 1) -> [UInt8] {
        let byte = (seed < 16 ? "0" : "") + String(seed, radix: 16)
        let traceID = String(repeating: byte, count: 16)
        let spanID = String(repeating: byte, count: 8)
        return Array(
            """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"\(traceID)","spanId":"\(spanID)",\
            "name":"GET /mod","kind":2,"startTimeUnixNano":"1790000000000000000",\
            "endTimeUnixNano":"1790000000100000000"}]}]}]}
            """.utf8)
    }
}
