import CSQLite

/// Makes a `VirtualTable` known to a connection: the functions that SQLite calls, and nothing else.
///
/// Tables are eponymous: they exist under the module's name without being created, and only read.
enum VirtualTableModule {
    /// What SQLite keeps for a module until the connection closes.
    @safe fileprivate final class Registration {
        let make: () throws(StoreError) -> any VirtualTable
        let module: UnsafeMutablePointer<sqlite3_module>

        init(_ make: @escaping () throws(StoreError) -> any VirtualTable) {
            self.make = make
            unsafe module = .allocate(capacity: 1)
            unsafe module.initialize(to: VirtualTableModule.functions)
        }

        deinit { unsafe module.deallocate() }
    }

    fileprivate final class TableBox {
        let table: any VirtualTable
        init(_ table: any VirtualTable) { self.table = table }
    }

    fileprivate final class CursorBox {
        let cursor: any VirtualCursor
        init(_ cursor: any VirtualCursor) { self.cursor = cursor }
    }

    /// - Returns: SQLite's code
    static func register(
        _ name: String, on handle: OpaquePointer,
        make: @escaping () throws(StoreError) -> any VirtualTable
    ) -> Int32 {
        let registration = Registration(make)
        let context = unsafe Unmanaged.passRetained(registration).toOpaque()
        // SQLite calls the destructor when the connection closes, and also when this fails.
        return unsafe sqlite3_create_module_v2(handle, name, registration.module, context) { context in
            guard let context = unsafe context else { return }
            unsafe Unmanaged<Registration>.fromOpaque(context).release()
        }
    }

    private static var functions: sqlite3_module {
        var module = sqlite3_module()
        module.iVersion = 1
        unsafe module.xConnect = connect
        unsafe module.xBestIndex = bestIndex
        unsafe module.xDisconnect = disconnect
        unsafe module.xOpen = open
        unsafe module.xClose = close
        unsafe module.xFilter = filter
        unsafe module.xNext = next
        unsafe module.xEof = isAtEnd
        unsafe module.xColumn = column
        unsafe module.xRowid = rowID
        return module
    }
}

// MARK: - Tables

private typealias Table = UnsafeMutablePointer<traceq_sqlite3_table>
private typealias Cursor = UnsafeMutablePointer<traceq_sqlite3_cursor>

/// Our table behind SQLite's: its first member is SQLite's.
private func ours(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Table? {
    unsafe UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: traceq_sqlite3_table.self)
}

@inline(__always)
private func ours(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Cursor? {
    unsafe UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: traceq_sqlite3_cursor.self)
}

private func connect(
    _ handle: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ count: Int32,
    _ words: UnsafePointer<UnsafePointer<CChar>?>?,
    _ created: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
    _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
    guard let context = unsafe context, let created = unsafe created else { return SQLITE_MISUSE }
    let registration = unsafe Unmanaged<VirtualTableModule.Registration>.fromOpaque(context)
        .takeUnretainedValue()
    do {
        let table = try registration.make()
        let code = unsafe sqlite3_declare_vtab(handle, table.declaration)
        guard code == SQLITE_OK else { return code }
        let box = VirtualTableModule.TableBox(table)
        let place = Table.allocate(capacity: 1)
        unsafe place.initialize(to: traceq_sqlite3_table())
        unsafe place.pointee.table = unsafe Unmanaged.passRetained(box).toOpaque()
        unsafe created.pointee = unsafe UnsafeMutableRawPointer(place)
            .assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    } catch {
        unsafe message?.pointee = unsafe traceq_sqlite3_copy(error.message)
        return error.sqliteCode
    }
}

private func disconnect(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
    guard let table = unsafe ours(table) else { return SQLITE_OK }
    if let object = unsafe table.pointee.table {
        unsafe Unmanaged<VirtualTableModule.TableBox>.fromOpaque(object).release()
    }
    unsafe table.deallocate()
    return SQLITE_OK
}

private func table(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> (any VirtualTable)? {
    guard let object = unsafe ours(table)?.pointee.table else { return nil }
    return unsafe Unmanaged<VirtualTableModule.TableBox>.fromOpaque(object).takeUnretainedValue().table
}

private func bestIndex(
    _ vtab: UnsafeMutablePointer<sqlite3_vtab>?, _ info: UnsafeMutablePointer<sqlite3_index_info>?
) -> Int32 {
    guard let info = unsafe info, let table = unsafe table(vtab) else { return SQLITE_MISUSE }
    guard let plan = table.plan(unsafe IndexRequest(info)) else { return SQLITE_CONSTRAINT }
    for (position, argument) in plan.arguments.enumerated() {
        // LIMIT and OFFSET stay SQLite's as well: the table gives what is before the offset, too.
        let isCount = argument.constraint.comparison == .limit || argument.constraint.comparison == .offset
        unsafe info.pointee.aConstraintUsage[argument.number].argvIndex = Int32(position + 1)
        unsafe info.pointee.aConstraintUsage[argument.number].omit = isCount || !argument.isExact ? 0 : 1
    }
    unsafe info.pointee.idxStr = unsafe traceq_sqlite3_copy(plan.text)
    unsafe info.pointee.needToFreeIdxStr = 1
    unsafe info.pointee.orderByConsumed = plan.order == nil ? 0 : 1
    unsafe info.pointee.estimatedCost = plan.estimatedCost
    unsafe info.pointee.estimatedRows = plan.estimatedRows
    return SQLITE_OK
}

extension IndexRequest {
    fileprivate init(_ info: UnsafeMutablePointer<sqlite3_index_info>) {
        constraints = []
        hasOthers = false
        usedColumns = unsafe info.pointee.colUsed
        for index in 0..<Int(unsafe info.pointee.nConstraint) {
            let given = unsafe info.pointee.aConstraint[index]
            let comparison = Comparison(rawValue: Int32(given.op))
            let collation = unsafe sqlite3_vtab_collation(info, Int32(index))
            let isBinary = unsafe collation.map { unsafe String(cString: $0) == "BINARY" } ?? true
            let isCount = comparison == .limit || comparison == .offset
            guard given.usable != 0, isBinary || isCount, let comparison else {
                constraints.append(nil)
                hasOthers = true
                continue
            }
            constraints.append(Constraint(column: isCount ? -1 : Int(given.iColumn), comparison: comparison))
        }
        order = unsafe (0..<Int(info.pointee.nOrderBy)).map { index in
            let term = unsafe info.pointee.aOrderBy[index]
            return Order(column: Int(term.iColumn), isDescending: term.desc != 0)
        }
    }
}

// MARK: - Cursors

private func open(
    _ vtab: UnsafeMutablePointer<sqlite3_vtab>?,
    _ opened: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
) -> Int32 {
    guard let vtab = unsafe vtab, let opened = unsafe opened, let table = unsafe table(vtab) else {
        return SQLITE_MISUSE
    }
    do {
        let box = VirtualTableModule.CursorBox(try table.open())
        let place = Cursor.allocate(capacity: 1)
        unsafe place.initialize(to: traceq_sqlite3_cursor())
        unsafe place.pointee.cursor = unsafe Unmanaged.passRetained(box).toOpaque()
        unsafe opened.pointee = unsafe UnsafeMutableRawPointer(place)
            .assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    } catch {
        unsafe traceq_sqlite3_set_error(vtab, error.message)
        return error.sqliteCode
    }
}

private func close(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
    guard let cursor = unsafe ours(cursor) else { return SQLITE_OK }
    if let object = unsafe cursor.pointee.cursor {
        unsafe Unmanaged<VirtualTableModule.CursorBox>.fromOpaque(object).release()
    }
    unsafe cursor.deallocate()
    return SQLITE_OK
}

/// Calls the Swift object behind a cursor; what it throws becomes the statement's error.
@inline(__always)
private func onCursor(
    _ cursor: Cursor, _ body: (any VirtualCursor) throws(StoreError) -> Void
) -> Int32 {
    guard let object = unsafe cursor.pointee.cursor else { return SQLITE_MISUSE }
    return unsafe Unmanaged<VirtualTableModule.CursorBox>.fromOpaque(object)._withUnsafeGuaranteedRef {
        do throws(StoreError) {
            try body($0.cursor)
            return SQLITE_OK
        } catch {
            unsafe traceq_sqlite3_set_error(cursor.pointee.base.pVtab, error.message)
            return error.sqliteCode
        }
    }
}

private func filter(
    _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ number: Int32, _ text: UnsafePointer<CChar>?,
    _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    guard let cursor = unsafe ours(cursor) else { return SQLITE_MISUSE }
    let plan = IndexPlan(text: unsafe text.map { unsafe String(cString: $0) } ?? "")
    unsafe cursor.pointee.row = 0
    unsafe cursor.pointee.rows = 0
    return unsafe onCursor(cursor) { (object) throws(StoreError) in
        try object.filter(plan, unsafe SQLArguments(values, count: count))
        unsafe cursor.pointee.rows = Int64(try object.nextBatch())
    }
}

private func next(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
    guard let cursor = unsafe ours(cursor) else { return SQLITE_MISUSE }
    unsafe cursor.pointee.row &+= 1
    if unsafe cursor.pointee.row < cursor.pointee.rows { return SQLITE_OK }
    unsafe cursor.pointee.row = 0
    unsafe cursor.pointee.rows = 0
    return unsafe onCursor(cursor) { (object) throws(StoreError) in
        unsafe cursor.pointee.rows = Int64(try object.nextBatch())
    }
}

private func isAtEnd(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
    guard let cursor = unsafe ours(cursor) else { return 1 }
    return unsafe cursor.pointee.row < cursor.pointee.rows ? 0 : 1
}

private func column(
    _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ context: OpaquePointer?, _ column: Int32
) -> Int32 {
    guard let cursor = unsafe ours(cursor) else { return SQLITE_MISUSE }
    let row = Int(unsafe cursor.pointee.row)
    return unsafe onCursor(cursor) { (object) throws(StoreError) in
        try object.write(column: Int(column), row: row, to: unsafe SQLResult(context))
    }
}

private func rowID(
    _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ id: UnsafeMutablePointer<Int64>?
) -> Int32 {
    guard let cursor = unsafe ours(cursor), let id = unsafe id else { return SQLITE_MISUSE }
    let row = Int(unsafe cursor.pointee.row)
    return unsafe onCursor(cursor) { (object) throws(StoreError) in
        unsafe id.pointee = object.rowID(row)
    }
}
