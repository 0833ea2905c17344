import CSQLite

/// What is wrong with a statement that somebody wrote.
enum StatementProblem: Error {
    /// There is none.
    case empty
    /// There is more than one.
    case several
    /// SQLite does not take it. The offset is in bytes from the beginning; nil when SQLite does not say.
    case refused(SQLiteError, offset: Int?)
}

extension Connection {
    /// Compiles a text that has to be one statement.
    /// - Throws: `StatementProblem`
    func prepareOnly(_ sql: String) throws(StatementProblem) -> Statement {
        // Where the statement ends is told as a pointer into the text: bytes of our own stay where they are.
        let text = Array(sql.utf8) + [0]
        var prepared: OpaquePointer?
        var end = text.count
        let code = unsafe text.withUnsafeBytes { bytes -> Int32 in
            let characters = unsafe bytes.bindMemory(to: CChar.self)
            guard let start = characters.baseAddress else { return SQLITE_MISUSE }
            var tail: UnsafePointer<CChar>?
            let code = unsafe sqlite3_prepare_v2(handle, start, Int32(clamping: text.count), &prepared, &tail)
            if let tail = unsafe tail { end = unsafe tail - start }
            return code
        }
        guard code == SQLITE_OK else {
            let offset = Int(unsafe sqlite3_error_offset(handle))
            throw .refused(error(code, "prepare"), offset: offset < 0 ? nil : offset)
        }
        guard let prepared = unsafe prepared else { throw .empty }
        let statement = unsafe Statement(prepared, sql: sql)
        if isStatement(String(decoding: text[end...].dropLast(), as: UTF8.self)) { throw .several }
        return statement
    }

    /// Whether a text is more than space, comments and semicolons: those compile to nothing.
    private func isStatement(_ sql: String) -> Bool {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        defer { unsafe sqlite3_finalize(prepared) }
        return unsafe code != SQLITE_OK || prepared != nil
    }
}
