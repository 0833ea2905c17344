import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("SQL about files that somebody tampered with")
struct HostileFileTests {
    let database: SQLDatabase

    init() async throws {
        database = try SQLDatabase()
        try await database.store(
            (1...20 as ClosedRange<UInt64>).map { trace in
                Sample.request((1...10).map { Sample.span(trace: trace, id: $0) })
            }, segmentSpans: 100)
    }

    private func change(_ sql: String) throws {
        let connection = try Connection(path: database.path, mode: .readWrite)
        try connection.execute(sql)
    }

    @Test(
        "a table or view that takes the place of ours is refused",
        arguments: ["CREATE VIEW spans AS SELECT 1 AS name", "CREATE TABLE Rollup_Minute (spans INTEGER)"])
    func shadow(sql: String) throws {
        try change(sql)
        #expect(throws: StoreError.self) { try database.session() }
        do {
            _ = try database.session()
        } catch {
            #expect(error.code == .notADatabase)
            #expect(error.message.contains("was changed by another program"))
        }
    }

    @Test("hostile 83: views reach no tables or functions of ours, and triggers do not run")
    func views() throws {
        try change("CREATE VIEW evil AS SELECT load_extension('/tmp/x') AS x")
        try change(
            "CREATE VIEW endless AS WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT x FROM t"
        )
        try change(
            "CREATE TRIGGER late AFTER INSERT ON receipt BEGIN DELETE FROM journal; DELETE FROM segment; END")
        #expect(try database.problem("SELECT x FROM evil")?.message.contains("load_extension") == true)
        #expect(
            try database.problem("SELECT count(*) FROM endless", timeoutNanos: 20_000_000)?.kind == .deadline)
        #expect(try database.value("SELECT count(*) FROM spans") == .integer(200))
    }

    @Test("hostile 83: a newer format is refused with words")
    func newerFormat() throws {
        try change("PRAGMA user_version = 99")
        do {
            _ = try database.session()
            Issue.record("it was opened")
        } catch {
            #expect(error.code == .newerFormat)
        }
    }

    @Test("damage costs the segment and is noted; to a host it is an error")
    func damage() throws {
        let segments = try database.rows("SELECT id, spans FROM segments WHERE id IS NOT NULL")
        #expect(segments.count == 2)
        // Durations of the first segment: chunk 9.
        guard case .integer(let first) = segments[0][0], case .integer(let lost) = segments[0][1] else {
            return
        }
        try change("UPDATE chunk SET data = zeroblob(length(data)) WHERE id = \(first << 16 | 9)")
        let session = try database.session()
        var rows: [[SQLValue]] = []
        let answer = try session.run(
            SQLQuestion(sql: "SELECT duration_ns FROM spans"), columns: { _ in },
            row: {
                rows.append($0)
                return true
            })
        #expect(rows.count == 200 - Int(lost))
        #expect(answer.notes.map(\.code) == ["damaged_chunk"])
        let note = answer.notes.first?.message ?? ""
        #expect(note.contains("segment \(first)"))
        #expect(note.split(separator: "missing from this answer").count == 1, "\(note)")
        // What needs no durations is whole, and says nothing of damage.
        let whole = try session.run(
            SQLQuestion(sql: "SELECT count(name) FROM spans"), columns: { _ in },
            row: { $0 == [.integer(200)] })
        #expect(whole.notes.isEmpty)
        #expect(whole.rows == 1)

        // So is the order of what is left.
        try change("DELETE FROM chunk WHERE id = \(first << 16 | 2)")
        let longest = try database.rows("SELECT trace_id FROM spans ORDER BY start_ns LIMIT 3")
        #expect(longest.count == 3)

        let connection = try Connection(path: database.path, mode: .readOnly)
        #expect(unsafe SQLiteHost.register(connection.handle) == nil)
        #expect(try connection.integer("SELECT count(name) FROM spans") == 200)
        do {
            _ = try connection.integer("SELECT max(duration_ns) FROM spans")
            Issue.record("the damage was passed over")
        } catch {
            #expect(error.isDamage)
            #expect(error.message.contains("segment \(first)"), "\(error.message)")
        }
    }

    @Test("hosts that are not traceq's are told so")
    func foreignHost() throws {
        let connection = try Connection(path: database.folder.file("other.db"), mode: .readWrite)
        try connection.execute("CREATE TABLE x (y)")
        let words = unsafe SQLiteHost.register(connection.handle)
        #expect(words?.contains("other.db is no traceq database") == true)
    }
}
