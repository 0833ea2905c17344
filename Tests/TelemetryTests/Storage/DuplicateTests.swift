import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("No span is stored twice", .timeLimit(.minutes(15)))
struct DuplicateTests {
    private func columns(_ requests: [ExportTraceServiceRequest], leavingOut stored: [SegmentView] = [])
        throws
        -> SegmentColumns
    {
        let batches = try requests.map {
            try DecodedTraces.fromProtobuf($0.protobufBytes().span, arrival: someArrival).batch
        }
        return try SegmentBuilder(batches).build(leavingOutThoseIn: stored)
    }

    @Test("hostile 58: of equal spans in one segment the first stays, with its attributes")
    func firstStays() throws {
        let first = Sample.span(trace: 1, id: 1, attributes: [KeyValue("a", .string("first"))])
        let again = Sample.span(trace: 1, id: 1, attributes: [KeyValue("b", .string("second"))])
        let columns = try columns([Sample.request([first]), Sample.request([again])])
        #expect(columns.duplicates == 1)
        let spans = try SegmentView(columns).storedSpans()
        #expect(spans.map(\.span.attributes) == [[KeyValue("a", .string("first"))]])
    }

    @Test("hostile 59: a span that differs in kind, name, start or end is another one")
    func differentSpansStay() throws {
        var spans = [Sample.span(trace: 1, id: 1), Sample.span(trace: 1, id: 1, name: "POST")]
        spans.append(Sample.span(trace: 1, id: 1, kind: .client))
        spans.append(Sample.span(trace: 1, id: 1, startMillis: 1, millis: 9))
        spans.append(Sample.span(trace: 1, id: 1, millis: 11))
        spans.append(Sample.span(trace: 1, id: 2))
        spans.append(Sample.span(trace: 2, id: 1))
        let once = try columns([Sample.request(spans)])
        #expect(once.spanCount == 7)
        let twice = try columns([Sample.request(spans + spans), Sample.request(spans)])
        #expect(twice.spanCount == 7)
        #expect(twice.duplicates == 14)
        #expect(
            try SegmentView(twice).storedSpans().canonicalSpans()
                == SegmentView(once).storedSpans().canonicalSpans())
    }

    @Test(
        "many spans of a trace that start together are compared without each pair",
        arguments: [63, 64, 65, 66, 3_000])
    func manyTogether(count: Int) throws {
        var spans = (0..<count).map { _ in Sample.span(trace: 1, id: 1) }
        for index in spans.indices {
            spans[index].spanID = [1, 0, 0, 0, 0, 0, UInt8(index / 256), UInt8(index % 256)]
        }
        let columns = try columns([Sample.request(spans + spans)])
        #expect(columns.spanCount == count)
        let more = try self.columns(
            [Sample.request(spans + [Sample.span(trace: 1, id: 9)])], leavingOut: [SegmentView(columns)])
        #expect(more.spanCount == 1)
        #expect(more.duplicates == count)
    }

    @Test("50,000 spans of one trace with one id are not compared each with each", arguments: [true, false])
    func oneID(startsDiffer: Bool) throws {
        let count = 50_000
        let spans = (0..<UInt64(count)).map { number in
            Sample.span(
                trace: 1, id: 1, startMillis: startsDiffer ? number : 0, millis: startsDiffer ? 1 : number)
        }
        let first = try columns([Sample.request(spans)])
        #expect(first.spanCount == count)
        let other = Sample.span(trace: 1, id: 1, name: "POST")
        let second = try columns([Sample.request([other] + spans)], leavingOut: [SegmentView(first)])
        #expect(second.spanCount == 1)
        #expect(second.duplicates == count)
        #expect(second.comparisons <= count)
    }

    @Test(
        "what a damaged segment has is not known; a file that cannot be read at the moment is an error",
        arguments: [StoreError.Code.damaged, .unavailable, .inUse])
    func unreadable(code: StoreError.Code) throws {
        let request = Sample.request([Sample.span(trace: 1, id: 1)])
        let first = try columns([request])
        let view = SegmentView(
            segmentID: 1, format: 2, summary: first.summary(),
            load: { (_, _) throws(StoreError) in throw StoreError(code, "no bytes") },
            resolve: { (_) throws(StoreError) in ResolvedOrigin(resource: nil, scope: nil) })
        if code == .damaged {
            #expect(try columns([request], leavingOut: [view, SegmentView(first)]).spanCount == 0)
            #expect(try columns([request], leavingOut: [view]).spanCount == 1)
        } else {
            #expect(throws: StoreError(code, "no bytes")) { try columns([request], leavingOut: [view]) }
        }
    }

    @Test(
        "spans that a segment has are left out of the next, whatever the batches are, for generated requests",
        arguments: 0..<6)
    func segmentsShareNothing(part: UInt64) throws {
        let seed = UInt64.random(in: 0..<1 << 40) &+ part
        var generator = RequestGenerator(seed: seed)
        let requests = (0..<60).map { _ in generator.request() }
        let first = try columns(Array(requests[..<40]))
        let second = try columns(Array(requests[20...]), leavingOut: [SegmentView(first)])
        let all = try columns(requests)
        #expect(first.spanCount + second.spanCount == all.spanCount, "seed \(seed)")
        let parts = try SegmentView(first).storedSpans() + SegmentView(second).storedSpans()
        #expect(
            parts.canonicalSpans() == (try SegmentView(all).storedSpans().canonicalSpans()), "seed \(seed)")
        #expect(first.traceStarts == first.traceStarts.sorted())
        #expect(second.traceStarts == second.traceStarts.sorted())
    }

    // MARK: In a store

    private func counts(_ path: String) throws -> (found: Int, slowest: Int) {
        let reader = try TelemetryReader(path: path)
        let id = try #require(TraceID(bytes: TraceBytes.trace(1)))
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else { return (0, 0) }
        return (spans.count, try reader.slowest(SlowestQuery(window: .all, limit: 10)).rows.count)
    }

    @Test("of many names most may be those of spans that were left out", arguments: [1, 2, 100])
    func names(count: UInt64) async throws {
        let folder = try TemporaryDirectory()
        let spans = (1...count).map { Sample.span(trace: 1, id: UInt8($0), name: "GET \($0)") }
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 1))
        try await store.append(Sample.request(spans))
        await store.writer.settle()
        try await store.append(Sample.request(spans + [Sample.span(trace: 1, id: 0xff, name: "new")]))
        await store.close()
        #expect(try counts(folder.file("t.db")).found == Int(count) + 1)
        #expect(try DatabaseVerification(path: folder.file("t.db")).run().damages.isEmpty)
    }

    /// Two collectors pass the same spans on, each in batches of its own.
    private static let root = Sample.span(trace: 1, id: 1, millis: 50)
    private static let child = Sample.span(trace: 1, id: 2, parent: 1, kind: .client, startMillis: 5)
    private static let grandchild = Sample.span(trace: 1, id: 3, parent: 2, kind: .client, startMillis: 6)
    private static let batchings = [
        [[root], [child], [grandchild]], [[root, child], [grandchild]], [[grandchild], [child, root]],
    ]

    @Test("across seals, whatever the batches are")
    func acrossSeals() async throws {
        let folder = try TemporaryDirectory()
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 1))
        for batches in Self.batchings {
            for spans in batches { try await store.append(Sample.request(spans)) }
        }
        await store.close()
        #expect(try counts(folder.file("t.db")) == (3, 1))
        #expect(try TelemetryReader(path: folder.file("t.db")).info().journalRows == 0)
        #expect(try TelemetryReader(path: folder.file("t.db")).info().spans == 3)
    }

    @Test("across a restart, while the first ones are in the journal and after they were sealed")
    func acrossRestarts() async throws {
        let folder = try TemporaryDirectory()
        for (number, batches) in Self.batchings.enumerated() {
            let options = number == 1 ? StoreOptions.sealing(every: 1) : .sealing(every: 1_000)
            let store = try TelemetryStore.open(path: folder.file("t.db"), options: options)
            for spans in batches { try await store.append(Sample.request(spans)) }
            #expect(try counts(folder.file("t.db")) == (3, 1), "before restart \(number + 1)")
            await store.close()
            #expect(try counts(folder.file("t.db")) == (3, 1), "after restart \(number + 1)")
        }
    }

    @Test("a retry that adds spans to those that are stored stores these only")
    func retryWithMore() async throws {
        let folder = try TemporaryDirectory()
        let events = NIOLockedValueBox<[StoreEvent]>([])
        let store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 1)) { event in
            events.withLockedValue { $0.append(event) }
        }
        try await store.append(Sample.request([Self.root, Self.child]))
        await store.writer.settle()
        try await store.append(Sample.request([Self.root, Self.child, Self.grandchild]))
        await store.close()
        let connection = try Connection(path: folder.file("t.db"), mode: .readOnly)
        #expect(try connection.integer("SELECT count(*) FROM segment") == 2)
        #expect(try connection.integer("SELECT sum(spans) FROM segment") == 3)
        let told = events.withLockedValue { $0.filter { $0.name == "store.duplicates" } }
        #expect(told.map { $0.fields.map(\.value) } == [["2"]])
    }

    @Test("a damaged segment is no reason to lose or to refuse spans")
    func damagedSegment() async throws {
        let folder = try TemporaryDirectory()
        var store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 1))
        try await store.append(Sample.request([Self.root, Self.child]))
        await store.close()
        let connection = try Connection(path: folder.file("t.db"), mode: .readWrite)
        try connection.execute("UPDATE chunk SET data = zeroblob(length(data)) WHERE id = (1 << 16) | 5")
        store = try TelemetryStore.open(path: folder.file("t.db"), options: .sealing(every: 1))
        try await store.append(Sample.request([Self.root, Self.child, Self.grandchild]))
        await store.close()
        #expect(try connection.integer("SELECT max(spans) FROM segment") == 3)
    }

    @Test("the note about the journal says that a span which came twice is counted twice until it is sealed")
    func journalNote() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("t.db")
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 100))
        let span = Sample.span(trace: 1, id: 1)
        try await store.append(Sample.request([span]))
        try await store.append(Sample.request([span, Sample.span(trace: 1, id: 2)]))
        let info = try TelemetryReader(path: path).info()
        #expect(info.spans == 3)
        #expect(info.notes.map(\.code) == ["journal"])
        #expect(info.notes.first?.message.contains("came twice") == true)
        await store.close()
    }
}
