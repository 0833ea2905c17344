import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Spans leave the database as they came")
struct SpanExportTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func database(
        _ requests: [ExportTraceServiceRequest], name: String = "a.db", segmentSpans: Int = 300
    ) async throws -> TelemetryReader {
        var options = StoreOptions.sealing(every: segmentSpans)
        options.durability = .process
        let store = try TelemetryStore.open(path: folder.file(name), options: options)
        for request in requests { try await store.append(request) }
        await store.close()
        return try TelemetryReader(path: folder.file(name))
    }

    private func chunks(
        _ reader: TelemetryReader, _ selection: SpanSelection = SpanSelection()
    ) throws -> [SpanChunk] {
        var chunks: [SpanChunk] = []
        let result = try reader.export(selection) { chunk in
            chunks.append(chunk)
            return true
        }
        #expect(result.spans == chunks.reduce(0) { $0 + $1.spans.count })
        #expect(result.notes.isEmpty)
        return chunks
    }

    private func names(_ reader: TelemetryReader, _ selection: SpanSelection) throws -> [String] {
        try chunks(reader, selection).flatMap { $0.spans.map(\.stored.span.name) }.sorted()
    }

    @Test("Requests with every field, through protobuf and through JSON", arguments: 0..<6)
    func roundTrip(part: UInt64) async throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let requests = (0..<60).map { _ in generator.request() }
        let reader = try await database(requests)
        let chunks = try chunks(reader)
        var stored: [StoredSpan] = []
        var exported = ExportTraceServiceRequest()
        for chunk in chunks {
            #expect(chunk.spans.count <= SpanChunk.spansMax)
            stored += chunk.spans.map(\.stored)
            let request = chunk.request
            exported.resourceSpans += request.resourceSpans
            let text = Array(JSONNode(request).text.utf8)
            let again = try decodeTraceRequest(json: text.span)
            #expect(again.canonicalSpans() == request.canonicalSpans(), "seed \(seed)")
            #expect(again.protobufBytes() == request.protobufBytes(), "seed \(seed)")
        }
        let all = exported.canonicalSpans()
        #expect(all == stored.canonicalSpans(), "seed \(seed)")
        let sent = ExportTraceServiceRequest(resourceSpans: requests.flatMap(\.resourceSpans))
        #expect(Set(all) == Set(sent.canonicalSpans()), "seed \(seed)")

        let second = try await database(chunks.map(\.request), name: "b.db", segmentSpans: 250)
        let others = try self.chunks(second).flatMap { $0.spans.map(\.stored) }
        #expect(others.canonicalSpans() == stored.canonicalSpans(), "seed \(seed)")
    }

    @Test("A segment leaves as a whole, or a note says that it does not", arguments: [1, 2])
    func damage(chunks: Int) async throws {
        let count = UInt64(SpanChunk.spansMax * chunks)
        let spans = (1...count).map { number in
            Sample.span(
                trace: number, id: 1, startMillis: number,
                attributes: number == count ? [KeyValue("last", .string("x"))] : [])
        }
        let other = Sample.request([Sample.span(trace: count + 1, id: 1, startMillis: count + 1)])
        let reader = try await database([Sample.request(spans)], segmentSpans: Int(count))
        _ = try await database([other], segmentSpans: 1)
        let view = try #require(
            try reader.snapshot { () throws(StoreError) in try reader.views { $0.spans > 1 } }.first)
        let column = try #require(
            try reader.snapshot { () throws(StoreError) in try view.tables() }.columns
                .firstIndex { $0.name == Array("last".utf8) })
        try Connection(path: folder.file("a.db"), mode: .readWrite).execute(
            """
            UPDATE chunk SET data = zeroblob(length(data))
            WHERE id = \(Schema.chunkKey(segment: try #require(view.segmentID), try #require(ChunkID.values(of: column))))
            """)
        var received = 0
        let result = try TelemetryReader(path: folder.file("a.db")).export(SpanSelection()) { chunk in
            received += chunk.spans.count
            return true
        }
        #expect(received == 1 && result.spans == 1)
        #expect(result.notes.map(\.code) == ["damaged_chunk"])
    }

    @Test("Each group of a request has one resource and one scope, in the order in which they first occur")
    func grouping() async throws {
        let reader = try await database([
            Sample.request([Sample.span(trace: 1, id: 1)], service: "a"),
            Sample.request([Sample.span(trace: 2, id: 2)], service: "b"),
            Sample.request([Sample.span(trace: 3, id: 3)], service: "a"),
        ])
        let request = try #require(try chunks(reader).first).request
        #expect(request.resourceSpans.count == 2)
        #expect(request.resourceSpans.map { $0.scopeSpans.flatMap(\.spans).count }.sorted() == [1, 2])
    }

    @Test("The window is by the start of a span: its beginning counts, its end does not")
    func window() async throws {
        let spans = (0..<5).map {
            Sample.span(trace: 1, id: UInt8($0 + 1), name: "\($0)", startMillis: UInt64($0))
        }
        let reader = try await database([Sample.request(spans)])
        func at(_ millis: Int64) -> UnixNanos {
            UnixNanos(rawValue: Int64(Sample.baseNanos) + millis * 1_000_000)
        }
        let window = TimeWindow(since: at(1), until: at(3))
        #expect(try names(reader, SpanSelection(window: window)) == ["1", "2"])
        #expect(try names(reader, SpanSelection(window: TimeWindow(since: at(4), until: at(5)))) == ["4"])
        #expect(try names(reader, SpanSelection(window: TimeWindow(since: at(5), until: at(9)))).isEmpty)
    }

    @Test("Service, node, name, path and trace select")
    func filters() async throws {
        let path = KeyValue("url.path", .string("/a.b/c/@v/list"))
        let reader = try await database([
            Sample.request(
                [Sample.span(trace: 1, id: 1, name: "one", attributes: [path])], service: "a", node: "n-1"),
            Sample.request([Sample.span(trace: 2, id: 2, name: "two")], service: "b", node: "n-2"),
            Sample.request([Sample.span(trace: 2, id: 3, name: "three")], service: "b", node: nil),
        ])
        #expect(try names(reader, SpanSelection(service: "a")) == ["one"])
        #expect(try names(reader, SpanSelection(service: "*")) == ["one", "three", "two"])
        #expect(try names(reader, SpanSelection(node: "n-*")) == ["one", "two"])
        #expect(try names(reader, SpanSelection(node: someArrival.peerAddress)) == ["three"])
        #expect(try names(reader, SpanSelection(name: "t*")) == ["three", "two"])
        #expect(try names(reader, SpanSelection(name: "/a.b/*")) == ["one"])
        #expect(try names(reader, SpanSelection(service: "a", node: "n-2")).isEmpty)
        let second = try #require(TraceID(bytes: TraceBytes.trace(2)))
        #expect(try names(reader, SpanSelection(trace: second)) == ["three", "two"])
        #expect(try names(reader, SpanSelection(name: "two", trace: second)) == ["two"])
        let none = try #require(TraceID(bytes: TraceBytes.trace(99)))
        #expect(try names(reader, SpanSelection(trace: none)).isEmpty)
    }

    @Test("Chunks hold a thousand spans and end where the receiver says")
    func chunking() async throws {
        for count in [999, 1_000, 1_001] {
            let spans = (0..<count).map { number in
                var span = Sample.span(trace: 1, id: 1)
                span.spanID = [1, 0, 0, 0, 0, 0, UInt8(number >> 8), UInt8(number & 0xff)]
                return span
            }
            let reader = try await database(
                [Sample.request(spans)], name: "\(count).db", segmentSpans: 10_000)
            #expect(try chunks(reader).map(\.spans.count) == (count > 1_000 ? [1_000, 1] : [count]))
            var seen = 0
            _ = try reader.export(SpanSelection()) { _ in
                seen += 1
                return false
            }
            #expect(seen == 1)
        }
    }

    @Test("A row has a value for each column, and its request is classified")
    func record() throws {
        let span = Sample.span(
            trace: 1, id: 1,
            attributes: [
                KeyValue("url.path", .string("/github.com/!azure/x/@v/v1.0.0.zip")),
                KeyValue("http.response.status_code", .int(200)),
                KeyValue("http.response.header.x-cache", .string("HIT")),
            ])
        let stored = StoredSpan(
            span: span, resource: Resource(), resourceSchemaURL: "", scope: InstrumentationScope(),
            scopeSchemaURL: "", receivedAt: someArrival.receivedAt, peerAddress: "192.0.2.7")
        let values = SpanRecord.values(stored)
        #expect(values.count == SpanRecord.columns.count)
        func value(_ name: String) -> SQLValue? {
            SpanRecord.columns.firstIndex { $0.name == name }.map { values[$0] }
        }
        #expect(value("module_kind") == .text("zip"))
        #expect(value("module") == .text("github.com/Azure/x"))
        #expect(value("module_version") == .text("v1.0.0"))
        #expect(value("cache_result") == .text("hit"))
        #expect(value("outcome") == .text("ok"))
        #expect(value("duration_ns") == .integer(10_000_000))
        #expect(value("service") == .text("unknown_service"))
    }
}
