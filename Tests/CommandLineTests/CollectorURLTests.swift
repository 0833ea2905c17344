import Testing

@testable import traceq

@Suite("Where --to leads")
struct CollectorURLTests {
    @Test(
        "URLs with and without port and path",
        arguments: [
            ("http://127.0.0.1:4318", "127.0.0.1", "4318", "/v1/traces"),
            ("http://collector", "collector", "4318", "/v1/traces"),
            ("http://collector/", "collector", "4318", "/v1/traces"),
            ("http://collector:80/otlp/v1/traces", "collector", "80", "/otlp/v1/traces"),
            ("http://[::1]:9", "::1", "9", "/v1/traces"), ("http://[::1]", "::1", "4318", "/v1/traces"),
        ])
    func good(text: String, host: String, port: String, path: String) throws {
        let url = try CollectorURL(text)
        #expect(url.host == host && url.port == port && url.path == path)
    }

    @Test(
        "What is no such URL is refused",
        arguments: [
            "", "127.0.0.1:4318", "https://collector", "http://", "http://:4318", "http://a:0",
            "http://a:65536",
            "http://a:x", "http://a b", "http://user@a", "http://a\r\nX: y", "ftp://a",
        ])
    func bad(text: String) { #expect(throws: CommandFailure.self) { try CollectorURL(text) } }
}
