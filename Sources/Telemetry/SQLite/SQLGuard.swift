import CSQLite

/// Keeps the statements of strangers to reading, and to a time.
///
/// SQLite asks while it compiles a statement whether each of its parts is allowed, and every so many steps while
/// it runs whether to go on.
@safe final class SQLGuard {
    /// Why a statement was not compiled.
    enum Refusal: Hashable {
        /// It would write, attach, or change a setting: the word for what.
        case action(String)
        case function(String)
    }

    private let handle: OpaquePointer
    private(set) var refusal: Refusal?
    private(set) var isOverdue = false
    /// On the monotonic clock; nil for no limit.
    private var deadline: MonotonicNanos?

    /// Steps of SQLite's machine between two looks at the clock: some 100 µs.
    private static let stepsBetweenChecks: Int32 = 10_000

    /// What a statement may use at the most. Deeper, longer or wider ones are no questions but attacks.
    private static let limits: [(Int32, Int32)] = [
        // Chunks are values, too, and must be readable.
        (SQLITE_LIMIT_LENGTH, 300 << 20),
        (SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (SQLITE_LIMIT_COLUMN, 2_000),
        (SQLITE_LIMIT_EXPR_DEPTH, 200),
        (SQLITE_LIMIT_COMPOUND_SELECT, 100),
        (SQLITE_LIMIT_VDBE_OP, 1_000_000),
        (SQLITE_LIMIT_ATTACHED, 0),
        (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        (SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]

    /// Restricts a connection for good. `remove` has to be called before this object goes.
    init(_ reference: ConnectionReference) {
        unsafe handle = reference.handle
        for (limit, value) in Self.limits { unsafe sqlite3_limit(handle, limit, value) }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_set_authorizer(
            handle,
            { context, action, first, second, _, _ in
                guard let context = unsafe context else { return SQLITE_DENY }
                let detail = unsafe action == SQLITE_FUNCTION ? second : first
                return unsafe Unmanaged<SQLGuard>.fromOpaque(context).takeUnretainedValue()
                    .verdict(action, unsafe detail.map { unsafe String(cString: $0) } ?? "")
            }, context)
        unsafe sqlite3_progress_handler(
            handle, Self.stepsBetweenChecks,
            { context in
                guard let context = unsafe context else { return 1 }
                return unsafe Unmanaged<SQLGuard>.fromOpaque(context).takeUnretainedValue().mustStop ? 1 : 0
            }, context)
    }

    /// Begins a statement.
    /// - Parameter timeoutNanos: nil for no limit
    func begin(timeoutNanos: Int64?) {
        refusal = nil
        isOverdue = false
        deadline = timeoutNanos.map { monotonicNanos().addingReportingOverflow($0) }
            .map { $0.overflow ? .max : $0.partialValue }
    }

    func remove() {
        unsafe sqlite3_set_authorizer(handle, nil, nil)
        unsafe sqlite3_progress_handler(handle, 0, nil, nil)
    }

    private var mustStop: Bool {
        if let deadline, monotonicNanos() >= deadline { isOverdue = true }
        return isOverdue
    }

    private func verdict(_ action: Int32, _ detail: String) -> Int32 {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
        // How SQLite asks when it meets a virtual table for the first time. A statement that writes there is
        // refused for not being read-only.
        case SQLITE_UPDATE where detail == "sqlite_master": return SQLITE_OK
        case SQLITE_FUNCTION where !Self.forbiddenFunctions.contains(detail.lowercased()): return SQLITE_OK
        case SQLITE_FUNCTION: refusal = refusal ?? .function(detail)
        default: refusal = refusal ?? .action(Self.words[action] ?? "this statement")
        }
        return SQLITE_DENY
    }

    private static let forbiddenFunctions: Set<String> = ["load_extension", "fts3_tokenizer"]

    private static let words: [Int32: String] = [
        SQLITE_ATTACH: "ATTACH", SQLITE_DETACH: "DETACH", SQLITE_PRAGMA: "PRAGMA", SQLITE_INSERT: "INSERT",
        SQLITE_UPDATE: "UPDATE", SQLITE_DELETE: "DELETE", SQLITE_TRANSACTION: "a transaction",
        SQLITE_SAVEPOINT: "SAVEPOINT", SQLITE_REINDEX: "REINDEX", SQLITE_ANALYZE: "ANALYZE",
        SQLITE_CREATE_VTABLE: "CREATE VIRTUAL TABLE", SQLITE_CREATE_TABLE: "CREATE TABLE",
        SQLITE_CREATE_VIEW: "CREATE VIEW", SQLITE_CREATE_TEMP_TABLE: "CREATE TABLE",
        SQLITE_CREATE_TEMP_VIEW: "CREATE VIEW", SQLITE_DROP_TABLE: "DROP", SQLITE_ALTER_TABLE: "ALTER TABLE",
    ]
}
