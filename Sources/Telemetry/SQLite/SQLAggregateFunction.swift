import CSQLite

/// A function of SQL that gives a value for a group of rows.
struct SQLAggregateFunction {
    var name: String
    var argumentCount: Int32
    var make: () -> any SQLAggregate

    private final class Box {
        let make: () -> any SQLAggregate
        init(_ make: @escaping () -> any SQLAggregate) { self.make = make }
    }

    /// The state of one group.
    private final class Group {
        let aggregate: any SQLAggregate
        /// What went wrong in a step: told at the end, since SQLite goes on calling after an error.
        var failure: StoreError?
        init(_ aggregate: any SQLAggregate) { self.aggregate = aggregate }
    }

    /// - Returns: SQLite's code
    func register(on handle: OpaquePointer) -> Int32 {
        unsafe sqlite3_create_function_v2(
            handle, name, argumentCount, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
            Unmanaged.passRetained(Box(make)).toOpaque(), nil,
            { context, count, values in
                guard let group = unsafe SQLAggregateFunction.group(context) else {
                    return unsafe sqlite3_result_error_nomem(context)
                }
                unsafe group._withUnsafeGuaranteedRef { group in
                    guard group.failure == nil else { return }
                    do throws(StoreError) {
                        try group.aggregate.step(unsafe SQLArguments(values, count: count))
                    } catch {
                        group.failure = error
                        unsafe SQLResult(context).fail(error)
                    }
                }
            },
            { context in
                let result = unsafe SQLResult(context)
                guard let group = unsafe SQLAggregateFunction.takeGroup(context) else { return }
                do throws(StoreError) {
                    if let failure = group.failure { throw failure }
                    try group.aggregate.finish(result)
                } catch {
                    result.fail(error)
                }
            },
            { object in
                guard let object = unsafe object else { return }
                unsafe Unmanaged<Box>.fromOpaque(object).release()
            })
    }

    /// The group that SQLite is collecting, made at its first row. SQLite holds it: no row has to count that.
    private static func group(_ context: OpaquePointer?) -> Unmanaged<Group>? {
        let size = Int32(unsafe MemoryLayout<UnsafeMutableRawPointer?>.size)
        guard let place = unsafe sqlite3_aggregate_context(context, size) else { return nil }
        let slot = unsafe place.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        if let known = unsafe slot.pointee {
            return unsafe Unmanaged<Group>.fromOpaque(known)
        }
        guard let group = unsafe newGroup(context) else { return nil }
        let held = unsafe Unmanaged.passRetained(group)
        unsafe slot.pointee = unsafe held.toOpaque()
        return unsafe held
    }

    /// The group at its end, SQLite's hold on it given up; a new one when there was no row.
    private static func takeGroup(_ context: OpaquePointer?) -> Group? {
        guard let place = unsafe sqlite3_aggregate_context(context, 0) else {
            return unsafe newGroup(context)
        }
        let slot = unsafe place.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        guard let known = unsafe slot.pointee else { return unsafe newGroup(context) }
        unsafe slot.pointee = nil
        return unsafe Unmanaged<Group>.fromOpaque(known).takeRetainedValue()
    }

    private static func newGroup(_ context: OpaquePointer?) -> Group? {
        guard let object = unsafe sqlite3_user_data(context) else { return nil }
        return Group(unsafe Unmanaged<Box>.fromOpaque(object).takeUnretainedValue().make())
    }
}
