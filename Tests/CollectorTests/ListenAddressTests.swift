import Collector
import Testing

@Suite("Listen addresses")
struct ListenAddressTests {
    @Test(
        "good ones are read and written alike",
        arguments: [
            ("127.0.0.1:4317", "127.0.0.1", 4317, true), ("localhost:0", "localhost", 0, true),
            ("[::1]:4318", "::1", 4318, true), ("[::]:65535", "::", 65_535, false),
            ("0.0.0.0:1", "0.0.0.0", 1, false), ("127.9.9.9:80", "127.9.9.9", 80, true),
            ("127.example.org:80", "127.example.org", 80, false), ("127.+1.0.1:80", "127.+1.0.1", 80, false),
        ])
    func goodAddress(text: String, host: String, port: Int, isLoopback: Bool) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test("a port alone is one of this machine")
    func portAlone() throws {
        #expect(try ListenAddress(parsing: "15317") == ListenAddress(host: "127.0.0.1", port: 15_317))
        #expect(try ListenAddress(parsing: "0") == ListenAddress(host: "127.0.0.1", port: 0))
    }

    @Test(
        "bad ones are refused with a sentence",
        arguments: [
            "", "65536", "000001", "+1", "localhost", "localhost:", ":4317", "a:b", "a:65536", "a:-1", "a:+1",
            "a:1 ", "a: 1",
            "::1:4317", "[::1]", "[]:1", "[a]:1", "a b:1", "http://a:1", "[::1", "a:000001", "a\u{1b}[2J:1",
            "a:１",
        ])
    func badAddress(text: String) {
        #expect(throws: CollectorError.self) { try ListenAddress(parsing: text) }
        do throws(CollectorError) {
            _ = try ListenAddress(parsing: text)
        } catch {
            #expect(error.code == .usage)
            #expect(error.message.contains("HOST:PORT"))
            #expect(!error.message.contains("\u{1b}"))
        }
    }

    @Test(
        "what is wrong with one is said",
        arguments: [
            ("http://127.0.0.1:4318", "is a URL"), ("https://[::1]:4318/v1/traces", "is a URL"),
            ("[::1", "a bracket without the other"), ("::1]:4318", "a bracket without the other"),
            ("[::1]", "has no port"), ("::1:4317", "goes into brackets"),
        ])
    func reason(text: String, words: String) {
        let error = #expect(throws: CollectorError.self) { try ListenAddress(parsing: text) }
        #expect(error?.message.contains(words) == true)
    }
}
