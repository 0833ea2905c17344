import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Nothing secret is left in a batch that was redacted", .timeLimit(.minutes(15)))
struct BatchRedactionTests {
    private static let secrets = ["hunter2", "4f3b0c9d2e8a"]
    private static let url = "https://ann:hunter2@proxy.example/a?sig=4f3b0c9d2e8a&x=1"
    private static let clean = "https://REDACTED:REDACTED@proxy.example/a?sig=REDACTED&x=1"

    /// A request with secrets wherever a text can be, or the same without.
    private func request(url: String, query: String) -> ExportTraceServiceRequest {
        var span = Sample.span(trace: 1, id: 1)
        span.name = "GET \(url)"
        span.status.message = "cannot reach \(url)"
        span.attributes = [
            KeyValue("url.full", .string(url)), KeyValue("url.query", .string(query)),
            KeyValue("plain", .string("ann@example.org, a=b")),
            KeyValue("list", .array([.string(url), .int(3), .array([.string(url)])])),
            KeyValue(
                "map", .keyValueList([KeyValue("url.query", .string(query)), KeyValue("u", .string(url))])),
        ]
        span.events = [
            SpanEvent(timeUnixNano: 5, name: "to \(url)", attributes: [KeyValue("m", .string("x \(url) y"))])
        ]
        var link = SpanLink()
        link.traceID = span.traceID
        link.spanID = span.spanID
        link.attributes = [KeyValue("u", .string(url))]
        span.links = [link]
        // So many that the last are kept in the overflow.
        span.attributes += (0..<1_100).map { KeyValue("k\($0)", .string("\(url)&n=\($0)")) }
        let resource = Resource(attributes: [
            KeyValue("service.name", .string("a")), KeyValue("u", .string(url)),
        ])
        let scope = InstrumentationScope(name: "s", attributes: [KeyValue("u", .string(url))])
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(scope: scope, spans: [span])])
        ])
    }

    private func batch(_ request: ExportTraceServiceRequest) throws -> SpanBatch {
        let body = request.protobufBytes()
        return try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
    }

    @Test("names, attributes, nested values, events, links, status, resource and scope")
    func everywhere() throws {
        var batch = try batch(request(url: Self.url, query: "sig=4f3b0c9d2e8a"))
        #expect(batch.redact(Redactor()) > 1_000)
        let expected = request(url: Self.clean, query: "sig=REDACTED").canonicalSpans()
        #expect(try batch.storedSpans().canonicalSpans() == expected)
        let bytes = batch.dictionary.strings.bytes + batch.resources.bytes + batch.scopes.bytes
        for secret in Self.secrets {
            #expect(!String(decoding: bytes, as: UTF8.self).contains(secret))
        }
        #expect(batch.redact(Redactor()) == 0)
    }

    @Test("whatever a text is made of, it is found in a batch", arguments: [1, 2, 3] as [UInt64])
    func anyText(seed: UInt64) throws {
        let pieces = [
            "https://", "://", "/", "//", ":", "@", "user", "host", "?", "&", "#", "=", "token", "%74oken",
            "toke%6e",
            "Sig", "sig", "X-Amz-Signature", "password", "x", "a b", "\"", "REDACTED", "%", "é",
        ]
        var generator = SeededGenerator(seed: seed)
        let texts = (0..<2_000).map { _ in
            (0..<Int.random(in: 1...9, using: &generator))
                .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
        }
        for redactor in [Redactor(), Redactor(Self.queriesOnly), Redactor(Self.emptyKey)] {
            var span = Sample.span(trace: 1, id: 1)
            span.attributes = texts.enumerated().map { KeyValue("k\($0)", .string($1)) }
            var expected = span
            for index in span.attributes.indices {
                let text = texts[index]
                expected.attributes[index].value = .string(redactor.redacted(text) ?? text)
            }
            #expect(expected.attributes != span.attributes)
            let (sent, wanted) = (Self.request(span), Self.request(expected))
            var batch = try batch(sent)
            batch.redact(redactor)
            #expect(try batch.storedSpans().canonicalSpans() == wanted.canonicalSpans(), "seed \(seed)")
        }
    }

    private static let queriesOnly = {
        var redaction = Redaction()
        redaction.replacesUserInfo = false
        redaction.queryKeys = ["x", "É"]
        return redaction
    }()

    private static let emptyKey = {
        var redaction = Redaction()
        redaction.queryKeys = [""]
        return redaction
    }()

    private static func request(_ span: OTLPModel.Span) -> ExportTraceServiceRequest {
        ExportTraceServiceRequest(resourceSpans: [ResourceSpans(scopeSpans: [ScopeSpans(spans: [span])])])
    }

    @Test("through the journal, a segment and back")
    func stored() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("telemetry.db")
        let store = try TelemetryStore.open(path: path)
        var batch = try batch(request(url: Self.url, query: "sig=4f3b0c9d2e8a"))
        batch.redact(Redactor())
        let digest: [UInt8] = [1]
        _ = try await store.append(.spans(batch), digest: BodyDigest(of: digest.span))
        await store.close()
        let lookup = try TelemetryReader(path: path).trace(
            prefix: TraceID(bytes: TraceBytes.trace(1))?.hex ?? "")
        guard case .found(_, let spans, _) = lookup else {
            Issue.record("the trace is not there")
            return
        }
        #expect(spans.canonicalSpans() == request(url: Self.clean, query: "sig=REDACTED").canonicalSpans())
    }

    @Test("values that become equal are one value in a segment")
    func equalValues() throws {
        var request = ExportTraceServiceRequest()
        var scope = ScopeSpans()
        for number in 1...50 {
            var span = Sample.span(trace: 1, id: UInt8(number))
            span.name = "GET https://user\(number):pw\(number)@host/"
            scope.spans.append(span)
        }
        request.resourceSpans = [ResourceSpans(scopeSpans: [scope])]
        var batch = try batch(request)
        batch.redact(Redactor())
        let spans = try batch.storedSpans()
        #expect(spans.count == 50)
        #expect(spans.allSatisfy { $0.span.name == "GET https://REDACTED:REDACTED@host/" })
    }

    @Test("what has no secrets stays as it is, whatever it is", arguments: 0..<20 as Range<UInt64>)
    func untouched(part: UInt64) throws {
        var generator = RequestGenerator(seed: part)
        let request = generator.request()
        let before = try batch(request)
        var after = before
        #expect(after.redact(Redactor()) == 0)
        #expect(after.encoded() == before.encoded())
    }
}
