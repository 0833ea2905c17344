import CSQLite

/// One connection to a database file. Not for several threads at once: whoever owns it keeps it on one
/// queue.
///
/// All of SQLite's C interface is used in this folder and nowhere else.
@safe struct Connection: ~Copyable {
    // Owned unless it was borrowed: opened in `init`, closed in `deinit`.
    let handle: OpaquePointer
    private let isOwned: Bool

    /// 5 s: another process takes a lock for a moment when it opens the file or recovers its log.
    private static let busyMillis: Int32 = 5_000

    enum Mode {
        /// Reads only; never makes a file, never writes a checkpoint.
        case readOnly
        /// Reads and writes, and makes the file when there is none.
        case readWrite
        /// Reads a file that nobody writes to, without any lock or log beside it.
        case immutable
    }

    /// Opens a database file.
    /// - Throws: `SQLiteError` when the file cannot be opened
    init(path: String, mode: Mode) throws(SQLiteError) {
        var access = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        access |= mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        if mode == .immutable { access |= SQLITE_OPEN_URI }
        let name = mode == .immutable ? Self.immutableURI(path) : path
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(name, &opened, access, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let words = unsafe opened.map { unsafe Self.words(of: $0) } ?? "out of memory"
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: words, context: "open \(path)")
        }
        unsafe handle = opened
        isOwned = true
        unsafe sqlite3_busy_timeout(opened, Self.busyMillis)
        unsafe Self.readThroughCalls(opened)
        unsafe traceq_sqlite3_db_config_flag(opened, SQLITE_DBCONFIG_DEFENSIVE, 1)
        unsafe traceq_sqlite3_db_config_flag(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        if mode != .readWrite {
            // A reader that closes last would write a checkpoint: only the writer may (see docs/format.md).
            unsafe traceq_sqlite3_db_config_flag(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        }
    }

    /// Never maps the file, whatever this SQLite was made to do: where another program cuts one that is mapped, the
    /// process gets a signal where it would get an error from a call.
    private static func readThroughCalls(_ handle: OpaquePointer) {
        var mappedBytesMax: Int64 = 0
        unsafe sqlite3_file_control(handle, nil, SQLITE_FCNTL_MMAP_SIZE, &mappedBytesMax)
    }

    /// Uses a connection that somebody else opened, and will close after this value is gone.
    init(borrowing reference: ConnectionReference) {
        unsafe handle = reference.handle
        isOwned = false
    }

    deinit { if isOwned { unsafe sqlite3_close_v2(handle) } }

    /// The connection for whoever registers tables and functions with it.
    var reference: ConnectionReference { unsafe ConnectionReference(handle) }

    /// A path as SQLite's `file:` URI; everything that could mean something in a URI is escaped.
    private static func immutableURI(_ path: String) -> String {
        let hex = Array("0123456789abcdef")
        let escaped = path.utf8.map { byte -> String in
            let isPlain =
                byte == 0x2f || byte == 0x2e || byte == 0x2d || byte == 0x5f
                || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            return "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
        }
        return "file:" + escaped.joined() + "?immutable=1"
    }

    private static func words(of handle: OpaquePointer) -> String {
        unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? "no message"
    }

    func error(_ code: Int32, _ context: String) -> SQLiteError {
        SQLiteError(code: code, message: unsafe Self.words(of: handle), context: context)
    }

    /// Runs statements that give no rows.
    /// - Throws: `SQLiteError` of the first that fails
    func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql) }
    }

    /// Compiles a statement for repeated use.
    /// - Throws: `SQLiteError` when it is not valid for this database
    func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        unsafe Statement(try prepareHandle(sql), sql: sql)
    }

    /// - Returns: a compiled statement that the caller finalizes
    func prepareHandle(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw error(code, sql) }
        return unsafe prepared
    }

    /// The first column of the first row as an integer; nil without a row or for NULL.
    func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        return statement.isNull(0) ? nil : statement.integer(0)
    }

    /// How many rows the last INSERT, UPDATE or DELETE touched.
    var changes: Int { Int(unsafe sqlite3_changes(handle)) }

    var lastInsertedID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// Moves what is in the write-ahead log into the database file and empties the log, as far as readers
    /// let it, and without waiting for them. Only the writer may call it.
    /// - Returns: whether all of it was moved
    func checkpoint() throws(SQLiteError) -> Bool {
        unsafe sqlite3_busy_timeout(handle, 0)
        defer { unsafe sqlite3_busy_timeout(handle, Self.busyMillis) }
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        if code == SQLITE_OK { return true }
        let failure = error(code, "checkpoint")
        if failure.isBusy { return false }
        throw failure
    }

    /// Moves what is in the write-ahead log into the database file, as far as readers let it, so that the next change
    /// begins the log anew when nobody uses it. Only the writer may call it.
    func moveLog() throws(SQLiteError) {
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        guard code == SQLITE_OK else { throw error(code, "checkpoint") }
    }

    /// How many pages this connection has written, to the log or to the file, since it was opened.
    var pagesWritten: Int {
        var (count, highest): (Int32, Int32) = (0, 0)
        unsafe sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_WRITE, &count, &highest, 0)
        return Int(count)
    }

    /// Moves what is in the write-ahead log into the database file, waiting for readers to be done with the log, so
    /// that the next change begins it anew. Only the writer may call it.
    /// - Parameter busyMillis: how long to wait for readers, in milliseconds
    /// - Returns: false when they need longer; what could be moved was moved
    func restartLog(busyMillis: Int32) throws(SQLiteError) -> Bool {
        unsafe sqlite3_busy_timeout(handle, busyMillis)
        defer { unsafe sqlite3_busy_timeout(handle, Self.busyMillis) }
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
        if code == SQLITE_OK { return true }
        let failure = error(code, "restart the log")
        if failure.isBusy { return false }
        throw failure
    }

    /// Writes the write-ahead log over itself and syncs it, so that the disk has all of it. Something must have been
    /// read before. Only the writer may call it.
    func rewriteLog() throws(SQLiteError) {
        let code = unsafe traceq_sqlite3_rewrite_log(handle)
        guard code == SQLITE_OK else { throw error(code, "rewrite the log") }
    }

    /// From now on closing the connection does not move the log into the file, which it does when it is the last.
    func leaveLogWhenClosing() {
        unsafe traceq_sqlite3_db_config_flag(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    }
}
