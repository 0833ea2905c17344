import Foundation
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import Telemetry

@Suite("Files that are not ours", .timeLimit(.minutes(15)))
struct ForeignFileTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func code(ofReading path: String) -> StoreError.Code? {
        do {
            _ = try TelemetryReader(path: path).info()
            return nil
        } catch {
            return error.code
        }
    }

    private func code(ofWriting path: String) async -> StoreError.Code? {
        do {
            try await TelemetryStore.open(path: path).close()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("A reader makes no file where there is none")
    func missing() {
        let path = folder.file("none.db")
        #expect(code(ofReading: path) == .missing)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("Text, an empty file and another program's database are refused, and left as they are")
    func otherContent() async throws {
        try folder.write("this is no database, however long the text may be", to: "text.db")
        #expect(code(ofReading: folder.file("text.db")) == .notADatabase)
        #expect(await code(ofWriting: folder.file("text.db")) == .notADatabase)
        try folder.write("", to: "empty.db")
        #expect(code(ofReading: folder.file("empty.db")) == .notADatabase)
        let other = folder.file("other.db")
        let connection = try Connection(path: other, mode: .readWrite)
        try connection.execute("CREATE TABLE accounts (id INTEGER); INSERT INTO accounts VALUES (1)")
        #expect(code(ofReading: other) == .notADatabase)
        #expect(await code(ofWriting: other) == .notADatabase)
        #expect(try connection.integer("SELECT count(*) FROM accounts") == 1)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 1)
    }

    @Test("A database of a newer format is refused with words that say so")
    func newerFormat() async throws {
        let path = folder.file("newer.db")
        try await TelemetryStore.open(path: path).close()
        do {
            let connection = try Connection(path: path, mode: .readWrite)
            try connection.execute("PRAGMA user_version = 99")
        }
        #expect(code(ofReading: path) == .newerFormat)
        #expect(await code(ofWriting: path) == .newerFormat)
        #expect(throws: StoreError.self) { try TelemetryReader(path: path) }
        do {
            _ = try TelemetryReader(path: path)
        } catch {
            #expect(error.message.contains("format 99"))
            #expect(error.message.contains("upgrade"))
        }
    }

    @Test("A folder, a pipe and a link are no place for a database")
    func otherKinds() async throws {
        let real = folder.file("real.db")
        try await TelemetryStore.open(path: real).close()
        let link = folder.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
        #expect(await code(ofWriting: link) == .unavailable)
        #expect(await code(ofWriting: folder.path) == .unavailable)
        let pipe = folder.file("pipe.db")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(await code(ofWriting: pipe) == .unavailable)
    }

    @Test("An empty file does not become a database by a merge or a backup")
    func emptyFile() throws {
        try folder.write("", to: "empty.db")
        let path = folder.file("empty.db")
        let copy = folder.file("copy.db")
        func code(_ body: () throws(StoreError) -> Void) -> StoreError.Code? {
            do throws(StoreError) {
                try body()
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code { () throws(StoreError) in _ = try SegmentMerging(path: path).run() } == .notADatabase)
        #expect(
            code { () throws(StoreError) in
                _ = try DatabaseBackup(of: path, to: copy).run(shouldStop: { false }, onProgress: { _, _ in })
            } == .notADatabase)
        #expect(FileStatus.size(path) == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["empty.db"])
    }

    @Test(
        "A view, a virtual table or another table in the place of one of ours is refused and not run",
        arguments: [
            """
            DROP TABLE segment;
            CREATE VIEW segment AS WITH RECURSIVE t(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM t)
                SELECT id, 1 AS signal, 0 AS level, 2 AS format, 0 AS created_at, 1 AS spans, 1 AS traces,
                    0 AS min_start, 0 AS max_start, 0 AS max_end, 0 AS min_duration, 0 AS max_duration,
                    0 AS errors FROM t
            """,
            "DROP TABLE chunk; CREATE VIRTUAL TABLE chunk USING fts5(id, checksum, data)",
            "ALTER TABLE journal DROP COLUMN spans; ALTER TABLE journal ADD COLUMN spans INTEGER AS (1)",
            "ALTER TABLE resource RENAME COLUMN otlp TO bytes", "DROP TABLE scope",
        ])
    func otherTables(sql: String) async throws {
        let path = folder.file("hostile.db")
        try await TelemetryStore.open(path: path).close()
        _ = try await FinishedProgram.run("/usr/bin/sqlite3", [path, sql]).succeeded()
        #expect(code(ofReading: path) == .notADatabase)
        #expect(await code(ofWriting: path) == .notADatabase)
        do {
            _ = try SegmentMerging(path: path).run()
            Issue.record("it was merged")
        } catch {
            #expect(error.code == .notADatabase)
            #expect(error.message.contains("was changed by another program"))
        }
    }

    @Test("A database that everybody may read or write keeps its mode, and the collector warns of it")
    func mode() async throws {
        let path = folder.file("open.db")
        for (mode, isTold) in [(0o600, false), (0o640, false), (0o644, true), (0o602, true)] {
            let warnings = NIOLockedValueBox<[StoreEvent]>([])
            try await TelemetryStore.open(path: path).close()
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            try await TelemetryStore.open(path: path) { event in
                if event.name == "database.open_to_others" { warnings.withLockedValue { $0.append(event) } }
            }.close()
            #expect(warnings.withLockedValue { $0.count } == (isTold ? 1 : 0), "\(mode)")
            let kept = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(kept == mode)
        }
    }
}
