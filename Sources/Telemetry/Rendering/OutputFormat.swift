/// The forms in which a result can be written.
package enum OutputFormat: String, CaseIterable, Sendable {
    /// Aligned columns for people; `traceq trace` draws a waterfall.
    case table
    /// One JSON document with window, rows and notes.
    case json
    /// One JSON object a row and line, nothing else.
    case jsonl
    /// RFC 4180 with a header line.
    case csv
    /// A table for issues and chat.
    case markdown

    /// Whether people read it as it is, so that footers belong into it.
    package var isForPeople: Bool { self == .table || self == .markdown }
}
