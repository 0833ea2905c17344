import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Classification of a segment")
struct SegmentClassificationTests {
    private struct SpanMaker {
        var random: SeededGenerator

        mutating func oneOf<Element>(_ elements: [Element]) -> Element {
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
            ])
            let value: AnyValue = oneOf([
                .string(text), .string(text), .string(text), .array([.string(text)]), .int(404), .int(21),
                .bool(true), .double(1), .empty, .array([.int(3), .string(text)]), .bytes([1]),
            ])
            return KeyValue(key, value)
        }
    }

    @Test("Every span gets what it gets alone", arguments: 0..<12)
    func agreesWithSingleSpans(seed: UInt64) throws {
        var maker = SpanMaker(random: SeededGenerator(seed: seed))
        let spans = (0..<400).map { maker.span(UInt64($0)) }
        var batches: [SpanBatch] = []
        for part in [spans[..<150], spans[150...]] {
            let body = Sample.request(Array(part)).protobufBytes()
            batches.append(try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch)
        }
        let columns = SegmentBuilder(batches).build()
        let classes = SegmentClassification(columns)
        let viewed = try SegmentClassification(SegmentView(columns))
        #expect(classes.kinds == viewed.kinds && classes.outcomes == viewed.outcomes)
        #expect(classes.cacheResults == viewed.cacheResults && classes.responseBytes == viewed.responseBytes)
        var byID: [UInt64: OTLPModel.Span] = [:]
        for span in spans { byID[span.spanID.reduce(0) { $0 << 8 | UInt64($1) }] = span }
        for (row, id) in columns.spanIDs.enumerated() {
            let span = try #require(byID[id])
            let alone = SpanClassification(span)
            let note: Comment = "seed \(seed): \(span)"
            #expect(classes.kinds[row] == alone?.kind?.rawValue ?? 0, note)
            #expect(classes.cacheResults[row] == (alone?.cacheResult ?? .unknown).rawValue, note)
            #expect(classes.outcomes[row] == alone?.outcome?.rawValue ?? 0, note)
            #expect(classes.responseBytes[row] == alone?.responseBytes ?? RequestAttribute.nothing, note)
        }
    }

    @Test("A segment without spans has no classes") func empty() {
        #expect(SegmentClassification(SegmentBuilder([]).build()).kinds.isEmpty)
    }
}
