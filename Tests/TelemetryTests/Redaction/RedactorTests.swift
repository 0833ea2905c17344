import OTLPModel
import Telemetry
import Testing

@Suite("Users, passwords and query values that are secret are taken out of texts")
struct RedactorTests {
    @Test(
        "users and passwords in URLs",
        arguments: [
            ("https://ann:pw@host/a", "https://REDACTED:REDACTED@host/a"),
            ("https://token@github.com/a/b.git", "https://REDACTED@github.com/a/b.git"),
            ("https://ann:@host", "https://REDACTED:REDACTED@host"),
            ("https://:pw@host", "https://REDACTED:REDACTED@host"),
            ("ssh://git@host:22/x", "ssh://REDACTED@host:22/x"),
            (
                "get https://a:b@c/ and ftp://d:e@f!",
                "get https://REDACTED:REDACTED@c/ and ftp://REDACTED:REDACTED@f!"
            ),
            ("https://a:p@ss@host/x", "https://REDACTED:REDACTED@host/x"),
            ("proxy=http://u:p@[::1]:3128", "proxy=http://REDACTED:REDACTED@[::1]:3128"),
            ("https://ü:pä@host/ö", "https://REDACTED:REDACTED@host/ö"),
            ("://a@", "://REDACTED@"),
        ])
    func userInfo(text: String, expected: String) {
        #expect(Redactor().redacted(text) == expected)
        #expect(Redactor().redacted(expected) == nil)
    }

    @Test(
        "texts without a user stay as they are",
        arguments: [
            "", "@", "://", "https://host/a@v1.0.0", "https://host/@v/list", "ann@example.org", "a://b c@d",
            "github.com/a/b/@v/v1.0.0.info", "https://host?x=a@b", "https://host#a@b", "x:/a@b",
            "mailto:a@b.c",
        ])
    func noUserInfo(text: String) {
        #expect(Redactor().redacted(text) == nil)
    }

    @Test(
        "values of secret keys in queries",
        arguments: [
            ("/a?token=abc", "/a?token=REDACTED"),
            ("/a?x=1&Sig=abc&y=2#top", "/a?x=1&Sig=REDACTED&y=2#top"),
            (
                "https://h/?X-Amz-Signature=0f&X-Amz-Date=1",
                "https://h/?X-Amz-Signature=REDACTED&X-Amz-Date=1"
            ),
            ("/cb#access_token=abc&state=x", "/cb#access_token=REDACTED&state=x"),
            ("/a?%74oken=abc", "/a?%74oken=REDACTED"),
            ("GET /a?password=a=b=c HTTP/1.1", "GET /a?password=REDACTED HTTP/1.1"),
            ("\"/a?token=abc\" failed", "\"/a?token=REDACTED\" failed"),
            ("/a?token=a&token=b", "/a?token=REDACTED&token=REDACTED"),
            ("/a?next=/b?token=abc", nil), ("/a?tokens=abc", nil), ("/a?token=", nil), ("/a?token", nil),
            ("token=abc", nil), ("/token=abc", nil), ("/a?b token=c", nil), ("?=", nil), ("?%", nil),
            ("?%7=1", nil),
        ] as [(String, String?)])
    func queries(text: String, expected: String?) {
        #expect(Redactor().redacted(text) == expected)
        if let expected { #expect(Redactor().redacted(expected) == nil) }
    }

    @Test("a query begins with a key, and so does url.query")
    func wholeQuery() {
        #expect(Redactor().redacted("token=abc&x=1", isQuery: true) == "token=REDACTED&x=1")
        #expect(Redactor().redacted(.string("sig=abc"), key: "url.query") == .string("sig=REDACTED"))
        #expect(Redactor().redacted(.string("sig=abc"), key: "other") == nil)
    }

    @Test("keys of one's own, and nothing at all")
    func choices() {
        var redaction = Redaction()
        redaction.queryKeys = ["Session"]
        #expect(Redactor(redaction).redacted("/a?session=1&token=2") == "/a?session=REDACTED&token=2")
        redaction.replacesUserInfo = false
        #expect(Redactor(redaction).redacted("https://a:b@c") == nil)
        #expect(Redactor(.none).redacted("https://a:b@c/?token=1") == nil)
    }

    @Test(
        "a text of nothing but signs takes its length and not its square",
        arguments: ["a@", "@", "=", "://a@", "a=@", "?token=@"])
    func manySigns(sign: String) throws {
        var span = OTLPModel.Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [UInt8](repeating: 1, count: 8)
        span.name = String(repeating: sign, count: (1 << 20) / sign.utf8.count)
        let request = ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(scopeSpans: [ScopeSpans(spans: [span])])
        ])
        let body = request.protobufBytes()
        let arrival = Arrival(receivedAt: .now(), peerAddress: "test")
        var batch = try DecodedTraces.fromProtobuf(body.span, arrival: arrival).batch
        batch.redact(Redactor())
        #expect(batch.spanCount == 1)
    }
}
