import CSQLite

/// Where a function or a column puts its value. Valid during the call only.
@safe struct SQLResult {
    private let context: OpaquePointer?

    init(_ context: OpaquePointer?) { unsafe self.context = context }

    @inline(__always)
    func null() { unsafe sqlite3_result_null(context) }

    @inline(__always)
    func integer(_ value: Int64) { unsafe sqlite3_result_int64(context, value) }

    @inline(__always)
    func real(_ value: Double) { unsafe sqlite3_result_double(context, value) }

    /// UTF-8, copied by SQLite.
    @inline(__always)
    func text(_ bytes: ByteSpan) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            // An empty text has no address of its own, and SQLite takes none for NULL.
            guard let start = buffer.baseAddress, buffer.count > 0 else {
                return unsafe traceq_sqlite3_result_text_copy(context, "", 0)
            }
            unsafe start.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
                unsafe traceq_sqlite3_result_text_copy(context, $0, UInt64(buffer.count))
            }
        }
    }

    func text(_ value: String) {
        var value = value
        value.withUTF8 { buffer in
            guard let start = buffer.baseAddress, buffer.count > 0 else {
                return unsafe traceq_sqlite3_result_text_copy(context, "", 0)
            }
            unsafe start.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
                unsafe traceq_sqlite3_result_text_copy(context, $0, UInt64(buffer.count))
            }
        }
    }

    func blob(_ bytes: ByteSpan) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress, buffer.count > 0 else {
                unsafe sqlite3_result_zeroblob(context, 0)
                return
            }
            unsafe traceq_sqlite3_result_blob_copy(context, start, UInt64(buffer.count))
        }
    }

    /// Ends the statement with an error.
    func fail(_ error: StoreError) {
        unsafe sqlite3_result_error(context, error.message, -1)
        unsafe sqlite3_result_error_code(context, error.sqliteCode)
    }
}

extension StoreError {
    /// The SQLite code that says about the same.
    var sqliteCode: Int32 {
        switch code {
        // SQLITE_CORRUPT_VTAB
        case .damaged: SQLITE_CORRUPT | 1 << 8
        case .missing, .notADatabase, .newerFormat, .exists, .tooLarge: SQLITE_NOTADB
        case .inUse: SQLITE_BUSY
        case .queueFull, .shuttingDown, .unavailable, .target, .limit: SQLITE_ERROR
        }
    }
}
