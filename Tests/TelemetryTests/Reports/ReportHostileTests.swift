import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A report shows hostile names harmlessly, and keeps private ones to itself", .serialized)
struct ReportHostileTests {
    private static let names = [
        "<script>alert(1)</script>", "\u{1b}[2J\u{1b}]0;x\u{7}", "=HYPERLINK(\"http://x\",\"y\")",
        "abc\u{202e}gnp.exe", "--><img src=x onerror=alert(1)>", "`code` | pipe **bold** [link](http://x)",
        "<!-- traceq:end -->",
    ]

    /// Failures of a node with such a name, for clients and modules of such names.
    private func document(node: String) async throws -> ReportDocument {
        let reader = try await IncidentFleet { request in
            if request.spelled.node == "edge-1" { request.spelled.node = node }
            request.spelled.region = node
            request.spelled.attributes.append(KeyValue("user_agent.original", .string(node)))
            if request.spelled.node == node, request.number % 3 == 0,
                ReportSample.trouble.contains(request.minute)
            {
                request.spelled.status = 500
                request.spelled.message = node
            }
        }.fleet.reader()
        return try ReportSample.document(reader, .nodeErrors)
    }

    /// Where marks mean something: not in code and not in comments.
    private func prose(_ markdown: String) -> String {
        var isCode = false
        return markdown.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode && !line.hasPrefix("<!--")
        }.joined(separator: "\n")
    }

    @Test("in HTML, Markdown and JSON", arguments: names)
    func harmless(name: String) async throws {
        let document = try await document(node: name)
        #expect(document.title.contains("node-errors"), "\(document.title)")
        for format in ReportFormat.allCases {
            let text = document.text(as: format, human: ReportHumanTexts(), zone: .utc)
            #expect(!text.unicodeScalars.contains { $0 != "\n" && DisplayText.mustEscape($0) }, "\(format)")
            #expect(ReportRecord(report: text, format)?.parameters == document.parameters, "\(format)")
            #expect(try ReportHumanTexts(report: text, format) == ReportHumanTexts(), "\(format)")
        }
        let html = document.text(as: .html, human: ReportHumanTexts(), zone: .utc)
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("onerror=alert(1)>"))
        #expect(html.contains("default-src 'none'"))
        let markdown = prose(document.text(as: .markdown, human: ReportHumanTexts(), zone: .utc))
        #expect(
            !markdown.contains("<script") && !markdown.contains("<img") && !markdown.contains("](http://x)"))
    }

    @Test("tables of Markdown stay tables")
    func tables() async throws {
        let markdown = try await document(node: Self.names[5]).text(
            as: .markdown, human: ReportHumanTexts(), zone: .utc)
        var width: Int?
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("| ") else {
                width = nil
                continue
            }
            let cells = line.replacing("\\|", with: "").count { $0 == "|" }
            if let width { #expect(cells == width, "\(line)") }
            width = cells
        }
    }

    @Test(
        "private modules and addresses of clients are numbered, in every form, and shown where that is asked for"
    )
    func privacy() async throws {
        let reader = try await IncidentFleet { request in
            if request.host == "codeberg.org" {
                request.spelled.path = request.spelled.path.replacing(
                    "codeberg.org/a", with: "git.corp.example.com/!team/secret")
            }
            if request.host == "gitlab.com" {
                request.spelled.path = request.spelled.path.replacing("gitlab.com", with: "vault.internal")
            }
            if request.host != "github.com", request.number % 3 == 0,
                ReportSample.trouble.contains(request.minute), request.spelled.node == "edge-1"
            {
                request.spelled.status = 500
            }
        }.fleet.reader()
        let hidden = ReportSample.query(redaction: ReportRedaction(patterns: "*.corp.example.com"))
        for format in ReportFormat.allCases {
            let text = try ReportSample.document(reader, hidden).text(
                as: format, human: ReportHumanTexts(), zone: .utc)
            for secret in ["corp.example.com", "secret", "vault", "192.0.2."] {
                #expect(!text.contains(secret), "\(format) has \(secret)")
            }
            #expect(text.contains("private-1"))
        }
        let shown = ReportSample.query(redaction: ReportRedaction(showsEverything: true))
        let text = try ReportSample.document(reader, shown).text(
            as: .markdown, human: ReportHumanTexts(), zone: .utc)
        #expect(text.contains("git.corp.example.com/Team/secret") && text.contains("vault.internal"))
        #expect(!text.contains("private-1"))
    }

    @Test("a path that a client asks a private host for is known as private by the host")
    func privateRepository() async throws {
        func title(_ attributes: [KeyValue], kind: SpanKind = .client) -> String? {
            HTTPRequestText(
                Sample.span(trace: 1, id: 1, name: "GET", kind: kind, attributes: attributes), namesHost: true
            )?
            .request
        }
        let meta = KeyValue("url.full", .string("https://u:p@git.acme.internal:8443/alpha/secret?go-get=1"))
        #expect(title([meta]) == "GET git.acme.internal/alpha/secret")
        let parts = [
            KeyValue("server.address", .string("git.acme.internal")), KeyValue("url.path", .string("/alpha")),
        ]
        #expect(title(parts) == "GET git.acme.internal/alpha")
        #expect(title(parts, kind: .server) == "GET /alpha")
        // Which module a proxy is asked for stands in the path.
        let file = KeyValue("url.full", .string("https://athens.internal/github.com/a/b/@v/list"))
        #expect(title([file]) == "GET /github.com/a/b/@v/list")
    }

    @Test("a name as long as a book is cut, in linear time")
    func long() {
        let path = "a.example.com/" + String(repeating: "x/", count: 200_000)
        let document = ReportDocument(
            parameters: ReportParameters(
                version: "1", window: .all, baselineNanos: 0, incident: nil, zone: "UTC", isPrivate: false,
                privatePatterns: 0, dataDigest: 0),
            title: path + " " + String(repeating: "n", count: 100_000),
            sections: [], evidence: [])
        let title = ReportRedaction().redact(document, nodes: [], modules: []).title
        #expect(title.utf8.count < 700 && title.hasPrefix("a.example.com/x/"))
    }

    @Test(
        "what is redacted, and what is not",
        arguments: [
            ("git.corp.example.com/a/b@v1.0.0 failed", "private-1@v1.0.0 failed"),
            ("GET /git.corp.example.com/a/b/@v/list", "GET /private-1@v/list"),
            ("/git.corp.example.com/%21team%2fsecret/@v/v1.info", "/private-1@v/v1.info"),
            (
                "http://git.corp.example.com:8443/sec x:git.corp.example.com/sec",
                "http://private-1 x:private-1"
            ),
            ("ssh://git@git.corp.example.com:team/secret.git", "ssh://git@private-1"),
            (
                "GIT.Corp.Example.COM/Sec git.corp.example.com./sec a\\git.corp.example.com\\sec",
                "private-1 private-2 a/private-2"
            ),
            ("198.18.10.25:4433 ::ffff:198.18.10.26", "client-1:4433 client-2"),
            (
                "https://proxy.example.org/git.corp.example.com/x/@v/v1.zip",
                "https://proxy.example.org/private-1@v/v1.zip"
            ),
            ("of 10.1.2.3 and 2001:db8::7", "of client-1 and client-2"),
            ("node 192.0.2.9 is slow", "node 192.0.2.9 is slow"),
            ("from 2026-08-21T09:30:00Z to 09:45:10", "from 2026-08-21T09:30:00Z to 09:45:10"),
            ("github.com/!my!org/x v1.2.3", "github.com/!my!org/x v1.2.3"),
            (
                "1.2.3 is a version, v0.0.0-20200101000000-abcdefabcdef",
                "1.2.3 is a version, v0.0.0-20200101000000-abcdefabcdef"
            ),
        ])
    func words(text: String, expected: String) {
        let document = ReportDocument(
            parameters: ReportParameters(
                version: "1", window: .all, baselineNanos: 0, incident: nil, zone: "UTC", isPrivate: false,
                privatePatterns: 0, dataDigest: 0), title: text, sections: [], evidence: [])
        let redacted = ReportRedaction(patterns: "*.corp.example.com").redact(
            document, nodes: ["192.0.2.9"], modules: [])
        #expect(redacted.title == expected)
    }

    @Test("a host is private where all that is known of it is, and is not where others are there besides")
    func hosts() {
        let document = ReportDocument(
            parameters: ReportParameters(
                version: "1", window: .all, baselineNanos: 0, incident: nil, zone: "UTC", isPrivate: false,
                privatePatterns: 0, dataDigest: 0),
            title: "upstream Git.example.net: all of git.example.net. Of github.com some", sections: [],
            evidence: [])
        let modules = ["git.example.net/a", "git.example.net/b", "github.com/our/c", "github.com/x/y"].map {
            ModuleName(module: $0, version: nil)
        }
        let redaction = ReportRedaction(patterns: "git.example.net/*,github.com/our")
        #expect(
            redaction.redact(document, nodes: [], modules: modules).title
                == "upstream private-1: all of private-1. Of github.com some")
    }
}
