/// A time in which nothing can be stored.
struct Outage: Sendable {
    enum Cause: String, Sendable {
        /// The disk is full, or nearly.
        case space
        /// The file was removed, replaced or written to by somebody else; it was closed, and is opened anew.
        case file
        /// The file was closed after an error of the disk, and could not be opened anew yet.
        case disk
    }

    var cause: Cause
    /// What senders are told.
    var error: StoreError
    var since: MonotonicNanos
}
