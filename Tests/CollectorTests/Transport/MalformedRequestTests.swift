import Collector
import TestSupport
import Testing

@Suite("HTTP/2: a request that breaks the rules", .timeLimit(.minutes(15)))
struct MalformedRequestTests {
    private typealias Wire = HTTP2Wire

    private static let fields = [
        (":method", "POST"), (":scheme", "http"), (":path", GRPCClient.tracesPath), (":authority", "test"),
        ("content-type", "application/grpc"),
    ]

    private static func headers(_ fields: [(String, String)]) -> [UInt8] {
        Wire.frame(
            Wire.headers, flags: Wire.endHeaders, stream: 3, fields.flatMap { Wire.literal($0.0, $0.1) })
    }

    static let offences: [(String, [UInt8])] = [
        ("a name in capitals", headers(fields + [("X-Trace", "1")])),
        ("a line's end in a value", headers(fields + [("x-trace", "1\r\nx-other: 2")])),
        ("no path", headers(fields.filter { $0.0 != ":path" })),
        ("a field of HTTP/1", headers(fields + [("connection", "keep-alive")])),
        ("a pseudo-header behind others", headers(fields + [(":path", "/")])),
        (
            "a window that opens by nothing",
            headers(fields) + Wire.frame(Wire.windowUpdate, stream: 3, [0, 0, 0, 0])
        ),
        ("a second header that ends nothing", headers(fields) + headers([("x-trailer", "1")])),
    ]

    @Test("is reset alone, and told of; what else its connection carries goes on", arguments: offences)
    func otherCallsGoOn(offence: (String, [UInt8])) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let call = HalfCall(.grpc, seed: 1)
            connection.send(Wire.start() + call.beginning + offence.1)
            let reset = try await connection.frame(ofType: Wire.reset)
            #expect(reset.stream == 3)
            #expect(reset.payload == [0, 0, 0, 1], "PROTOCOL_ERROR")
            connection.send(call.end + Wire.call(stream: 5, SampleRequest.protobuf(seed: 2)))
            var answered: Set<UInt32> = []
            while answered.count < 2 {
                let headers = try await connection.frame(ofType: Wire.headers)
                if headers.flags & Wire.endStream != 0 { answered.insert(headers.stream) }
            }
            #expect(answered == [1, 5])
            connection.close()
            #expect(try collector.storedSpans() == 2)
            #expect(collector.server.service.refusals.total == 1)
            let line = try #require(
                await collector.log.line(containing: "a request broke the rules of HTTP/2"))
            #expect(!line.contains(".swift") && !line.contains("NIO") && !line.contains("("), "\(line)")
        }
    }

    @Test("hundreds of them end the connection")
    func manyMalformed() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let bad = (0..<1_000).flatMap { index in
                Wire.frame(
                    Wire.headers, flags: Wire.endHeaders, stream: UInt32(2 * index + 1),
                    Wire.literal("A", "b"))
            }
            connection.send(Wire.start() + bad)
            let answer = try await connection.untilClosed()
            #expect(Wire.goAwayCodes(in: answer).contains(11), "ENHANCE_YOUR_CALM")
            try await collector.expectServing()
        }
    }

    static let connectionOffences: [(String, [UInt8], UInt8)] = [
        ("data for a request that is none", Wire.frame(Wire.data, stream: 9, [1]), 1),
        ("a connection's window that opens by nothing", Wire.frame(Wire.windowUpdate, [0, 0, 0, 0]), 1),
        ("a flood", (0..<10_000).flatMap { _ in Wire.frame(Wire.windowUpdate, [0, 0, 0, 1]) }, 11),
    ]

    @Test(
        "what breaks those of the connection ends it, and the sender learns which requests were looked at",
        arguments: connectionOffences)
    func lastStreamIsTold(offence: (String, [UInt8], UInt8)) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let calls: [UInt8] = [1, 3].flatMap {
                Wire.call(stream: $0, SampleRequest.protobuf(seed: UInt8($0)))
            }
            connection.send(Wire.start() + calls + offence.1)
            let answer = Wire.frames(in: try await connection.untilClosed())
            let goAway = try #require(answer.last { $0.type == Wire.goAway })
            #expect(goAway.payload.prefix(4) == [0, 0, 0, 3])
            #expect(goAway.payload[7] == offence.2)
        }
    }

    @Test("what breaks the rules of the connection ends it also when it was told to end already")
    func offenceAfterEnd() async throws {
        let settings = TestCollector.settings { $0.http2AgeSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            for offence in Self.connectionOffences {
                let connection = try await WireConnection(port: collector.grpcPort)
                let call = HalfCall(.grpc)
                connection.send(Wire.start() + call.beginning)
                #expect(
                    try await connection.frame(ofType: Wire.goAway).payload.prefix(4) == [
                        0x7f, 255, 255, 255,
                    ])
                let ping = try await connection.frame(ofType: Wire.ping)
                connection.send(Wire.frame(Wire.ping, flags: 1, ping.payload))
                #expect(try await connection.frame(ofType: Wire.goAway).payload.prefix(4) == [0, 0, 0, 1])
                connection.send(offence.1)
                let rest = Wire.frames(in: try await connection.untilClosed())
                let goAway = try #require(rest.last { $0.type == Wire.goAway }, "\(offence.0)")
                #expect(goAway.payload.prefix(4) == [0, 0, 0, 1] && goAway.payload[7] > 0)
            }
        }
    }

    @Test("a call that is not as long as its Content-Length says is refused alone", arguments: ["-1", "1"])
    func otherLength(change: String) async throws {
        try await TestCollector.with { collector async throws in
            let message = GRPCClient.framed(SampleRequest.protobuf())
            let length = message.count + (Int(change) ?? 0)
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(
                Wire.start() + Self.headers(Self.fields + [("content-length", "\(length)")])
                    + Wire.frame(Wire.data, flags: Wire.endStream, stream: 3, message))
            let answer = try await connection.frame(ofType: Wire.headers)
            #expect(answer.flags & Wire.endStream != 0, "trailers alone")
            #expect(try collector.storedSpans() == 0)
            #expect(await collector.log.line(containing: "Content-Length") != nil)
            connection.send(Wire.call(stream: 5, SampleRequest.protobuf()))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 5)
            #expect(try collector.storedSpans() == 1)
            connection.close()
        }
    }
}
