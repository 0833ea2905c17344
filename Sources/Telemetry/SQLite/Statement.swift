import CSQLite

/// A compiled statement. Parameters count from 1, columns from 0, as in SQLite.
@safe struct Statement: ~Copyable {
    // Owned: finalized in `deinit`. SQLite keeps the connection's memory alive as long as a statement lives.
    private let handle: OpaquePointer
    private let sql: String

    init(_ handle: OpaquePointer, sql: String) {
        unsafe self.handle = handle
        self.sql = sql
    }

    deinit { unsafe sqlite3_finalize(handle) }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLiteError {
        let words = unsafe sqlite3_errmsg(sqlite3_db_handle(handle)).map { unsafe String(cString: $0) }
        return SQLiteError(code: code, message: words ?? "no message", context: sql)
    }

    func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ index: Int32, _ value: Int64?) throws(SQLiteError) {
        guard let value else { return try check(unsafe sqlite3_bind_null(handle, index)) }
        try bind(index, value)
    }

    /// Binds text of any content; SQLite copies it.
    func bind(_ index: Int32, _ value: String) throws(SQLiteError) {
        var text = value
        let code = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) {
                unsafe traceq_sqlite3_bind_text_copy(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
        try check(code)
    }

    /// Binds bytes; SQLite copies them.
    func bind(_ index: Int32, _ value: [UInt8]) throws(SQLiteError) {
        let code = unsafe value.withUnsafeBytes { bytes in
            unsafe traceq_sqlite3_bind_blob_copy(handle, index, bytes.baseAddress, UInt64(bytes.count))
        }
        try check(code)
    }

    /// Binds a value of any type; SQLite copies it.
    func bind(_ index: Int32, _ value: SQLValue) throws(SQLiteError) {
        switch value {
        case .null: try check(unsafe sqlite3_bind_null(handle, index))
        case .integer(let number): try bind(index, number)
        case .real(let number): try check(unsafe sqlite3_bind_double(handle, index, number))
        case .text(let text): try bind(index, text)
        case .blob(let bytes): try bind(index, bytes)
        }
    }

    /// Runs a statement with one large value that SQLite does not copy: the bytes stay borrowed for the
    /// run only.
    /// - Throws: `SQLiteError` when the statement fails
    func run(blob index: Int32, _ value: [UInt8]) throws(SQLiteError) {
        // Typed throws do not pass through a C-style closure: the outcome is carried out as a value.
        let code = unsafe value.withUnsafeBytes { bytes -> Int32 in
            let bound = unsafe traceq_sqlite3_bind_blob_static(
                handle, index, bytes.baseAddress, UInt64(bytes.count))
            guard bound == SQLITE_OK else { return bound }
            return unsafe sqlite3_step(handle)
        }
        let error = code == SQLITE_DONE || code == SQLITE_ROW ? nil : failure(code)
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
        if let error { throw error }
    }

    /// Runs a statement that gives no rows, and makes it ready to be bound again.
    /// - Throws: `SQLiteError` when it fails
    func run() throws(SQLiteError) {
        let code = unsafe sqlite3_step(handle)
        let error = code == SQLITE_DONE || code == SQLITE_ROW ? nil : failure(code)
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
        if let error { throw error }
    }

    /// Goes to the next row.
    /// - Returns: false when there is none
    func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Makes the statement ready for another run; the bindings stay.
    func reset() { unsafe sqlite3_reset(handle) }

    var columnCount: Int32 { unsafe sqlite3_column_count(handle) }

    func columnName(_ column: Int32) -> String {
        unsafe sqlite3_column_name(handle, column).map { unsafe String(cString: $0) } ?? ""
    }

    /// Whether running it can change nothing in the file.
    var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }

    /// A value of any type, copied.
    func value(_ column: Int32) -> SQLValue { unsafe SQLValue(sqlite3_column_value(handle, column)) }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

    /// A blob or text, copied.
    func blob(_ column: Int32) -> [UInt8] {
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        guard let start = unsafe sqlite3_column_blob(handle, column), count > 0 else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Lends a blob where SQLite keeps it, for the length of the closure.
    func withBlob<Result, Failure: Error>(
        _ column: Int32, _ body: (ByteSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        guard let start = unsafe sqlite3_column_blob(handle, column), count > 0 else {
            let nothing: [UInt8] = []
            return try body(nothing.span)
        }
        // Valid until the statement steps or resets, which the closure cannot do.
        let buffer = unsafe UnsafeRawBufferPointer(start: start, count: count)
        let span = unsafe buffer.assumingMemoryBound(to: UInt8.self)
        return try body(unsafe Swift.Span(_unsafeElements: span))
    }
}
