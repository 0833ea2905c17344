import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq stats")
struct StatsCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Two spans of a route ten minutes before the tests' now, one of them an error.
    private func store() async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        let spans = [1, 2].map { number -> OTLPModel.Span in
            var span = OTLPModel.Span()
            span.traceID = [UInt8](repeating: UInt8(number), count: 16)
            span.spanID = [UInt8](repeating: UInt8(number), count: 8)
            span.name = "GET"
            span.startTimeUnixNano = UInt64(InMemoryCommandLine.now.rawValue) - 600_000_000_000
            span.endTimeUnixNano = span.startTimeUnixNano + UInt64(number) * 1_000_000
            span.status.code = number == 1 ? .error : .ok
            span.attributes = [
                KeyValue("http.route", .string("/x")), KeyValue("cache.hit", .bool(number == 1)),
                KeyValue("url.path", .string("/github.com/a/b/@v/v1.\(number).0.zip")),
            ]
            return span
        }
        let body = ExportTraceServiceRequest(
            resourceSpans: [ResourceSpans(resource: Resource(), scopeSpans: [ScopeSpans(spans: spans)])]
        ).protobufBytes()
        let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")
        let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
        _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        await store.close()
    }

    @Test("shows groups, in every format")
    func formats() async throws {
        try await store()
        let arguments = ["stats", "--by", "http.route", "--ratio", "cache.hit=true", "--db", path]
        let table = InMemoryCommandLine(arguments, terminalWidth: 160)
        #expect(table.status == .success)
        #expect(table.output.contains("/x"))
        #expect(table.output.contains("50.00 %"))
        #expect(table.output.contains("1 group, 2 spans; p50, p90 and p99 are exact (nearest rank)"))
        let json = InMemoryCommandLine(arguments + ["--json"])
        #expect(
            json.output.contains(
                #"{"http.route":"/x","count":2,"rate":0.0005555555555555556,"errors":1,"error_share":0.5,"#
                    + #""ratio":0.5,"ratio_spans":2,"p50_ms":1,"p90_ms":2,"p99_ms":2,"max_ms":2,"total_ms":3}"#
            ))
        #expect(json.output.hasPrefix(#"{"schema":"traceq.stats/1","#))
        let csv = InMemoryCommandLine(arguments + ["--format", "csv"])
        #expect(
            csv.output.split(separator: "\r\n").last == "/x,2,0.0005555555555555556,1,0.5,0.5,2,1,2,2,2,3")
    }

    @Test("takes all for the whole file, and says in JSON that it has no beginning")
    func all() async throws {
        try await store()
        let json = InMemoryCommandLine(["stats", "--since", "all", "--db", path, "--json"])
        #expect(json.output.contains(#""window":{"since":null,"until":"2026-08-21T10:00:00.000000000Z"}"#))
        let table = InMemoryCommandLine(["stats", "--since", "all", "--db", path])
        #expect(table.output.contains("window everything until 2026-08-21 10:00:00.000 (UTC)"))
    }

    @Test("names the key that was probably meant", arguments: ["http.rout", "route"])
    func suggestion(key: String) async throws {
        try await store()
        let line = InMemoryCommandLine(["stats", "--by", key, "--db", path])
        #expect(line.status == .success)
        #expect(
            line.output.hasPrefix("no span in the window has '\(key)'; did you mean 'http.route'?"))
        let json = InMemoryCommandLine(["stats", "--by", key, "--db", path, "--json"])
        #expect(json.output.contains(#""rows":[]"#) && json.output.contains(#""code":"unknown_key""#))
        let both = InMemoryCommandLine(["stats", "--by", "service,\(key)", "--db", path])
        #expect(both.output.contains("note (unknown_key): no span in the window has '\(key)'"))
    }

    @Test(
        "names the key that was probably meant in a condition and a ratio, too",
        arguments: [["--where", "http.rout=/x"], ["--ratio", "http.rout=/x"]])
    func suggestionInConditions(arguments: [String]) async throws {
        try await store()
        let words = "note (unknown_key): no span in the window has 'http.rout'; did you mean 'http.route'?"
        #expect(InMemoryCommandLine(["stats", "--db", path] + arguments).output.contains(words))
        // Also where nothing is left to be asked for it.
        let nothing = InMemoryCommandLine(
            ["stats", "--where", "status=error", "--name", "nothing", "--db", path] + arguments)
        #expect(nothing.output.contains(words))
        let known = InMemoryCommandLine(["stats", "--name", "nothing", "--by", "http.route", "--db", path])
        #expect(!known.output.contains("unknown_key"))
    }

    @Test("takes the words of status and kind in any case", arguments: ["status=ERROR", "status!=Ok"])
    func anyCase(condition: String) async throws {
        try await store()
        let line = InMemoryCommandLine(["stats", "--where", condition, "--db", path])
        #expect(line.output.contains("1 group, 1 span;"))
        #expect(InMemoryCommandLine(["stats", "--where", "status=9", "--db", path]).status == .success)
    }

    @Test("finds a name among span names and URL paths", arguments: ["GE*", "/github.com/*"])
    func name(pattern: String) async throws {
        try await store()
        for precision in ["--exact", "--approximate"] {
            let line = InMemoryCommandLine(["stats", "--name", pattern, precision, "--db", path])
            #expect(line.output.contains("1 group, 2 spans;"))
        }
        #expect(InMemoryCommandLine(["stats", "--name", "/x", "--db", path]).output.hasPrefix("no span"))
    }

    @Test("says what would show something when it shows nothing")
    func empty() async throws {
        try await store()
        let line = InMemoryCommandLine(["stats", "--where", "http.route=/y", "--db", path])
        #expect(
            line.output.hasPrefix(
                "no span in the window fits --where; leave it out, or use * for a part that you do not know\n"
            ))
        let early = InMemoryCommandLine(["stats", "--since", "5m", "--db", path])
        #expect(early.output.hasPrefix("no spans in the window: the newest span is from"))
    }

    @Test(
        "refuses what makes no sense, with what to do",
        arguments: [
            (["--by", "a,,b"], "--by names an empty key"),
            (["--by", "duration"], "spans cannot be grouped by duration"),
            (["--per", "0s"], "--per is 0s; it must be longer than nothing"),
            (["--per", "soon"], "cannot read 'soon' as a duration"),
            (["--where", "status"], "at character 7: a comparison is missing"),
            (["--ratio", "a>b"], "at character 3: > needs a number"),
            (["--where", "status=err"], "at character 8: status is one of unset, ok, error"),
            (["--where", "kind!=SERVE"], "kind is one of unspecified, internal, server, client"),
            (["--sort", "ratio"], "--sort ratio needs a ratio to sort by; add one"),
            (["--limit", "0"], "--limit is 0; it must lie between 1 and 1000000"),
            (["--sort", "speed"], "'speed' is invalid for '--sort <sort>'"),
        ])
    func refusals(arguments: [String], words: String) {
        let line = InMemoryCommandLine(["stats", "--db", "/nonexistent/t.db"] + arguments)
        #expect(line.status == .usage)
        #expect(line.diagnostics.hasPrefix("traceq: "))
        #expect(line.diagnostics.contains(words), "\(line.diagnostics)")
    }
}
