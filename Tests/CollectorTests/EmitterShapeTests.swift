import Collector
import OTLPModel
import Telemetry
import TestSupport
import Testing

/// The files in `Tests/Fixtures/emitters`, which say whose shapes they have and where that is known from.
@Suite("Requests in the shapes of proxies and servers mean what they should", .timeLimit(.minutes(15)))
struct EmitterShapeTests {
    /// What each request asked for, what a cache did, and how it ended.
    private static let meaning = """
        SELECT name, module_kind, module, module_version, cache_result, outcome, status FROM spans WHERE kind = 'server'
        ORDER BY start_ns
        """

    private func sendByGRPC(_ file: String, to collector: TestCollector) async throws {
        let client = try await collector.connectGRPC()
        let answer = try await client.export(
            Fixture.traces("emitters/\(file)").protobufBytes(), [("user-agent", "grpc-c++/1.64.0")])
        #expect(answer.status == 0)
        #expect(answer.body == [0, 0, 0, 0, 0], "there is something to complain of")
    }

    private func software(_ collector: TestCollector) -> [SenderSoftware] {
        collector.server.service.senders.records.values.flatMap { $0.services.values.map(\.software) }
    }

    @Test("K2: nginx, over gRPC: milliseconds, variables without a value, headers as lists")
    func nginx() async throws {
        try await TestCollector.with { collector async throws in
            try await sendByGRPC("nginx.json", to: collector)
            #expect(
                try collector.rows(Self.meaning) == [
                    [
                        .text("/"), .text("zip"), .text("github.com/Azure/azure-sdk-for-go"),
                        .text("v68.0.0+incompatible"), .text("miss"), .text("ok"), .text("unset"),
                    ],
                    [
                        .text("/"), .text("info"), .text("github.com/pkg/errors"), .text("v0.9.1"),
                        .text("hit"),
                        .text("ok"), .text("unset"),
                    ],
                    [
                        .text("/"), .text("list"), .text("example.org/slow"), .null, .text("expired"),
                        .text("timeout"),
                        .text("error"),
                    ],
                ])
            let second = try collector.rows(
                """
                SELECT duration_ns, attr(spans, 'nginx.upstream_status'), attr(spans, 'http.response.header.age'),
                    attr(spans, 'http.status_code'), service, node, node_source
                FROM spans ORDER BY start_ns LIMIT 1 OFFSET 1
                """)
            #expect(
                second == [
                    [
                        .integer(0), .text(""), .text(#"[""]"#), .integer(200), .text("modproxy-edge"),
                        .text("edge-osl-02"), .text("service.instance.id"),
                    ]
                ])
            #expect(software(collector) == [.nginx])
        }
    }

    @Test("K2: Envoy, over gRPC and over HTTP: every attribute is a text")
    func envoy() async throws {
        try await TestCollector.with { collector async throws in
            try await sendByGRPC("envoy.json", to: collector)
            // Envoy's other transport: the same request is known again.
            let body = try Fixture.traces("emitters/envoy.json").protobufBytes()
            #expect(try await collector.post(body).status == 200)
            #expect(
                try collector.rows(Self.meaning) == [
                    [
                        .text("ingress"), .text("mod"), .text("github.com/BurntSushi/toml"), .text("v1.4.0"),
                        .text("hit"), .text("ok"), .text("unset"),
                    ],
                    [
                        .text("ingress"), .text("list"), .text("github.com/pkg"), .null, .null,
                        .text("probe"), .text("unset"),
                    ],
                    [
                        .text("ingress"), .text("latest"), .text("golang.org/x/text"), .null,
                        .null,
                        .text("aborted"), .text("unset"),
                    ],
                ])
            let types = try collector.rows(
                "SELECT DISTINCT typeof(attr(spans, 'http.status_code')), typeof(attr(spans, 'response_size')) FROM spans"
            )
            #expect(types == [[.text("text"), .text("text")]])
            #expect(software(collector) == [.envoy])
        }
    }

    @Test("K2: Athens, over gRPC: the fetch of a miss is a trace of its own")
    func athens() async throws {
        try await TestCollector.with { collector async throws in
            try await sendByGRPC("athens.json", to: collector)
            #expect(
                try collector.rows(Self.meaning) == [
                    [
                        .text("proxy"), .text("zip"), .text("github.com/BurntSushi/toml"), .text("v1.4.0"),
                        .null, .text("ok"), .text("unset"),
                    ]
                ])
            let traces = try collector.rows(
                """
                SELECT count(*), sum(parent_span_id IS NULL), max(CASE WHEN parent_span_id IS NULL THEN name END)
                FROM spans GROUP BY trace_id ORDER BY trace_id
                """)
            #expect(
                traces == [
                    [.integer(4), .integer(1), .text("proxy")],
                    [.integer(5), .integer(1), .text("singleflight.Stash")],
                ])
            // What is within the request, and bare.
            #expect(
                try collector.rows("SELECT count(*) FROM spans WHERE kind = 'internal' AND attributes = '{}'")
                    == [[.integer(8)]])
            #expect(software(collector) == [.athens])
        }
    }

    @Test("K2: Apache Traffic Server, over HTTP to the port for gRPC: the name is the path")
    func trafficServer() async throws {
        try await TestCollector.with { collector async throws in
            let connection = try await WireConnection(port: collector.grpcPort)
            connection.post(try Fixture.traces("emitters/trafficserver.json").protobufBytes())
            #expect(try await connection.reply().status == 200)
            #expect(
                try collector.rows(Self.meaning) == [
                    [
                        .text("/golang.org/x/text/@v/v0.31.0.zip"), .text("zip"), .text("golang.org/x/text"),
                        .text("v0.31.0"), .null, .text("ok"), .text("unset"),
                    ],
                    [
                        .text("/example.org/gone/@v/list"), .text("list"), .text("example.org/gone"), .null,
                        .null, .text("upstream_error"), .text("error"),
                    ],
                ])
            #expect(
                try collector.rows("SELECT DISTINCT resource_attr(spans, 'version'), node_source FROM spans")
                    == [[.integer(1), .text("peer address")]])
            #expect(await collector.log.line(containing: "kind=other_port") != nil)
            #expect(software(collector) == [.trafficServer])
        }
    }
}
