/// Something in a database file that is not as docs/format.md says.
package struct DatabaseDamage: Hashable, Sendable {
    /// What kind of contradiction. The words are part of the command line's output.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// SQLite's own pages.
        case file
        /// Bytes do not match their checksum.
        case checksum
        /// The checksum is right, and the bytes still cannot be what was written.
        case content
        /// The catalogue says something else than the spans.
        case catalogue
        /// It refers to something that is not there.
        case reference
        /// A part that has to be there is not.
        case missing
        /// A part that belongs to nothing.
        case orphan
    }

    package var kind: Kind
    package var place: Place
    /// The starts of the spans that are affected: the first, and the last; nil where nobody knows.
    package var starts: ClosedRange<UnixNanos>?
    /// How many spans are affected; nil where nobody knows.
    package var spans: Int?
    /// What is wrong, without the place: lower case, one line.
    package var message: String

    /// Where in the file.
    package struct Place: Hashable, Sendable {
        package var segment: Int64?
        /// Number of a chunk of the segment.
        package var chunk: UInt16?
        package var chunkName: String?
        package var journalRow: Int64?
        /// A table and an id, for the rest.
        package var row: String?

        package init(
            segment: Int64? = nil, chunk: UInt16? = nil, chunkName: String? = nil, journalRow: Int64? = nil,
            row: String? = nil
        ) {
            self.segment = segment
            self.chunk = chunk
            self.chunkName = chunkName
            self.journalRow = journalRow
            self.row = row
        }

        /// `segment 3, chunk 9 (durations)`.
        package var text: String {
            if let segment {
                let name = chunkName.map { " (\($0))" } ?? ""
                return "segment \(segment)" + (chunk.map { ", chunk \($0)\(name)" } ?? "")
            }
            if let journalRow { return "journal row \(journalRow)" }
            return row ?? "file"
        }
    }
}
