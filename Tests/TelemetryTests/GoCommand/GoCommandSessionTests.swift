import OTLPModel
import Testing

@testable import Telemetry

@Suite("Requests of the go command become client spans")
struct GoCommandSessionTests {
    private static let start = UnixNanos(rawValue: 1_787_306_400_000_000_000)
    private let session = GoCommandSession(seed: (1, 2), command: "go mod download -x", node: "ci-1")

    private func span(_ lines: String...) throws -> OTLPModel.Span {
        var log = GoCommandLog()
        for line in lines { log.take(Substring(line)) }
        let step = try #require(log.steps.first)
        return session.span(
            of: step, number: 0, from: Self.start, to: UnixNanos(rawValue: Self.start.rawValue + 5))
    }

    private func value(_ key: String, _ span: OTLPModel.Span) -> AnyValue? {
        span.attributes.first { $0.key == key }?.value
    }

    @Test("URL, module, version, kind and status of a request")
    func request() throws {
        let url = "https://proxy.example.com:8443/github.com/%21azure/x/@v/v1.0.0.zip"
        let span = try span("# get \(url)", "# get \(url): 200 OK (0.499s)")
        #expect(span.kind == .client)
        #expect(span.name == "GET")
        #expect(span.status.code == .unset)
        #expect(value("url.full", span) == .string(url))
        #expect(value("server.address", span) == .string("proxy.example.com"))
        #expect(value("server.port", span) == .int(8443))
        #expect(value("http.response.status_code", span) == .int(200))
        #expect(value("goproxy.request.kind", span) == .string("zip"))
        #expect(value("goproxy.module.path", span) == .string("github.com/Azure/x"))
        #expect(value("goproxy.module.version", span) == .string("v1.0.0"))
        #expect(value("session.id", span) == .string(session.id))
        let classified = try #require(SpanClassification(span))
        #expect(classified.kind == .zip)
        #expect(classified.outcome == .ok)
    }

    @Test(
        "what kept an answer from coming is a word and the message",
        arguments: [
            ("dial tcp: lookup a.com: no such host", "name_resolution"),
            ("dial tcp 1.2.3.4:443: i/o timeout", "timeout"),
            ("connect: connection refused", "connection_refused"),
            ("tls: failed to verify certificate: x509: unknown authority", "tls"), ("EOF", "_OTHER"),
        ])
    func failure(reason: String, type: String) throws {
        let span = try span("# get https://a.com/x", "# get https://a.com/x: \(reason)")
        #expect(span.status == SpanStatus(code: .error, message: reason))
        #expect(value("error.type", span) == .string(type))
        #expect(value("http.response.status_code", span) == nil)
    }

    @Test("a checksum mismatch is an error with its own word")
    func mismatch() throws {
        let url = "https://p.com/github.com/a/b/@v/v1.0.0.zip"
        let span = try span(
            "# get \(url)", "# get \(url): 200 OK (0.499s)",
            "verifying github.com/a/b@v1.0.0: checksum mismatch")
        #expect(value("error.type", span) == .string("checksum_mismatch"))
        #expect(span.status.message.contains("SECURITY ERROR"))
    }

    @Test("a run of git is named by what it does, past its options")
    func tool() throws {
        let line = "cd /c; git -c log.showsignature=false fetch -f https://github.com/a/b"
        let span = try span("# /c for git3 https://github.com/a/b", line, "0.5s # \(line)")
        #expect(span.name == "git fetch")
        #expect(value("goproxy.request.kind", span) == .string("vcs"))
        #expect(value("vcs.repository.url.full", span) == .string("https://github.com/a/b"))
        #expect(value("server.address", span) == .string("github.com"))
    }

    @Test("a log that is read again has the same ids; another log, or another end, has others")
    func identity() {
        let bytes = Array("# get https://a.com/x\n".utf8)
        let one = GoCommandSession(log: bytes, end: Self.start)
        #expect(one.id == GoCommandSession(log: bytes, end: Self.start).id)
        #expect(one.id != GoCommandSession(log: bytes, end: .now()).id)
        #expect(one.id != GoCommandSession(log: bytes + [10], end: Self.start).id)
        var step = GoCommandStep(.request(url: "https://a.com/x"), line: 0, time: nil)
        step.outcome = .answered(status: 200, text: "OK")
        let ids = (0..<1_000).map {
            one.span(of: step, number: $0, from: Self.start, to: Self.start).traceID
        }
        #expect(Set(ids).count == 1_000)
    }

    @Test("the resource says what ran and where")
    func resource() {
        let resource = session.request([]).resourceSpans.first?.resource
        #expect(
            resource?.attributes == [
                KeyValue("service.name", .string("go")), KeyValue("host.name", .string("ci-1")),
                KeyValue("process.command_line", .string("go mod download -x")),
            ])
    }

    @Test("a request whose answer the log lacks is no error, and no failure of who was asked")
    func unfinished() async throws {
        let span = try span("# get https://proxy.golang.org/golang.org/x/text/@v/v0.3.0.mod")
        #expect(span.status.code == .unset && value("error.type", span) == .string("unfinished"))
        #expect(RequestOutcome(errorType: "unfinished") == .aborted)
    }

    @Test("a log is a session of one client, so that its mirrors can be compared")
    func sessions() async throws {
        let database = try SQLDatabase()
        for run in 0..<12 as Range<UInt64> {
            let session = GoCommandSession(seed: (run + 1, 7), node: "ci-1")
            var log = GoCommandLog()
            let host = run % 2 == 0 ? "proxy.golang.org" : "GOPROXY.cn:443"
            for file in ["v1.0.0.info", "v1.0.0.mod", "v1.0.0.zip"] {
                let url = "https://\(host)/github.com/a/b\(run)/@v/\(file)"
                log.take("# get \(url)")
                log.take("# get \(url): 200 OK (0.\(run % 2 + 1)00s)")
            }
            let end = UnixNanos(rawValue: Self.start.rawValue + Int64(run) * 100_000_000_000)
            let timeline = GoCommandTimeline(log.steps, end: end)
            let spans = log.steps.indices.map { place in
                session.span(
                    of: log.steps[place], number: place, from: timeline.times[place].start,
                    to: timeline.times[place].end)
            }
            try await database.store([session.request(spans)], segmentSpans: 100)
        }
        let reader = try TelemetryReader(path: database.path)
        let result = try reader.compare(FleetComparisonQuery(window: .all, key: .host, unit: .session))
        #expect(result.groups.map(\.name).sorted() == ["goproxy.cn", "proxy.golang.org"])
        #expect(result.groups.allSatisfy { $0.units == 6 && $0.requests == 18 } && result.withoutClient == 0)
    }
}
