import Collector
import TestSupport
import Testing

/// What senders have on the way when the collector is told to stop is answered, whatever they speak.
@Suite("Nothing that was sent is turned away at the end", .timeLimit(.minutes(15)))
struct DrainTests {
    private typealias Wire = HTTP2Wire

    private static let anyStream: [UInt8] = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]

    /// Connections without a request stay for longer than any test.
    private static func patient(_ settings: inout CollectorSettings) { settings.drainIdleSecondsMax = 60 }

    @Test(
        "C10: a request on an idle HTTP/1 connection is answered, and the answer says that it is the last",
        arguments: Encryption.allCases)
    func idleHTTP1(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption, Self.patient) { drained async throws in
            let connection = try await drained.connectHTTP1()
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().headers["connection"] == nil)
            let end = await drained.beginEnd()
            connection.post(SampleRequest.protobuf(seed: 2))
            let last = try await connection.reply()
            #expect(last.status == 200)
            #expect(last.headers["connection"] == "close")
            #expect(try await connection.untilClosedInOrder() == [])
            await end.value
            #expect(try drained.collector.storedSpans() == 2)
        }
    }

    @Test(
        "C10: a connection that has said nothing yet is served, and one that is silent is not waited for",
        arguments: Encryption.allCases)
    func silentConnection(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption, Self.patient) { drained async throws in
            let connection = try await drained.connectHTTP1()
            try await drained.exchange()
            let end = await drained.beginEnd()
            connection.post(SampleRequest.protobuf())
            let last = try await connection.reply()
            #expect(last.status == 200)
            #expect(last.headers["connection"] == "close")
            await end.value
        }
        try await DrainedCollector.with(encryption, { $0.drainIdleSecondsMax = 1 }) { drained async throws in
            let connection = try await drained.connectHTTP1()
            try await drained.exchange()
            await drained.collector.server.shutdown()
            #expect(try await connection.untilClosed() == [])
            await drained.expectOrder()
        }
    }

    @Test(
        "C10: a refused request's connection is served once more, and told that this was the last time",
        arguments: Encryption.allCases)
    func afterRefusal(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption, Self.patient) { drained async throws in
            let connection = try await drained.connectHTTP1()
            connection.post([1, 2, 3], type: "text/plain")
            #expect(try await connection.reply().status == 415)
            let end = await drained.beginEnd()
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().headers["connection"] == "close")
            #expect(try await connection.untilClosedInOrder() == [])
            await end.value
            #expect(try drained.collector.storedSpans() == 1)
        }
    }

    @Test(
        "C10: a call that crosses the GOAWAY is answered; only then the last stream is named",
        arguments: Encryption.allCases)
    func crossingCall(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption) { drained async throws in
            let connection = try await drained.connectHTTP2()
            connection.send(Wire.start() + Wire.call(stream: 1, SampleRequest.protobuf()))
            _ = try await connection.frame(ofType: Wire.data)
            let end = await drained.beginEnd()
            #expect(try await connection.frame(ofType: Wire.goAway).payload == Self.anyStream)
            let ping = try await connection.frame(ofType: Wire.ping)
            #expect(ping.flags == 0)
            connection.send(Wire.call(stream: 3, SampleRequest.protobuf(seed: 2)))
            let data = try await connection.frame(ofType: Wire.data)
            #expect(data.stream == 3)
            #expect(data.payload == [0, 0, 0, 0, 0])
            connection.send(Wire.frame(Wire.ping, flags: 1, ping.payload))
            #expect(try await connection.frame(ofType: Wire.goAway).payload == [0, 0, 0, 3, 0, 0, 0, 0])
            _ = try await connection.untilClosedInOrder()
            await end.value
            #expect(try drained.collector.storedSpans() == 2)
        }
    }

    @Test(
        "C10: a call that has begun is finished, and one more beside it, before the connection ends",
        arguments: Encryption.allCases)
    func callsUnderWay(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption) { drained async throws in
            let connection = try await drained.connectHTTP2()
            let call = HalfCall(.grpc)
            connection.send(Wire.start() + call.beginning)
            _ = try await connection.frame(ofType: Wire.settings)
            try await drained.exchange()
            let end = await drained.beginEnd()
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
                    if goAways.count == 2 { connection.send(call.end) }
                default: break
                }
            }
            #expect(goAways == [Self.anyStream, [0, 0, 0, 3, 0, 0, 0, 0]])
            _ = try await connection.untilClosedInOrder()
            await end.value
            #expect(try drained.collector.storedSpans() == 2)
        }
    }

    @Test(
        "C10: requests under way in every protocol are answered, new connections and calls are not taken",
        arguments: Encryption.allCases)
    func everyProtocol(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption) { drained async throws in
            let http1 = try await drained.connectHTTP1()
            let body = SampleRequest.protobuf(seed: 1)
            http1.post(Array(body.dropLast(5)), headers: [], announcing: body.count)
            let calls = [HalfCall(.grpc, seed: 2), HalfCall(.http, seed: 3)]
            var http2: [WireConnection] = []
            for call in calls {
                let connection = try await drained.connectHTTP2()
                connection.send(Wire.start() + call.beginning + Wire.frame(Wire.ping, [UInt8](1...8)))
                // Whoever answers this has seen the call before it.
                _ = try await connection.frame(ofType: Wire.ping)
                http2.append(connection)
            }
            try await drained.exchange()
            let end = await drained.beginEnd()
            await drained.expectNoNewConnections()
            for (connection, call) in zip(http2, calls) {
                #expect(try await connection.frame(ofType: Wire.goAway).payload == Self.anyStream)
                let ping = try await connection.frame(ofType: Wire.ping)
                connection.send(Wire.frame(Wire.ping, flags: 1, ping.payload))
                #expect(try await connection.frame(ofType: Wire.goAway).payload == [0, 0, 0, 1, 0, 0, 0, 0])
                // Its sender knows that nobody looks at what comes after the last stream.
                connection.send(
                    Wire.request(
                        stream: 3, path: "/v1/traces", type: "application/x-protobuf", endsStream: true)
                        + call.end)
                let head = try await connection.frame(ofType: Wire.headers)
                #expect(head.stream == 1)
                #expect(head.payload.first == Wire.statusOK)
                let rest = try await connection.untilClosedInOrder()
                #expect(Wire.frames(in: rest).allSatisfy { $0.stream < 3 })
            }
            http1.send(Array(body.suffix(5)))
            let last = try await http1.reply()
            #expect(last.status == 200)
            #expect(last.headers["connection"] == "close")
            #expect(try await http1.untilClosedInOrder() == [])
            await end.value
            #expect(try drained.collector.storedSpans() == 3)
            await drained.expectOrder()
        }
    }

    @Test(
        "C10: a request that does not go on is cut off when the time is over, and nothing of it is stored",
        arguments: Encryption.allCases)
    func stuckRequest(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption, { $0.drainSecondsMax = 1 }) { drained async throws in
            let http1 = try await drained.connectHTTP1()
            http1.post([0x0a], headers: ["Expect: 100-continue"], announcing: 100)
            #expect(try await http1.reply().status == 100)
            let http2 = try await drained.connectHTTP2()
            http2.send(Wire.start() + HalfCall(.grpc).beginning)
            _ = try await http2.frame(ofType: Wire.settings)
            await drained.collector.server.shutdown()
            _ = try await http1.untilClosed()
            _ = try await http2.untilClosed()
            #expect(await drained.collector.log.line(containing: "stopping.forced") != nil)
            #expect(try drained.collector.storedSpans() == 0)
        }
    }

    @Test(
        "C10: a sender that is not there any more, in the handshake or after it, is not waited for",
        arguments: Encryption.allCases)
    func absentSender(encryption: Encryption) async throws {
        try await DrainedCollector.with(encryption) { drained async throws in
            let idle = try await drained.connectHTTP1()
            idle.post(SampleRequest.protobuf())
            #expect(try await idle.reply().status == 200)
            try await idle.stopReading()
            let silent = try await WireConnection(port: drained.collector.httpPort)
            if encryption == .tls { silent.send([0x16, 3, 1, 0, 200]) }
            try await silent.stopReading()
            try await drained.exchange()
            await drained.collector.server.shutdown()
            await drained.expectOrder()
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
