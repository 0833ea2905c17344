import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

@Suite("Requests find their way by path, method and type", .timeLimit(.minutes(15)))
struct HTTPRoutingTests {
    private func text(_ reply: RawReply) -> String { String(decoding: reply.body, as: UTF8.self) }

    private func request(
        _ collector: TestCollector, _ line: String, _ headers: [String] = [], body: [UInt8] = []
    ) async throws -> RawReply {
        let connection = try await collector.connectHTTP()
        defer { connection.close() }
        let head = [line + " HTTP/1.1", "Host: a", "Content-Length: \(body.count)"] + headers
        connection.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        return try await connection.reply()
    }

    @Test(
        "A9: another method than POST is 405 with Allow: POST, on every signal's path",
        arguments: ["GET", "PUT", "PATCH"])
    func otherMethods(method: String) async throws {
        try await TestCollector.with { collector async throws in
            for path in ["/v1/traces", "/v1/metrics", "/v1/logs"] {
                let reply = try await request(collector, "\(method) \(path)")
                #expect(reply.status == 405)
                #expect(reply.headers["allow"] == "POST")
                #expect(reply.headers["content-type"] == "text/plain; charset=utf-8")
                #expect(text(reply) == "405 method not allowed, supported: [POST]")
            }
        }
    }

    @Test(
        "A10: a type that is missing or unknown is 415, and the answer lists those that are taken",
        arguments: ["", "text/plain", "application/grpc", "application/json, application/json"])
    func otherTypes(type: String) async throws {
        try await TestCollector.with { collector async throws in
            let headers = type.isEmpty ? [] : ["Content-Type: \(type)"]
            let reply = try await request(collector, "POST /v1/traces", headers, body: Array("{}".utf8))
            #expect(reply.status == 415)
            #expect(
                text(reply)
                    == "415 unsupported media type, supported: [application/json, application/x-protobuf]")
        }
    }

    @Test("hostile 33: a type that is no OTLP is 415, and the connection goes on")
    func unknownType() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            for type in ["text/plain", "application/grpc", "application/x-protobuf-but-not-quite"] {
                connection.post(SampleRequest.protobuf(), type: type)
                #expect(try await connection.reply().status == 415)
            }
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test(
        "A13: a path that nothing is taken at is 404, and the message names the right one",
        arguments: [
            ("/v1/tracesX", "/v1/traces"), ("/traces", "/v1/traces"), ("/v1/trace", "/v1/traces"),
            ("/metrics", "/v1/metrics"), ("/logs", "/v1/logs"), ("/otlp/v1/traces", "/v1/traces"),
            ("/v1/../v1/traces", "/v1/traces"), ("/v1", "/v1/traces"),
        ])
    func unknownPath(path: String, right: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(SampleRequest.protobuf(), path: path)
            #expect(reply.status == 404)
            let status = try #require(RPCStatus(protobuf: reply.body))
            #expect(status.message.contains(right))
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test("A14: profiles are not taken, and nothing is lost by asking")
    func profiles() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(SampleRequest.protobuf(), path: "/v1development/profiles")
            #expect(reply.status == 404)
            let client = try await collector.connectGRPC()
            let path = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"
            let answer = try await client.call(
                GRPCClient.headers(path: path), parts: [GRPCClient.framed(SampleRequest.protobuf())])
            #expect(answer.status == 12)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
        }
    }

    @Test("reflection is off: UNIMPLEMENTED, with what there is")
    func reflection() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
            let answer = try await client.call(GRPCClient.headers(path: path), parts: [GRPCClient.framed([])])
            #expect(answer.status == 12)
            #expect(answer.message?.contains("grpc.health.v1") == true)
        }
    }

    // MARK: Set-up mistakes

    /// Sends the same mistake twice: both are stored, the first answer and the log say what to change.
    private func expectForgiven(
        path: String, type: String, bodies: [[UInt8]], message: String
    ) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.post(bodies[0], path: path, type: type)
            let first = try await connection.reply()
            #expect(first.status == 200)
            #expect(text(first).contains(message))
            connection.post(bodies[1], path: path, type: type)
            let second = try await connection.reply()
            #expect(second.status == 200)
            #expect(text(second) == (type == "application/json" ? "{}" : ""))
            #expect(try collector.storedSpans() == 2)
            let lines = await collector.log.rest().filter { $0.contains("sender.notice") }
            #expect(lines.count == 1)
            #expect(lines.first?.contains("warning") == true && lines.first?.contains(message) == true)
        }
    }

    private static let protobufs = [SampleRequest.protobuf(seed: 1), SampleRequest.protobuf(seed: 2)]
    private static let jsons = [SampleRequest.json(seed: 1), SampleRequest.json(seed: 2)]

    @Test(
        "J1: what is posted to the root is stored as what it is, and the sender is told the path",
        arguments: [true, false])
    func root(isJSON: Bool) async throws {
        try await expectForgiven(
            path: "/", type: isJSON ? "application/json" : "application/x-protobuf",
            bodies: isJSON ? Self.jsons : Self.protobufs,
            message: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    }

    @Test(
        "J1: what does not show its signal at the root is refused with all paths",
        arguments: [Array("{}".utf8), []])
    func unrecognisableAtRoot(body: [UInt8]) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(body, path: "/", type: "application/json")
            #expect(reply.status == 404)
            #expect(text(reply).contains("/v1/traces, /v1/metrics and /v1/logs"))
        }
    }

    @Test("J2: a signal's path twice is understood")
    func doubledPath() async throws {
        try await expectForgiven(
            path: "/v1/traces/v1/traces", type: "application/x-protobuf", bodies: Self.protobufs,
            message: "set OTEL_EXPORTER_OTLP_ENDPOINT to the address without a path")
    }

    @Test("J3: the version twice is understood")
    func doubledVersion() async throws {
        try await expectForgiven(
            path: "/v1/v1/traces", type: "application/json", bodies: Self.jsons, message: "/v1/v1/traces")
    }

    @Test(
        "J4: a slash at the end, or one too many, is understood", arguments: ["/v1/traces/", "//v1/traces"])
    func slashes(path: String) async throws {
        try await expectForgiven(
            path: path, type: "application/x-protobuf", bodies: Self.protobufs,
            message: "traces go to /v1/traces")
    }

    @Test("J5: spans at another signal's path are stored as spans", arguments: ["/v1/metrics", "/v1/logs"])
    func otherSignal(path: String) async throws {
        let message = "send them to /v1/traces"
        try await expectForgiven(
            path: path, type: "application/x-protobuf", bodies: Self.protobufs, message: message)
        try await expectForgiven(path: path, type: "application/json", bodies: Self.jsons, message: message)
    }

    @Test("J11: gzip without its header is recognised")
    func undeclaredGzip() async throws {
        try await expectForgiven(
            path: "/v1/traces", type: "application/x-protobuf", bodies: Self.protobufs.map(Gzip.stored),
            message: "send Content-Encoding: gzip")
    }

    @Test(
        "J14: Jaeger's spans are refused with what to send instead",
        arguments: ["/api/traces", "/api/traces?format=jaeger.thrift"])
    func jaeger(path: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post([0x0c], path: path, type: "application/x-thrift")
            #expect(reply.status == 404)
            #expect(text(reply).contains("send OTLP to /v1/traces"))
        }
    }

    @Test("J16: remote write of Prometheus is refused with what to send instead")
    func remoteWrite() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(
                [1], path: "/api/v1/write", headers: ["Content-Encoding: snappy"])
            #expect(reply.status == 404)
            #expect(RPCStatus(protobuf: reply.body)?.message.contains("OTLP to /v1/metrics") == true)
        }
    }

    @Test("J10: JSON that is called protobuf is refused with the right type, and the other way round")
    func mislabelled() async throws {
        try await TestCollector.with { collector async throws in
            let json = try await collector.post(SampleRequest.json(), type: "application/x-protobuf")
            #expect(json.status == 400)
            #expect(
                RPCStatus(protobuf: json.body)?.message.contains(
                    "send it with Content-Type: application/json") == true)
            let protobuf = try await collector.post(SampleRequest.protobuf(), type: "application/json")
            #expect(protobuf.status == 400)
            #expect(text(protobuf).contains("send it with Content-Type: application/x-protobuf"))
        }
    }

    @Test("hostile 34: a body that is not what its type says is 400, and nothing of it is stored")
    func mislabelledIsNotStored() async throws {
        try await TestCollector.with { collector async throws in
            #expect(
                try await collector.post(SampleRequest.json(), type: "application/x-protobuf").status == 400)
            #expect(
                try await collector.post(SampleRequest.protobuf(), type: "application/json").status == 400)
            #expect(try collector.storedSpans() == 0)
            #expect(collector.server.service.inFlight.usedBytes == 0)
        }
    }

    @Test(
        "J13: times in another unit are stored as they came, and the sender is told",
        arguments: [
            (1_790_000_000, "seconds"), (1_790_000_000_000, "milliseconds"),
            (1_790_000_000_000_000, "microseconds"),
        ] as [(UInt64, String)])
    func timeUnits(start: UInt64, unit: String) async throws {
        let bodies = [1, 2].map { (seed: UInt8) in
            var request = SampleRequest.request(seed: seed)
            request.resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano = start
            request.resourceSpans[0].scopeSpans[0].spans[0].endTimeUnixNano = start + 1
            return request.protobufBytes()
        }
        try await expectForgiven(
            path: "/v1/traces", type: "application/x-protobuf", bodies: bodies,
            message: "times came in \(unit)")
    }

    @Test("E3: names of enum values are taken, and the sender is told once")
    func enumNames() async throws {
        let bodies = Self.jsons.map { json in
            Array(
                String(decoding: json, as: UTF8.self).replacing(
                    "\"kind\":2", with: "\"kind\":\"SPAN_KIND_SERVER\""
                ).utf8)
        }
        try await expectForgiven(
            path: "/v1/traces", type: "application/json", bodies: bodies, message: "enum values came by name")
    }

    @Test("E5: keys in snake_case are taken, and the sender is told once")
    func snakeCase() async throws {
        let bodies = Self.jsons.map { json in
            Array(String(decoding: json, as: UTF8.self).replacing("traceId", with: "trace_id").utf8)
        }
        try await expectForgiven(
            path: "/v1/traces", type: "application/json", bodies: bodies, message: "keys came in snake_case")
    }

    @Test("F2: a parent of zeros is no parent, and the sender is told once")
    func zeroParent() async throws {
        let bodies = [1, 2].map { (seed: UInt8) in
            var request = SampleRequest.request(seed: seed)
            request.resourceSpans[0].scopeSpans[0].spans[0].parentSpanID = [UInt8](repeating: 0, count: 8)
            return request.protobufBytes()
        }
        try await expectForgiven(
            path: "/v1/traces", type: "application/x-protobuf", bodies: bodies, message: "leave it empty")
    }
}
