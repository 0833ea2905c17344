import Collector
import Telemetry
import TestSupport
import Testing

@Suite("OTLP/HTTP refuses bad requests, each with the right status", .timeLimit(.minutes(15)))
struct HTTPBadInputTests {
    /// A request that must be refused.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "POST"
        var path = "/v1/traces"
        var headers = ["Content-Type: application/json"]
        var body: [UInt8] = []
        var status: Int
        /// Part of the message that the sender gets.
        var message: String

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "GET", method: "GET", status: 405, message: "[POST]"),
        Case(name: "DELETE", method: "DELETE", status: 405, message: "[POST]"),
        Case(name: "PUT", method: "PUT", body: Array("{}".utf8), status: 405, message: "[POST]"),
        Case(name: "TRACE", method: "TRACE", status: 405, message: "[POST]"),
        Case(name: "root", path: "/", status: 404, message: "/v1/traces"),
        Case(name: "longer path", path: "/v1/tracesX", status: 404, message: "/v1/traces"),
        Case(name: "parent folders", path: "/v1/../etc/passwd", status: 404, message: "/v1/traces"),
        Case(name: "no type", headers: [], status: 415, message: "application/x-protobuf"),
        Case(
            name: "two types", headers: ["Content-Type: application/json", "Content-Type: application/json"],
            status: 415, message: "application/x-protobuf"),
        Case(name: "text", headers: ["Content-Type: text/plain"], status: 415, message: "application/json"),
        Case(name: "gRPC here", headers: ["Content-Type: application/grpc"], status: 415, message: "json"),
        Case(
            name: "brotli", headers: ["Content-Type: application/json", "Content-Encoding: br"], status: 415,
            message: "gzip"),
        Case(
            name: "lz4", headers: ["Content-Type: application/json", "Content-Encoding: lz4"], status: 415,
            message: "gzip"),
        Case(
            name: "gzip twice", headers: ["Content-Type: application/json", "Content-Encoding: gzip, gzip"],
            status: 415, message: "gzip"),
        Case(name: "no JSON", body: Array("{\"a\":".utf8), status: 400, message: ""),
        Case(name: "protobuf called JSON", body: SampleRequest.protobuf(), status: 400, message: ""),
        Case(
            name: "JSON called protobuf", headers: ["Content-Type: application/x-protobuf"],
            body: SampleRequest.json(), status: 400, message: ""),
        Case(
            name: "cut protobuf", headers: ["Content-Type: application/x-protobuf"],
            body: Array(SampleRequest.protobuf().dropLast()), status: 400, message: ""),
        Case(
            name: "not gzip", headers: ["Content-Type: application/json", "Content-Encoding: gzip"],
            body: Array("{}".utf8), status: 400, message: "gzip"),
        Case(
            name: "cut gzip", headers: ["Content-Type: application/json", "Content-Encoding: gzip"],
            body: Gzip.stored(Array("{}".utf8)).dropLast(3), status: 400, message: "gzip"),
        Case(
            name: "gzip and more", headers: ["Content-Type: application/json", "Content-Encoding: gzip"],
            body: Gzip.stored(Array("{}".utf8)) + [1, 2, 3], status: 400, message: "gzip"),
        Case(
            name: "long target",
            path: "/" + String(repeating: "a", count: 8_000)
                + String(
                    repeating: "b", count: 192), status: 414, message: "8192"),
    ]

    @Test(
        "refused with a Status that says what is wrong; the connection and the others go on", arguments: cases
    )
    func badRequestIsRefused(bad: Case) async throws {
        try await TestCollector.with { collector async throws in
            let other = try await collector.connectHTTP()
            other.send("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
            let connection = try await collector.connectHTTP()
            let lines = [
                "\(bad.method) \(bad.path) HTTP/1.1", "Host: a", "Content-Length: \(bad.body.count)",
            ]
            connection.send(
                Array(((lines + bad.headers).joined(separator: "\r\n") + "\r\n\r\n").utf8) + bad.body)
            let reply = try await connection.reply()
            #expect(reply.status == bad.status)
            try expectStatus(reply, contains: bad.message)
            if bad.status == 405 { #expect(reply.headers["allow"] == "POST") }

            // What was refused does not stand in the way: not here, and not elsewhere.
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().status == 200)
            other.send("Content-Length: 2\r\n\r\n{}")
            #expect(try await other.reply().status == 200)
            #expect(try collector.storedSpans() == 1)
            // What is stored is in no segment yet.
            #expect(collector.server.service.inFlight.usedBytes < 4 << 10)
        }
    }

    private func expectStatus(_ reply: RawReply, contains message: String) throws {
        if reply.headers["content-type"] == "application/x-protobuf" {
            let status = try #require(RPCStatus(protobuf: reply.body))
            #expect(status.code != 0)
            #expect(status.message.contains(message) && !status.message.isEmpty)
        } else {
            if reply.headers["content-type"] == "text/plain; charset=utf-8" {
                #expect([405, 415].contains(reply.status))
                #expect(String(decoding: reply.body, as: UTF8.self).contains(message))
                return
            }
            #expect(reply.headers["content-type"] == "application/json")
            let status = try JSONValue(parsing: String(decoding: reply.body, as: UTF8.self))
            #expect(status["code"]?.number ?? 0 > 0)
            let text = try #require(status["message"]?.text)
            #expect(text.contains(message) && !text.isEmpty)
        }
    }

    @Test("the answer to HEAD has no body")
    func headHasNoBody() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("HEAD /v1/traces HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.reply(hasBody: false).status == 405)
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().status == 200)
        }
    }

    /// Bytes that are not HTTP as we take it, and the status that they end in.
    static let broken: [(String, Int)] = [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (
            "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\n", 400
        ),
        (
            "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400
        ),
        (
            "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 9223372036854775808\r\n\r\n", 413
        ),
        (
            "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400
        ),
        ("GET /v1/\0traces HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 1 << 20) + "\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 10_000) + "\r\n", 431),
        ("CONNECT example.org:80 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ]

    @Test("a connection that breaks HTTP gets an answer and is closed", arguments: broken)
    func brokenRequestEndsTheConnection(bytes: String, status: Int) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(bytes)
            let answer = String(decoding: try await connection.untilClosed(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(200))")
            #expect(answer.lowercased().contains("connection: close"))
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
        }
    }
}
