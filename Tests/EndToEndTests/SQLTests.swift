import Foundation
import TestSupport
import Testing

@Suite("SQL gives the same answers everywhere", .timeLimit(.minutes(15)))
struct SQLTests {
    /// The statements that the README shows.
    static let readmeStatements: [String] = {
        let path = Repository.root.appending(path: "README.md")
        let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }()

    /// A Python whose SQLite loads extensions: Debian's does, some builds of others do not.
    private static func python() async throws -> String {
        for path in ["/usr/bin/python3", "/usr/local/bin/python3"] {
            let check = "import sqlite3; sqlite3.Connection.enable_load_extension"
            if let tried = try? await FinishedProgram.run(path, ["-c", check]), tried.status == .exited(0) {
                return path
            }
        }
        throw TestSupportError("no python3 with loadable extensions in SQLite; run scripts/bootstrap")
    }

    /// A file with the traffic of a fleet, some of it in segments and some in the journal.
    private func fleet(_ body: (Database) async throws -> Void) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.fleet(rate: 40, spread: "20m")
            try await body(database)
        }
    }

    @Test("the README's five statements: traceq, sqlite3 and Python")
    func readme() async throws {
        #expect(Self.readmeStatements.count == 5)
        let python = try await Self.python()
        let library = try BuiltProgram.sqliteExtension.path()
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/run_sql.py")
        try await fleet { database in
            for statement in Self.readmeStatements {
                let ours = try await database.rows(["sql", statement])
                #expect(!ours.isEmpty, "\(statement)")
                let shell = try await FinishedProgram.run(
                    "/usr/bin/sqlite3",
                    ["-readonly", "-json", database.path, ".load \(library)", statement]
                ).succeeded()
                let binding = try await FinishedProgram.run(
                    python, [script.path(percentEncoded: false), database.path, library, statement]
                ).succeeded()
                for (name, output) in [("sqlite3", shell), ("python", binding)] {
                    guard case .array(let theirs) = try JSONValue(parsing: output.standardOutput) else {
                        Issue.record("\(name) gives no rows: \(statement)")
                        continue
                    }
                    #expect(theirs.count == ours.count, "\(name): \(statement)")
                    for (left, right) in zip(ours, theirs) {
                        #expect(isSame(left, right), "\(name): \(left) and \(right)")
                    }
                }
            }
        }
    }

    /// Equal but for the last digits of reals, of which the shell writes fifteen.
    private func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.number, let right = right.number {
            return abs(left - right) <= 1e-12 * max(abs(left), abs(right))
        }
        guard case .object(let ours) = left, case .object(let theirs) = right else { return left == right }
        guard ours.count == theirs.count else { return false }
        return ours.allSatisfy { key, value in theirs[key].map { isSame(value, $0) } ?? false }
    }

    @Test("the extension needs no SQLite of its own, and shows nothing but its entries")
    func extensionIsAlone() async throws {
        let library = try BuiltProgram.sqliteExtension.path()
        let needed = try await FinishedProgram.run("/usr/bin/readelf", ["-d", library]).succeeded()
        #expect(!needed.standardOutput.contains("libsqlite3"))
        #expect(!needed.standardOutput.contains("libswift"))
        let symbols = try await FinishedProgram.run("/usr/bin/nm", ["-D", "--defined-only", library])
            .succeeded().standardOutput
        let names = symbols.split(separator: "\n").compactMap { $0.split(separator: " ").last }.sorted()
        #expect(names == ["sqlite3_extension_init", "sqlite3_traceqsqlite_init"])
    }

    @Test("a database that is not ours gets a sentence, and the host goes on")
    func foreignDatabase() async throws {
        let library = try BuiltProgram.sqliteExtension.path()
        let folder = try TemporaryDirectory()
        let answer = try await FinishedProgram.run(
            "/usr/bin/sqlite3", [folder.file("other.db"), ".load \(library)", "SELECT 1"])
        #expect(answer.standardError.contains("other.db is no traceq database"), "\(answer.standardError)")
        let script = """
            import sqlite3
            connection = sqlite3.connect(":memory:")
            connection.enable_load_extension(True)
            try:
                connection.load_extension("\(library)")
            except sqlite3.OperationalError as error:
                print(error)
            print(connection.execute("SELECT 6 * 7").fetchone()[0])
            """
        let host = try await FinishedProgram.run(try await Self.python(), ["-c", script]).succeeded()
        #expect(host.standardOutput.contains("the open database is no traceq database"))
        #expect(host.standardOutput.hasSuffix("42\n"))
    }

    @Test("a host may close its connection in the middle of a statement, and open another")
    func closing() async throws {
        let library = try BuiltProgram.sqliteExtension.path()
        try await fleet { database in
            let script = """
                import sqlite3
                for _ in range(3):
                    connection = sqlite3.connect("file:\(database.path)?mode=ro", uri=True)
                    connection.enable_load_extension(True)
                    connection.load_extension("\(library)")
                    first = connection.execute("SELECT trace_id, attributes FROM spans")
                    next(first)
                    second = connection.execute("SELECT count(*), count(attr(spans, 'url.path')) FROM spans")
                    assert second.fetchone()[0] > 100
                    try:
                        connection.execute("SELECT attr(0, 'x')").fetchone()
                        connection.execute("SELECT attr(-1, 'x')").fetchone()
                        raise SystemExit("no error")
                    except sqlite3.OperationalError as error:
                        assert "spans" in str(error), error
                    connection.close()
                print("closed")
                """
            let host = try await FinishedProgram.run(try await Self.python(), ["-c", script]).succeeded()
            #expect(host.standardOutput == "closed\n")
        }
    }
}
