import CSQLite

/// A function of SQL that gives a value for each row.
struct SQLFunction {
    typealias Body = (SQLArguments, SQLResult) throws(StoreError) -> Void

    var name: String
    var argumentCount: Int32
    /// Whether equal arguments give equal values as long as a statement runs: SQLite then calls it once
    /// where the arguments are constant.
    var isConstant: Bool
    var body: Body

    private final class Box {
        let body: Body
        init(_ body: @escaping Body) { self.body = body }
    }

    /// - Returns: SQLite's code
    func register(on handle: OpaquePointer) -> Int32 {
        let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | (isConstant ? SQLITE_DETERMINISTIC : 0)
        return unsafe sqlite3_create_function_v2(
            handle, name, argumentCount, flags, Unmanaged.passRetained(Box(body)).toOpaque(),
            { context, count, values in
                guard let object = unsafe sqlite3_user_data(context) else { return }
                let result = unsafe SQLResult(context)
                unsafe Unmanaged<Box>.fromOpaque(object)._withUnsafeGuaranteedRef {
                    do throws(StoreError) {
                        try $0.body(unsafe SQLArguments(values, count: count), result)
                    } catch {
                        result.fail(error)
                    }
                }
            }, nil, nil,
            { object in
                guard let object = unsafe object else { return }
                unsafe Unmanaged<Box>.fromOpaque(object).release()
            })
    }
}
