import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

/// Requests that come to a port by every way there is.
@Suite("Each port takes everything", .timeLimit(.minutes(15)))
struct EveryPortTests {
    /// A request with one item, and the paths that it goes to.
    private static func request(_ signal: Signal) -> (body: [UInt8], grpc: String) {
        let time: UInt64 = 1_790_000_000_000_000_000
        let package = "/opentelemetry.proto.collector"
        switch signal {
        case .traces: return (SampleRequest.protobuf(), "\(package).trace.v1.TraceService/Export")
        case .metrics:
            let metric = Metric("disk.free", .gauge, [MetricPoint(.int(7), time: time)])
            let request = ExportMetricsServiceRequest(resourceMetrics: [
                ResourceMetrics(scopeMetrics: [ScopeMetrics(metrics: [metric])])
            ])
            return (request.protobufBytes(), "\(package).metrics.v1.MetricsService/Export")
        case .logs:
            var record = LogRecord()
            record.timeUnixNano = time
            let request = ExportLogsServiceRequest(resourceLogs: [
                ResourceLogs(scopeLogs: [ScopeLogs(logRecords: [record])])
            ])
            return (request.protobufBytes(), "\(package).logs.v1.LogsService/Export")
        }
    }

    @Test("A1: each signal's service is taken over gRPC on its port", arguments: Signal.allCases)
    func grpcOfEachSignal(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            let (body, path) = Self.request(signal)
            let client = try await collector.connectGRPC()
            let answer = try await client.call(
                GRPCClient.headers(path: path), parts: [GRPCClient.framed(body)])
            #expect(answer.status == 0)
            #expect(answer.body == [0, 0, 0, 0, 0])
            #expect(try collector.stored(signal) == 1)
        }
    }

    @Test("A2: each signal's path is taken over HTTP/1.1 on its port", arguments: Signal.allCases)
    func http1OfEachSignal(signal: Signal) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(Self.request(signal).body, path: "/v1/\(signal.name)")
            #expect(reply.status == 200)
            #expect(reply.body == [])
            #expect(try collector.stored(signal) == 1)
        }
    }

    @Test("A1: gRPC with prior knowledge of HTTP/2 is taken on its port")
    func grpc() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await collector.connectGRPC()
            let answer = try await client.export(SampleRequest.protobuf(spans: 2))
            #expect(answer.status == 0)
            #expect(answer.body == [0, 0, 0, 0, 0])
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("A2: HTTP/1.1 is taken on its port")
    func http1() async throws {
        try await TestCollector.with { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf(spans: 2)).status == 200)
            #expect(try collector.storedSpans() == 2)
        }
    }

    /// Ways that curl has to send, and the version of HTTP that comes of it.
    static let ways: [([String], String)] = [
        (["--http2-prior-knowledge"], "2"),
        (["--http1.1"], "1.1"),
        (["--http1.1", "-H", "Expect: 100-continue"], "1.1"),
        (["--http2-prior-knowledge", "-H", "Expect: 100-continue"], "2"),
        (["--http1.1", "-H", "Transfer-Encoding: chunked"], "1.1"),
    ]

    @Test(
        "A3: HTTP/2, keep-alive, Expect and chunks are taken on both ports", arguments: ways,
        [Listener.grpc, .http])
    func byEveryWay(way: ([String], String), listener: Listener) async throws {
        try await TestCollector.with { collector async throws in
            let port = listener == .http ? collector.httpPort : collector.grpcPort
            let url = "http://127.0.0.1:\(port)/v1/traces"
            // curl 7.88 cannot use a connection twice that it began with prior knowledge.
            let urls = way.1 == "2" ? [url] : [url, url]
            let curl = try await Curl.post(SampleRequest.protobuf(spans: 3), to: urls, way.0)
            let answers = ["200 \(way.1) connects=1", "200 \(way.1) connects=0"]
            #expect(curl.answers == Array(answers.prefix(urls.count)), "\(curl.complaints)")
            #expect(try collector.storedSpans() == 3)
        }
    }

    @Test("A3: a body of megabytes is taken over HTTP/2, and one over the limit refused in words")
    func largeBodies() async throws {
        let settings = TestCollector.settings { $0.maxBodyBytes = 1 << 20 }
        try await TestCollector.with(settings) { collector async throws in
            let url = "http://127.0.0.1:\(collector.httpPort)/v1/traces"
            for (bytes, status) in [(1 << 20, "200"), (1 << 20 + 1, "413")] {
                let body = SampleRequest.protobuf(bytes: bytes)
                let curl = try await Curl.post(body, to: [url], ["--http2-prior-knowledge"])
                #expect(curl.answers == ["\(status) 2 connects=1"], "\(curl.complaints)")
                let chunked = try await Curl.post(
                    body, to: [url], ["--http2-prior-knowledge", "-H", "Content-Length:"])
                #expect(chunked.answers == ["\(status) 2 connects=1"], "\(chunked.complaints)")
            }
            try await collector.expectServing()
        }
    }

    @Test("A4: gRPC to the port for HTTP, and HTTP to that for gRPC, are taken; each sender is told once")
    func otherPort() async throws {
        try await TestCollector.with { collector async throws in
            for _ in 0..<2 {
                let client = try await GRPCClient(port: collector.httpPort)
                #expect(try await client.export(SampleRequest.protobuf()).status == 0)
                let connection = try await WireConnection(port: collector.grpcPort)
                for _ in 0..<2 {
                    connection.post(SampleRequest.protobuf(seed: 2))
                    #expect(try await connection.reply().status == 200)
                }
            }
            #expect(try collector.storedSpans() == 2)
            let told = await collector.log.rest().filter { $0.contains("kind=other_port") }
            #expect(told.count == 1)
        }
    }

    @Test("J6: HTTP to the port for gRPC is stored, and the log names the right port")
    func httpToGRPCPort() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.post(SampleRequest.protobuf())
            #expect(try await connection.reply().status == 200)
            let line = await collector.log.line(containing: "kind=other_port")
            #expect(line?.contains("give the sender the port of --listen-http (4318 by default)") == true)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("J7: gRPC to the port for HTTP is stored, and the log names the right port")
    func grpcToHTTPPort() async throws {
        try await TestCollector.with { collector async throws in
            let client = try await GRPCClient(port: collector.httpPort)
            #expect(try await client.export(SampleRequest.protobuf()).status == 0)
            let line = await collector.log.line(containing: "kind=other_port")
            #expect(line?.contains("give the sender the port of --listen-grpc (4317 by default)") == true)
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("J18: a sender that would rather have HTTP/2 by Upgrade is served over HTTP/1.1")
    func upgrade() async throws {
        try await TestCollector.with { collector async throws in
            let url = "http://127.0.0.1:\(collector.httpPort)/v1/traces"
            let curl = try await Curl.post(SampleRequest.protobuf(), to: [url], ["--http2"])
            #expect(curl.answers == ["200 1.1 connects=1"], "\(curl.complaints)")
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("A8: an answer is not compressed, whatever the sender would take")
    func acceptEncoding() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(
                SampleRequest.json(), type: "application/json", headers: ["Accept-Encoding: gzip, zstd"])
            #expect(reply.status == 200)
            #expect(reply.headers["content-encoding"] == nil)
            #expect(reply.body == Array("{}".utf8))
        }
    }

    @Test(
        "a request whose first bytes come one by one is a request, on both ports",
        arguments: ["P", "PRI", "POST /"], [Listener.grpc, .http])
    func slowStart(start: String, listener: Listener) async throws {
        try await TestCollector.with { collector async throws in
            let port = listener == .http ? collector.httpPort : collector.grpcPort
            if start == "PRI" {
                let connection = try await WireConnection(port: port)
                for byte in HTTP2Wire.start() { connection.send([byte]) }
                connection.send(HTTP2Wire.call(stream: 1, SampleRequest.protobuf()))
                #expect(try await connection.frame(ofType: HTTP2Wire.headers).stream == 1)
                return
            }
            let connection = try await WireConnection(port: port)
            let request =
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 2\r\n\r\n{}"
            for character in request.prefix(start.count) { connection.send(String(character)) }
            connection.send(String(request.dropFirst(start.count)))
            #expect(try await connection.reply().status == 200)
        }
    }

    @Test("the first bytes decide, and only as many as it takes")
    func firstBytes() {
        #expect(SpokenProtocol(startingWith: []) == nil)
        #expect(SpokenProtocol(startingWith: [0x16]) == .tls)
        #expect(SpokenProtocol(startingWith: Array("P".utf8)) == nil)
        #expect(SpokenProtocol(startingWith: Array("PO".utf8)) == .http1)
        #expect(SpokenProtocol(startingWith: Array("PRI * HTTP/2.0\r".utf8)) == nil)
        #expect(SpokenProtocol(startingWith: Array("PRI * HTTP/2.0\r\n".utf8)) == .http2)
        #expect(SpokenProtocol(startingWith: Array("PRI * HTTP/1.1\r\n".utf8)) == .http1)
        #expect(SpokenProtocol(startingWith: [0]) == .http1)
    }
}
