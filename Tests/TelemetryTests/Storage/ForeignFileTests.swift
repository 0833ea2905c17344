import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite("Files that are not ours")
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
}
