import Telemetry
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
            ("http://collector:80/otlp/v1/logs", "collector", "80", "/otlp/v1/traces"),
            ("http://[::1]:9", "::1", "9", "/v1/traces"), ("http://[::1]", "::1", "4318", "/v1/traces"),
        ])
    func good(text: String, host: String, port: String, path: String) throws {
        let url = try CollectorURL(text)
        #expect(url.host == host && url.port == port && url.path(of: .traces) == path)
    }

    @Test(
        "Each signal has a path of its own, unless all are to go to one that is none of OTLP's",
        arguments: [
            ("http://a", ["/v1/traces", "/v1/metrics", "/v1/logs"]),
            ("http://a/v1/metrics", ["/v1/traces", "/v1/metrics", "/v1/logs"]),
            ("http://a/b/v1/traces", ["/b/v1/traces", "/b/v1/metrics", "/b/v1/logs"]),
            ("http://a/b", ["/b", "/b", "/b"]),
        ])
    func signals(text: String, paths: [String]) throws {
        let url = try CollectorURL(text)
        #expect(Signal.allCases.map { url.path(of: $0) } == paths)
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
