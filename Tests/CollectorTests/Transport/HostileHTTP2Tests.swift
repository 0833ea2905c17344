import Collector
import NIOCore
import TestSupport
import Testing

/// What a client of HTTP/2 can do to the collector; another one is served all the same.
@Suite("Hostile HTTP/2", .serialized, .timeLimit(.minutes(15)))
struct HostileHTTP2Tests {
    private typealias Wire = HTTP2Wire

    /// Sends to the port for gRPC; what came before the connection was closed.
    private func untilClosed(_ collector: TestCollector, _ bytes: [UInt8]) async throws -> [UInt8] {
        let connection = try await WireConnection(port: collector.grpcPort)
        connection.send(Wire.start() + bytes)
        return try await connection.untilClosed()
    }

    /// What does not come to its end: the header of a request that further frames should continue, a frame, and the
    /// header of a frame.
    static let beginnings: [(String, [UInt8])] = [
        ("header", HTTP2Wire.request(stream: 1, path: "/", endsHeaders: false)),
        ("frame", HTTP2Wire.request(stream: 1, path: "/").dropLast(3)),
        ("frame's header", HTTP2Wire.request(stream: 1, path: "/").prefix(3).map { $0 }),
    ].map { ($0.0, Array($0.1)) }

    @Test("hostile 2: a header over HTTP/2 that does not come to its end is given up", arguments: beginnings)
    func unfinishedHeaders(beginning: (String, [UInt8])) async throws {
        let settings = TestCollector.settings { $0.headerSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            _ = try await untilClosed(collector, beginning.1)
            try await collector.expectServing()
        }
    }

    @Test("hostile 2: nor does one get more time by coming byte by byte")
    func drippingHeaders() async throws {
        let settings = TestCollector.settings { $0.headerSecondsMax = 2 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let frame = Wire.frame(
                Wire.headers, flags: Wire.endHeaders, stream: 1, [UInt8](repeating: 0, count: 8_000))
            connection.send(Wire.start() + frame.prefix(9))
            connection.drip("a", everyMs: 200)
            _ = try await connection.untilClosed()
            try await collector.expectServing()
        }
    }

    @Test("a body that takes longer than a header may is waited for")
    func slowBody() async throws {
        let settings = TestCollector.settings { $0.headerSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let call = Wire.call(stream: 1, SampleRequest.protobuf())
            connection.send(Wire.start() + call.dropLast(10))
            // Another one that began later ends when the time of a header is over.
            let header = Wire.request(stream: 1, path: "/", endsHeaders: false)
            _ = try await untilClosed(collector, header)
            // The rest of the body, and a part of a frame that ends the connection some time after the answer.
            connection.send(Array(call.suffix(10)) + [0, 0, 0])
            let answer = try await connection.untilClosed()
            #expect(
                Wire.frames(in: answer).contains {
                    $0.type == Wire.headers && $0.payload.first == Wire.statusOK
                })
        }
    }

    private static func streams(_ count: Int) -> [UInt32] { (0..<UInt32(count)).map { 2 * $0 + 1 } }

    @Test("hostile 17: ten thousand calls that are called back at once end the connection")
    func rapidReset() async throws {
        try await TestCollector.with { collector async throws in
            let flood = Self.streams(10_000).flatMap { stream in
                Wire.request(stream: stream, path: GRPCClient.tracesPath, type: "application/grpc")
                    + Wire.frame(Wire.reset, stream: stream, [0, 0, 0, 8])
            }
            let answer = try await untilClosed(collector, flood)
            #expect(Wire.goAwayCodes(in: answer).contains(11))  // ENHANCE_YOUR_CALM
            try await collector.expectServing()
        }
    }

    @Test("hostile 18: headers that go on in a thousand frames end the connection")
    func continuations() async throws {
        try await TestCollector.with { collector async throws in
            let first = Wire.request(stream: 1, path: "/", endsHeaders: false)
            let more = Wire.frame(Wire.continuation, stream: 1, Wire.literal("a", "b"))
            let answer = try await untilClosed(
                collector, first + Array(repeatElement(more, count: 1_000).joined()))
            #expect(!Wire.goAwayCodes(in: answer).isEmpty)
            try await collector.expectServing()
        }
    }

    /// Frames that cost their sender nothing.
    static let floods: [(String, [UInt8])] = [
        ("ping", HTTP2Wire.frame(HTTP2Wire.ping, [UInt8](repeating: 0, count: 8))),
        ("settings", HTTP2Wire.frame(HTTP2Wire.settings, [0, 3, 0, 0, 0, 100])),
        ("priority", HTTP2Wire.frame(HTTP2Wire.priority, stream: 1, [0, 0, 0, 3, 1])),
        ("empty data", HTTP2Wire.frame(HTTP2Wire.data, stream: 1)),
        ("data of a byte", HTTP2Wire.frame(HTTP2Wire.data, stream: 1, [0])),
        ("window update", HTTP2Wire.frame(HTTP2Wire.windowUpdate, [0, 0, 0, 1])),
        ("window update of a stream", HTTP2Wire.frame(HTTP2Wire.windowUpdate, stream: 1, [0, 0, 0, 1])),
        ("unknown type", HTTP2Wire.frame(0xbb)),
        ("unknown type with content", HTTP2Wire.frame(0xbb, [UInt8](repeating: 0, count: 16))),
    ]

    @Test("hostile 19: a flood of frames that carry nothing ends the connection", arguments: floods)
    func emptyFrames(flood: (String, [UInt8])) async throws {
        try await TestCollector.with { collector async throws in
            let call = Wire.request(stream: 1, path: GRPCClient.tracesPath, type: "application/grpc")
            let frames = Array(repeatElement(flood.1, count: 10_000).joined())
            let answer = try await untilClosed(collector, call + frames)
            #expect(Wire.goAwayCodes(in: answer).contains(11))  // ENHANCE_YOUR_CALM
            let line = await collector.log.line(containing: "reason=framing")
            #expect(line?.contains("protocol=otlp/grpc") == true)
            try await collector.expectServing()
        }
    }

    @Test("hostile 19: who measures the way with each call, and opens its windows by each byte, is no flood")
    func talkativeSender() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start())
            // What gRPC in Go sends with each answer, in part twice as much: some thousand frames.
            let more =
                Wire.frame(Wire.windowUpdate, [0, 0, 0, 5])
                + Wire.frame(Wire.ping, [UInt8](repeating: 1, count: 8))
            for stream in Self.streams(600) {
                connection.send(Wire.call(stream: stream, SampleRequest.protobuf()))
                #expect(try await connection.frame(ofType: Wire.headers).stream == stream)
                #expect(try await connection.frame(ofType: Wire.headers).stream == stream)
                connection.send(more + Wire.frame(Wire.windowUpdate, stream: stream, [0, 0, 0, 5]) + more)
                _ = try await connection.frame(ofType: Wire.ping)
                _ = try await connection.frame(ofType: Wire.ping)
            }
            connection.close()
            try await collector.expectServing()
        }
    }

    @Test("hostile 19: a message in small frames is taken", arguments: [4, 5, 100])
    func smallFrames(size: Int) async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let message = GRPCClient.framed(SampleRequest.protobuf(bytes: 60_000))
            let parts = stride(from: 0, to: message.count, by: size).map {
                Array(message[$0..<min($0 + size, message.count)])
            }
            #expect(try await client.call(parts: parts).status == 0)
            client.close()
            try await collector.expectServing()
        }
    }

    @Test("hostile 20: resets that a sender provokes from us end the connection", arguments: [true, false])
    func provokedResets(isWindow: Bool) async throws {
        try await TestCollector.with { collector async throws in
            let flood = Self.streams(2_000).flatMap { stream in
                Wire.request(
                    stream: stream, path: GRPCClient.tracesPath, type: "application/grpc",
                    endsStream: !isWindow)
                    + (isWindow
                        ? Wire.frame(Wire.windowUpdate, stream: stream, [0, 0, 0, 0])
                        : Wire.frame(Wire.data, stream: stream, [1]))
            }
            _ = try await untilClosed(collector, flood)
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 21: frames that are of no use here are passed over",
        arguments: [
            HTTP2Wire.frame(
                HTTP2Wire.alternativeService, [0, 3] + Array("a.b".utf8) + Array("h2=\":1\"".utf8)),
            HTTP2Wire.frame(HTTP2Wire.alternativeService, [0, 0, 1]),
            HTTP2Wire.frame(HTTP2Wire.origin, [0, 8] + Array("http://a".utf8)),
            HTTP2Wire.frame(0xbb, [1, 2, 3]),
        ])
    func unknownFrames(frame: [UInt8]) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start() + frame + Wire.call(stream: 1, SampleRequest.protobuf()))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 1)
            #expect(try collector.storedSpans() == 1)
            connection.close()
        }
    }

    @Test("hostile 22: a header that is named a thousand times ends the stream or the connection")
    func headerBomb() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let large = Wire.literal("a", String(repeating: "b", count: 3_900), isIndexed: true)
            let block = large + [UInt8](repeating: 0xbe, count: 1_000)
            connection.send(
                Wire.start()
                    + Wire.frame(Wire.headers, flags: Wire.endHeaders | Wire.endStream, stream: 1, block))
            let answer = try await connection.untilClosed()
            #expect(!Wire.goAwayCodes(in: answer).isEmpty)
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 23: a path with ends of lines or a NUL is no request",
        arguments: ["\r", "\n", "\0", "\r\nA: b"])
    func badPath(bad: String) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let call =
                Wire.request(stream: 1, path: "/v1/traces\(bad)", type: "application/json")
                + Wire.frame(Wire.data, flags: Wire.endStream, stream: 1, SampleRequest.json())
            connection.send(Wire.start() + call)
            var frame = try await connection.frame()
            while frame.type != Wire.reset && frame.type != Wire.goAway && frame.type != Wire.headers {
                frame = try await connection.frame()
            }
            #expect(frame.type != Wire.headers)
            #expect(try collector.storedSpans() == 0)
            connection.close()
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 24: ten thousand calls of a sender that takes no answer stay bounded, and end with the connection"
    )
    func closedWindow() async throws {
        let settings = TestCollector.settings {
            $0.http2AgeSecondsMax = 1
            $0.http2GraceSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let message = SampleRequest.protobuf()
            // 4 is the setting of the window of a stream.
            connection.send(Wire.start([(4, 0)]))
            // As many as senders begin with before they know how many they may: all are taken.
            connection.send(Self.streams(100).flatMap { Wire.call(stream: $0, message) })
            let said = try await connection.untilClosed()
            #expect(Wire.goAwayCodes(in: said) == [0], "it was its age that ended it")
            #expect(try collector.storedSpans() == 1)
            try await collector.expectServing()

            let flood = try await WireConnection(port: collector.grpcPort)
            flood.send(Wire.start([(4, 0)]))
            flood.send(Self.streams(10_000).flatMap { Wire.call(stream: $0, message) })
            _ = try await flood.untilClosed()
            try await collector.expectServing()
        }
    }

    @Test("hostile 24: a sender whose window begins with nothing gets its answer when it opens it")
    func windowOpensLater() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start([(4, 0)]) + Wire.call(stream: 1, SampleRequest.protobuf()))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 1)
            #expect(try collector.storedSpans() == 1)
            connection.send(Wire.frame(Wire.windowUpdate, stream: 1, [0, 0, 1, 0]))
            #expect(try await connection.frame(ofType: Wire.data).payload == [0, 0, 0, 0, 0])
            let trailers = try await connection.frame(ofType: Wire.headers)
            #expect(trailers.stream == 1)
            #expect(trailers.flags & Wire.endStream != 0)
            connection.close()
        }
    }

    @Test("D6: of a thousand calls at a time 128 are taken, and the limit is announced")
    func manyStreams() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start())
            let announced = try await connection.frame(ofType: Wire.settings).payload
            #expect(announced.contains([0, 3, 0, 0, 0, 128]))
            let open = Self.streams(1_000).flatMap {
                Wire.request(stream: $0, path: GRPCClient.tracesPath, type: "application/grpc")
            }
            connection.send(open)
            // See `HTTP2Limits`: a sender that goes beyond the limit loses the connection.
            #expect(!Wire.goAwayCodes(in: try await connection.untilClosed()).isEmpty)
            try await collector.expectServing()
        }
    }

    @Test(
        "D6: so many calls at a time that are refused while their bodies come leave the connection as it is")
    func manyRefusals() async throws {
        let settings = TestCollector.settings { $0.http2StreamsMax = 100 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start())
            let streams = Self.streams(100)
            let tooLarge = [0] + Wire.bigEndian(UInt32.max)
            connection.send(
                streams.flatMap {
                    Wire.request(stream: $0, path: GRPCClient.tracesPath, type: "application/grpc")
                        + Wire.frame(Wire.data, stream: $0, tooLarge)
                })
            for _ in streams { _ = try await connection.frame(ofType: Wire.reset) }
            connection.send(
                streams.flatMap { Wire.frame(Wire.data, stream: $0, [UInt8](repeating: 0, count: 100)) })
            connection.send(Wire.call(stream: 201, SampleRequest.protobuf()))
            #expect(try await connection.frame(ofType: Wire.headers).stream == 201)
            connection.close()
            try await collector.expectServing()
        }
    }

    @Test("D6: a connection without calls is told to end")
    func idleConnection() async throws {
        let settings = TestCollector.settings { $0.grpcIdleSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let client = try await collector.connectGRPC()
            try await client.channel.closeFuture.get()
            try await collector.expectServing()
        }
    }

    @Test("D6: a message that comes slowly is given up, and other calls of its connection are not")
    func slowMessage() async throws {
        let settings = TestCollector.settings { $0.bodyStallSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let client = try await collector.connectGRPC()
            async let slow = client.call(parts: [[0, 0, 0, 0, 9, 1]], endsStream: false)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            #expect(try await slow.status == 14)
            #expect(try await client.export(SampleRequest.protobuf(seed: 2)).status == 0)
            #expect(try collector.storedSpans() == 2)
        }
    }
}

extension [UInt8] {
    /// Whether the bytes stand together somewhere in it.
    fileprivate func contains(_ part: [UInt8]) -> Bool { firstRange(of: part) != nil }
}
