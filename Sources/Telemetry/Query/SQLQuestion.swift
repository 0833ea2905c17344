/// One statement, and what it may use.
package struct SQLQuestion: Sendable {
    package var sql: String
    /// How long it may run; nil for no limit.
    package var timeoutNanos: Int64?
    /// How many rows are taken; nil for no limit.
    package var maxRows: Int?

    package init(sql: String, timeoutNanos: Int64? = nil, maxRows: Int? = nil) {
        self.sql = sql
        self.timeoutNanos = timeoutNanos
        self.maxRows = maxRows
    }
}

/// What a statement gave besides its rows.
package struct SQLAnswer: Sendable {
    package var rows = 0
    /// Whether there were more rows than were taken.
    package var isCut = false
    package var notes: [QualityNote] = []
}

/// Why a statement has no answer.
package struct SQLProblem: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The statement is wrong, or asks for what is not allowed.
        case statement
        /// Its time is over.
        case deadline
        /// The database cannot be read.
        case database
    }

    package var kind: Kind
    /// Lower case; may hold text of the statement.
    package var message: String
    /// Bytes from the beginning of the statement.
    package var offset: Int?

    package init(_ kind: Kind, _ message: String, offset: Int? = nil) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }
}
