import Collector
import Telemetry
import TestSupport
import Testing

@Suite("With tokens configured, nobody sends without one", .timeLimit(.minutes(15)))
struct AuthenticatedExportTests {
    private static let token = "0123456789abcdef0123456789abcdef"
    private static let header = "Authorization: Bearer \(token)"

    private static let settings = TestCollector.settings { settings in
        settings.credentials = [
            Credential(name: "edge", token: Secret(token)),
            Credential(user: "ops", password: Secret("correct horse")),
        ]
    }

    @Test("C8: the right token gets in over HTTP and gRPC, and what it sends is stored")
    func right() async throws {
        try await TestCollector.with(Self.settings) { collector in
            let reply = try await collector.post(SampleRequest.protobuf(seed: 1), headers: [Self.header])
            #expect(reply.status == 200)
            let basic = try await collector.post(
                SampleRequest.protobuf(seed: 2), headers: ["Authorization: Basic b3BzOmNvcnJlY3QgaG9yc2U="])
            #expect(basic.status == 200)
            let client = try await collector.connectGRPC()
            defer { client.close() }
            let call = try await client.export(
                SampleRequest.protobuf(seed: 3), [("authorization", "Bearer \(Self.token)")])
            #expect(call.status == 0)
            #expect(try collector.storedSpans() == 3)
        }
    }

    @Test(
        "C8: no token and a wrong one are 401 with an answer of OTLP's shape",
        arguments: [
            [], ["Authorization: Bearer 0123456789abcdef0123456789abcdeg"], ["Authorization: Bearer"],
            ["Authorization: Basic b3BzOndyb25n"], [header, header],
        ])
    func wrong(headers: [String]) async throws {
        try await TestCollector.with(Self.settings) { collector in
            let reply = try await collector.post(SampleRequest.protobuf(), headers: headers)
            #expect(reply.status == 401)
            #expect(reply.headers["www-authenticate"]?.contains("Bearer") == true)
            #expect(reply.headers["content-type"] == "application/x-protobuf")
            #expect(reply.headers["retry-after"] == nil)
            let status = try #require(RPCStatus(protobuf: reply.body))
            #expect(status.code == 16)
            let json = try await collector.post(
                SampleRequest.json(), type: "application/json", headers: headers)
            #expect(json.status == 401)
            #expect(String(decoding: json.body, as: UTF8.self).hasPrefix("{\"code\":16"))
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test("C8: gRPC answers UNAUTHENTICATED")
    func wrongOverGRPC() async throws {
        try await TestCollector.with(Self.settings) { collector in
            let client = try await collector.connectGRPC()
            defer { client.close() }
            for more in [[], [("authorization", "Bearer x")]] {
                let reply = try await client.export(SampleRequest.protobuf(), more)
                #expect(reply.status == 16)
                #expect(reply.message?.isEmpty == false)
            }
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test("hostile 71: a token in the query string is not accepted and not logged")
    func queryString() async throws {
        try await TestCollector.with(Self.settings) { collector in
            for query in [
                "access_token=\(Self.token)", "token=\(Self.token)", "authorization=Bearer%20\(Self.token)",
            ] {
                let reply = try await collector.post(
                    SampleRequest.protobuf(), path: "/v1/traces?\(query)")
                #expect(reply.status == 401)
                #expect(!String(decoding: reply.body, as: UTF8.self).contains(Self.token))
            }
            await collector.server.shutdown()
            let log = await collector.log.rest().joined()
            #expect(!log.contains(Self.token))
            #expect(log.contains("reason=unauthenticated"))
        }
    }

    @Test("hostile 71: a token of 1 MiB is refused, and others are served meanwhile")
    func hugeToken() async throws {
        try await TestCollector.with(Self.settings) { collector in
            let huge = "Authorization: Bearer " + String(repeating: "x", count: 1 << 20)
            let reply = try? await collector.post(SampleRequest.protobuf(), headers: [huge])
            #expect(reply.map { [401, 431].contains($0.status) } ?? true)
            let good = try await collector.post(SampleRequest.protobuf(), headers: [Self.header])
            #expect(good.status == 200)
        }
    }

    @Test(
        "hostile 72: every route asks for a token, the ones that do not exist too",
        arguments: [
            "/v1/traces", "/v1/metrics", "/v1/logs", "/", "/v1/traces/", "/api/v2/spans", "/metrics",
            "/healthz",
            "/readyz", "/v1development/profiles", "/no/such/path", "/v1/../etc/passwd",
        ])
    func routes(path: String) async throws {
        try await TestCollector.with(Self.settings) { collector in
            let reply = try await collector.post(SampleRequest.protobuf(), path: path)
            #expect(reply.status == 401)
            let client = try await collector.connectGRPC()
            defer { client.close() }
            let call = try await client.call(
                GRPCClient.headers(path: path), parts: [GRPCClient.framed(SampleRequest.protobuf())])
            #expect(call.status == 16)
        }
    }

    @Test("hostile 73: the credential is the source, over both transports, and not the address")
    func credentialIsSource() async throws {
        var settings = Self.settings
        settings.sourceRates.others = SourceRate(requestsPerSecond: 0.000_1)
        try await TestCollector.with(settings) { collector in
            let ops = "Authorization: Basic b3BzOmNvcnJlY3QgaG9yc2U="
            for (header, status) in [(Self.header, 200), (Self.header, 429), (ops, 200), (ops, 429)] {
                let reply = try await collector.post(SampleRequest.protobuf(), headers: [header])
                #expect(reply.status == status)
            }
            let client = try await collector.connectGRPC()
            defer { client.close() }
            let call = try await client.export(
                SampleRequest.protobuf(), [("authorization", "Bearer \(Self.token)")])
            #expect(call.status == 8)
        }
    }

    @Test("J19: the answer to a token that was lost at a space names the setting")
    func lostAtSpace() async throws {
        try await TestCollector.with(Self.settings) { collector in
            for headers in [[], ["Authorization: Bearer"], ["Authorization: Bearer%20\(Self.token)"]] {
                let reply = try await collector.post(
                    SampleRequest.json(), type: "application/json", headers: headers)
                #expect(reply.status == 401)
                #expect(String(decoding: reply.body, as: UTF8.self).contains("%20"))
            }
        }
    }

    @Test("an unauthenticated request is answered before its body comes")
    func beforeTheBody() async throws {
        try await TestCollector.with(Self.settings) { collector in
            let connection = try await collector.connectHTTP()
            defer { connection.close() }
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: 60000\r\n\r\n")
            #expect(try await connection.reply().status == 401)
            #expect(collector.server.service.inFlight.usedBytes == 0)
        }
    }
}
