import Collector
import TestSupport
import Testing

/// RFC 9112, 9.6: who has ended its side of a connection may still read.
@Suite("A sender that ends its side after a request", .timeLimit(.minutes(15)))
struct HalfClosedTests {
    private typealias Wire = HTTP2Wire

    @Test("gets the answer, and then the connection ends")
    func http1() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post(SampleRequest.protobuf())
            connection.endSending()
            let reply = try await connection.reply()
            #expect(reply.status == 200)
            #expect(try await connection.untilClosed() == [])
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("gets the answers to all that it has asked")
    func pipelined() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            for seed: UInt8 in 1...3 { connection.post(SampleRequest.protobuf(seed: seed)) }
            connection.endSending()
            for _ in 1...3 { #expect(try await connection.reply().status == 200) }
            #expect(try await connection.untilClosed() == [])
            #expect(try collector.storedSpans() == 3)
        }
    }

    @Test("learns why it was refused")
    func refused() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post([1, 2, 3], path: "/nowhere")
            connection.endSending()
            #expect(try await connection.reply().status == 404)
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test(
        "gets the answer over TLS, too, also without close_notify", arguments: ["http/1.1", "h2"],
        [false, true])
    func tls(version: String, isTruncated: Bool) async throws {
        let certificates = try await TestCertificates()
        try await TestCollector.with(TestCollector.settings { $0.tls = certificates.server }) {
            collector async throws in
            let connection = try await WireConnection(
                port: collector.httpPort, tls: try certificates.clientContext(protocols: [version]))
            if version == "h2" {
                connection.send(Wire.start() + Wire.call(stream: 1, SampleRequest.protobuf()))
            } else {
                connection.post(SampleRequest.protobuf())
            }
            try await connection.endSending(withoutCloseNotify: isTruncated)
            let answer = try await connection.untilClosed()
            if version == "h2" {
                #expect(answer.isAnswered)
            } else {
                #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
            }
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("gets the answers to all of its calls, and then the connection ends")
    func calls() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let streams: [UInt32] = [1, 3, 5]
            connection.send(
                Wire.start()
                    + streams.flatMap { Wire.call(stream: $0, SampleRequest.protobuf(seed: UInt8($0))) })
            connection.endSending()
            let ended = Wire.frames(in: try await connection.untilClosed()).filter {
                $0.type == Wire.headers && $0.flags & Wire.endStream != 0
            }
            #expect(ended.map(\.stream).sorted() == streams)
            #expect(try collector.storedSpans() == 3)
        }
    }

    @Test("gets all of them, also when they wait for its window and its reading")
    func slowReader() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            try await connection.stopReading()
            for _ in 0..<2_000 { connection.post(SampleRequest.protobuf()) }
            connection.endSending()
            try await connection.goOnReading()
            for _ in 0..<2_000 { #expect(try await connection.reply().status == 200) }
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test(
        "is let go at once when there is nothing to answer",
        arguments: [
            "", "PRI * HTTP/2", "POST /v1/traces HT",
            "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        ])
    func nothingWhole(bytes: String) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(bytes)
            connection.endSending()
            #expect(try await connection.untilClosed() == [])
            await collector.expectNothingHeld()
            #expect(collector.server.service.refusals.total == 0)
            try await collector.expectServing()
        }
    }

    @Test(
        "is let go at once when the rest of its requests will not come",
        arguments: [HalfCall.Kind.grpc, .http])
    func halfCalls(kind: HalfCall.Kind) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(
                Wire.start() + HalfCall(kind).beginning + Wire.call(stream: 3, SampleRequest.protobuf()))
            connection.endSending()
            #expect(try await connection.untilClosed().isAnswered)
            await collector.expectNothingHeld()
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("is let go at once when no call is open")
    func nothingOpen() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start() + Wire.call(stream: 1, SampleRequest.protobuf()))
            var frame = try await connection.frame(ofType: Wire.headers)
            while frame.flags & Wire.endStream == 0 {
                frame = try await connection.frame(ofType: Wire.headers)
            }
            connection.endSending()
            _ = try await connection.untilClosed()
        }
    }
}

extension [UInt8] {
    /// Whether they hold the end of a call's answer.
    fileprivate var isAnswered: Bool {
        HTTP2Wire.frames(in: self).contains {
            $0.type == HTTP2Wire.headers && $0.flags & HTTP2Wire.endStream != 0
        }
    }
}
