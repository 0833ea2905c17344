import Foundation
import TestSupport
import Testing

@testable import Telemetry

/// `Tests/Fixtures/version-1.sql` is the dump of a file that a collector of format 1 wrote: two segments of two
/// spans, and two spans in the journal.
@Suite("A file of format 1", .timeLimit(.minutes(15)))
struct MigrationTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
        try FormatOneFile.make(at: path)
    }

    private func version() throws -> Int64? {
        try Connection(path: path, mode: .readOnly).integer("PRAGMA user_version")
    }

    private func expectItsSpans(plus more: Int64 = 0) throws {
        let reader = try TelemetryReader(path: path)
        #expect(try reader.info().spans == 6 + more)
        for trace in 1...3 {
            guard
                case .found(_, let spans, let notes) = try reader.trace(
                    prefix: String(repeating: "0", count: 31) + "\(trace)")
            else {
                Issue.record("trace \(trace) is not there")
                continue
            }
            #expect(spans.count == 2)
            #expect(!notes.contains { $0.code == "damaged_chunk" })
        }
        #expect(try reader.slowest(SlowestQuery(window: .all, limit: 10)).rows.count == 3 + Int(more))
    }

    @Test("is read as it is, without being changed")
    func isRead() throws {
        try expectItsSpans()
        #expect(try version() == 1)
        let reader = try TelemetryReader(path: path)
        try reader.forEachView { view in
            // Segments of format 1 have no statistics, the journal's are counted.
            let statistics = try view.statistics()
            #expect((statistics == nil) == (view.segmentID != nil))
        }
    }

    @Test("becomes one of version 3 when a collector opens it, and keeps its segments")
    func isMigrated() async throws {
        var store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
        #expect(try version() == 3)
        try expectItsSpans()
        try await store.append(Sample.request([Sample.span(trace: 9, id: 1)]))
        await store.close()
        try expectItsSpans(plus: 1)
        let connection = try Connection(path: path, mode: .readOnly)
        #expect(try connection.integer("SELECT count(*) FROM segment WHERE format = 1") == 2)
        #expect(try connection.integer("SELECT count(*) FROM segment WHERE format = 2") ?? 0 > 0)
        store = try TelemetryStore.open(path: path)
        #expect(try version() == 3)
        await store.close()
    }
}
