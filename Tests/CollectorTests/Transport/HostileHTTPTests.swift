import Collector
import NIOCore
import TestSupport
import Testing

/// What a client of HTTP/1 can do to the collector; another one is served all the same.
@Suite("Hostile HTTP/1", .serialized, .timeLimit(.minutes(15)))
struct HostileHTTPTests {
    private static let limit = 64 << 10
    private static let json = "Host: a\r\nContent-Type: application/json\r\n"

    /// What came before the connection was closed.
    private func answer(
        _ collector: TestCollector, _ bytes: String, port: Int? = nil
    ) async throws -> String {
        let connection = try await WireConnection(port: port ?? collector.httpPort)
        connection.send(bytes)
        return String(decoding: try await connection.untilClosed(), as: UTF8.self)
    }

    @Test("hostile 1: a connection on which nothing comes is closed, after five seconds by default")
    func silence() async throws {
        #expect(CollectorSettings().headerSecondsMax == 5)
        let settings = TestCollector.settings { $0.headerSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            for port in [collector.httpPort, collector.grpcPort, collector.adminPort] {
                #expect(try await answer(collector, "", port: port) == "")
                #expect(try await answer(collector, "PRI", port: port) == "")
            }
            try await collector.expectServing()
        }
    }

    @Test("hostile 2: five hundred headers that come byte by byte are given up, others are served meanwhile")
    func slowHeaders() async throws {
        let settings = TestCollector.settings { $0.headerSecondsMax = 2 }
        try await TestCollector.with(settings) { collector async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<500 {
                    group.addTask {
                        let connection = try await collector.connectHTTP()
                        connection.send("POST /v1/traces HTTP/1.1\r\n")
                        connection.drip("a", everyMs: 200)
                        #expect(try await connection.untilClosed() == [])
                    }
                }
                try await collector.expectServing(seed: 1)
                try await group.waitForAll()
            }
            try await collector.expectServing(seed: 2)
        }
    }

    @Test(
        "hostile 3: a body of ten bytes a second is given up, with an answer that lets the sender try again")
    func slowBody() async throws {
        let settings = TestCollector.settings {
            $0.bodyStallSecondsMax = 1
            $0.lingerSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("POST /v1/traces HTTP/1.1\r\n\(Self.json)Content-Length: 1000\r\n\r\n")
            connection.drip(" ", everyMs: 100)
            let reply = try await connection.reply()
            // 408 would make exporters drop what they have.
            #expect(reply.status == 503)
            #expect(reply.headers["retry-after"] != nil)
            #expect(try await connection.untilClosed() == [])
            try await collector.expectServing()
        }
    }

    /// An address of this machine that is not its own alone.
    static let publicAddress = try? System.enumerateDevices().lazy
        .compactMap { $0.address?.ipAddress }.first { !$0.hasPrefix("127.") && !$0.contains(":") }

    @Test(
        "hostile 4: of two hundred connections from one address 64 are served, and others still come in",
        .enabled(if: publicAddress != nil, "this machine has no address but its own"))
    func manyConnections() async throws {
        let address = try #require(Self.publicAddress)
        let settings = TestCollector.settings { $0.httpAddress.host = "0.0.0.0" }
        try await TestCollector.with(settings) { collector async throws in
            let connections = try await withThrowingTaskGroup(of: WireConnection.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await WireConnection(host: address, port: collector.httpPort) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var served = 0
            for connection in connections {
                connection.post([])
                if (try? await connection.reply().status) == 200 { served += 1 }
            }
            #expect(served == 64)
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 4: connections of this machine that say nothing leave a quarter of all to others",
        .enabled(if: publicAddress != nil, "this machine has no address but its own"))
    func idleConnectionsLeaveRoom() async throws {
        let address = try #require(Self.publicAddress)
        let settings = TestCollector.settings {
            $0.httpAddress.host = "0.0.0.0"
            $0.connectionsMax = 40
        }
        try await TestCollector.with(settings) { collector async throws in
            var idle: [WireConnection] = []
            for number in 0..<40 {
                idle.append(
                    try await WireConnection(port: collector.httpPort, from: "127.0.0.\(1 + number % 4)"))
            }
            let line = await collector.log.line(containing: "reason=too_many_connections")
            #expect(line?.contains("limits.connections") == true)
            let other = try await WireConnection(host: address, port: collector.httpPort, from: address)
            other.post(SampleRequest.protobuf())
            #expect(try await other.reply().status == 200)
            var served = 0
            for connection in idle {
                connection.post([])
                if (try? await connection.reply().status) == 200 { served += 1 }
            }
            #expect(served == 30)
        }
    }

    @Test("hostile 5: a header of a mebibyte is 431")
    func largeHeader() async throws {
        try await TestCollector.with { collector async throws in
            let field = "A: " + String(repeating: "b", count: 1 << 20)
            let text = try await answer(collector, "POST /v1/traces HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 431 "), "\(text.prefix(100))")
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 6: ten thousand small header fields are 431; as many as may be are not",
        arguments: [61, 62, 10_000])
    func manyFields(count: Int) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            let fields = String(repeating: "A: b\r\n", count: count)
            // With these three more, 64 are the limit.
            connection.send("POST /v1/traces HTTP/1.1\r\n\(Self.json)Content-Length: 2\r\n\(fields)\r\n{}")
            #expect(try await connection.reply().status == (count > 61 ? 431 : 200))
            try await collector.expectServing()
        }
    }

    @Test("hostile 7: a target of 100 KiB is too long")
    func longTarget() async throws {
        try await TestCollector.with { collector async throws in
            let path = "/" + String(repeating: "a", count: 100 << 10)
            let text = try await answer(collector, "POST \(path) HTTP/1.1\r\n\(Self.json)\r\n")
            #expect(text.hasPrefix("HTTP/1.1 414 ") || text.hasPrefix("HTTP/1.1 431 "), "\(text.prefix(100))")
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 8: lengths that nobody can agree on are 400, and the connection is closed",
        arguments: [
            "Content-Length: -1\r\n\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 2, 3\r\n\r\n{}",
            "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "Content-Length: 0x2\r\n\r\n{}",
            "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        ])
    func smuggling(rest: String) async throws {
        try await TestCollector.with { collector async throws in
            let hidden = "POST /v1/traces HTTP/1.1\r\n\(Self.json)Content-Length: 2\r\n\r\n{}"
            let text = try await answer(collector, "POST /v1/traces HTTP/1.1\r\n\(Self.json)\(rest)\(hidden)")
            #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text.prefix(100))")
            // What was hidden behind it was not taken for a request.
            #expect(text.ranges(of: "HTTP/1.1 ").count == 1)
            try await collector.expectServing()
        }
    }

    private static let chunked = "POST /v1/traces HTTP/1.1\r\n\(json)Transfer-Encoding: chunked\r\n\r\n"

    @Test("hostile 9: a chunk whose size is none is 400", arguments: ["zz", "-1", "fffffffffffffffff"])
    func badChunks(size: String) async throws {
        try await TestCollector.with { collector async throws in
            let text = try await answer(collector, "\(Self.chunked)\(size)\r\n{}\r\n0\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 400 "), "\(size): \(text.prefix(100))")
            try await collector.expectServing()
        }
    }

    @Test("hostile 9: chunks of one byte are 400 after some thousands, long before the body is too large")
    func tinyChunks() async throws {
        let settings = TestCollector.settings { $0.maxBodyBytes = 64 << 20 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(Self.chunked)
            for _ in 0..<50 { connection.send(String(repeating: "1\r\n \r\n", count: 10_000)) }
            let reply = try await connection.reply()
            #expect(reply.status == 400)
            #expect(reply.text.contains("chunks"))
            #expect(try await connection.untilClosed() == [])
            #expect(await collector.log.line(containing: "reason=framing") != nil)
            try await collector.expectServing()
        }
    }

    @Test("hostile 9: they are not worth more in many bodies than in one")
    func tinyChunksOfManyBodies() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            let body = "1\r\n{\r\n" + String(repeating: "1\r\n \r\n", count: 998) + "1\r\n}\r\n0\r\n\r\n"
            var statuses: [Int] = []
            while statuses.last ?? 200 == 200, statuses.count < 1_000 {
                connection.send(Self.chunked + body)
                statuses.append(try await connection.reply().status)
            }
            #expect(statuses.count > 4)
            #expect(statuses.last == 400)
            try await collector.expectServing()
        }
    }

    @Test("hostile 9: small chunks with something in them are taken, however many", arguments: [4, 7, 100])
    func smallChunks(size: Int) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            let chunk = "\(String(size, radix: 16))\r\n" + String(repeating: " ", count: size) + "\r\n"
            let chunks = String(repeating: chunk, count: (Self.limit - 4) / size)
            connection.send(Self.chunked + chunks + "2\r\n{}\r\n0\r\n\r\n")
            #expect(try await connection.reply().status == 200)
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test("hostile 9: extensions of a chunk that go on and on are 400", arguments: [true, false])
    func chunkExtensions(isCut: Bool) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(Self.chunked + "2;" + (isCut ? "" : "a=b\r\n{}\r\n2;"))
            for _ in 0..<100 { connection.send(String(repeating: "extension", count: 1_000)) }
            let reply = try await connection.reply()
            #expect(reply.status == 400)
            #expect(reply.text.contains("extensions"))
            #expect(try await connection.untilClosed() == [])
            try await collector.expectServing()
        }
    }

    @Test("hostile 9: chunks with short extensions and trailers are taken")
    func shortExtensions() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(Self.chunked + "2;signature=abcdef\r\n{}\r\n0;last\r\nX-Sum: 1\r\n\r\n")
            #expect(try await connection.reply().status == 200)
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test(
        "hostile 9: a sender that is slow, in chunks or frames, is not taken for one of them",
        arguments: [["-H", "Transfer-Encoding: chunked"], ["--http2-prior-knowledge"], []])
    func slowSender(options: [String]) async throws {
        try await TestCollector.with { collector async throws in
            let curl = try await Curl.post(
                SampleRequest.protobuf(bytes: 20_000),
                to: ["http://127.0.0.1:\(collector.httpPort)/v1/traces"],
                options + ["--limit-rate", "10K"])
            #expect(curl.answers.first?.hasPrefix("200 ") == true, "\(curl.complaints)")
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("hostile 10: who asks to send too much is refused without being told to go on")
    func expectTooMuch() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\n\(Self.json)Content-Length: \(Self.limit + 1)\r\n"
                    + "Expect: 100-continue\r\n\r\n")
            let reply = try await connection.reply()
            #expect(reply.status == 413)
            #expect(reply.headers["connection"] == "close")
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 10: only a sender of HTTP/1.1 that waits for it is told to go on",
        arguments: [
            ("HTTP/1.1", "100-continue", true), ("HTTP/1.1", "100-Continue", true),
            ("HTTP/1.0", "100-continue", false), ("HTTP/1.1", "a-feast", false),
        ])
    func whoIsToldToGoOn(version: String, expectation: String, isTold: Bool) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("POST /v1/traces \(version)\r\n\(Self.json)Content-Length: 2\r\n")
            connection.send("Expect: \(expectation)\r\n\r\n")
            if isTold { #expect(try await connection.reply(hasBody: false).status == 100) }
            connection.send("{}")
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test(
        "hostile 11: no Host, several or a bad one is 400",
        arguments: [
            "HTTP/1.0\r\n", "HTTP/1.1\r\n", "HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "HTTP/1.1\r\nHost: a/b\r\n",
            "HTTP/1.1\r\nHost: user@a\r\n", "HTTP/1.1\r\nHost: a b\r\n",
        ])
    func badHost(start: String) async throws {
        try await TestCollector.with { collector async throws in
            let text = try await answer(
                collector,
                "POST /v1/traces \(start)Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            #expect(text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.0 400 "), "\(text.prefix(100))")
            try await collector.expectServing()
        }
    }

    @Test("hostile 11: a page that gave its name our address cannot send: its browser names its origin")
    func rebinding() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(
                SampleRequest.json(), type: "application/json", headers: ["Origin: http://evil.example:4318"])
            #expect(reply.status == 403)
            #expect(try collector.storedSpans() == 0)
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 12: other methods are 405 and told the right one",
        arguments: ["GET", "DELETE", "PUT", "PATCH"])
    func otherMethods(method: String) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("\(method) /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            let reply = try await connection.reply()
            #expect(reply.status == 405)
            #expect(reply.headers["allow"] == "POST")
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 13: other paths are 404 and lead to no file; a NUL in one is 400",
        arguments: [
            ("/v1/tracesX", 404), ("/v1/../etc/passwd", 404), ("/%2e%2e/", 404), ("/..%5c", 404),
            ("/v1/traces%00", 404), ("/v1/\0traces", 400), ("//etc/passwd", 404),
            ("/v1/traces/../../etc", 404),
        ])
    func otherPaths(path: String, status: Int) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send("POST \(path) HTTP/1.1\r\n\(Self.json)Content-Length: 2\r\n\r\n{}")
            let reply = try await connection.reply()
            #expect(reply.status == status)
            #expect(!String(decoding: reply.body, as: UTF8.self).contains("root:"))
            try await collector.expectServing()
        }
    }

    @Test(
        "hostile 14: TRACE, CONNECT and a preface of another version are refused",
        arguments: [
            "TRACE /v1/traces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "CONNECT example.org:80 HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ])
    func oddMethods(bytes: String) async throws {
        try await TestCollector.with { collector async throws in
            let text = try await answer(collector, bytes)
            // The last begins as HTTP/2 does: it is answered in kind, and closed.
            let isHTTP2 = bytes.hasPrefix("PRI * HTTP/2")
            #expect(isHTTP2 || ["400", "404", "405"].contains(text.dropFirst(9).prefix(3)), "\(text)")
            try await collector.expectServing()
        }
    }

    @Test("hostile 16: who sends on and on without reading is not read from, and closed in the end")
    func unreadAnswers() async throws {
        let settings = TestCollector.settings { $0.answerSecondsMax = 1 }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            try await connection.stopReading()
            let requests = String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 10_000)
            for _ in 0..<10 { connection.send(requests) }
            let line = await collector.log.line(containing: "reason=answers_unread")
            #expect(line?.contains("protocol=otlp/http") == true)
            connection.close()
            try await collector.expectServing()
        }
    }
}
