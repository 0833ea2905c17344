import Collector
import TestSupport
import Testing

@Suite("Connections to the admin port", .timeLimit(.minutes(15)))
struct AdminConnectionTests {
    private static let connectionsMax = 64
    private static let livez = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private func connect(_ collector: TestCollector) async throws -> WireConnection {
        try await WireConnection(port: collector.adminPort)
    }

    private func isAlive(_ connection: WireConnection) async throws -> Bool {
        connection.send(Self.livez)
        return try await connection.reply().status == 200
    }

    // MARK: Room for one more

    @Test("idle connections keep nobody out: the one that came first gives way")
    func idleConnectionsGiveWay() async throws {
        try await TestCollector.with { collector async throws in
            var idle: [WireConnection] = []
            for _ in 0..<Self.connectionsMax { idle.append(try await connect(collector)) }
            let probe = try await connect(collector)
            #expect(try await isAlive(probe))
            #expect(try await idle[0].untilClosed() == [])
            for connection in idle + [probe] { connection.close() }
        }
    }

    @Test("who asks stays, and who came later and asks nothing gives way")
    func askingStays() async throws {
        try await TestCollector.with { collector async throws in
            let asking = try await connect(collector)
            #expect(try await isAlive(asking))
            var idle: [WireConnection] = []
            for _ in 1..<Self.connectionsMax { idle.append(try await connect(collector)) }
            #expect(try await isAlive(asking))
            let probe = try await connect(collector)
            #expect(try await isAlive(probe))
            #expect(try await idle[0].untilClosed() == [])
            #expect(try await isAlive(asking))
            for connection in idle + [asking, probe] { connection.close() }
        }
    }

    @Test("one after another gets in, as many as come")
    func manyCome() async throws {
        try await TestCollector.with { collector async throws in
            var connections: [WireConnection] = []
            for _ in 0..<(3 * Self.connectionsMax) {
                let connection = try await connect(collector)
                #expect(try await isAlive(connection))
                connections.append(connection)
            }
            #expect(try await connections[0].untilClosed() == [])
            for connection in connections { connection.close() }
        }
    }

    // MARK: What is no request

    /// A request whose header is too large, each for another reason.
    enum LargeHeader: CaseIterable {
        case query, endlessQuery, field, fieldsTogether, manyFields

        var request: String {
            switch self {
            case .query: "GET /livez?\(Self.letters(9 << 10)) HTTP/1.1\r\nHost: localhost\r\n\r\n"
            case .endlessQuery: "GET /livez?\(Self.letters(200 << 10))"
            case .field: Self.request([Self.letters(9 << 10)])
            case .fieldsTogether: Self.request([String](repeating: Self.letters(6 << 10), count: 3))
            case .manyFields: Self.request([String](repeating: "b", count: 64))
            }
        }

        private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

        private static func request(_ values: [String]) -> String {
            let fields = values.map { "A: \($0)\r\n" }.joined()
            return "GET /livez HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
        }
    }

    @Test(
        "a header that is too large is told so once, and the connection ends",
        arguments: LargeHeader.allCases)
    func largeHeader(header: LargeHeader) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            connection.send(header.request)
            let reply = try await connection.reply()
            #expect(reply.status == 431)
            #expect(reply.headers["connection"] == "close")
            #expect(reply.text == "the request's target or header is too large\n")
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test(
        "what is not HTTP/1.1 is told so once, and the connection ends",
        arguments: [
            "hello\r\n\r\nhello\r\n\r\n", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", "\0",
            "GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        ])
    func notHTTP(request: String) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            connection.send(request)
            let reply = try await connection.reply()
            #expect(reply.status == 400)
            #expect(reply.headers["connection"] == "close")
            #expect(reply.text == "the request is not valid HTTP/1.1\n")
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test("a request is answered before what comes after it is refused")
    func invalidAfterRequest() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            connection.send(Self.livez + "hello\r\n\r\n")
            #expect(try await connection.reply().status == 200)
            #expect(try await connection.reply().status == 400)
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test(
        "a body is refused as soon as it is announced, and nothing after it is answered",
        arguments: [
            ("GET", "Content-Length: 4", 400), ("GET", "Transfer-Encoding: chunked", 400),
            ("GET", "Transfer-Encoding: gzip", 400), ("HEAD", "Content-Length: 4", 400),
            ("POST", "Content-Length: 4", 405), ("PUT", "Transfer-Encoding: chunked", 405),
        ])
    func bodies(method: String, header: String, status: Int) async throws {
        try await TestCollector.with { collector async throws in
            for body in ["", "4\r\nGET \r\n0\r\n\r\n" + Self.livez] {
                let connection = try await connect(collector)
                connection.send("\(method) /livez HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n\r\n\(body)")
                let reply = try await connection.reply(hasBody: method != "HEAD")
                #expect(reply.status == status)
                #expect(reply.headers["connection"] == "close")
                if method == "GET" { #expect(reply.text == "nothing here takes a body\n") }
                #expect(try await connection.untilClosed() == [])
            }
        }
    }

    @Test("a body of no bytes is none, and the connection goes on")
    func emptyBody() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            connection.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
            #expect(try await connection.reply().status == 200)
            #expect(try await isAlive(connection))
            connection.close()
        }
    }

    @Test("thousands of requests in one go are answered one after another")
    func pipelined() async throws {
        let count = 5_000
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            // Without a host: what is refused is known at once.
            let refused = String(repeating: "GET /livez HTTP/1.1\r\n\r\n", count: count)
            connection.send(
                Self.livez + refused + "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let text = String(decoding: try await connection.untilClosed(), as: UTF8.self)
            let answers = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("HTTP/1.1 ") }
            let refusals = answers.filter { $0.hasPrefix("HTTP/1.1 400 ") }
            #expect(answers.count == count + 2)
            #expect(refusals.count == count)
            #expect(answers.last == "HTTP/1.1 200 OK")
        }
    }

    // MARK: Other protocols

    @Test("a sender of TLS reads in plain text that there is none")
    func tls() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            // How a ClientHello begins.
            connection.send([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])
            let reply = try await connection.reply()
            #expect(reply.status == 400)
            #expect(reply.text.contains("use http:// in the URL"))
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test("a sender of HTTP/2 is told to use HTTP/1.1", arguments: [false, true])
    func http2(isSlow: Bool) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            if isSlow {
                for byte in HTTP2Wire.start() { connection.send([byte]) }
            } else {
                connection.send(HTTP2Wire.start() + HTTP2Wire.call(stream: 1, SampleRequest.protobuf()))
            }
            let bytes = try await connection.untilClosed()
            #expect(HTTP2Wire.frames(in: bytes).first?.type == HTTP2Wire.settings)
            #expect(HTTP2Wire.goAwayCodes(in: bytes) == [13])
            #expect(String(decoding: bytes, as: UTF8.self).contains("speaks HTTP/1.1 only"))
        }
    }

    @Test("a request whose first bytes come one by one is a request")
    func slowStart() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            for byte in "PUT /livez HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8 { connection.send([byte]) }
            #expect(try await connection.reply().status == 405)
            connection.close()
        }
    }

    // MARK: Ends

    @Test("who ends its side after a request gets the answer, and then the connection ends")
    func halfClosed() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            connection.send(Self.livez)
            connection.endSending()
            #expect(try await connection.reply().status == 200)
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test("who ends its side after several requests gets all answers, but none to what it has not ended")
    func halfClosedAfterSeveral() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            connection.send(Self.livez + Self.livez + Self.livez + "GET /livez HT")
            connection.endSending()
            for _ in 1...3 { #expect(try await connection.reply().status == 200) }
            #expect(try await connection.untilClosed() == [])
        }
    }

    @Test(
        "who ends its side before a request is whole gets no answer",
        arguments: ["", "P", "PRI * HTTP/2.0\r", "GET /livez HTTP/1.1\r\nHost: localhost\r\n"])
    func halfClosedTooEarly(start: String) async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await connect(collector)
            if !start.isEmpty { connection.send(start) }
            connection.endSending()
            #expect(try await connection.untilClosed() == [])
        }
    }
}
