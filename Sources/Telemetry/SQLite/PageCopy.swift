import CSQLite

/// Copies a database page by page, a part at a time, as one read transaction of the source sees it.
@safe struct PageCopy: ~Copyable {
    // Owned: finished in `deinit`.
    private let handle: OpaquePointer

    /// - Parameters:
    ///   - source: in a read transaction that has begun to read, and stays in it; else every commit of somebody
    ///     else would start the copy over
    ///   - target: an empty database
    /// - Throws: `SQLiteError`
    init(from source: borrowing Connection, to target: borrowing Connection) throws(SQLiteError) {
        guard let handle = unsafe sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
            throw target.error(SQLITE_ERROR, "begin the copy")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe sqlite3_backup_finish(handle) }

    /// Copies some pages.
    /// - Returns: false when all are copied
    func step(pages: Int32, _ target: borrowing Connection) throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_backup_step(handle, pages) {
        case SQLITE_OK: return true
        case SQLITE_DONE: return false
        case let code: throw target.error(code, "copy pages")
        }
    }

    /// Pages of the whole, and how many of them are still to be copied; known after the first step.
    var pageCount: Int { Int(unsafe sqlite3_backup_pagecount(handle)) }
    var remainingPages: Int { Int(unsafe sqlite3_backup_remaining(handle)) }
}
