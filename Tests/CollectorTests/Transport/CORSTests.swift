import Collector
import NIOHTTP1
import Testing

@Suite("Web pages send when they are allowed to", .timeLimit(.minutes(15)))
struct CORSTests {
    private static let preflight = "Access-Control-Request-Method: POST\r\nOrigin: https://app.example.com"
    private static let settings = TestCollector.settings {
        $0.cors.allowedOrigins = ["https://*.example.com"]
        $0.cors.allowedHeaders = ["x-page"]
    }

    private func ask(_ collector: TestCollector, _ headers: String) async throws -> RawReply {
        let connection = try await collector.connectHTTP()
        connection.send("OPTIONS /v1/traces HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\r\n")
        let reply = try await connection.reply()
        // The connection goes on, with the request itself.
        connection.post(SampleRequest.json(), type: "application/json")
        #expect(try await connection.reply().status == 200)
        return reply
    }

    @Test("A12: a browser that asks for an allowed page is told so, and its page can read the answer")
    func allowedOrigin() async throws {
        try await TestCollector.with(Self.settings) { collector async throws in
            let reply = try await ask(collector, Self.preflight)
            #expect(reply.status == 204)
            #expect(reply.headers["access-control-allow-origin"] == "https://app.example.com")
            #expect(reply.headers["access-control-allow-methods"] == "POST")
            #expect(reply.headers["access-control-allow-headers"]?.contains("content-type") == true)
            #expect(reply.headers["access-control-allow-headers"]?.hasSuffix("x-page") == true)
            #expect(reply.headers["access-control-max-age"] == "7200")
            #expect(reply.headers["vary"] == "Origin")

            let sent = try await collector.post(
                SampleRequest.json(), type: "application/json", headers: ["Origin: https://app.example.com"])
            #expect(sent.status == 200)
            #expect(sent.headers["access-control-allow-origin"] == "https://app.example.com")
            let other = try await collector.post(SampleRequest.json(), type: "application/json")
            #expect(other.headers["access-control-allow-origin"] == nil)
        }
    }

    @Test("A12: over HTTP/2 too")
    func allowedOriginOverHTTP2() async throws {
        try await TestCollector.with(Self.settings) { collector async throws in
            let curl = try await Curl.post(
                SampleRequest.json(), to: ["http://127.0.0.1:\(collector.httpPort)/v1/traces"],
                type: "application/json",
                ["--http2-prior-knowledge", "-H", "Origin: https://app.example.com"])
            #expect(curl.answers == ["200 2 connects=1"], "\(curl.complaints)")
            #expect(curl.text.contains("access-control-allow-origin: https://app.example.com"))
        }
    }

    @Test("A12: without configuration nothing is allowed, and a page's request is refused")
    func notConfigured() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await ask(collector, Self.preflight)
            #expect(reply.status == 403)
            #expect(reply.headers.keys.allSatisfy { !$0.hasPrefix("access-control") })
            let sent = try await collector.post(
                SampleRequest.json(seed: 9), type: "application/json",
                headers: ["Origin: https://app.example.com"])
            #expect(sent.status == 403)
            #expect(String(decoding: sent.body, as: UTF8.self).contains("cors"))
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test(
        "an origin is allowed as a whole, or by a star",
        arguments: [
            ("https://app.example.com", true), ("https://APP.example.com", true),
            ("https://example.com", false),
            ("https://.example.com", false), ("http://app.example.com", false),
            ("https://app.example.com.evil.org", false), ("null", false),
            ("https://a.b.example.com", true), ("https://app.example.com:443", false),
        ])
    func origins(origin: String, isAllowed: Bool) {
        #expect(CORSPolicy(allowedOrigins: ["https://*.example.com"]).allows(origin) == isAllowed)
        #expect(CORSPolicy(allowedOrigins: ["*"]).allows(origin))
        #expect(CORSPolicy(allowedOrigins: [origin]).allows(origin))
        #expect(!CORSPolicy().allows(origin))
    }

    @Test(
        "hostile 11: what is no origin is not allowed, whatever a star would take it for",
        arguments: [
            "https://evil.org/.example.com", "https://evil.org#.example.com", "https://evil.org?.example.com",
            "https://evil.org\\.example.com", "https://user@app.example.com", "https://a:b@app.example.com",
            "https://evil.org:80.example.com", "https://evil.org .example.com",
            "https://evil.org, https://a.example.com",
            "https://[::1].example.com", "https://app.example.com/", "https://app.example.com:",
            "https://app.example.com:x",
            "https://app.example.com:123456", "https://\u{e9}.example.com", "app.example.com",
            "//app.example.com", "://a", "",
            "https://", "https://https://a.example.com", "https://a%2fb.example.com", "https://*.example.com",
        ])
    func noOrigins(origin: String) {
        for allowed in ["*", "https://*.example.com", "https://*", "*.example.com", origin] {
            #expect(!CORSPolicy(allowedOrigins: [allowed]).allows(origin), "\(allowed)")
        }
    }

    @Test(
        "a star stands for a part of a host, a host with its port, or a port",
        arguments: [
            ("http://localhost:*", "http://localhost:3000", true),
            ("http://localhost:*", "http://localhost", false),
            ("http://localhost:*", "http://localhost.evil.org:3000", false),
            ("https://*", "https://app.example.com:8443", true),
            ("https://*", "https://[2001:db8::1]:8443", true),
            ("https://*", "http://app.example.com", false),
            ("*://app.example.com", "https://app.example.com", false),
            ("https://*.example.com:8443", "https://app.example.com:8443", true),
            ("https://*.example.com:8443", "https://app.example.com", false),
            ("https://app-*.example.com", "https://app-1.example.com", true),
            ("https://app-*.example.com", "https://app-.example.com", false),
            ("https://app.*", "https://app.example.com:443", true), ("*", "null", true),
            ("*", "moz-extension://a-b-c", true),
            ("moz-extension://*", "moz-extension://a-b-c", true),
            ("https://*.*.com", "https://a.b.com", false),
        ])
    func stars(allowed: String, origin: String, isAllowed: Bool) {
        #expect(CORSPolicy(allowedOrigins: [allowed]).allows(origin) == isAllowed)
    }
}
