import CSQLite

/// A connection that outlives its user: what virtual tables and functions know of the connection that they
/// are registered with. SQLite lets go of them before it closes.
@safe struct ConnectionReference {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    /// The file of the main database; empty for a temporary one.
    var path: String {
        unsafe traceq_sqlite3_main_path(handle).map { unsafe String(cString: $0) } ?? ""
    }

    /// Makes a virtual table known under a name.
    /// - Throws: `SQLiteError` when SQLite refuses
    func register(
        table name: String, make: @escaping () throws(StoreError) -> any VirtualTable
    ) throws(SQLiteError) {
        try check(unsafe VirtualTableModule.register(name, on: handle, make: make), name)
    }

    /// Makes a function known that gives a value for each row.
    /// - Throws: `SQLiteError` when SQLite refuses
    func register(_ function: SQLFunction) throws(SQLiteError) {
        try check(unsafe function.register(on: handle), function.name)
    }

    /// Makes a function known that gives a value for a group of rows.
    /// - Throws: `SQLiteError` when SQLite refuses
    func register(_ aggregate: SQLAggregateFunction) throws(SQLiteError) {
        try check(unsafe aggregate.register(on: handle), aggregate.name)
    }

    private func check(_ code: Int32, _ name: String) throws(SQLiteError) {
        guard code != SQLITE_OK else { return }
        let words = unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) }
        throw SQLiteError(code: code, message: words ?? "no message", context: "register \(name)")
    }
}
