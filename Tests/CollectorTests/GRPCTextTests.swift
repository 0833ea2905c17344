import Collector
import NIOCore
import NIOHPACK
import Testing

@Suite("The texts of gRPC")
struct GRPCTextTests {
    @Test(
        "time-outs",
        arguments: [
            ("1n", 1), ("99999999n", 99_999_999), ("2u", 2_000), ("3m", 3_000_000), ("10S", 10_000_000_000),
            ("1M", 60_000_000_000), ("1H", 3_600_000_000_000), ("0S", 0),
        ] as [(String, Int64)])
    func goodTimeout(text: String, nanos: Int64) {
        #expect(GRPCTimeout.parsed(text)?.nanoseconds == nanos)
    }

    @Test(
        "time-outs of a thousand years do not overflow", arguments: ["99999999H", "99999999M", "99999999S"])
    func longTimeout(text: String) throws {
        let timeout = try #require(GRPCTimeout.parsed(text))
        #expect(timeout > .hours(1_000))
    }

    @Test("no time-outs", arguments: ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "123456789S", "1 S", "١S"])
    func badTimeout(text: String) {
        #expect(GRPCTimeout.parsed(text) == nil)
    }

    @Test(
        "messages are percent-encoded",
        arguments: [
            ("plain text.", "plain text."), ("100%", "100%25"), ("a\nb", "a%0Ab"), ("é", "%C3%A9"), ("", ""),
        ])
    func messageIsEncoded(text: String, encoded: String) {
        #expect(GRPCAnswer.percentEncoded(text) == encoded)
    }

    @Test(
        "binary values are Base64 without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encoded(Array(text.utf8)) == encoded)
    }

    @Test("retry details say how long to wait")
    func retryDetails() {
        let reply = GRPCAnswer(.refused(Refusal(.overloaded, "m", retryAfterSeconds: 7)))
        // Status { code 14, message "m", details [Any { RetryInfo type, RetryInfo { Duration { 7 s } } }] }
        let type = "type.googleapis.com/google.rpc.RetryInfo"
        let any = [0x0a, UInt8(type.utf8.count)] + Array(type.utf8) + [0x12, 4, 0x0a, 2, 0x08, 7]
        let status: [UInt8] = [0x08, 14, 0x12, 1, UInt8(ascii: "m"), 0x1a, UInt8(any.count)] + any
        #expect(reply.trailers.first(name: "grpc-status-details-bin") == Base64.encoded(status))
        #expect(reply.trailers.first(name: "grpc-status") == "14")
    }
}
