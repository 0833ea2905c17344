import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Counts and durations by group")
struct StatsTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Stores requests in segments of some spans, the rest in the journal.
    private func store(_ requests: [ExportTraceServiceRequest], segmentSpans: Int) async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: segmentSpans))
        for request in requests { try await store.append(request) }
        await store.close()
    }

    private func storedSpans() throws -> [StoredSpan] {
        let reader = try TelemetryReader(path: path)
        return try reader.snapshot { () throws(StoreError) in
            var spans: [StoredSpan] = []
            for view in try reader.views({ _ in true }) {
                if let found = try? view.storedSpans() { spans += found }
            }
            return spans
        }
    }

    private func stats(
        _ keys: [SpanKey] = [], _ conditions: [String] = [], change: (inout StatsQuery) -> Void = { _ in }
    ) throws -> StatsResult {
        var query = StatsQuery(
            window: .all, keys: keys, predicates: try conditions.map { try SpanPredicate(parsing: $0) })
        change(&query)
        return try TelemetryReader(path: path).stats(query)
    }

    // MARK: Random spans

    @Test("are what a look at each span gives, whatever spans hold and wherever they lie")
    func random() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        try await store((0..<40).map { _ in generator.request(spansMax: 8) }, segmentSpans: 120)
        let spans = try storedSpans()
        let info = try TelemetryReader(path: path).info()
        try #require(spans.count > 120 && Int64(spans.count) == info.spans, "seed \(seed)")
        for _ in 0..<150 {
            let query = Self.query(&generator)
            let result = try TelemetryReader(path: path).stats(query)
            let expected = NaiveStats(query: query).groups(spans)
            #expect(result.groups.count == expected.count, "seed \(seed), \(query)")
            for group in result.groups {
                #expect(group == expected[group.key], "seed \(seed), \(query)")
            }
            #expect(result.groups.sorted { query.order.isBefore($0, $1) } == result.groups, "seed \(seed)")
            #expect(result.spanCount == expected.values.reduce(0) { $0 + $1.totals.spans }, "seed \(seed)")
        }
    }

    private static let keys: [SpanKey] = [
        .name, .kind, .status, .service, .node, .scope, .traceID, .period(60_000_000_000), .period(7),
        .attribute("http.route"), .attribute("url.path"), .attribute("http.response.status_code"),
        .attribute("a"), .attribute("b"), .attribute(""), .attribute("ключ"), .attribute("x\u{0}y"),
        .attribute("nobody"), .resource("service.name"), .resource("a"),
    ]

    private static func query(_ generator: inout RequestGenerator) -> StatsQuery {
        func one<Element>(_ elements: [Element]) -> Element {
            elements[generator.number(below: elements.count)]
        }
        let times: [Int64] = [0, 1, 1_790_000_000_000_000_000, 1_790_000_000_000_000_001]
        let since = one(times.map { UnixNanos(rawValue: $0) } + [.distantPast, .distantPast])
        let until = one([.distantFuture, .distantFuture, UnixNanos(rawValue: 1_790_000_000_123_456_789)])
        func predicate() -> SpanPredicate? {
            let text = one([
                "", "GET", "G*", "e*", "*", "200", "-1", "0", "1.5", "long", "a", "5ms", "true", "ab*",
            ])
            let key = one(keys.filter { !$0.isPeriod } + [.duration])
            let test = ValueTest(one(ValueTest.Comparison.allCases), text)
            // Durations are numbers, which the grammar sees to.
            let isWrong = key == .duration && (test?.number == nil || test?.comparison == .contains)
            return isWrong || test?.comparison == .notContains && key == .duration
                ? nil : test.map { SpanPredicate(key, $0) }
        }
        return StatsQuery(
            window: TimeWindow(since: since, until: until),
            keys: (0..<generator.number(below: 4)).map { _ in one(keys) },
            predicates: (0..<generator.number(below: 3)).compactMap { _ in predicate() },
            ratio: generator.number(below: 2) == 0 ? predicate() : nil, order: one(StatsOrder.allCases))
    }

    // MARK: Edges

    @Test("of an empty file and of an empty window are no groups")
    func nothing() async throws {
        try await store([], segmentSpans: 10)
        #expect(try stats([.name]).groups.isEmpty)
        try await store([Sample.request([Sample.span(trace: 1, id: 1)])], segmentSpans: 10)
        let late = TimeWindow(since: UnixNanos(rawValue: .max - 9), until: .distantFuture)
        let result = try stats([.name]) { $0.window = late }
        #expect(result.groups.isEmpty && result.spanCount == 0 && result.groupCount == 0)
        #expect(result.unknownKeys.isEmpty)
    }

    @Test("are cut off at the limit, the highest first", arguments: [1, 4, 5, 6])
    func limit(limit: Int) async throws {
        let spans = (1...5 as ClosedRange<UInt64>).flatMap { number in
            (1...number).map { Sample.span(trace: number * 10 + $0, id: 1, name: "n\(number)") }
        }
        try await store([Sample.request(spans)], segmentSpans: 3)
        let result = try stats([.name]) { $0.limit = limit }
        #expect(result.groups.map(\.totals.spans) == Array([5, 4, 3, 2, 1].prefix(limit)))
        #expect(result.groupCount == 5 && result.spanCount == 15)
    }

    @Test("have no more groups than memory is meant for", arguments: [4, 5, 6])
    func groupLimit(most: Int) async throws {
        let spans = (1...5 as ClosedRange<UInt64>).map { Sample.span(trace: $0, id: 1) }
        try await store(
            [Sample.request(Array(spans[..<3])), Sample.request(Array(spans[3...]))], segmentSpans: 3)
        let outcome = Result { try stats([.traceID]) { $0.groupsMax = most } }
        if most >= 5 {
            #expect(try outcome.get().groupCount == 5)
        } else {
            let error = #expect(throws: StoreError.self) { try outcome.get() }
            #expect(error?.code == .limit && error?.message.contains("more than 4 groups") == true)
        }
    }

    @Test("name keys that no span has, and those that are spelt nearly so")
    func unknownKeys() async throws {
        let attributes = [KeyValue("http.route", .string("/x"))]
        try await store(
            [Sample.request([Sample.span(trace: 1, id: 1, attributes: attributes)])], segmentSpans: 1)
        let result = try stats([.attribute("http.rout")])
        #expect(result.unknownKeys == [.attribute("http.rout")])
        #expect(result.knownKeys.contains("http.route"))
        #expect(result.groups.map(\.key) == [[.missing]])
        #expect(try stats([.attribute("http.route")], ["http.route=/x"]).unknownKeys.isEmpty)
    }

    @Test("know the keys of segments that need not be read, and of resources", arguments: [false, true])
    func keysOfResources(isApproximate: Bool) async throws {
        let route = [KeyValue("http.route", .string("/x"))]
        try await store(
            [Sample.request([Sample.span(trace: 1, id: 1, attributes: route)], node: "node-1")],
            segmentSpans: 1)
        func unknown(_ keys: [SpanKey], _ conditions: [String] = []) throws -> [SpanKey] {
            try stats(keys, conditions) { $0.isApproximate = isApproximate }.unknownKeys
        }
        // No span is an error, or takes a day: the catalogue says so.
        for condition in ["status=error", "duration>1d"] {
            #expect(try unknown([.attribute("http.route")], [condition]).isEmpty, "\(condition)")
            #expect(try unknown([.attribute("nobody")], [condition]) == [.attribute("nobody")])
            #expect(try unknown([.resource("nobody")], [condition]) == [.resource("nobody")])
        }
        #expect(try unknown([.resource("service.instance.id")]).isEmpty)
        #expect(try unknown([], ["resource.service.instance.id=other"]).isEmpty)
        #expect(try unknown([.resource("service.instance.i")]) == [.resource("service.instance.i")])
        let result = try stats([.resource("nobody")]) { $0.isApproximate = isApproximate }
        #expect(result.groups.map(\.key) == [[.missing]])
        #expect(result.knownKeys.contains("resource.service.instance.id"))
    }

    @Test("miss the spans of a damaged segment only, and say so", arguments: [false, true])
    func damage(isApproximate: Bool) async throws {
        for number in 1...3 as ClosedRange<UInt64> {
            let spans = (0..<number).map { Sample.span(trace: number * 10 + $0, id: 1, name: "n\(number)") }
            let store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
            try await store.append(Sample.request(spans))
            await store.close()
        }
        let chunk: ChunkID = isApproximate ? .rollup : .durations
        try Connection(path: path, mode: .readWrite).execute(
            "UPDATE chunk SET data = x'00' WHERE id = \(Schema.chunkKey(segment: 2, chunk))")
        let result = try stats([.name]) { $0.isApproximate = isApproximate }
        #expect(result.groups.map(\.key) == [[.text("n3")], [.text("n1")]])
        #expect(result.notes.map(\.code) == ["damaged_chunk"])
    }

    @Test("miss the spans of a segment that lacks a column, and say so", arguments: ["stats", "name", "sql"])
    func missingColumn(question: String) async throws {
        for number in 1...2 as ClosedRange<UInt64> {
            let attributes = [KeyValue("url.path", .string("/a/\(number)"))]
            let store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
            try await store.append(
                Sample.request([Sample.span(trace: number, id: 1, attributes: attributes)]))
            await store.close()
        }
        let column = try #require(ChunkID.values(of: FieldColumn.allCases.count))
        try Connection(path: path, mode: .readWrite).execute(
            "DELETE FROM chunk WHERE id = \(Schema.chunkKey(segment: 1, column))")
        if question == "sql" {
            let session = try SQLSession(path: path, now: UnixNanos(rawValue: 0), zone: .utc)
            let rows = try session.rows("SELECT module_kind, module FROM spans")
            #expect(rows.count == 1)
            return
        }
        let result = try stats([.attribute("url.path")]) { $0.name = question == "name" ? "/a/*" : nil }
        #expect(result.groups.map(\.key) == [[.text("/a/2")]])
        #expect(result.notes.map(\.code) == ["damaged_chunk"])
    }

    @Test("recognise requests to module proxies")
    func modules() async throws {
        let path = [KeyValue("url.path", .string("/github.com/a/b/@v/v1.0.0.zip"))]
        try await store([Sample.request([Sample.span(trace: 1, id: 1, attributes: path)])], segmentSpans: 1)
        #expect(try stats([.moduleKind]).groups.map(\.key) == [[.text("zip")]])
        #expect(try stats([], ["module_kind=zip"]).spanCount == 1)
        #expect(try stats([], ["module_kind=mod"]).spanCount == 0)
    }

    @Test("name the module and the version of a request, whatever tells the path")
    func moduleNames() async throws {
        func request(_ trace: UInt64, _ paths: [String: String], name: String = "GET", error: Bool = false)
            -> OTLPModel.Span
        {
            var span = Sample.span(
                trace: trace, id: 1, name: name,
                attributes: paths.sorted { $0.key < $1.key }.map { KeyValue($0.key, .string($0.value)) })
            if error { span.status.code = .error }
            return span
        }
        let zip = "/github.com/!azure/sdk/@v/v1.2.3.zip"
        let list = "/golang.org/x/net/@v/list"
        try await store(
            [
                Sample.request([
                    request(1, ["url.path": zip], error: true), request(2, ["http.target": zip + "?x=1"]),
                    // The path that classification goes by counts, wherever it stands.
                    request(
                        3, ["url.full": "https://proxy.example/" + String(list.dropFirst()), "url.path": zip]),
                    request(4, [:], name: list), request(5, ["url.path": "/healthz"], name: list),
                    request(6, ["url.path": "-"], name: list), request(7, [:]),
                ])
            ], segmentSpans: 4)
        let counts = try stats([.module, .moduleVersion]).groups.map { ($0.key, $0.totals.spans) }
        #expect(
            Dictionary(uniqueKeysWithValues: counts) == [
                [.text("github.com/Azure/sdk"), .text("v1.2.3")]: 2,
                [.text("golang.org/x/net"), .missing]: 3, [.missing, .missing]: 2,
            ])
        let failing = try stats([.module], ["status=error"])
        #expect(failing.groups.map(\.key) == [[.text("github.com/Azure/sdk")]])
        #expect(try stats([], ["module=golang.org/*"]) { $0.isApproximate = true }.spanCount == 3)
        #expect(SpanKey("module").text == "module" && SpanKey("attr.module").text == "attr.module")
    }

    @Test("leave what no cache was seen to answer out of the ratio of hits", arguments: [false, true])
    func hitRatio(isApproximate: Bool) async throws {
        let results = ["HIT", "MISS", "HIT", nil, nil]
        let spans = results.enumerated().map { number, result in
            Sample.span(
                trace: UInt64(number + 1), id: 1,
                attributes: result.map { [KeyValue("nginx.upstream_cache_status", .string($0))] } ?? [])
        }
        try await store([Sample.request(spans)], segmentSpans: 1)
        let result = try stats {
            $0.ratio = try? SpanPredicate(parsing: "cache_result=hit")
            $0.isApproximate = isApproximate
        }
        #expect(result.groups.map(\.totals.ratioSpans) == [3])
        #expect(result.groups.map(\.totals.ratioPassed) == [2])
    }

    // MARK: Sketches

    @Test("from sketches have the same counts, and quantiles within 1 %")
    func approximate() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var random = SeededGenerator(seed: seed)
        let spans = (0..<3_000 as Range<UInt64>).map { number in
            var span = Sample.span(
                trace: number / 3, id: UInt8(number % 3 + 1), name: "n\(number % 5)",
                startMillis: UInt64.random(in: 0..<600_000, using: &random), millis: 0)
            let exponent = UInt64.random(in: 0..<36, using: &random)
            span.endTimeUnixNano += UInt64.random(in: 0...1 << exponent, using: &random)
            span.status.code = number % 7 == 0 ? .error : .ok
            return span
        }
        let parts = stride(from: 0, to: spans.count, by: 500).map { Array(spans[$0..<$0 + 500]) }
        let requests = parts.enumerated().map { Sample.request($1, node: "node-\($0 % 2)") }
        try await store(requests, segmentSpans: 900)
        let base = Int64(Sample.baseNanos)
        let minute: Int64 = 60_000_000_000
        let windows = [
            TimeWindow.all,
            TimeWindow(
                since: UnixNanos(rawValue: base / minute * minute + 2 * minute), until: .distantFuture),
            TimeWindow(
                since: UnixNanos(rawValue: base + 123_456_789), until: UnixNanos(rawValue: base + 5 * minute)),
        ]
        for window in windows {
            for keys in [[], [.node], [.name, .kind], [.period(minute), .service], [.period(5 * minute)]]
                as [[SpanKey]]
            {
                let exact = try stats(keys, ["name!=n3"]) { ($0.window, $0.order) = (window, .key) }
                let rough = try stats(keys, ["name!=n3"]) {
                    ($0.window, $0.order, $0.isApproximate) = (window, .key, true)
                }
                #expect(exact.isExact && !rough.isExact)
                try #require(exact.groups.map(\.key) == rough.groups.map(\.key), "seed \(seed)")
                for (exact, rough) in zip(exact.groups, rough.groups) {
                    #expect(exact.totals.spans == rough.totals.spans, "seed \(seed)")
                    #expect(exact.totals.errors == rough.totals.errors, "seed \(seed)")
                    #expect(exact.totals.sumNanos == rough.totals.sumNanos, "seed \(seed)")
                    Self.expectClose(exact.quantiles.p50, rough.quantiles.p50, seed)
                    Self.expectClose(exact.quantiles.p90, rough.quantiles.p90, seed)
                    Self.expectClose(exact.quantiles.p99, rough.quantiles.p99, seed)
                    Self.expectClose(exact.totals.longestNanos, rough.totals.longestNanos, seed)
                }
            }
        }
    }

    private static func expectClose(_ exact: Int64, _ rough: Int64, _ seed: UInt64) {
        #expect(abs(Double(rough - exact)) <= 0.01 * Double(exact), "seed \(seed): \(exact), \(rough)")
    }

    @Test("are exact where rollups do not keep a key, and say so")
    func obstacle() async throws {
        try await store([Sample.request([Sample.span(trace: 1, id: 1)])], segmentSpans: 1)
        let result = try stats([.status]) { $0.isApproximate = true }
        #expect(result.isExact)
        #expect(result.notes.map(\.code) == ["exact"])
    }

    @Test("of a file of format 1 come from its spans", arguments: [false, true])
    func formatOne(isApproximate: Bool) throws {
        try FormatOneFile.make(at: path)
        let result = try stats([.service]) { $0.isApproximate = isApproximate }
        #expect(result.spanCount == 6)
        #expect(result.notes.isEmpty)
    }
}

extension SpanKey {
    fileprivate var isPeriod: Bool { if case .period = self { true } else { false } }
}
