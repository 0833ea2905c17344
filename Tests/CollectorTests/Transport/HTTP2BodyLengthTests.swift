import Collector
import TestSupport
import Testing

@Suite("HTTP/2: bodies that are not as long as announced", .timeLimit(.minutes(15)))
struct HTTP2BodyLengthTests {
    private typealias Wire = HTTP2Wire

    private static let token = "0123456789abcdef0123456789abcdef"

    private func request(
        stream: UInt32, length: String, token: String? = nil, endsStream: Bool = false
    ) -> [UInt8] {
        var fields = [
            (":method", "POST"), (":scheme", "http"), (":path", "/v1/traces"), (":authority", "test"),
            ("content-type", "application/x-protobuf"), ("content-length", length),
        ]
        if let token { fields.append(("authorization", "Bearer \(token)")) }
        return Wire.frame(
            Wire.headers, flags: Wire.endHeaders | (endsStream ? Wire.endStream : 0), stream: stream,
            fields.flatMap { Wire.literal($0.0, $0.1) })
    }

    private func data(_ bytes: [UInt8], stream: UInt32, endsStream: Bool = true) -> [UInt8] {
        Wire.frame(Wire.data, flags: endsStream ? Wire.endStream : 0, stream: stream, bytes)
    }

    @Test(
        "a sender that stops its body after a final answer has broken nothing, and its connection goes on",
        arguments: [true, false])
    func stopsAfterAnswer(isReset: Bool) async throws {
        let settings = TestCollector.settings {
            $0.credentials = [Credential(name: "edge", token: Secret(Self.token))]
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.httpPort)
            connection.send(Wire.start() + request(stream: 1, length: "100000"))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 1)
            connection.send(
                isReset
                    ? Wire.frame(Wire.reset, stream: 1, [0, 0, 0, 8])
                    : data([UInt8](repeating: 0, count: 10), stream: 1))
            let body = SampleRequest.protobuf()
            connection.send(
                request(stream: 3, length: "\(body.count)", token: Self.token) + data(body, stream: 3))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 3)
            #expect(try collector.storedSpans() == 1)
            #expect(collector.server.service.refusals.total == 1, "the one without a token")
            connection.close()
            let lines = await collector.log.rest()
            #expect(!lines.contains { $0.contains("broke") || $0.contains(".swift") }, "\(lines)")
        }
    }

    @Test(
        "a body that is shorter or longer than announced is refused, and the connection goes on",
        arguments: ["-1", "0", "+1", "no number"])
    func wrongLength(change: String) async throws {
        try await TestCollector.with { collector async throws in
            let body = SampleRequest.protobuf()
            let length = Int(change).map { "\(body.count + $0)" } ?? change
            let connection = try await WireConnection(port: collector.httpPort)
            connection.send(Wire.start() + request(stream: 1, length: length) + data(body, stream: 1))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 1)
            let isRight = change == "0"
            #expect(try collector.storedSpans() == (isRight ? 1 : 0))
            #expect(collector.server.service.refusals.total == (isRight ? 0 : 1))
            connection.send(request(stream: 3, length: "\(body.count)") + data(body, stream: 3))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 3)
            #expect(try collector.storedSpans() == 1)
            connection.close()
            guard !isRight else { return }
            let line = await collector.log.line(containing: "request.refused")
            #expect(
                line?.contains("not as long as the request's Content-Length says") == true, "\(line ?? "")")
        }
    }

    @Test("what breaks the rules of HTTP/2 is told in words, and once a connection")
    func offencesAreWords() async throws {
        try await TestCollector.with { collector async throws in
            let offences: [[UInt8]] = [
                Wire.frame(Wire.data, stream: 9, [1]), Wire.frame(Wire.windowUpdate, [0, 0, 0, 0]),
                Wire.frame(Wire.settings, [0, 4, 0xff, 0xff, 0xff, 0xff]),
                Wire.frame(Wire.ping, [1]),
            ]
            for offence in offences {
                let connection = try await WireConnection(port: collector.grpcPort)
                connection.send(Wire.start() + offence + offence)
                _ = try await connection.untilClosed()
                // The following ones of a sender are counted, and told now.
                collector.server.service.refusals.tellAll()
                let line = try #require(
                    await collector.log.line(containing: "the connection broke the rules of HTTP/2"))
                #expect(!line.contains(".swift") && !line.contains("NIO") && !line.contains("("), "\(line)")
                #expect(line.contains("count=1"), "\(line)")
            }
        }
    }
}
