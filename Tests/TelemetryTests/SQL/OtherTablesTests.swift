import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The other tables for SQL")
struct OtherTablesTests {
    private func sorted(_ rows: [[SQLValue]]) -> [String] { rows.map { "\($0)" }.sorted() }

    private func generated(seed: UInt64) async throws -> (SQLDatabase, [StoredSpan]) {
        var generator = RequestGenerator(seed: seed)
        let database = try SQLDatabase()
        try await database.store((0..<40).map { _ in generator.request() }, segmentSpans: 200)
        let reader = try TelemetryReader(path: database.path)
        var spans: [StoredSpan] = []
        for trace in 1...40 as ClosedRange<UInt64> {
            let lookup = try reader.trace(prefix: hexadecimal(TraceBytes.trace(trace)))
            if case .found(_, let found, _) = lookup { spans += found }
        }
        return (database, spans)
    }

    @Test("events and links are those of the spans")
    func eventsAndLinks() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        let (database, spans) = try await generated(seed: seed)
        let events = spans.flatMap { stored in
            stored.span.events.enumerated().map { position, event -> [SQLValue] in
                [
                    .text(hexadecimal(stored.span.traceID)), .text(hexadecimal(stored.span.spanID)),
                    .integer(Int64(position)), .text(event.name),
                    .text(UnixNanos.rfc3339(unsigned: event.timeUnixNano)),
                    .integer(Int64(clamping: event.timeUnixNano)),
                    .text(JSONNode.plain(event.attributes).text),
                    .integer(Int64(event.droppedAttributesCount)), .text(stored.span.name),
                    .text(stored.service), .text(stored.node.name),
                    stored.span.attributes.value(of: "a").map { SQLValue($0) } ?? .null,
                ]
            }
        }
        let columns = """
            trace_id, span_id, position, name, time, time_ns, attributes, dropped_attributes_count, span_name,
            service, node, attr(spans, 'a')
            """
        #expect(sorted(try database.rows("SELECT \(columns) FROM events")) == sorted(events), "seed \(seed)")
        #expect(!events.isEmpty)
        let links = spans.flatMap { stored in
            stored.span.links.map { link -> [SQLValue] in
                [
                    .text(hexadecimal(stored.span.traceID)), .text(hexadecimal(link.traceID)),
                    .text(hexadecimal(link.spanID)), .integer(Int64(link.flags)),
                    link.traceState.isEmpty ? .null : .text(link.traceState),
                ]
            }
        }
        let linkColumns = "trace_id, linked_trace_id, linked_span_id, flags, trace_state"
        #expect(
            sorted(try database.rows("SELECT \(linkColumns) FROM links")) == sorted(links), "seed \(seed)")
        let trace = hexadecimal(TraceBytes.trace(3))
        let ofTrace = try database.value("SELECT count(*) FROM events WHERE trace_id = '\(trace)'")
        let wanted = events.count { $0[0] == .text(trace) }
        #expect(ofTrace == .integer(Int64(wanted)), "seed \(seed)")
        #expect(
            try database.rows("SELECT service, count(*) FROM events WHERE service = 'GET' GROUP BY 1")
                == database.rows("SELECT service, count(*) FROM events WHERE +service = 'GET' GROUP BY 1"))
    }

    @Test("rollup_minute adds up to the spans, and its quantiles are within 1 %")
    func rollup() async throws {
        let database = try SQLDatabase()
        let spans = (0..<600 as Range<UInt64>).map { number in
            var span = Sample.span(
                trace: number + 1, id: 1, name: number % 3 == 0 ? "a" : "b", startMillis: number * 500,
                millis: number * number % 977 + 1)
            if number % 10 == 0 { span.status.code = .error }
            return span
        }
        try await database.store(
            stride(from: 0, to: 600, by: 20).map { Sample.request(Array(spans[$0..<$0 + 20])) },
            segmentSpans: 250)
        let bySpan = """
            SELECT start_ns / 60000000000 * 60000000000 AS m, name, count(*), sum(status = 'error'), sum(duration_ns)
            FROM spans GROUP BY m, name ORDER BY m, name
            """
        let byRollup = """
            SELECT minute_ns, name, sum(spans), sum(errors), sum(duration_sum_ns) FROM rollup_minute
            GROUP BY minute_ns, name ORDER BY minute_ns, name
            """
        #expect(try database.rows(bySpan) == database.rows(byRollup))
        for share in ["0", "0.5", "0.9", "0.99", "1"] {
            let exact = try database.value("SELECT quantile(duration_ns, \(share)) FROM spans")
            let sketched = try database.value(
                "SELECT sketch_quantile(sketch_merge(sketch), \(share)) FROM rollup_minute")
            guard case .integer(let left) = exact, case .integer(let right) = sketched else {
                Issue.record("no numbers")
                continue
            }
            #expect(abs(Double(left - right)) <= 0.01 * Double(left), "\(share): \(left), \(right)")
        }
        let since = Sample.baseNanos + 120_000_000_000
        #expect(
            try database.rows("SELECT sum(spans) FROM rollup_minute WHERE minute_ns >= \(since)")
                == database.rows("SELECT sum(spans) FROM rollup_minute WHERE +minute_ns >= \(since)"))
        #expect(
            try database.value("SELECT DISTINCT length(minute) || substr(minute, 17) FROM rollup_minute")
                == .text("20:00Z"))
    }

    @Test("segments adds up to all spans, resources has each once")
    func lists() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        let (database, spans) = try await generated(seed: seed)
        #expect(
            try database.value("SELECT sum(spans) FROM segments") == .integer(Int64(spans.count)),
            "seed \(seed)")
        let journals = try database.value(
            "SELECT count(DISTINCT segment IS NULL) FROM spans WHERE segment IS NULL")
        #expect(try database.value("SELECT count(*) FROM segments WHERE id IS NULL") == journals)
        #expect(try database.value("SELECT count(*) FROM segments WHERE id > 0 AND bytes > 0") != .integer(0))
        struct Sender: Hashable {
            var resource: Resource
            var schema: String
        }
        let senders = Set(spans.map { Sender(resource: $0.resource, schema: $0.resourceSchemaURL) })
        let rows = try database.rows("SELECT service, attributes, ifnull(schema_url, '') FROM resources")
        let texts = senders.map { sender -> [SQLValue] in
            let service = sender.resource.attributes.string(of: "service.name") ?? ""
            return [
                .text(service.isEmpty ? "unknown_service" : service),
                .text(JSONNode.plain(sender.resource.attributes).text), .text(sender.schema),
            ]
        }
        // Resources may have been sent without spans.
        let areThere = Set(sorted(rows)).isSuperset(of: sorted(texts))
        #expect(areThere, "seed \(seed)")
    }

    @Test("quantile is the nearest rank, of integers and reals, and passes over NULL")
    func quantiles() async throws {
        let database = try SQLDatabase()
        try await database.store([])
        func quantile(_ values: String, _ share: String) throws -> SQLValue {
            try database.value("WITH t(x) AS (VALUES \(values)) SELECT quantile(x, \(share)) FROM t")
        }
        #expect(try quantile("(3), (1), (2), (4)", "0.5") == .integer(2))
        #expect(try quantile("(3), (1), (2), (4)", "0.51") == .integer(3))
        #expect(try quantile("(3), (1), (NULL)", "1") == .integer(3))
        #expect(try quantile("(3), (1.5)", "0") == .real(1.5))
        #expect(try quantile("(NULL)", "0.5") == .null)
        #expect(try database.value("SELECT quantile(1, 0.5) WHERE 0") == .null)
        let many = """
            WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t LIMIT 10000)
            SELECT quantile((x * 7919) % 10007, 0.25) = (SELECT (x * 7919) % 10007 FROM t ORDER BY 1 LIMIT 1 OFFSET 2499)
            FROM t
            """
        #expect(try database.value(many) == .integer(1))
        #expect(try database.problem("SELECT quantile('x', 0.5)")?.message.contains("takes numbers") == true)
        #expect(try database.problem("SELECT sketch_merge(x'05')")?.message.contains("no sketch") == true)
        #expect(
            try database.problem("SELECT sketch_quantile('x', 0.5)")?.message.contains("no sketch") == true)
    }

    @Test("quantile keeps so many values of a group and no more", arguments: [99, 100, 101])
    func quantileLimit(count: Int) async throws {
        let database = try SQLDatabase()
        try await database.store([])
        let session = try SQLSession(
            path: database.path, now: UnixNanos(rawValue: 0), zone: .utc,
            limits: SQLLimits(quantileValues: 100))
        let numbers = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t LIMIT \(count))"
        for value in ["x", "x + 0.5"] {
            let outcome = Result { try session.rows("\(numbers) SELECT quantile(\(value), 1) FROM t") }
            if count <= 100 {
                #expect(try outcome.get().count == 1)
            } else {
                let problem = #expect(throws: SQLProblem.self) { try outcome.get() }
                #expect(problem?.message.contains("keeps up to 100 values") == true)
            }
        }
        // It is a limit of each group.
        #expect(try session.rows("\(numbers) SELECT quantile(x, 1) FROM t GROUP BY x % 2").count == 2)
    }

    @Test("times, durations and modules have functions")
    func functions() async throws {
        let database = try SQLDatabase()
        try await database.store([])
        #expect(try database.value("SELECT ns('now-1h')") == .integer(1_787_302_800_000_000_000))
        #expect(
            try database.value("SELECT ns('2026-08-21T10:00:00Z')") == .integer(1_787_306_400_000_000_000))
        #expect(
            try database.value("SELECT time_text(1787306400000000001)")
                == .text("2026-08-21T10:00:00.000000001Z"))
        #expect(try database.value("SELECT duration_text(1234567)") == .text("1.235 ms"))
        #expect(
            try database.rows(
                "SELECT module(p), module_version(p) FROM (SELECT '/github.com/!azure/x/@v/v1.2.3.zip?a' AS p)"
            )
                == [[.text("github.com/Azure/x"), .text("v1.2.3")]])
        #expect(try database.value("SELECT module('/') IS NULL AND module(NULL) IS NULL") == .integer(1))
    }
}
