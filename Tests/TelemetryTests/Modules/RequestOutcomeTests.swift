import OTLPModel
import Testing

@testable import Telemetry

@Suite("How a request ended")
struct RequestOutcomeTests {
    private func outcome(
        _ status: AnyValue?, path: String = "/a.b/c/d/@v/v1.0.0.info", millis: UInt64 = 10,
        code: StatusCode = .unset, _ more: [KeyValue] = []
    ) -> RequestOutcome? {
        var attributes = [KeyValue("url.path", .string(path))] + more
        if let status { attributes.append(KeyValue("http.response.status_code", status)) }
        var span = Sample.span(trace: 1, id: 1, millis: millis, attributes: attributes)
        span.status.code = code
        return SpanClassification(span)?.outcome
    }

    @Test(
        "A status means the same as a number and as text",
        arguments: [
            (100, RequestOutcome.ok), (200, .ok), (206, .ok), (299, .ok), (301, .redirected),
            (303, .redirected), (304, .ok), (400, .badRequest), (401, .forbidden), (403, .forbidden),
            (404, .notFound), (405, .badRequest), (408, .timeout), (410, .gone), (429, .rateLimited),
            (451, .forbidden), (499, .aborted), (500, .internalError), (501, .internalError),
            (502, .upstreamError), (503, .upstreamError), (504, .timeout), (520, .upstreamError),
            (522, .timeout), (524, .timeout), (999, .internalError), (0, .aborted),
        ])
    func statuses(status: Int, expected: RequestOutcome) {
        #expect(outcome(.int(Int64(status))) == expected)
        #expect(outcome(.string(String(status))) == expected)
    }

    @Test(
        "What is no status is none",
        arguments: [AnyValue.int(1_000), .int(99), .int(-1), .string("-"), .string("")])
    func noStatus(value: AnyValue) {
        #expect(outcome(value) == nil)
        #expect(outcome(value, code: .error) == .internalError)
        #expect(outcome(value, code: .ok) == .ok)
    }

    @Test("Not found after ten seconds is a masked timeout")
    func maskedTimeout() {
        #expect(outcome(.int(404), millis: 9_999) == .notFound)
        #expect(outcome(.int(404), millis: 10_000) == .maskedTimeout)
        #expect(outcome(.int(410), millis: 10_001) == .maskedTimeout)
        #expect(outcome(.int(200), millis: 10_001) == .ok)
    }

    @Test("Not found above every module is a probe")
    func probe() {
        #expect(outcome(.int(404), path: "/github.com/@v/list") == .probe)
        #expect(outcome(.int(404), path: "/github.com/a/@v/list") == .probe)
        #expect(outcome(.int(404), path: "/github.com/a/b/@v/list") == .notFound)
        #expect(outcome(.int(410), path: "/github.com/a/@latest") == .probe)
        #expect(outcome(.int(404), path: "/github.com/a/@v/list", millis: 20_000) == .maskedTimeout)
        #expect(outcome(.int(500), path: "/github.com/a/@v/list") == .internalError)
    }

    @Test("A zip smaller than an empty archive is none")
    func emptyZip() {
        let zip = "/a.b/c/@v/v1.0.0.zip"
        func size(_ bytes: Int64) -> [KeyValue] { [KeyValue("http.response.body.size", .int(bytes))] }
        #expect(outcome(.int(200), path: zip, size(0)) == .empty)
        #expect(outcome(.int(200), path: zip, size(21)) == .empty)
        #expect(outcome(.int(200), path: zip, size(22)) == .ok)
        #expect(outcome(.int(200), path: zip, [KeyValue("response_size", .string("21"))]) == .empty)
        #expect(outcome(.int(200), path: zip) == .ok)
        #expect(outcome(.int(200), path: "/a.b/c/@v/v1.0.0.mod", size(0)) == .ok)
        let head = [KeyValue("http.request.method", .string("HEAD"))]
        #expect(outcome(.int(200), path: zip, size(0) + head) == .ok)
        #expect(outcome(.int(404), path: zip, size(0)) == .notFound)
    }

    @Test("Envoy says that the client went away")
    func clientGone() {
        let flags = [KeyValue("response_flags", .string("DC"))]
        #expect(outcome(.int(200), flags) == .aborted)
        #expect(outcome(nil, [KeyValue("response_flags", .string("UF, DC"))]) == .aborted)
        #expect(outcome(.int(503), [KeyValue("response_flags", .string("UF"))]) == .upstreamError)
    }

    private func outcome(_ status: AnyValue?, _ more: [KeyValue]) -> RequestOutcome? {
        outcome(status, path: "/a.b/c/d/@v/v1.0.0.info", more)
    }

    @Test("Which spans are requests")
    func requests() {
        let path = KeyValue("http.target", .string("/a.b/c/@v/list"))
        for (kind, attributes, isRequest) in [
            (SpanKind.server, [], true), (.client, [], true), (.internal, [], false),
            (.internal, [path], true), (.consumer, [], false), (.producer, [path], true),
            (.unspecified, [path], true), (.internal, [KeyValue("http.status_code", .int(200))], false),
        ] as [(SpanKind, [KeyValue], Bool)] {
            let span = Sample.span(trace: 1, id: 1, kind: kind, attributes: attributes)
            #expect((SpanClassification(span) != nil) == isRequest, "\(kind) \(attributes)")
        }
    }

    @Test("The best of several paths counts, and the span's name where there is none")
    func paths() {
        func request(_ attributes: [KeyValue], name: String = "GET") -> ModuleRequest? {
            SpanClassification(Sample.span(trace: 1, id: 1, name: name, attributes: attributes))?.request
        }
        let target = KeyValue("http.target", .string("/a.b/old/@v/list"))
        #expect(request([target, KeyValue("url.path", .string("/a.b/new/@v/list"))])?.module == "a.b/new")
        #expect(request([target, KeyValue("url.path", .string("-"))])?.module == "a.b/old")
        #expect(request([], name: "/a.b/name/@latest")?.module == "a.b/name")
        #expect(request([target], name: "/a.b/name/@latest")?.module == "a.b/old")
        #expect(request([], name: "GET /a.b/name/@latest") == nil)
        let query = KeyValue("url.query", .string("go-get=1"))
        #expect(request([KeyValue("url.path", .string("/x/tools")), query])?.kind == .goGetMeta)
        let refs = KeyValue("url.path", .string("/a/b/info/refs"))
        let service = KeyValue("url.query", .string("service=git-upload-pack"))
        #expect(request([refs, service])?.kind == .vcs)
        #expect(request([refs])?.kind == .other)
    }

    @Test("Of git, which the go command runs itself, nothing tells but the kind that is declared")
    func tools() {
        func kind(_ attributes: [KeyValue]) -> ModuleKind? {
            SpanClassification(
                Sample.span(trace: 1, id: 1, name: "git fetch", kind: .client, attributes: attributes))?.kind
        }
        func declared(_ kind: String) -> KeyValue { KeyValue("goproxy.request.kind", .string(kind)) }
        #expect(kind([declared("vcs")]) == .vcs)
        #expect(kind([]) == nil && kind([declared("zip")]) == nil && kind([declared("vc")]) == nil)
        let path = KeyValue("url.path", .string("/a.b/c/@v/list"))
        #expect(kind([declared("vcs"), path]) == .list && kind([path, declared("vcs")]) == .list)
    }
}
