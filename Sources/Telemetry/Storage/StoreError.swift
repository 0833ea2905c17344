/// Why the store could not do what it was asked to.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// There is no database at the path.
        case missing
        /// The path leads to something that is not one of our databases.
        case notADatabase
        /// The database was written by a newer version of traceq.
        case newerFormat
        /// What the database holds does not agree with its checksums or its catalogue.
        case damaged
        /// There is a file already where a new one is to be made.
        case exists
        /// A new file cannot be written, such as a backup on a disk that is full.
        case target
        /// Another process holds the database for writing.
        case inUse
        /// The request is larger than what the file may take at once.
        case tooLarge
        /// The queue before the writer is full; trying again later helps.
        case queueFull
        /// The store is closing; trying again later helps.
        case shuttingDown
        /// An answer would take more memory than it may: the question is to be asked otherwise.
        case limit
        /// The disk is full or failing, or SQLite refused; trying again later may help.
        case unavailable
    }

    package var code: Code
    /// What failed, on what, and what to do: lower case, one line.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// Whether a sender should send the same request again.
    package var isRetryable: Bool {
        switch code {
        case .queueFull, .shuttingDown, .unavailable, .inUse: true
        case .missing, .notADatabase, .newerFormat, .damaged, .exists, .target, .limit, .tooLarge: false
        }
    }
}
