import Collector
import NIOHPACK
import TestSupport
import Testing

/// Calls that no exporter makes.
@Suite("Hostile gRPC", .timeLimit(.minutes(15)))
struct HostileGRPCTests {
    private static let limit = 64 << 10

    /// Makes a call, on a connection that goes on afterwards.
    private func call(
        _ headers: HPACKHeaders = GRPCClient.headers(), parts: [[UInt8]], endsStream: Bool = true,
        _ settings: CollectorSettings = TestCollector.settings { _ in },
        _ check: (GRPCReply) -> Void
    ) async throws {
        try await TestCollector.with(settings) { collector async throws in
            let client = try await collector.connectGRPC()
            check(try await client.call(headers, parts: parts, endsStream: endsStream))
            #expect(try await client.export(SampleRequest.protobuf(seed: 9)).status == 0)
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 25: a service or method that nobody knows is UNIMPLEMENTED",
        arguments: ["/a.B/C", "/", "/a", ""])
    func unknownMethod(path: String) async throws {
        let message = [GRPCClient.framed(SampleRequest.protobuf())]
        try await call(GRPCClient.headers(path: path.isEmpty ? "*" : path), parts: message) {
            #expect($0.status == 12)
        }
    }

    @Test("hostile 26: a message over the limit is refused for good, before it has come")
    func largeMessage() async throws {
        let prefix: [UInt8] = [0] + HTTP2Wire.bigEndian(UInt32(Self.limit + 1))
        try await call(parts: [prefix], endsStream: false) {
            #expect($0.status == 8)
            // RetryInfo would make senders try again, for nothing.
            #expect($0.trailer("grpc-status-details-bin") == nil)
        }
    }

    @Test("hostile 27: a message that would be four gigabytes is refused, and nothing set aside for it")
    func hugeMessage() async throws {
        try await call(parts: [[0, 255, 255, 255, 255], [UInt8](repeating: 1, count: 10)]) {
            #expect($0.status == 8)
            #expect($0.trailer("grpc-status-details-bin") == nil)
        }
    }

    @Test("hostile 28: a compressed message without a compression is refused for good")
    func unannouncedCompression() async throws {
        try await call(parts: [GRPCClient.framed([1], isCompressed: true)]) {
            #expect($0.status == 13 || $0.status == 3)
        }
    }

    @Test("hostile 29: a compression that is not offered is UNIMPLEMENTED, with those that are")
    func unknownCompression() async throws {
        let headers = GRPCClient.headers([("grpc-encoding", "br")])
        try await call(headers, parts: [GRPCClient.framed([1], isCompressed: true)]) {
            #expect($0.status == 12)
            #expect($0.trailer("grpc-accept-encoding")?.contains("gzip") == true)
        }
    }

    @Test(
        "hostile 30: a deadline that has passed, and one that is none, are told apart",
        arguments: [("1n", 4), ("soon", 3), ("123456789S", 3), ("-1S", 3), ("1", 3)])
    func deadlines(timeout: String, status: Int) async throws {
        let headers = GRPCClient.headers([("grpc-timeout", timeout)])
        try await call(headers, parts: [GRPCClient.framed(SampleRequest.protobuf())]) {
            #expect($0.status == status)
        }
    }

    @Test("hostile 31: two messages, none and half a message are refused for good")
    func wrongNumberOfMessages() async throws {
        let message = GRPCClient.framed(SampleRequest.protobuf())
        for parts in [[message, message], [], [Array(message.dropLast())]] {
            try await call(parts: parts) { #expect($0.status == 3) }
        }
    }

    @Test("hostile 31: a call whose sender never ends it is ended")
    func missingEnd() async throws {
        let settings = TestCollector.settings { $0.bodyStallSecondsMax = 1 }
        let message = GRPCClient.framed(SampleRequest.protobuf())
        try await call(parts: [message], endsStream: false, settings) { #expect($0.status == 14) }
    }

    @Test(
        "hostile 32: a call that its sender gives up is stored once, whenever that is, and its retry not again"
    )
    func cancelledCall() async throws {
        try await TestCollector.with { collector async throws in
            for seed in 1...20 as ClosedRange<UInt8> {
                let connection = try await WireConnection(port: collector.grpcPort)
                let message = SampleRequest.protobuf(seed: seed)
                connection.send(
                    HTTP2Wire.start() + HTTP2Wire.call(stream: 1, message)
                        + HTTP2Wire.frame(HTTP2Wire.reset, stream: 1, [0, 0, 0, 8])
                        + HTTP2Wire.frame(HTTP2Wire.ping, [UInt8](repeating: 0, count: 8)))
                _ = try await connection.frame(ofType: HTTP2Wire.ping)
                let client = try await collector.connectGRPC()
                #expect(try await client.export(message).status == 0)
                client.close()
                connection.close()
            }
            #expect(try collector.storedSpans() == 20)
            try await collector.expectServing()
        }
    }
}
