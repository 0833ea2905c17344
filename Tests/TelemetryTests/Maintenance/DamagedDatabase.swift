import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// A database of two segments and a row in the journal, whose bytes a test changes.
struct DamagedDatabase {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    /// Two segments of three spans, and a journal of one.
    func make() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 3))
        for trace in [1, 2] as [UInt64] {
            try await store.append(
                Sample.request([
                    Sample.span(
                        trace: trace, id: 1, millis: trace * 100,
                        attributes: [
                            KeyValue("url.path", .string("/\(trace)")),
                            KeyValue("http.response.size", .int(Int64(6 + trace))),
                            KeyValue("ratio", .double(0.5)), KeyValue("hit", .bool(true)),
                        ]),
                    Sample.span(trace: trace, id: 2, parent: 1, kind: .client, startMillis: 1),
                    Sample.span(trace: trace, id: 3, parent: 77, kind: .client, startMillis: 2),
                ]))
        }
        try await store.append(Sample.request([Sample.span(trace: 3, id: 1, millis: 300)]))
        await store.close()
    }

    func verify() throws -> VerificationReport { try DatabaseVerification(path: path).run() }

    func execute(_ sql: String) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(sql)
        #expect(connection.changes > 0)
    }

    func count(_ sql: String) throws -> Int64? {
        try Connection(path: path, mode: .readOnly).integer(sql)
    }

    func chunks() throws -> [(Int64, [UInt8])] {
        let connection = try Connection(path: path, mode: .readOnly)
        let statement = try connection.prepare("SELECT id, data FROM chunk ORDER BY id")
        var chunks: [(Int64, [UInt8])] = []
        while try statement.step() { chunks.append((statement.integer(0), statement.blob(1))) }
        return chunks
    }

    /// - Parameter isSigned: whether the checksum is made to fit
    func replace(chunk id: Int64, with bytes: [UInt8], isSigned: Bool) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        let update = try connection.prepare(
            "UPDATE chunk SET data = ?1, checksum = coalesce(?2, checksum) WHERE id = ?3")
        try update.bind(1, bytes)
        try update.bind(2, isSigned ? Int64(bitPattern: checksum(bytes.span)) : nil)
        try update.bind(3, id)
        try update.run()
        #expect(connection.changes == 1)
    }

    /// Puts a chunk back that was deleted.
    func restore(chunk id: Int64, _ bytes: [UInt8]) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        let insert = try connection.prepare("INSERT INTO chunk (id, checksum, data) VALUES (?1, ?2, ?3)")
        try insert.bind(1, id)
        try insert.bind(2, Int64(bitPattern: checksum(bytes.span)))
        try insert.bind(3, bytes)
        try insert.run()
    }

    /// Fills the page that a table begins with with nonsense.
    func overwritePage(ofTable table: String) throws {
        let page = try #require(try count("SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'"))
        let size = try #require(try count("PRAGMA page_size"))
        try execute("PRAGMA wal_checkpoint(TRUNCATE); UPDATE journal SET id = id")
        _ = try Connection(path: path, mode: .readWrite).checkpoint()
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64((page - 1) * size))
        try file.write(contentsOf: Data(repeating: 0xff, count: 64))
        try file.close()
    }
}
