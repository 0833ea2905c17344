/// A value as SQLite has it, in one of its five types.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// Text; what was not UTF-8 shows as U+FFFD.
    case text(String)
    case blob([UInt8])
}
