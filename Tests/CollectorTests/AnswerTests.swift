import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

@Suite("Answers are what OTLP asks for", .timeLimit(.minutes(15)))
struct AnswerTests {
    private static let types = ["application/x-protobuf", "application/json"]

    private func body(_ type: String) -> [UInt8] {
        type == "application/json" ? SampleRequest.json() : SampleRequest.protobuf()
    }

    @Test("B1: the answer has the type of the request", arguments: types)
    func answerType(type: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(body(type), type: type)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == type)
        }
    }

    @Test("C1: what cannot be decoded is 400 or INVALID_ARGUMENT, which nobody sends again")
    func undecodable() async throws {
        try await TestCollector.with { collector async throws in
            let bodies: [(body: [UInt8], type: String, headers: [String])] = [
                (Array("{\"a\":".utf8), "application/json", []),
                (Array(SampleRequest.protobuf().dropLast()), "application/x-protobuf", []),
                ([0x1f, 0x8b, 0xff], "application/x-protobuf", ["Content-Encoding: gzip"]),
                ([0x28, 0xb5], "application/x-protobuf", ["Content-Encoding: zstd"]),
            ]
            for (body, type, headers) in bodies {
                let reply = try await collector.post(body, type: type, headers: headers)
                #expect(reply.status == 400)
                #expect(reply.headers["retry-after"] == nil)
            }
            let client = try await collector.connectGRPC()
            #expect(try await client.export(Array(SampleRequest.protobuf().dropLast())).status == 3)
        }
    }

    @Test("C2: a refusal is a Status in the encoding of the request")
    func statusInTheEncoding() async throws {
        try await TestCollector.with { collector async throws in
            let json = try await collector.post(Array("x".utf8), type: "application/json")
            #expect(json.headers["content-type"] == "application/json")
            let status = try JSONValue(parsing: String(decoding: json.body, as: UTF8.self))
            #expect(status["code"]?.number == 3)
            #expect(status["message"]?.text?.contains("json 1:1") == true)
            let protobuf = try await collector.post([0xff], type: "application/x-protobuf")
            #expect(protobuf.headers["content-type"] == "application/x-protobuf")
            #expect(RPCStatus(protobuf: protobuf.body)?.code == 3)
        }
    }

    @Test("C3: what is malformed is told field by field: BadRequest in the details, on all transports")
    func badRequestDetails() async throws {
        try await TestCollector.with { collector async throws in
            let type = "type.googleapis.com/google.rpc.BadRequest"
            let json = try await collector.post(
                Array(#"{"resourceSpans":[{"scopeSpans":7}]}"#.utf8), type: "application/json")
            let status = try JSONValue(parsing: String(decoding: json.body, as: UTF8.self))
            let detail = try #require(status["details"]?.elements.first)
            #expect(detail["@type"]?.text == type)
            let violation = try #require(detail["fieldViolations"]?.elements.first)
            #expect(violation["field"]?.text == "resourceSpans[0].scopeSpans")
            #expect(violation["description"]?.text?.contains("expected an array") == true)
            let protobuf = try await collector.post([0xff])
            #expect(RPCStatus(protobuf: protobuf.body)?.details == [type])
            let client = try await collector.connectGRPC()
            #expect(try await client.export([0xff]).trailer("grpc-status-details-bin") != nil)
        }
    }

    @Test("D4: thousands of rejected spans make an answer of a few bytes")
    func manyRejected() async throws {
        try await TestCollector.with(TestCollector.settings { $0.maxBodyBytes = 1 << 20 }) {
            collector async throws in
            var request = SampleRequest.request(spans: 5_000)
            for index in 0..<5_000 { request.resourceSpans[0].scopeSpans[0].spans[index].spanID = [1] }
            let reply = try await collector.post(request.protobufBytes())
            #expect(reply.status == 200)
            #expect(reply.body.count < 2_048)
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test(
        "hostile 51: spans whose ids are of another length, or zeros, are refused alone",
        arguments: [0, 8, 15, 17, 16])
    func badTraceID(length: Int) async throws {
        try await TestCollector.with { collector async throws in
            var request = SampleRequest.request(spans: 3)
            request.resourceSpans[0].scopeSpans[0].spans[1].traceID = [UInt8](repeating: 0, count: length)
            let reply = try await collector.post(request.protobufBytes())
            #expect(reply.status == 200)
            #expect(reply.body.dropFirst(2).prefix(2) == [0x08, 1])
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test(
        "hostile 35: encodings that are not taken are 415, with those that are",
        arguments: ["br", "lz4", "snappy", "gzip, gzip"])
    func otherEncodings(name: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(
                SampleRequest.protobuf(), headers: ["Content-Encoding: \(name)"])
            #expect(reply.status == 415)
            #expect(reply.headers["accept-encoding"] == "gzip,zstd,deflate,identity")
            let client = try await collector.connectGRPC()
            let answer = try await client.call(
                GRPCClient.headers([("grpc-encoding", name)]),
                parts: [GRPCClient.framed(SampleRequest.protobuf(), isCompressed: true)])
            #expect(answer.status == 12)
            #expect(answer.trailer("grpc-accept-encoding") == "gzip,zstd,deflate,identity")
        }
    }

    @Test("A7: zstd and deflate are taken on both transports", arguments: ["zstd", "deflate"])
    func moreEncodings(name: String) async throws {
        try await TestCollector.with { collector async throws in
            func packed(_ seed: UInt8) -> [UInt8] {
                let body = SampleRequest.protobuf(seed: seed)
                return name == "zstd" ? ZstdFrame.stored(body) : Zlib.stored(body)
            }
            let reply = try await collector.post(packed(1), headers: ["Content-Encoding: \(name)"])
            #expect(reply.status == 200)
            let client = try await collector.connectGRPC()
            let answer = try await client.call(
                GRPCClient.headers([("grpc-encoding", name)]),
                parts: [GRPCClient.framed(packed(2), isCompressed: true)])
            #expect(answer.status == 0)
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("hostile 50: attributes with one key are stored as they came")
    func repeatedKeys() async throws {
        try await TestCollector.with { collector async throws in
            var request = SampleRequest.request()
            request.resourceSpans[0].scopeSpans[0].spans[0].attributes = [
                .init("k", .string("first")), .init("k", .string("last")),
            ]
            #expect(try await collector.post(request.protobufBytes()).status == 200)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test(
        "hostile 49: a million attributes on a span, and a value of 20 MiB, are answered and nobody else notices"
    )
    func hugeSpan() async throws {
        let settings = TestCollector.settings { $0.maxBodyBytes = 64 << 20 }
        try await TestCollector.with(settings) { collector async throws in
            var many = SampleRequest.request(seed: 1)
            many.resourceSpans[0].scopeSpans[0].spans[0].attributes = Array(
                repeating: .init("k", .bool(true)), count: 1_000_000)
            var long = SampleRequest.request(seed: 2)
            long.resourceSpans[0].scopeSpans[0].spans[0].attributes = [
                .init("long", .string(String(repeating: "x", count: 20 << 20)))
            ]
            for request in [many, long] {
                let reply = try await collector.post(request.protobufBytes())
                #expect([200, 413].contains(reply.status))
                #expect(try await collector.post(SampleRequest.protobuf(seed: 3)).status == 200)
            }
            #expect(collector.server.service.inFlight.usedBytes < 64 << 20)
        }
    }

    @Test(
        "hostile 57: enum values that nobody knows are stored as their numbers",
        arguments: [99, -1] as [Int32])
    func unknownEnums(value: Int32) async throws {
        try await TestCollector.with { collector async throws in
            var request = SampleRequest.request()
            request.resourceSpans[0].scopeSpans[0].spans[0].kind.rawValue = value
            request.resourceSpans[0].scopeSpans[0].spans[0].status.code.rawValue = value
            #expect(try await collector.post(request.protobufBytes()).status == 200)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("hostile 43: lengths of 2 GiB and more are 400 before anything is set aside for them")
    func hugeLengths() async throws {
        try await TestCollector.with { collector async throws in
            let lengths: [[UInt8]] = [
                [0xff, 0xff, 0xff, 0xff, 0x07], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
            ]
            for length in lengths {
                #expect(try await collector.post([0x0a] + length + [1, 2, 3]).status == 400)
            }
            #expect(collector.server.service.inFlight.usedBytes == 0)
        }
    }
}
