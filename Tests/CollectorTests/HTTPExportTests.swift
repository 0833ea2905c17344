import Collector
import Telemetry
import TestSupport
import Testing

@Suite("OTLP/HTTP takes good requests", .timeLimit(.minutes(15)))
struct HTTPExportTests {
    @Test("B2: a protobuf request is stored before it is answered, and the answer is an empty message")
    func protobufIsStored() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(SampleRequest.protobuf(spans: 3))
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/x-protobuf")
            #expect(reply.body == [])
            #expect(try collector.storedSpans() == 3)
        }
    }

    @Test(
        "A11: a JSON request is answered in JSON, whatever the spelling of its type",
        arguments: ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"])
    func jsonIsStored(type: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(SampleRequest.json(), type: type)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(String(decoding: reply.body, as: UTF8.self) == "{}")
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("both decoders store the same", arguments: ProtobufDecoder.allCases)
    func decoderCanBeChosen(decoder: ProtobufDecoder) async throws {
        let settings = TestCollector.settings { $0.decoder = decoder }
        try await TestCollector.with(settings) { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf(spans: 5)).status == 200)
            #expect(try collector.storedSpans() == 5)
        }
    }

    @Test("B5: an empty request is a success that stores nothing")
    func emptyRequestSucceeds() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post([]).status == 200)
            #expect(try await collector.post(Array("{}".utf8), type: "application/json").status == 200)
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test("B7: the same body twice is acknowledged twice and stored once")
    func retryIsStoredOnce() async throws {
        try await TestCollector.with { collector async throws in
            let body = SampleRequest.protobuf(spans: 4)
            #expect(try await collector.post(body).status == 200)
            #expect(try await collector.post(body).status == 200)
            #expect(
                try await collector.post(Gzip.stored(body), headers: ["Content-Encoding: gzip"]).status == 200
            )
            #expect(try collector.storedSpans() == 4)
        }
    }

    @Test("B3: a span with a bad id is refused alone, and the answer says how many and why")
    func badSpanIsRefusedAlone() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(SampleRequest.protobufWithBadSpan())
            #expect(reply.status == 200)
            // partial_success = 1, in it rejected_spans = 1 with the value 1 and error_message = 2.
            #expect(reply.body.prefix(1) == [0x0a])
            #expect(reply.body.dropFirst(2).prefix(3) == [0x08, 1, 0x12])
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("A6: gzip is taken, in several members too", arguments: ["gzip", "GZIP", "x-gzip"])
    func gzipIsTaken(name: String) async throws {
        try await TestCollector.with { collector async throws in
            let body = SampleRequest.protobuf(spans: 2)
            let members = Gzip.stored(Array(body.prefix(10))) + Gzip.stored(Array(body.dropFirst(10)))
            let reply = try await collector.post(members, headers: ["Content-Encoding: \(name)"])
            #expect(reply.status == 200)
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("hostile 39: gzip of nothing is an empty request")
    func gzipOfNothingSucceeds() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(Gzip.stored([]), headers: ["Content-Encoding: gzip"])
            #expect(reply.status == 200)
        }
    }

    @Test("a chunked body without a length is taken")
    func chunkedBodyIsTaken() async throws {
        try await TestCollector.with { collector async throws in
            let body = SampleRequest.protobuf()
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-protobuf\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            for byte in body { connection.send(Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8)) }
            connection.send("0\r\n\r\n")
            #expect(try await connection.reply().status == 200)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("a target may be a whole URL with a query")
    func absoluteTargetIsTaken() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(
                SampleRequest.protobuf(), path: "http://collector.example:4318/v1/traces?a=b")
            #expect(reply.status == 200)
        }
    }

    @Test("a sender that asks for permission gets it, and then its answer")
    func continueIsGiven() async throws {
        try await TestCollector.with { collector async throws in
            let body = SampleRequest.protobuf()
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: \(body.count)\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await connection.reply().status == 100)
            connection.send(body)
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test("requests sent without waiting are answered in their order, over one connection")
    func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            for seed in 1...100 as ClosedRange<UInt8> {
                connection.post(SampleRequest.protobuf(seed: seed))
                connection.post([], path: "/elsewhere/\(seed)")
                connection.post(SampleRequest.json(seed: seed + 100), type: "application/json")
            }
            for _ in 1...100 {
                #expect(try await connection.reply().headers["content-type"] == "application/x-protobuf")
                #expect(try await connection.reply().status == 404)
                let last = try await connection.reply()
                #expect(last.status == 200)
                #expect(last.headers["content-type"] == "application/json")
            }
            #expect(try collector.storedSpans() == 200)
        }
    }

    @Test("ten thousand requests in one write do not exhaust the stack")
    func pipelinedFloodIsAnswered() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post(SampleRequest.protobuf())
            connection.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 10_000))
            #expect(try await connection.reply().status == 200)
            for _ in 0..<10_000 {
                guard try await connection.reply().status == 404 else {
                    Issue.record("not a 404")
                    return
                }
            }
        }
    }

    @Test("a connection closes after the answer when the sender asks for it, and HTTP/1.0 senders always do")
    func connectionCloses() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post(SampleRequest.protobuf(), headers: ["Connection: close"])
            let reply = try await connection.reply()
            #expect(reply.status == 200)
            #expect(reply.headers["connection"] == "close")
            #expect(try await connection.untilClosed() == [])

            let old = try await collector.connectHTTP()
            old.send("POST /v1/traces HTTP/1.0\r\nHost: a\r\nContent-Type: application/json\r\n")
            old.send("Content-Length: 2\r\n\r\n{}")
            #expect(try await old.reply().status == 200)
            #expect(try await old.untilClosed() == [])
        }
    }
}
