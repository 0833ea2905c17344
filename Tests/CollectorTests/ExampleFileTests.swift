import Collector
import Telemetry
import TestSupport
import Testing

/// The four files in `Tests/Fixtures/otlp`, which say what they are like.
@Suite("Requests in the shapes that OTLP shows are stored value by value", .timeLimit(.minutes(15)))
struct ExampleFileTests {
    private func post(_ name: String, to path: String, of collector: TestCollector) async throws {
        let reply = try await collector.post(
            Fixture.bytes("otlp/\(name).json"), path: path, type: "application/json")
        #expect(reply.status == 200)
        #expect(String(decoding: reply.body, as: UTF8.self) == "{}")
    }

    @Test("E11: trace.json")
    func trace() async throws {
        try await TestCollector.with { collector async throws in
            try await post("trace", to: "/v1/traces", of: collector)
            let rows = try collector.rows(
                """
                SELECT trace_id, span_id, parent_span_id, name, kind, start_ns, end_ns, status, service, node, scope,
                    scope_version, attributes, resource
                FROM spans
                """)
            let expected: [SQLValue] = [
                .text("7c1f0e5a94d84b2fa6e3d20917b85c40"), .text("a1b2c3d4e5f60718"),
                .text("0f1e2d3c4b5a6978"),
                .text("GET module file"), .text("server"), .integer(1_787_306_400_123_000_000),
                .integer(1_787_306_400_456_000_789), .text("unset"), .text("module-mirror"),
                .text("mirror-7"),
                .text("mirror.http"), .text("2.4.1"),
                .text(#"{"url.path":"/rsc.io/quote/@v/v1.5.2.mod","http.response.status_code":200}"#),
                .text(#"{"service.name":"module-mirror","service.instance.id":"mirror-7"}"#),
            ]
            #expect(rows == [expected])
        }
    }

    @Test("E11: metrics.json")
    func metrics() async throws {
        try await TestCollector.with { collector async throws in
            try await post("metrics", to: "/v1/metrics", of: collector)
            let rows = try collector.rows(
                """
                SELECT name, type, unit, description, temporality, monotonic, start_ns, time_ns, value, count, sum, min, max,
                    attributes
                FROM points ORDER BY name
                """)
            let (start, time) = (1_787_306_400_000_000_000 as Int64, 1_787_306_460_000_000_000 as Int64)
            let expected: [[SQLValue]] = [
                [
                    .text("mirror.disk.free"), .text("gauge"), .text("By"), .text("Bytes free"), .null, .null,
                    .null,
                    .integer(time), .real(4_096), .null, .null, .null, .null, .text(#"{"device":"sda"}"#),
                ],
                [
                    .text("mirror.requests"), .text("sum"), .text("{request}"), .text("Requests answered"),
                    .text("delta"), .integer(1), .integer(start), .integer(time), .real(12.5), .null, .null,
                    .null,
                    .null, .text(#"{"route":"list"}"#),
                ],
                [
                    .text("mirror.size"), .text("exponential_histogram"), .text("By"),
                    .text("Sizes of files"),
                    .text("delta"), .null, .integer(start), .integer(time), .null, .integer(4), .real(22),
                    .real(0),
                    .real(12), .text(#"{"kind":"zip"}"#),
                ],
                [
                    .text("mirror.wait"), .text("histogram"), .text("s"), .text("Waiting for the origin"),
                    .text("delta"), .null, .integer(start), .integer(time), .null, .integer(5), .real(6.25),
                    .real(0.25),
                    .real(2.5), .text(#"{"origin":"git"}"#),
                ],
            ]
            #expect(rows == expected)
            let buckets = try collector.rows(
                "SELECT buckets, scope, service FROM points WHERE buckets NOT NULL ORDER BY name")
            let scope: [SQLValue] = [.text("mirror.meter"), .text("module-mirror")]
            #expect(
                buckets == [
                    [
                        .text(
                            #"{"scale":0,"zero_count":1,"zero_threshold":0.0,"positive":{"offset":1,"counts":[1,2]},"#
                                + #""negative":{"offset":0,"counts":[]}}"#
                        )
                    ] + scope,
                    [.text(#"[{"le":0.75,"count":2},{"le":"Infinity","count":3}]"#)] + scope,
                ])
        }
    }

    @Test("E11: logs.json")
    func logs() async throws {
        try await TestCollector.with { collector async throws in
            try await post("logs", to: "/v1/logs", of: collector)
            let rows = try collector.rows(
                """
                SELECT time_ns, observed_time_ns, severity, severity_number, severity_text, body, event_name, trace_id,
                    span_id, service, scope, scope_version, attributes
                FROM logs
                """)
            let expected: [SQLValue] = [
                .integer(1_787_306_400_123_000_000), .integer(1_787_306_400_124_000_000), .text("WARN"),
                .integer(13),
                .text("Warning"), .text("the origin is slow"), .null,
                .text("7c1f0e5a94d84b2fa6e3d20917b85c40"),
                .text("a1b2c3d4e5f60718"), .text("module-mirror"), .text("mirror.log"), .text("2.4.1"),
                .text(
                    #"{"text":"git","flag":true,"whole":42,"part":0.625,"list":["one","two"],"map":{"inner":"value"}}"#
                ),
            ]
            #expect(rows == [expected])
        }
    }

    @Test("E11: events.json")
    func events() async throws {
        try await TestCollector.with { collector async throws in
            try await post("events", to: "/v1/logs", of: collector)
            let rows = try collector.rows(
                "SELECT event_name, time_ns, observed_time_ns, severity_number, body, service, scope, attributes FROM logs"
            )
            let expected: [SQLValue] = [
                .text("mirror.cache.evicted"), .integer(1_787_306_400_123_000_000),
                .integer(1_787_306_400_124_000_000), .integer(9),
                .text(#"{"module":"rsc.io/quote","files":3}"#),
                .text("module-mirror"), .text("mirror.events"), .text(#"{"reason":"age"}"#),
            ]
            #expect(rows == [expected])
        }
    }
}
