import Collector
import TestSupport
import Testing

@Suite("Zipkin's spans are taken", .timeLimit(.minutes(15)))
struct ZipkinRequestTests {
    private static let path = "/api/v2/spans"

    private func spans(_ ids: String...) -> [UInt8] {
        let list = ids.map {
            #"{"traceId":"5af7183fb1d4cf5f","id":"\#($0)","name":"get","kind":"SERVER","timestamp":1790000000000000,"#
                + #""duration":1000,"localEndpoint":{"serviceName":"edge"},"tags":{"http.method":"GET"}}"#
        }
        return Array("[\(list.joined(separator: ","))]".utf8)
    }

    @Test("J15: a list of spans at OTLP's port is stored and answered with 202 and nothing")
    func stored() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(spans("1", "2"), path: Self.path, type: "application/json")
            #expect(reply.status == 202)
            #expect(reply.body == [])
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("gzip is taken, a slash at the end and a query too", arguments: [path, path + "/", path + "?a=b"])
    func variants(path: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(
                Gzip.stored(spans("1")), path: path, type: "application/json; charset=utf-8",
                headers: ["Content-Encoding: gzip"])
            #expect(reply.status == 202)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("a request without a type is JSON")
    func noType() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await collector.connectHTTP()
            let body = spans("1")
            let head = "POST \(Self.path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n"
            connection.send(Array(head.utf8) + body)
            #expect(try await connection.reply().status == 202)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("an empty body and an empty list are taken", arguments: ["", "[]"])
    func empty(text: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(Array(text.utf8), path: Self.path, type: "application/json")
            #expect(reply.status == 202)
        }
    }

    @Test("a span with a bad id is left out, the others are stored")
    func badID() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(spans("0", "2"), path: Self.path, type: "application/json")
            #expect(reply.status == 202)
            #expect(try collector.storedSpans() == 1)
            #expect(await collector.log.line(containing: "rejected_spans") != nil)
        }
    }

    @Test("the same list twice is stored once")
    func repeated() async throws {
        try await TestCollector.with { collector async throws in
            for _ in 0..<2 {
                let reply = try await collector.post(spans("1"), path: Self.path, type: "application/json")
                #expect(reply.status == 202)
            }
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("what is wrong is told in a line of text")
    func refused() async throws {
        try await TestCollector.with { collector async throws in
            let broken = try await collector.post(Array("[{".utf8), path: Self.path, type: "application/json")
            #expect(broken.status == 400)
            #expect(broken.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(String(decoding: broken.body, as: UTF8.self).hasPrefix("json 1:3"))
            let protobuf = try await collector.post([1], path: Self.path)
            #expect(protobuf.status == 415)
            #expect(String(decoding: protobuf.body, as: UTF8.self).contains("JSON"))
            let old = try await collector.post(spans("1"), path: "/api/v1/spans", type: "application/json")
            #expect(old.status == 404)
            #expect(String(decoding: old.body, as: UTF8.self).contains("/api/v2/spans"))
            let connection = try await collector.connectHTTP()
            connection.send("GET \(Self.path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.reply().status == 405)
        }
    }

    // MARK: Its own port

    private func post(
        _ body: [UInt8], path: String, type: String, port: Int
    ) async throws -> RawReply {
        let connection = try await WireConnection(port: port)
        defer { connection.close() }
        connection.post(body, path: path, type: type)
        return try await connection.reply()
    }

    @Test("J15: Zipkin's own port takes its spans, and nobody is told to go elsewhere")
    func ownPort() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await post(
                spans("1", "2"), path: Self.path, type: "application/json", port: collector.zipkinPort)
            #expect(reply.status == 202)
            #expect(try collector.storedSpans() == 2)
            let lines = await collector.log.rest()
            #expect(!lines.contains { $0.contains("other_port") })
            #expect(
                lines.contains {
                    $0.contains("listening address=127.0.0.1:\(collector.zipkinPort) protocol=zipkin")
                })
            let accepted = collector.server.service.counters.snapshot.accepted
            #expect(accepted.map(\.key.protocolName) == ["zipkin"])
        }
    }

    @Test("A4: OTLP to Zipkin's port is taken, over gRPC and HTTP, and its sender told of the right port")
    func otlpToOwnPort() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await post(
                SampleRequest.protobuf(), path: "/v1/traces", type: "application/x-protobuf",
                port: collector.zipkinPort)
            #expect(reply.status == 200)
            let line = await collector.log.line(containing: "kind=other_port")
            #expect(line?.contains("OTLP over HTTP came to the port for Zipkin, and was taken") == true)
            #expect(line?.contains("--listen-http (4318 by default)") == true)
        }
        try await TestCollector.with { collector async throws in
            let client = try await GRPCClient(port: collector.zipkinPort)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            let line = await collector.log.line(containing: "kind=other_port")
            #expect(line?.contains("--listen-grpc (4317 by default)") == true)
        }
    }

    @Test("a port that another program has is done without where nobody asked for it, else it is an error")
    func takenPort() async throws {
        try await TestCollector.with { collector async throws in
            var settings = TestCollector.settings { $0.zipkinAddress?.port = collector.zipkinPort }
            let log = LogCapture()
            let ports = try await BoundPorts.take(settings, logger: log.logger)
            #expect(ports.zipkinAddress == nil)
            #expect(await log.line(containing: "warning zipkin.unavailable") != nil)
            await ports.release(logger: log.logger)
            settings.isZipkinOptional = false
            do throws(CollectorError) {
                _ = try await BoundPorts.take(settings, logger: log.logger)
                Issue.record("two programs on one port")
            } catch {
                #expect(error.message.contains("port \(collector.zipkinPort) on 127.0.0.1 is in use"))
                #expect(error.message.contains("--listen-zipkin"))
            }
        }
    }

    @Test("where its usual port is wanted for HTTP, it has none, and nobody is warned")
    func wantedPort() async throws {
        let log = LogCapture()
        let (port, ports) = try await portsOnFreePort(log)
        #expect(ports.zipkinAddress == nil)
        #expect(await log.rest().isEmpty)
        await ports.release(logger: log.logger)
        let asked = TestCollector.settings {
            $0.httpAddress.port = port
            $0.zipkinAddress?.port = port
            $0.isZipkinOptional = false
        }
        do throws(CollectorError) {
            _ = try await BoundPorts.take(asked, logger: log.logger)
            Issue.record("two protocols on one port")
        } catch {
            #expect(error.message.hasPrefix("--listen-http and --listen-zipkin both name port \(port): "))
        }
    }

    /// Takes a port for HTTP and Zipkin both. Another test may have it by then, or the port for gRPC: then another one.
    private func portsOnFreePort(_ log: LogCapture) async throws -> (port: Int, ports: BoundPorts) {
        for attempt in 1... {
            let port = try freePort()
            let settings = TestCollector.settings {
                $0.httpAddress.port = port
                $0.zipkinAddress?.port = port
            }
            do {
                return (port, try await BoundPorts.take(settings, logger: log.logger))
            } catch {
                guard attempt < 20 else { throw error }
            }
        }
        throw CancellationError()
    }

    @Test("without its port its spans are taken with OTLP's")
    func noPort() async throws {
        try await TestCollector.with(TestCollector.settings { $0.zipkinAddress = nil }) {
            collector async throws in
            #expect(collector.server.zipkinAddress == nil)
            let reply = try await collector.post(spans("1"), path: Self.path, type: "application/json")
            #expect(reply.status == 202)
        }
    }
}
