/// A kind of change to the database: each is one transaction.
package enum WriteStep: String, CaseIterable, Sendable {
    /// A group of requests into the journal.
    case journal
    /// Some chunks of a segment that no query sees yet.
    case chunks
    /// A segment in place of the journal rows that it holds.
    case seal
    /// One segment in place of several.
    case merge
    /// Segments that are too old, or too many.
    case retention
    /// Some of what no query sees any more.
    case cleanup
    /// A file of an older format into one of this format.
    case migration
    /// Times at which versions were published.
    case publications
}
