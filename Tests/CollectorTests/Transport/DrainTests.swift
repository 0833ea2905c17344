import Collector
import TestSupport
import Testing

/// What senders have on the way when the collector is told to stop is answered, whatever they speak.
@Suite("Nothing that was sent is turned away at the end", .timeLimit(.minutes(1)))
struct DrainTests {
    private typealias Wire = HTTP2Wire

    /// Connections without a request stay for longer than any test.
    private static let patient = TestCollector.settings { $0.drainIdleSecondsMax = 60 }
    private static let anyStream: [UInt8] = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]

    /// Tells the collector to stop, and lets it begin.
    private func beginEnd(of collector: TestCollector) async -> Task<Void, Never> {
        let end = Task { await collector.server.shutdown() }
        _ = await collector.log.line(containing: " stopping ")
        return end
    }

    @Test("C10: a request on an idle HTTP/1 connection is answered, and the answer says that it is the last")
    func idleHTTP1() async throws {
        try await TestCollector.with(Self.patient) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().headers["connection"] == nil)
            let end = await beginEnd(of: collector)
            connection.post(SampleRequest.protobuf(seed: 2))
            let last = try await connection.reply()
            #expect(last.status == 200)
            #expect(last.headers["connection"] == "close")
            #expect(try await connection.untilClosed() == [])
            await end.value
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("C10: a connection that has said nothing yet is served, and one that is silent is not waited for")
    func silentConnection() async throws {
        try await TestCollector.with(Self.patient) { collector async throws in
            let connection = try await collector.connectHTTP()
            // Another one is taken after it, so this one is known.
            #expect(try await collector.post([]).status == 200)
            let end = await beginEnd(of: collector)
            connection.post(SampleRequest.protobuf())
            let last = try await connection.reply()
            #expect(last.status == 200)
            #expect(last.headers["connection"] == "close")
            await end.value
        }
        let quick = TestCollector.settings { $0.drainIdleSecondsMax = 1 }
        try await TestCollector.with(quick) { collector async throws in
            let connection = try await collector.connectHTTP()
            #expect(try await collector.post([]).status == 200)
            await collector.server.shutdown()
            #expect(try await connection.untilClosed() == [])
            #expect(!(await collector.log.rest().contains { $0.contains("stopping.forced") }))
        }
    }

    @Test("C10: a refused request's connection is served once more, and told that this was the last time")
    func afterRefusal() async throws {
        try await TestCollector.with(Self.patient) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post([1, 2, 3], type: "text/plain")
            #expect(try await connection.reply().status == 415)
            let end = await beginEnd(of: collector)
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().headers["connection"] == "close")
            await end.value
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("C10: a call that crosses the GOAWAY is answered; only then the last stream is named")
    func crossingCall() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start() + Wire.call(stream: 1, SampleRequest.protobuf()))
            _ = try await connection.frame(ofType: Wire.data)
            let end = await beginEnd(of: collector)
            #expect(try await connection.frame(ofType: Wire.goAway).payload == Self.anyStream)
            let ping = try await connection.frame(ofType: Wire.ping)
            #expect(ping.flags == 0)
            connection.send(Wire.call(stream: 3, SampleRequest.protobuf(seed: 2)))
            let data = try await connection.frame(ofType: Wire.data)
            #expect(data.stream == 3)
            #expect(data.payload == [0, 0, 0, 0, 0])
            connection.send(Wire.frame(Wire.ping, flags: 1, ping.payload))
            #expect(try await connection.frame(ofType: Wire.goAway).payload == [0, 0, 0, 3, 0, 0, 0, 0])
            _ = try await connection.untilClosed()
            await end.value
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("C10: a call that has begun is finished, and one more beside it, before the connection ends")
    func callsUnderWay() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            let body = GRPCClient.framed(SampleRequest.protobuf())
            connection.send(
                Wire.start()
                    + Wire.request(stream: 1, path: GRPCClient.tracesPath, type: "application/grpc")
                    + Wire.frame(Wire.data, stream: 1, Array(body.prefix(7))))
            _ = try await connection.frame(ofType: Wire.settings)
            #expect(try await collector.post([]).status == 200)
            let end = await beginEnd(of: collector)
            connection.send(Wire.call(stream: 3, SampleRequest.protobuf(seed: 2)))
            var goAways: [[UInt8]] = []
            var answered: Set<UInt32> = []
            while answered.count < 2 {
                let frame = try await connection.frame()
                #expect(frame.type != Wire.reset)
                switch frame.type {
                case Wire.headers where frame.flags & Wire.endStream != 0: answered.insert(frame.stream)
                case Wire.ping where frame.flags == 0:
                    connection.send(Wire.frame(Wire.ping, flags: 1, frame.payload))
                case Wire.goAway:
                    goAways.append(frame.payload)
                    guard goAways.count == 2 else { continue }
                    connection.send(
                        Wire.frame(Wire.data, flags: Wire.endStream, stream: 1, Array(body.dropFirst(7))))
                default: break
                }
            }
            #expect(goAways == [Self.anyStream, [0, 0, 0, 3, 0, 0, 0, 0]])
            _ = try await connection.untilClosed()
            await end.value
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("D6: a sender that does not answer the GOAWAY of an idle connection is not waited for")
    func unansweredGoAway() async throws {
        let settings = TestCollector.settings {
            $0.grpcIdleSecondsMax = 1
            $0.http2GraceSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.send(Wire.start())
            #expect(try await connection.frame(ofType: Wire.goAway).payload == Self.anyStream)
            _ = try await connection.untilClosed()
            try await collector.expectServing()
        }
    }
}
