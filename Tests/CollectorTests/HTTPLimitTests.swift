import Collector
import Telemetry
import TestSupport
import Testing

@Suite("OTLP/HTTP keeps its limits", .timeLimit(.minutes(15)))
struct HTTPLimitTests {
    static let limit = 64 << 10

    @Test("D1: a body of exactly the limit passes, one byte more does not")
    func limitIsExact() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf(bytes: Self.limit)).status == 200)
            let reply = try await collector.post(SampleRequest.protobuf(bytes: Self.limit + 1))
            #expect(reply.status == 413)
            let status = try #require(RPCStatus(protobuf: reply.body))
            #expect(status.code == 8)
            #expect(status.message.contains("\(Self.limit)"))
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("D3: the limit is exact for what gzip holds, over all of its members")
    func gzipLimitIsExact() async throws {
        try await TestCollector.with { collector async throws in
            for (bytes, status) in [(Self.limit, 200), (Self.limit + 1, 413)] {
                let body = SampleRequest.protobuf(bytes: bytes)
                let zeros = body.reversed().prefix { $0 == 0 }.count
                let members = Gzip.stored(Array(body.dropLast(zeros))) + Gzip.zeros(zeros)
                let reply = try await collector.post(members, headers: ["Content-Encoding: gzip"])
                #expect(reply.status == status)
            }
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("D2: a bomb stops at the limit, whatever it claims", arguments: [0, 1, 10 << 20, .max] as [UInt32])
    func bombIsRefused(claimedBytes: UInt32) async throws {
        try await TestCollector.with { collector async throws in
            let bomb = Gzip.bomb(zeros: 1 << 20, claimedBytes: claimedBytes)
            #expect(bomb.count < Self.limit)
            let reply = try await collector.post(bomb, headers: ["Content-Encoding: gzip"])
            #expect(reply.status == 413)
            #expect(collector.server.service.inFlight.usedBytes == 0)
        }
    }

    @Test("a length over the limit is refused before the body, without permission to send it")
    func announcedLengthIsRefused() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n")
            let reply = try await connection.reply()
            #expect(reply.status == 413)
            #expect(reply.headers["connection"] == "close")
        }
    }

    @Test("a chunked body over the limit is refused as soon as it is, and the sender sees the answer")
    func chunkedBodyOverTheLimitIsRefused() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
            for _ in 0..<200 { connection.send(chunk) }
            #expect(try await connection.reply().status == 413)
            connection.send("0\r\n\r\n")
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test("when bodies hold all the memory there is, senders are asked to come back")
    func memoryIsBounded() async throws {
        let settings = TestCollector.settings { $0.inFlightBytesMax = 8 * Self.limit }
        try await TestCollector.with(settings) { collector async throws in
            let others = collector.server.service.inFlight.charge()
            #expect(others.grow(by: 8 * Self.limit - 2_000))
            let body = SampleRequest.protobuf(bytes: Self.limit)
            let reply = try await collector.post(body)
            #expect(reply.status == 503)
            let seconds = try #require(reply.headers["retry-after"].flatMap { Int($0) })
            #expect((1...60).contains(seconds))
            #expect(RPCStatus(protobuf: reply.body)?.code == 14)

            // A small one still fits, and gzip pays for what it becomes.
            #expect(try await collector.post(SampleRequest.protobuf(seed: 2)).status == 200)
            let gzip = Gzip.zeros(Self.limit / 2)
            #expect(try await collector.post(gzip, headers: ["Content-Encoding: gzip"]).status == 503)

            others.shrink(by: 8 * Self.limit - 2_000)
            let last = try await collector.post(body)
            #expect(last.status == 200, "\(String(decoding: last.body, as: UTF8.self))")
            // Two spans that are in no segment yet.
            #expect((1..<8 << 10).contains(collector.server.service.inFlight.usedBytes))
        }
    }

    @Test("a connection over the limit is closed, and a place that becomes free is given away again")
    func connectionsAreLimited() async throws {
        let settings = TestCollector.settings { $0.connectionsMax = 2 }
        try await TestCollector.with(settings) { collector async throws in
            let first = try await collector.connectHTTP()
            let second = try await collector.connectHTTP()
            for connection in [first, second] {
                connection.post(SampleRequest.protobuf())
                #expect(try await connection.reply().status == 200)
            }
            let third = try await collector.connectHTTP()
            #expect(try await third.untilClosed() == [])
            #expect(await collector.log.line(containing: "too_many_connections") != nil)
            first.post([], headers: ["Connection: close"])
            #expect(try await first.reply().status == 200)
            #expect(try await first.untilClosed() == [])
            // The server has closed it when we see that, and counts it as closed a moment later.
            var status: Int?
            for _ in 0..<500 where status == nil {
                let next = try await collector.connectHTTP()
                next.post(SampleRequest.protobuf())
                status = try? await next.reply().status
                if status == nil { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(status == 200)
        }
    }

    /// What a sender that stops says before it does.
    static let stalls = [
        "", "POST /v1/tra",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{",
    ]

    @Test("a connection on which nothing more comes is closed", arguments: stalls)
    func stalledConnectionIsClosed(bytes: String) async throws {
        let settings = TestCollector.settings { settings in
            settings.headerSecondsMax = 1
            settings.idleSecondsMax = 1
            settings.lingerSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(bytes)
            _ = try await connection.untilClosed()
            try await collector.expectServing()
        }
    }

    @Test("a body that stops coming is told to be sent again, and the connection is closed")
    func stalledBodyIsRefused() async throws {
        let settings = TestCollector.settings { settings in
            settings.bodyStallSecondsMax = 1
            settings.lingerSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
            connection.send("Content-Length: 10\r\n\r\n{")
            let reply = try await connection.reply()
            #expect(reply.status == 503)
            #expect(reply.headers["retry-after"] != nil)
            #expect(try await connection.untilClosed() == [])
        }
    }
}
