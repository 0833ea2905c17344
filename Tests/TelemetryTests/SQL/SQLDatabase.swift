import OTLPModel
import TestSupport

@testable import Telemetry

/// A database of its own for a test, and answers to SQL about it.
struct SQLDatabase {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Stores requests: every so many spans in a segment, the rest in the journal.
    func store(_ requests: [ExportTraceServiceRequest], segmentSpans: Int = .max) async throws {
        var options = StoreOptions.sealing(every: segmentSpans)
        options.durability = .process
        // Several segments stay several, however long the test takes.
        options.mergePlan.fanIn = 1_000
        let store = try TelemetryStore.open(path: path, options: options)
        for request in requests { try await store.append(request) }
        await store.close()
    }

    func session() throws(StoreError) -> SQLSession {
        try SQLSession(path: path, now: UnixNanos(rawValue: 1_787_306_400_000_000_000), zone: .utc)
    }

    func rows(_ sql: String) throws -> [[SQLValue]] { try session().rows(sql) }

    /// The only value of the only row.
    func value(_ sql: String) throws -> SQLValue {
        let rows = try rows(sql)
        guard rows.count == 1, let value = rows[0].first, rows[0].count == 1 else {
            throw TestSupportError("\(sql) gives \(rows.count) rows")
        }
        return value
    }

    /// Why a statement has no answer; nil when it has one.
    func problem(_ sql: String, timeoutNanos: Int64? = nil) throws -> SQLProblem? {
        let session = try session()
        do {
            _ = try session.run(
                SQLQuestion(sql: sql, timeoutNanos: timeoutNanos), columns: { _ in }, row: { _ in true })
            return nil
        } catch {
            return error
        }
    }
}

extension SQLSession {
    func rows(_ sql: String) throws(SQLProblem) -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        _ = try run(
            SQLQuestion(sql: sql), columns: { _ in },
            row: {
                rows.append($0)
                return true
            })
        return rows
    }
}
