import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The table spans")
struct SpansTableTests {
    /// What the columns of a span have to say, from the span itself.
    private func expected(_ stored: StoredSpan) -> [SQLValue] {
        let span = stored.span
        let (start, end) = (span.startTimeUnixNano, span.endTimeUnixNano)
        let duration: Int64 = end < start ? 0 : Int64(clamping: end - start)
        let classes = SpanClassification(span)
        let request = classes?.request
        let cacheResult = classes?.cacheResult ?? .unknown
        let parent = span.parentSpanID.contains { $0 != 0 } ? span.parentSpanID : []
        return [
            .text(hexadecimal(span.traceID)), .text(hexadecimal(span.spanID)),
            parent.isEmpty ? .null : .text(hexadecimal(parent)),
            .text(span.name), .text(span.kind.word), .text(span.status.code.word),
            span.status.message.isEmpty ? .null : .text(span.status.message),
            .text(stored.service), .text(stored.node.name), .text(stored.node.source.rawValue),
            .text(stored.scope.name), .text(stored.scope.version),
            .text(UnixNanos.rfc3339(unsigned: start)), .integer(Int64(clamping: start)),
            .integer(Int64(clamping: end)), .integer(duration), .real(Double(duration) / 1e6),
            .text(stored.peerAddress), .integer(stored.receivedAt.rawValue),
            span.traceState.isEmpty ? .null : .text(span.traceState), .integer(Int64(span.flags)),
            .integer(Int64(span.droppedAttributesCount)), .integer(Int64(span.droppedEventsCount)),
            .integer(Int64(span.droppedLinksCount)), classes?.kind.map { .text($0.name) } ?? .null,
            request?.module.map { .text($0) } ?? .null,
            (request?.version ?? request?.query).map { .text($0) } ?? .null,
            cacheResult == .unknown ? .null : .text(cacheResult.name),
            classes?.outcome.map { .text($0.name) } ?? .null,
            .text(JSONNode.plain(span.attributes).text),
            .text(JSONNode.plain(stored.resource.attributes).text),
        ]
    }

    private func generated(seed: UInt64, requests: Int = 60) async throws -> SQLDatabase {
        var generator = RequestGenerator(seed: seed)
        let database = try SQLDatabase()
        // Each part is sealed when its store closes; how fast the sealer is does not matter.
        for _ in 0..<4 {
            let part = (0..<requests / 4).map { _ in generator.request() }
            try await database.store(part, segmentSpans: 100)
        }
        try await database.store((0..<3).map { _ in generator.request() })
        return database
    }

    private func storedSpans(_ database: SQLDatabase) throws -> [StoredSpan] {
        let reader = try TelemetryReader(path: database.path)
        var spans: [StoredSpan] = []
        for trace in 1...40 as ClosedRange<UInt64> {
            let lookup = try reader.trace(prefix: hexadecimal(TraceBytes.trace(trace)))
            if case .found(_, let found, _) = lookup { spans += found }
        }
        return spans
    }

    private func sorted(_ rows: [[SQLValue]]) -> [String] { rows.map { "\($0)" }.sorted() }

    @Test("has every value of every span, from journal and segments", arguments: 0..<3)
    func values(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        let database = try await generated(seed: seed)
        let spans = try storedSpans(database)
        let others = ["segment", "spans"]
        let columns = SpanColumn.columns.map(\.name).filter { !others.contains($0) }
        let rows = try database.rows("SELECT \(columns.joined(separator: ", ")) FROM spans")
        #expect(sorted(rows) == sorted(spans.map(expected)), "seed \(seed)")
        #expect(try database.value("SELECT count(*) FROM spans") == .integer(Int64(spans.count)))
        let segments = try TelemetryReader(path: database.path).info().segments
        #expect(
            try database.value("SELECT count(DISTINCT segment) FROM spans") == .integer(Int64(segments)),
            "seed \(seed)")
        #expect(segments > 1)
    }

    @Test("gives the attributes that were sent, whatever the order of the rows", arguments: 0..<3)
    func attributes(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        let database = try await generated(seed: seed)
        let spans = try storedSpans(database)
        for key in ["http.route", "a", "", "ключ", "missing"] {
            let rows = spans.map { stored -> [SQLValue] in
                [
                    .text(hexadecimal(stored.span.spanID)),
                    stored.span.attributes.value(of: key).map { SQLValue($0) } ?? .null,
                    stored.resource.attributes.value(of: key).map { SQLValue($0) } ?? .null,
                ]
            }
            let select = "span_id, attr(spans, '\(key)'), resource_attr(spans, '\(key)')"
            for order in ["", "ORDER BY span_id", "ORDER BY duration_ns DESC LIMIT 100000"] {
                let found = try database.rows("SELECT \(select) FROM spans \(order)")
                #expect(sorted(found) == sorted(rows), "seed \(seed), key \(key), \(order)")
            }
            let grouped = try database.rows(
                "SELECT span_id, max(attr(spans, '\(key)')) FROM spans GROUP BY span_id")
            #expect(
                sorted(grouped) == sorted(rows.map { Array($0.prefix(2)) }), "seed \(seed), key \(key)")
        }
    }

    @Test("answers conditions as SQLite does that looks at every row", arguments: 0..<3)
    func pushDown(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var random = SeededGenerator(seed: seed)
        let database = try await generated(seed: seed)
        let session = try database.session()
        let trace = "'" + hexadecimal(TraceBytes.trace(UInt64.random(in: 1...41, using: &random))) + "'"
        let bounds: [String: [String]] = [
            "start_ns": [
                "0", "1", "1.5", "1790000000000000000", "1790000000123456789", "1.79e18",
                "9223372036854775807",
                "9.3e18", "-1", "'1790000000000000000'", "'x'", "x'00'", "NULL",
            ],
            "start": [
                "'2026'", "'2026-09-21T14:13:20.000000000Z'", "'1970-01-01T00:00:00.000000001Z'", "''", "'z'",
                "2026", "x'00'", "NULL",
            ],
            "duration_ns": [
                "0", "17", "5000000", "5000000.5", "4e6", "-3", "1e19", "-1e19", "'abc'", "NULL",
            ],
            "duration_ms": ["0", "5", "5.0", "4.999999", "1.7e-05", "'5'", "'abc'", "NULL"],
            "segment": ["1", "2", "1.5", "'2'", "NULL"],
        ]
        let texts: [String: [String]] = [
            "trace_id": [trace, "'ABAB'", "''", "5"], "name": ["'GET'", "''", "'get'", "5", "x'474554'"],
            "kind": ["'server'", "'99'", "99", "'SERVER'"], "status": ["'error'", "'unset'", "'7'"],
            "service": ["'unknown_service'", "'GET'"], "node": ["'192.0.2.7'", "'GET'"],
        ]
        for round in 0..<50 {
            var conditions: [(plain: String, hidden: String)] = []
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let isText = Bool.random(using: &random)
                let (column, values) =
                    (isText ? texts : bounds).sorted { $0.key < $1.key }
                    .randomElement(using: &random) ?? ("name", ["''"])
                let comparison =
                    isText ? "=" : ["<", "<=", "=", ">=", ">"].randomElement(using: &random) ?? "="
                let value = values.randomElement(using: &random) ?? "0"
                // The unary plus keeps a condition from the table.
                conditions.append(
                    ("\(column) \(comparison) \(value)", "+\(column) \(comparison) \(value)"))
            }
            let plain = conditions.map(\.plain).joined(separator: " AND ")
            let hidden = conditions.map(\.hidden).joined(separator: " AND ")
            let columns = "span_id, start_ns, duration_ns"
            // The plus takes the column's affinity away, too: it is put back where a number meets text.
            let cast = Self.castingTexts(hidden)
            let found = try session.rows("SELECT \(columns) FROM spans WHERE \(plain)")
            let wanted = try session.rows("SELECT \(columns) FROM spans WHERE \(cast)")
            let isSame = sorted(found) == sorted(wanted)
            #expect(isSame, "seed \(seed), round \(round): \(plain)")
            let key =
                ["start_ns", "duration_ns", "start", "duration_ms"].randomElement(using: &random) ?? "start"
            let order = "\(key) \(["ASC", "DESC"].randomElement(using: &random) ?? "")"
            let limit = [0, 1, 7, 1000, -1].randomElement(using: &random) ?? 1
            let offset = [0, 0, 3].randomElement(using: &random) ?? 0
            let first = try session.rows(
                "SELECT \(key) FROM spans WHERE \(plain) ORDER BY \(order) LIMIT \(limit) OFFSET \(offset)")
            let sortedAll = try session.rows(
                "SELECT k FROM (SELECT \(key) AS k, span_id FROM spans WHERE \(cast)) ORDER BY +\(order.replacing(key, with: "k")) "
                    + "LIMIT \(limit) OFFSET \(offset)")
            let isSameOrder = first == sortedAll
            #expect(isSameOrder, "seed \(seed), round \(round): \(plain) ORDER BY \(order) LIMIT \(limit)")
        }
    }

    /// Text columns are compared as text: what the plus takes away.
    private static func castingTexts(_ conditions: String) -> String {
        var result = conditions
        for column in ["trace_id", "name", "kind", "status", "service", "node"] {
            result = result.replacing("+\(column) = ", with: "CAST(+\(column) AS TEXT) = ")
        }
        result = result.replacing("+start ", with: "CAST(+start AS TEXT) ")
        for column in ["start_ns", "duration_ns", "segment"] {
            result = result.replacing("+\(column) ", with: "CAST(+\(column) AS INTEGER) ")
        }
        return result.replacing("+duration_ms ", with: "CAST(+duration_ms AS REAL) ")
    }

    @Test("joins a span to its parent by the trace, and each span stays one row")
    func join() async throws {
        let database = try SQLDatabase()
        let spans = (1...200 as ClosedRange<UInt64>).flatMap { trace in
            [
                Sample.span(trace: trace, id: 1, name: "parent", millis: trace),
                Sample.span(trace: trace, id: 2, parent: 1, name: "child", kind: .client),
            ]
        }
        try await database.store(
            stride(from: 0, to: spans.count, by: 10).map { Sample.request(Array(spans[$0..<$0 + 10])) },
            segmentSpans: 60)
        let joined = """
            SELECT count(*), count(DISTINCT c.trace_id), max(p.duration_ns) FROM spans c
            JOIN spans p ON p.trace_id = c.trace_id AND p.span_id = c.parent_span_id
            """
        #expect(try database.rows(joined) == [[.integer(200), .integer(200), .integer(200_000_000)]])
        let attribute = """
            SELECT count(*) FROM spans c LEFT JOIN spans p
            ON p.trace_id = c.trace_id AND p.span_id = c.parent_span_id
            WHERE attr(p.spans, 'none') IS NULL
            """
        #expect(try database.value(attribute) == .integer(400))
    }

    @Test("says of requests to module proxies what they were and how they ended")
    func moduleRequests() async throws {
        let database = try SQLDatabase()
        func request(
            _ number: UInt8, _ path: String, _ status: Int64, _ more: [KeyValue] = []
        ) -> OTLPModel.Span {
            Sample.span(
                trace: UInt64(number), id: number,
                attributes: [
                    KeyValue("url.path", .string(path)), KeyValue("http.response.status_code", .int(status)),
                ] + more)
        }
        let hit = KeyValue("nginx.upstream_cache_status", .string("HIT"))
        try await database.store([
            Sample.request([
                request(1, "/github.com/a/b/@v/list", 200, [hit]),
                request(2, "/example.com/y/@v/v1.0.0.zip", 504),
                Sample.span(trace: 3, id: 3, kind: .internal),
            ])
        ])
        let rows = try database.rows("SELECT module_kind, cache_result, outcome FROM spans ORDER BY trace_id")
        #expect(rows[0] == [.text("list"), .text("hit"), .text("ok")])
        #expect(rows[1] == [.text("zip"), .null, .text("timeout")])
        #expect(rows[2][0] == .null)
    }

    @Test("names the module and the version that the exports name")
    func modules() async throws {
        let database = try SQLDatabase()
        let path = { KeyValue($0, .string($1)) }
        let lists: [[KeyValue]] = [
            [path("url.path", "/github.com/!azure/a/@v/v1.2.0.zip")],
            [path("http.target", "/example.com/x/@v/list"), path("url.path", "-")],
            [
                path("url.path", "/example.com/x/@v/v1.0.0.mod"),
                path("url.path", "/example.com/y/@v/main.info"),
            ],
            [path("url.path", "/example.com/x"), path("url.query", "go-get=1")],
            [
                path("url.path", "/example.com/low/@v/list"),
                path("url.full", "https://proxy.example/example.com/high/@latest"),
            ],
            [KeyValue("url.path", .int(5))], [],
        ]
        var spans: [OTLPModel.Span] = []
        for (number, attributes) in lists.enumerated() {
            for kind in [SpanKind.server, .internal] {
                spans.append(
                    Sample.span(
                        trace: UInt64(number + 1), id: UInt8(clamping: spans.count + 1),
                        name: "/example.com/named/@v/v2.0.0.info", kind: kind, attributes: attributes))
            }
        }
        try await database.store([Sample.request(spans)], segmentSpans: spans.count)
        let rows = try database.rows("SELECT module, module_version FROM spans ORDER BY span_id")
        let expected = spans.map { span -> [SQLValue] in
            let request = SpanClassification(span)?.request
            return [
                request?.module.map { .text($0) } ?? .null,
                (request?.version ?? request?.query).map { .text($0) } ?? .null,
            ]
        }
        #expect(rows == expected)
        #expect(rows[0] == [.text("github.com/Azure/a"), .text("v1.2.0")])
        #expect(rows[4] == [.text("example.com/y"), .text("main")])
        #expect(rows[8][0] == .text("example.com/high"))
        #expect(rows[12] == [.text("example.com/named"), .text("v2.0.0")])
        #expect(rows[13] == [.null, .null])
    }

    @Test("keeps starts past the year 2262 apart, though the catalogue does not")
    func lateStarts() async throws {
        let database = try SQLDatabase()
        let starts: [UInt64] = [
            UInt64(Int64.max) - 1, UInt64(Int64.max), UInt64(Int64.max) + 1, 1 << 63 + 1 << 62, .max,
        ]
        let spans = starts.enumerated().map { number, start in
            var span = Sample.span(trace: UInt64(number + 1), id: 1)
            span.startTimeUnixNano = start
            span.endTimeUnixNano = start
            return span
        }
        try await database.store([Sample.request(spans)], segmentSpans: spans.count)
        try await database.store(spans.map { Sample.request([$0]) }, segmentSpans: 1)
        for bound in starts.map({ UnixNanos.rfc3339(unsigned: $0) }) + ["2300"] {
            for comparison in ["<", "<=", "=", ">=", ">"] {
                let found = try database.rows("SELECT start FROM spans WHERE start \(comparison) '\(bound)'")
                let wanted = try database.rows(
                    "SELECT start FROM spans WHERE CAST(+start AS TEXT) \(comparison) '\(bound)'")
                #expect(sorted(found) == sorted(wanted), "\(comparison) \(bound)")
            }
        }
    }

    @Test("has no rows in an empty database")
    func empty() async throws {
        let database = try SQLDatabase()
        try await database.store([])
        #expect(try database.value("SELECT count(*) FROM spans") == .integer(0))
        #expect(try database.rows("SELECT * FROM spans ORDER BY duration_ns DESC LIMIT 3").isEmpty)
    }

    @Test(
        "attr() tells keys apart of which hundreds were mended to the same text",
        arguments: [255, 256, 257, 300])
    func mendedKeys(count: Int) async throws {
        // Each is another byte sequence that is no UTF-8, and all show as U+FFFD U+FFFD.
        var body = Sample.request([
            Sample.span(
                trace: 1, id: 1,
                attributes: (0..<count).map { KeyValue("key\(String(1_000 + $0))", .int(Int64($0))) })
        ]).protobufBytes()
        for number in 0..<count {
            let key = Array("key\(1_000 + number)".utf8)
            let place = try #require(body.firstRange(of: key)?.lowerBound)
            let bytes: [UInt8] = [0x80 | UInt8(number & 0x3f), 0x80 | UInt8(number >> 6)]
            body.replaceSubrange(place..<place + key.count, with: Array("abcde".utf8) + bytes)
        }
        let batch = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival).batch
        #expect(batch.columns.count == FieldColumn.count + count)
        let database = try SQLDatabase()
        let store = try TelemetryStore.open(path: database.path, options: .sealing(every: 1))
        _ = try await store.append(.spans(batch), digest: BodyDigest(of: body.span))
        await store.close()
        let key = "abcde\u{fffd}\u{fffd}"
        #expect(
            try database.value("SELECT attr(spans, '\(key)') FROM spans") == .integer(Int64(count) - 1))
    }
}
