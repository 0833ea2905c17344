import CSQLite

/// What SQLite said when it refused.
struct SQLiteError: Error, Hashable, CustomStringConvertible {
    /// Extended result code.
    var code: Int32
    /// SQLite's words, copied.
    var message: String
    /// The statement, or what was being done.
    var context: String

    var primaryCode: Int32 { code & 0xff }

    var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
    var isFull: Bool { primaryCode == SQLITE_FULL }
    var isCannotOpen: Bool { primaryCode == SQLITE_CANTOPEN || primaryCode == SQLITE_READONLY }
    var isInputOutput: Bool { primaryCode == SQLITE_IOERR }
    var isDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    var description: String { "\(context): \(message) (SQLite code \(code))" }
}
