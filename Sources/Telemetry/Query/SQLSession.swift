/// Answers SQL about a database file: a connection that can only read, with the tables of `TelemetryTables`.
/// Not for several threads at once.
package final class SQLSession {
    private let path: String
    private let connection: Connection
    private let tables: TelemetryTables
    private let watch: SQLGuard

    /// Opens a database file.
    /// - Parameters:
    ///   - now: what `ns('now')` says
    ///   - zone: the zone of times without one
    /// - Throws: `StoreError`
    package convenience init(path: String, now: UnixNanos, zone: TimeZoneRules) throws(StoreError) {
        try self.init(path: path, now: now, zone: zone, limits: SQLLimits())
    }

    init(path: String, now: UnixNanos, zone: TimeZoneRules, limits: SQLLimits) throws(StoreError) {
        self.path = path
        connection = try Connection.reading(path)
        tables = TelemetryTables(
            connection.reference, damagePolicy: .isNoted, now: { now }, zone: zone, limits: limits)
        do {
            try tables.register()
            try connection.execute("PRAGMA query_only = 1")
            try connection.execute("PRAGMA cell_size_check = 1")
        } catch {
            throw StoreError(error, path: path)
        }
        watch = SQLGuard(connection.reference)
        // A table or view of the same name would come before ours, and say what it likes.
        let names = TelemetryTables.names.map { "'\($0)'" }.joined(separator: ", ")
        let shadow: Int64?
        do {
            shadow = try connection.integer(
                "SELECT count(*) FROM sqlite_schema WHERE lower(name) IN (\(names))")
        } catch {
            throw StoreError(error, path: path)
        }
        guard shadow == 0 else {
            throw StoreError(
                .notADatabase,
                "\(path) holds a table or view that is named like one of traceq's and is none: it was changed by "
                    + "another program")
        }
    }

    deinit { watch.remove() }

    /// Runs one statement.
    /// - Parameters:
    ///   - columns: called once, before the first row, with the names of the columns
    ///   - row: called for each row; false ends the statement
    /// - Throws: `SQLProblem`
    package func run(
        _ question: SQLQuestion, columns: ([String]) -> Void, row: ([SQLValue]) -> Bool
    ) throws(SQLProblem) -> SQLAnswer {
        guard !question.sql.utf8.contains(0) else {
            throw SQLProblem(.statement, "the statement holds a character NUL")
        }
        watch.begin(timeoutNanos: question.timeoutNanos)
        let statement = try compiled(question.sql)
        guard statement.isReadOnly, statement.columnCount > 0 else {
            throw SQLProblem(.statement, Self.readsOnly("this statement"))
        }
        columns((0..<statement.columnCount).map { statement.columnName($0) })
        var answer = SQLAnswer()
        do {
            while try statement.step() {
                if let most = question.maxRows, answer.rows == most {
                    answer.isCut = true
                    break
                }
                answer.rows += 1
                if !row((0..<statement.columnCount).map { statement.value($0) }) { break }
            }
        } catch {
            throw problem(error)
        }
        // The scans end here, and with them the read transaction.
        statement.reset()
        answer.notes = tables.takeDamages().map {
            QualityNote(code: "damaged_chunk", message: $0)
        }
        return answer
    }

    private func compiled(_ sql: String) throws(SQLProblem) -> Statement {
        do {
            return try connection.prepareOnly(sql)
        } catch {
            throw problem(error)
        }
    }

    private func problem(_ problem: StatementProblem) -> SQLProblem {
        switch problem {
        case .empty: return SQLProblem(.statement, "there is no statement")
        case .several:
            return SQLProblem(.statement, "there are several statements; traceq sql runs one at a time")
        case .refused(let error, let offset):
            var problem = self.problem(error)
            if watch.refusal == nil { problem.offset = offset }
            return problem
        }
    }

    private func problem(_ error: SQLiteError) -> SQLProblem {
        if watch.isOverdue { return SQLProblem(.deadline, "the statement took too long") }
        switch watch.refusal {
        case .action(let word)?: return SQLProblem(.statement, Self.readsOnly(word))
        case .function(let name)?: return SQLProblem(.statement, "the function \(name) is not allowed here")
        case nil: break
        }
        if error.isDamage || error.isCannotOpen || error.isBusy || error.isInputOutput {
            return SQLProblem(.database, "\(path): \(error.message)")
        }
        return SQLProblem(.statement, error.message)
    }

    private static func readsOnly(_ what: String) -> String {
        "\(what) is not allowed: traceq sql only reads, and runs SELECT"
    }
}
