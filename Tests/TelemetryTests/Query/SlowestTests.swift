import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The slowest requests")
struct SlowestTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Stores requests, each in a segment of its own when `segmented`, else all in the journal.
    private func store(_ requests: [ExportTraceServiceRequest], segmented: Bool = false) async throws {
        let options: StoreOptions = segmented ? .sealing(every: 1) : .sealing(every: .max)
        for request in requests {
            let store = try TelemetryStore.open(path: path, options: options)
            try await store.append(request)
            await store.close()
        }
    }

    private func slowest(
        limit: Int = 20, change: (inout SlowestQuery) -> Void = { _ in }
    ) throws -> SlowestResult {
        var query = SlowestQuery(window: .all, limit: limit)
        change(&query)
        return try TelemetryReader(path: path).slowest(query)
    }

    @Test(
        "are as many as asked for whatever is damaged in the segment with the slowest",
        arguments: [1, 3, 10])
    func damage(limit: Int) async throws {
        let requests = [2_000, 1_000].map { (base: UInt64) in
            Sample.request(
                (1...12 as ClosedRange<UInt64>).map { number in
                    Sample.span(
                        trace: base + number, id: UInt8(number), millis: base + number,
                        attributes: [
                            KeyValue("url.path", .string("/\(base)/\(number)")),
                            KeyValue("http.response.status_code", .int(200)),
                        ])
                })
        }
        try await store(requests, segmented: true)
        let connection = try Connection(path: path, mode: .readWrite)
        let chunks = try connection.prepare("SELECT id & 65535 FROM chunk WHERE id >> 16 = 1")
        var numbers: [Int64] = []
        while try chunks.step() { numbers.append(chunks.integer(0)) }
        #expect(numbers.count > 12)
        for number in numbers {
            let flip = "UPDATE chunk SET checksum = ~checksum WHERE id = (1 << 16) | \(number)"
            try connection.execute(flip)
            let result = try slowest(limit: limit)
            #expect(result.rows.count == limit, "chunk \(number)")
            let damages = result.notes.filter { $0.code == "damaged_chunk" }
            #expect(damages.count <= 1, "chunk \(number): \(damages)")
            // A damaged column of an attribute costs the text only.
            let isAttribute =
                number > 16 + Int64(FieldColumn.count) && number != Int64(ChunkID.requests.number)
            if isAttribute || result.rows.first?.durationNanos != 2_012_000_000 {
                #expect(damages.count == 1, "chunk \(number)")
            }
            if damages.first?.message.contains("column url.path") ?? false {
                #expect(result.rows.first?.durationNanos == 2_012_000_000)
                #expect(result.rows.allSatisfy { $0.urlPath == nil && $0.httpStatus == 200 })
            }
            try connection.execute(flip)
        }
    }

    @Test("are server spans and roots, slowest first, as many as asked for")
    func order() async throws {
        var spans: [OTLPModel.Span] = []
        for number in 1...50 as ClosedRange<UInt64> {
            spans.append(Sample.span(trace: number, id: 1, millis: number * 37 % 50))
            spans.append(
                Sample.span(trace: number, id: 2, parent: 1, kind: .internal, millis: 1_000))
        }
        try await store([Sample.request(spans)])
        let result = try slowest(limit: 7)
        #expect(result.rows.map { $0.durationNanos / 1_000_000 } == [49, 48, 47, 46, 45, 44, 43])
        #expect(result.hasMore)
    }

    @Test(
        "name a request once that an edge and a proxy both saw, wherever the spans lie",
        arguments: [false, true])
    func outermost(segmented: Bool) async throws {
        let edge = Sample.request(
            [
                Sample.span(trace: 1, id: 1, name: "edge", millis: 100),
                Sample.span(trace: 1, id: 2, parent: 1, kind: .client, millis: 90),
            ], service: "edge", node: "edge-1")
        let proxy = Sample.request(
            [
                Sample.span(trace: 1, id: 3, parent: 2, name: "proxy", millis: 80),
                Sample.span(trace: 1, id: 4, parent: 3, name: "inner", millis: 70),
            ], service: "proxy", node: "proxy-1")
        try await store([proxy, edge], segmented: segmented)
        #expect(try slowest().rows.map(\.spanName) == ["edge"])
        #expect(try slowest().rows.count == 1)
        #expect(try slowest { $0.service = "proxy" }.rows.map(\.spanName) == ["proxy"])
        #expect(try slowest { $0.node = "proxy-*" }.rows.map(\.spanName) == ["proxy"])
        #expect(try slowest { $0.name = "inn*" }.rows.map(\.spanName) == ["inner"])
    }

    @Test("include the root of a trace without a server span, and only the root")
    func roots() async throws {
        try await store([
            Sample.request([
                Sample.span(trace: 1, id: 1, name: "job", kind: .internal, millis: 5),
                Sample.span(trace: 1, id: 2, parent: 1, name: "step", kind: .internal, millis: 50),
                // Its parent is not stored, so it is no root.
                Sample.span(trace: 2, id: 3, parent: 9, name: "orphan", kind: .client, millis: 60),
            ])
        ])
        #expect(try slowest().rows.map(\.spanName) == ["job"])
    }

    @Test("leave out what Athens does in the background for a request that is listed itself")
    func detachedStash() async throws {
        try await store([
            Sample.request([
                Sample.span(trace: 1, id: 1, name: "proxy", millis: 900),
                Sample.span(trace: 2, id: 1, name: "singleflight.Stash", kind: .internal, millis: 890),
                Sample.span(trace: 2, id: 2, parent: 1, name: "stash.Pool", kind: .internal, millis: 880),
            ])
        ])
        #expect(try slowest().rows.map(\.spanName) == ["proxy"])
    }

    @Test("survive parents that form a circle or are themselves")
    func circles() async throws {
        try await store([
            Sample.request([
                Sample.span(trace: 1, id: 1, parent: 2, name: "a", millis: 5),
                Sample.span(trace: 1, id: 2, parent: 1, name: "b", millis: 6),
                Sample.span(trace: 2, id: 3, parent: 3, name: "own", millis: 7),
            ])
        ])
        #expect(try slowest().rows.contains { $0.spanName == "own" })
    }

    @Test("start within the window: its beginning is in, its end is out")
    func window() async throws {
        try await store([
            Sample.request((0..<10).map { Sample.span(trace: $0 + 1, id: 1, startMillis: $0 * 1_000) })
        ])
        let base = UnixNanos(clamping: Sample.baseNanos)
        let result = try slowest {
            $0.window = TimeWindow(
                since: base.advanced(byNanos: 2_000_000_000), until: base.advanced(byNanos: 5_000_000_000))
        }
        #expect(result.rows.count == 3)
        #expect(try slowest { $0.window = TimeWindow(since: base, until: base) }.rows.isEmpty)
    }

    @Test("are filtered by service, node, name, path and duration, with literal text and stars")
    func filters() async throws {
        func path(_ text: String) -> [KeyValue] { [KeyValue("url.path", .string(text))] }
        try await store([
            Sample.request(
                [
                    Sample.span(trace: 1, id: 1, millis: 10, attributes: path("/a/@v/list")),
                    Sample.span(trace: 2, id: 1, millis: 20, attributes: path("/b/@v/v1.0.0.zip")),
                ], service: "edge", node: "e1"),
            Sample.request(
                [Sample.span(trace: 3, id: 1, name: "x' OR 1=1 --", millis: 30)], service: "proxy",
                node: "p%_1"),
        ])
        #expect(try slowest { $0.service = "edge" }.rows.count == 2)
        #expect(try slowest { $0.service = "edg" }.rows.isEmpty)
        #expect(try slowest { $0.node = "p%_1" }.rows.count == 1)
        #expect(try slowest { $0.node = "%" }.rows.isEmpty)
        #expect(try slowest { $0.name = "*.zip" }.rows.map(\.urlPath) == ["/b/@v/v1.0.0.zip"])
        #expect(try slowest { $0.name = "x' OR 1=1 --" }.rows.count == 1)
        #expect(try slowest { $0.minDurationNanos = 20_000_000 }.rows.count == 2)
    }

    @Test("show path and status whatever the emitter calls them")
    func emitters() async throws {
        let cases: [([KeyValue], String?, Int?)] = [
            (
                [.init("url.path", .string("/m/@v/list")), .init("http.response.status_code", .int(200))],
                "/m/@v/list", 200
            ),
            ([.init("http.target", .string("/m?x=1")), .init("http.status_code", .int(404))], "/m", 404),
            (
                [
                    .init("http.url", .string("https://u:p@h:1/m/z.zip?q")),
                    .init("http.status_code", .string("503")),
                ], "/m/z.zip", 503
            ),
            ([.init("http.target", .string("/old")), .init("url.path", .string("/new"))], "/new", nil),
            ([.init("url.path", .string("")), .init("http.status_code", .string("0"))], nil, nil),
            ([.init("url.path", .string("-")), .init("http.status_code", .string("-"))], nil, nil),
            ([.init("url.full", .string("https://h"))], "/", nil),
        ]
        for (number, sample) in cases.enumerated() {
            try await store([
                Sample.request([Sample.span(trace: UInt64(number + 1), id: 1, attributes: sample.0)])
            ])
        }
        let rows = try slowest(limit: 100).rows.sorted { $0.traceID < $1.traceID }
        #expect(rows.map(\.urlPath) == cases.map(\.1))
        #expect(rows.map(\.httpStatus) == cases.map(\.2))
    }

    @Test("fall back to the peer's address for the node, and say so")
    func peer() async throws {
        try await store([Sample.request([Sample.span(trace: 1, id: 1)], node: nil)])
        let result = try slowest()
        #expect(result.rows.first?.node == NodeIdentity(name: "192.0.2.7", source: .peerAddress))
        #expect(result.notes.contains { $0.code == "node_from_peer" })
        #expect(try slowest { $0.node = "192.0.2.*" }.rows.count == 1)
    }

    @Test("count an end before the start as 0, and times at the ends of the range as they are")
    func oddTimes() async throws {
        var backwards = Sample.span(trace: 1, id: 1)
        backwards.endTimeUnixNano = backwards.startTimeUnixNano - 5
        var endless = Sample.span(trace: 2, id: 1)
        endless.startTimeUnixNano = .max
        endless.endTimeUnixNano = .max
        var longest = Sample.span(trace: 3, id: 1)
        longest.endTimeUnixNano = .max
        var young = Sample.span(trace: 4, id: 1)
        young.startTimeUnixNano = 0
        young.endTimeUnixNano = 5
        try await store([Sample.request([backwards, endless, longest, young])])
        let rows = try slowest().rows
        // What starts at the end of the range is not within any window.
        #expect(rows.map(\.durationNanos) == [.max, 5, 0])
        #expect(try TelemetryReader(path: path).info().maxTime == .distantFuture)
    }

    @Test("note nodes that fell silent, and telemetry that stopped")
    func silence() async throws {
        let late: UInt64 = 600_000
        try await store([
            Sample.request([Sample.span(trace: 1, id: 1)], node: "silent-1"),
            Sample.request([Sample.span(trace: 2, id: 1, startMillis: late)], node: "alive-1"),
        ])
        let base = UnixNanos(clamping: Sample.baseNanos)
        let now = base.advanced(byNanos: Int64(late) * 1_000_000 + 1)
        let result = try slowest {
            $0.window = TimeWindow(since: base, until: now)
            $0.now = now
        }
        let note = try #require(result.notes.first { $0.code == "nodes_silent" })
        #expect(note.message.contains("1 of 2 nodes sent no spans in the last 120 s"))
        #expect(note.message.contains("silent-1"))
        let later = now.advanced(byNanos: 400_000_000_000)
        let stopped = try slowest {
            $0.window = TimeWindow(since: base, until: later)
            $0.now = later
        }
        #expect(stopped.notes.contains { $0.code == "stale" })
        #expect(note.nodes == ["silent-1"])
    }

    @Test("say nothing of silence where it is no news: of a past window, or with filters")
    func silenceIsNoNews() async throws {
        try await store([
            Sample.request([Sample.span(trace: 1, id: 1)], node: "silent-1"),
            Sample.request([Sample.span(trace: 2, id: 1, startMillis: 600_000)], node: "alive-1"),
        ])
        let base = UnixNanos(clamping: Sample.baseNanos)
        let end = base.advanced(byNanos: 600_000_000_001)
        let hour: Int64 = 3_600_000_000_000
        func codes(until: UnixNanos, now: UnixNanos, node: String? = nil) throws -> [String] {
            let window = TimeWindow(since: base, until: until)
            let rows = try slowest {
                $0.window = window
                $0.now = now
                $0.node = node
            }
            let groups = try TelemetryReader(path: path).stats(
                StatsQuery(
                    window: window,
                    predicates: try node.map { [try SpanPredicate(parsing: "node=\($0)")] } ?? [], now: now))
            #expect(rows.notes == groups.notes)
            return rows.notes.map(\.code)
        }
        #expect(try codes(until: end, now: end) == ["nodes_silent"])
        #expect(try codes(until: end, now: end.advanced(byNanos: hour)) == ["nodes_silent"])
        #expect(try codes(until: end, now: end.advanced(byNanos: hour + 1)).isEmpty)
        #expect(try codes(until: end, now: end, node: "alive-1").isEmpty)
        // What is still to come is not missing.
        #expect(try codes(until: end.advanced(byNanos: 9 * hour), now: end) == ["nodes_silent"])
    }
}
