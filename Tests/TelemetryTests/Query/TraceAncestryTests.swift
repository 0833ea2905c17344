import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// Which requests of a trace are inner parts of another one, when its spans lie in several segments.
@Suite("The outermost request of a split trace")
struct TraceAncestryTests {
    private func database(_ parts: [[OTLPModel.Span]]) async throws -> TelemetryReader {
        let database = try SQLDatabase()
        for spans in parts {
            try await database.store(
                [Sample.request(spans, service: "proxy", node: "n1")], segmentSpans: spans.count)
        }
        return try TelemetryReader(path: database.path)
    }

    private func span(_ id: UInt64, parent: UInt64, kind: SpanKind = .server, millis: UInt64)
        -> OTLPModel.Span
    {
        var span = Sample.span(trace: 1, id: 1, kind: kind, startMillis: id, millis: millis)
        span.spanID = SpanID(rawValue: id).bytes
        span.parentSpanID = parent > 0 ? SpanID(rawValue: parent).bytes : []
        return span
    }

    @Test(
        "of thousands of siblings in two segments only their parent is told, at once",
        .timeLimit(.minutes(15))
    )
    func wide() async throws {
        let first = [span(1, parent: 0, millis: 9_000)] + (2..<4_000).map { span($0, parent: 1, millis: 10) }
        let second = (4_000..<8_000).map { span($0, parent: 1, millis: 10) }
        let result = try await database([first, second]).slowest(SlowestQuery(window: .all, limit: 10))
        #expect(result.rows.map(\.spanID.rawValue) == [1])
    }

    @Test("a request far below another one, with no requests between them, is its inner part")
    func deep() async throws {
        let first =
            [span(1, parent: 0, millis: 9_000)]
            + (2..<2_000).map { span($0, parent: $0 - 1, kind: .internal, millis: 10) }
        let second = (2_000..<4_000).map { span($0, parent: 1_999, millis: 10) }
        let result = try await database([first, second]).slowest(SlowestQuery(window: .all, limit: 10))
        #expect(result.rows.map(\.spanID.rawValue) == [1])
    }

    @Test("a circle of parents hides nobody, and what hangs below it is inner")
    func circle() async throws {
        let first = [span(1, parent: 3, millis: 9_000), span(2, parent: 1, kind: .internal, millis: 10)]
        let second = [span(3, parent: 2, kind: .internal, millis: 10), span(4, parent: 3, millis: 10)]
        let result = try await database([first, second]).slowest(SlowestQuery(window: .all, limit: 10))
        #expect(result.rows.map(\.spanID.rawValue) == [1])
    }

    @Test("where the span above is not stored, each stands for itself")
    func orphans() async throws {
        let result = try await database([
            [span(5, parent: 99, millis: 20)], [span(6, parent: 98, millis: 10)],
        ])
        .slowest(SlowestQuery(window: .all, limit: 10))
        #expect(result.rows.map(\.spanID.rawValue) == [5, 6])
    }
}
