import Collector
import NIOCore
import Testing

@Suite("Senders of another protocol are told apart", .timeLimit(.minutes(1)))
struct WrongProtocolTests {
    private static let clientHello: [UInt8] = [0x16, 3, 1, 0, 4, 1, 0, 0, 0]

    @Test("gRPC on the port for HTTP is closed without an answer, and the log names the other port's option")
    func grpcOnHTTPPort() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            #expect(try await connection.untilClosed() == [])
            let line = await collector.log.line(containing: "reason=wrong_protocol")
            #expect(line?.contains("gRPC goes to the port of --listen-grpc") == true)
            #expect(line?.contains("protocol=otlp/http") == true)
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
        }
    }

    @Test("so is gRPC whose first bytes come one by one")
    func slowPreface() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            for character in "PRI * HTTP/2.0\r\n" { connection.send(String(character)) }
            #expect(try await connection.untilClosed() == [])
            #expect(await collector.log.line(containing: "reason=wrong_protocol") != nil)
        }
    }

    @Test("a request whose first bytes come one by one is a request", arguments: ["P", "POS", "POST /"])
    func slowRequest(start: String) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            let request =
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 2\r\n\r\n{}"
            for character in request.prefix(start.count) { connection.send(String(character)) }
            connection.send(String(request.dropFirst(start.count)))
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test("first bytes that never become a request end with the time for a header")
    func unfinishedStart() async throws {
        let settings = TestCollector.settings { $0.headerSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("PR")
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test("TLS is closed on either port, and the log says what to do", arguments: [true, false])
    func tls(isHTTP: Bool) async throws {
        try await TestCollector.with { collector async throws in
            let port = isHTTP ? collector.httpPort : collector.grpcPort
            let connection = try await WireConnection(port: port)
            connection.send(Self.clientHello)
            _ = try await connection.untilClosed()
            let line = await collector.log.line(containing: "reason=tls")
            #expect(line?.contains("the sender speaks TLS: use http://") == true)
            #expect(line?.contains("protocol=otlp/\(isHTTP ? "http" : "grpc")") == true)
            let client = try await collector.connectGRPC()
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
        }
    }
}
