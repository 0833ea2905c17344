import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Segments stay within what readers believe", .timeLimit(.minutes(5)))
struct SegmentLimitTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Stores requests without waiting for each, as many connections do, and seals what there is.
    private func store(_ requests: [ExportTraceServiceRequest]) async throws {
        var options = StoreOptions()
        options.sealAfterNanos = 0
        options.queueBytesMax = 1 << 30
        let store = try TelemetryStore.open(path: path, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in requests { group.addTask { try await store.append(request) } }
            try await group.waitForAll()
        }
        await store.close()
        // The next start seals what the first left in the journal.
        let (sealed, sealing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let again = try TelemetryStore.open(path: path, options: options) { event in
            if event.name == "store.sealed" { sealing.yield() }
        }
        while try TelemetryReader(path: path).info().journalRows > 0 {
            for await _ in sealed { break }
        }
        await again.close()
    }

    @Test("A sender that invents 100,000 keys makes more segments, not a crash")
    func inventedKeys() async throws {
        let requests = (0..<100).map { request in
            let attributes = (0..<1_000).map { KeyValue("key.\(request).\($0)", .int(Int64($0))) }
            return Sample.request([Sample.span(trace: UInt64(request) + 1, id: 1, attributes: attributes)])
        }
        try await store(requests)
        let reader = try TelemetryReader(path: path)
        #expect(try reader.info().spans == 100)
        #expect(try reader.info().segments >= 100_000 / (2 * PendingSegment.columnsMax))
        for request in [0, 57, 99] as [UInt64] {
            let id = try #require(TraceID(bytes: TraceBytes.trace(request + 1)))
            guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
                Issue.record("trace \(request + 1) is missing")
                continue
            }
            #expect(spans.first?.span.attributes.count == 1_000)
            #expect(spans.first?.span.attributes.last?.key == "key.\(request).999")
        }
    }

    @Test("Values of many megabytes under one key stay readable")
    func largeValues() async throws {
        // Together more than is sealed at once.
        let requests = (0..<4).map { request in
            let text = String(repeating: "\(request)", count: 24 << 20)
            return Sample.request([
                Sample.span(trace: UInt64(request) + 1, id: 1, attributes: [KeyValue("big", .string(text))])
            ])
        }
        try await store(requests)
        let reader = try TelemetryReader(path: path)
        let result = try reader.slowest(SlowestQuery(window: .all, limit: 10))
        #expect(result.rows.count == 4)
        #expect(try reader.info().segments >= 2)
        #expect(!result.notes.contains { $0.code == "damaged_chunk" })
        let id = try #require(TraceID(bytes: TraceBytes.trace(3)))
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
            Issue.record("the trace is missing")
            return
        }
        #expect(spans.first?.span.attributes.string(of: "big")?.utf8.count == 24 << 20)
    }

    @Test(
        "Committed to a file or a log that was removed, a request is not acknowledged",
        arguments: ["", "-wal"])
    func removedFile(suffix: String) async throws {
        let store = try TelemetryStore.open(path: path)
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        try FileManager.default.removeItem(atPath: path + suffix)
        do {
            try await store.append(Sample.request([Sample.span(trace: 2, id: 1)]))
            Issue.record("acknowledged what no file holds")
        } catch {
            #expect((error as? StoreError)?.code == .unavailable)
            #expect((error as? StoreError)?.message.contains("removed") == true)
        }
        await store.close()
    }

    @Test("A reader in the middle of a long query does not hold up commits")
    func longReader() async throws {
        let store = try TelemetryStore.open(path: path)
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        do {
            let reading = try Connection(path: path, mode: .readOnly)
            try reading.execute("BEGIN")
            #expect(try reading.integer("SELECT count(*) FROM journal") == 1)
            for trace in 2...50 as ClosedRange<UInt64> {
                try await store.append(Sample.request([Sample.span(trace: trace, id: 1)]))
            }
            #expect(try reading.integer("SELECT count(*) FROM journal") == 1)
            try reading.execute("COMMIT")
        }
        #expect(try TelemetryReader(path: path).info().spans == 50)
        await store.close()
    }
}
