import CSQLite
import NIOConcurrencyHelpers

/// Statements of one connection that any thread may run, one thread at a time.
///
/// SQLite lets a connection and its statements move between threads as long as no two use them at the same
/// moment. The lock sees to that among the threads that come here; whoever owns the connection leaves it
/// alone meanwhile.
@safe final class SharedStatements: Sendable {
    /// Addresses of the statements, owned: what crosses threads has to be a value, which a pointer is not.
    private let addresses: NIOLockedValueBox<[UInt]>
    private let sql: [String]

    /// - Parameter sql: each takes an integer and gives at most one row of an integer and a blob
    /// - Throws: `SQLiteError` when one is not valid for this database
    init(_ connection: borrowing Connection, _ sql: [String]) throws(SQLiteError) {
        self.sql = sql
        var prepared: [UInt] = []
        for text in sql {
            do {
                prepared.append(unsafe UInt(bitPattern: try connection.prepareHandle(text)))
            } catch {
                Self.finalize(prepared)
                throw error
            }
        }
        addresses = NIOLockedValueBox(prepared)
    }

    deinit { addresses.withLockedValue { Self.finalize($0) } }

    private static func finalize(_ addresses: [UInt]) {
        for address in addresses { unsafe sqlite3_finalize(OpaquePointer(bitPattern: address)) }
    }

    /// Runs a statement.
    /// - Returns: the row, copied; nil when there is none
    func row(_ index: Int, _ key: Int64) throws(SQLiteError) -> (integer: Int64, blob: [UInt8])? {
        // Typed throws do not pass through the lock's closure: the outcome is carried out as a value.
        let outcome = addresses.withLockedValue { addresses in
            let handle = unsafe OpaquePointer(bitPattern: addresses[index])
            return unsafe Self.run(handle, key, sql[index])
        }
        return try outcome.get()
    }

    private static func run(
        _ handle: OpaquePointer?, _ key: Int64, _ sql: String
    ) -> Result<(integer: Int64, blob: [UInt8])?, SQLiteError> {
        defer { unsafe sqlite3_reset(handle) }
        var code = unsafe sqlite3_bind_int64(handle, 1, key)
        if code == SQLITE_OK { code = unsafe sqlite3_step(handle) }
        if code == SQLITE_DONE { return .success(nil) }
        guard code == SQLITE_ROW else {
            let words = unsafe sqlite3_errmsg(sqlite3_db_handle(handle)).map { unsafe String(cString: $0) }
            return .failure(SQLiteError(code: code, message: words ?? "no message", context: sql))
        }
        let count = Int(unsafe sqlite3_column_bytes(handle, 1))
        let start = unsafe sqlite3_column_blob(handle, 1)
        let blob = unsafe [UInt8](
            UnsafeRawBufferPointer(start: start, count: unsafe start == nil ? 0 : count))
        return .success((unsafe sqlite3_column_int64(handle, 0), blob))
    }
}
