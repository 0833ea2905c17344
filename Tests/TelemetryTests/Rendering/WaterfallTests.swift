import OTLPModel
import Telemetry
import Testing

@Suite("The waterfall of a trace")
struct WaterfallTests {
    private func draw(
        _ spans: [StoredSpan], _ style: RenderStyle, limit: Int = 1000, attributes: Bool = false
    ) -> String {
        var text = ""
        var output = OutputBuffer { text += $0 }
        Waterfall(
            tree: TraceTree(spans), traceID: SampleTrace.id,
            notes: [QualityNote(code: "journal", message: "1 span waits to be sealed")], style: style,
            spanLimit: limit, listsAttributes: attributes
        ).write(to: &output)
        return text
    }

    @Test("marks everything odd, at 80 and 160 columns, in a pipe and in colour")
    func snapshots() throws {
        try Snapshot.expect(draw(SampleTrace.odd, RenderStyle(width: 80)), matches: "waterfall-80")
        try Snapshot.expect(draw(SampleTrace.odd, RenderStyle(width: 160)), matches: "waterfall-160")
        try Snapshot.expect(draw(SampleTrace.odd, RenderStyle(), attributes: true), matches: "waterfall-pipe")
        try Snapshot.expect(
            draw(SampleTrace.odd, RenderStyle(colour: true, width: 100)), matches: "waterfall-colour")
    }

    @Test("no line is wider than the terminal", arguments: [50, 63, 64, 72, 80, 100, 132, 160, 300])
    func fits(width: Int) {
        for line in draw(SampleTrace.odd, RenderStyle(width: width), attributes: true).split(separator: "\n")
        {
            #expect(DisplayWidth.columns(String(line)) <= width, "\(line)")
        }
    }

    @Test("an HTTP span shows method, path and status, and its name where that says more")
    func http() {
        func row(_ name: String, _ attributes: [(String, AnyValue)]) -> String {
            let span = SampleTrace.span(1, name, from: 0, to: 1) { span in
                span.attributes = attributes.map { KeyValue($0.0, $0.1) }
            }
            let lines = draw([span], RenderStyle()).split(separator: "\n")
            return lines.first { $0.contains(" athens @") }.map(String.init) ?? ""
        }
        let path = ("url.path", AnyValue.string("/m/@v/v1.0.0.info"))
        let method = ("http.request.method", AnyValue.string("GET"))
        let status = ("http.response.status_code", AnyValue.int(404))
        for name in ["/", "GET", "HTTP GET", "GET /{module}", "/m/@v/v1.0.0.info"] {
            #expect(row(name, [path, method, status]).hasPrefix("GET /m/@v/v1.0.0.info 404  "), "\(name)")
        }
        #expect(row("proxy", [path, method, status]).hasPrefix("proxy: GET /m/@v/v1.0.0.info 404  "))
        let old: [(String, AnyValue)] = [
            ("http.status_code", .string("200")), ("http.target", .string("/a?b=c")),
            ("http.method", .string("HEAD")),
        ]
        #expect(row("/", old).hasPrefix("HEAD /a 200  "))
        #expect(row("/", [status]).hasPrefix("/ 404  "))
        #expect(row("/", [("http.status_code", .int(0)), ("http.method", .int(1))]).hasPrefix("/  "))
    }

    @Test("the header names the request of the outermost server span, else of the root")
    func requestInHeader() {
        func header(_ kinds: [SpanKind], width: Int? = nil) -> String {
            let spans = kinds.enumerated().map { index, kind in
                SampleTrace.span(
                    UInt64(index + 1), parent: index == 0 ? nil : UInt64(index), from: 0, to: 1
                ) { span in
                    span.kind = kind
                    let path = "/\(index)" + String(repeating: "/long", count: 20)
                    span.attributes = [
                        KeyValue("url.path", .string(path)), KeyValue("http.status_code", .int(404)),
                    ]
                }
            }
            let lines = draw(spans, RenderStyle(width: width)).split(separator: "\n")
            return String(lines[1])
        }
        #expect(header([.client, .server, .server]).hasPrefix("/1/long"))
        #expect(header([.client, .internal]).hasPrefix("/0/long"))
        #expect(header([.server]).contains("/long → 404 · 2026-08-21"))
        let cut = header([.server], width: 60)
        #expect(cut.contains("…") && cut.hasSuffix("/long → 404") && DisplayWidth.columns(cut) == 60)
    }

    @Test("in a narrow terminal the service stays whole, and bars go first")
    func narrow() {
        let spans = [SampleTrace.span(1, "GET", from: 0, to: 1, service: "module-proxy", node: "edge-fra-01")]
        #expect(draw(spans, RenderStyle(width: 80)).contains("module-proxy @ edge-fra-01  "))
        let narrow = draw(spans, RenderStyle(width: 63))
        #expect(narrow.contains("module-proxy @ edge-fra-01  ") && !narrow.contains("█"))
        #expect(draw(spans, RenderStyle(width: 64)).contains("█"))
        let long = SampleTrace.span(
            1, "GET /a/name/that/takes/all/room", from: 0, to: 1, service: "module-proxy", node: "edge-fra-01"
        )
        #expect(draw([long], RenderStyle(width: 80)).contains("module-proxy @ edge-fra-01  "))
        let request = SampleTrace.span(1, "module-proxy", from: 0, to: 1) { span in
            span.attributes = [KeyValue("url.path", .string("/m/@v/v1.0.0.zip"))]
        }
        #expect(draw([request], RenderStyle(width: 80)).contains("\n/m/@v/v1.0.0.zip  "))
        #expect(draw([request], RenderStyle(width: 120)).contains("\nmodule-proxy: /m/@v/v1.0.0.zip  "))
    }

    @Test("hostile 79: nothing that acts on a terminal gets out, with and without colour")
    func safe() {
        let text = draw(SampleTrace.odd, RenderStyle(width: 80))
        #expect(!text.unicodeScalars.contains { $0 != "\n" && DisplayText.mustEscape($0) })
        #expect(text.contains("\\x1b[2J"))
    }

    @Test("spans over the limit are counted, and the option that shows them is named")
    func limit() {
        let text = draw(SampleTrace.odd, RenderStyle(width: 120), limit: 3)
        #expect(text.contains("7 more spans not drawn; --limit 10 draws all"))
        #expect(!text.contains("stash.Pool"))
    }

    @Test("a chain of 10,000 spans is drawn in lines of bounded length")
    func deepChain() {
        let chain = (UInt64(1)...10_000).map { id in
            SampleTrace.span(id, parent: id == 1 ? nil : id - 1, from: 0, to: 20)
        }
        let text = draw(chain, RenderStyle(width: 100), limit: 10_000)
        let longest = text.split(separator: "\n").map(\.count).max() ?? 0
        #expect(longest <= 200)
        #expect(text.contains("⋯9999 "))
    }

    @Test("an empty trace has a header and no drawing")
    func empty() {
        #expect(draw([], RenderStyle()).hasPrefix("trace 0af7651916cd43dd8448eb211c80319c\n"))
    }

    @Test("in a pipe a long name is whole, and does not widen the rows of others")
    func longName() {
        let name = String(repeating: "x", count: 3000)
        let spans = [
            SampleTrace.span(1, "short", from: 0, to: 9),
            SampleTrace.span(2, parent: 1, name, from: 1, to: 2),
        ]
        let lines = draw(spans, RenderStyle()).split(separator: "\n")
        #expect(lines.contains { $0.contains(name) })
        #expect(lines.filter { $0.count > 200 }.count == 1)
    }
}
