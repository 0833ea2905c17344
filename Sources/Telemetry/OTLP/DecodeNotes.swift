/// What a decoder noticed in a request that it could read all the same.
package struct DecodeNotes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// OTLP/JSON: the name of an enum value, where OTLP has its number.
    package static let enumNames = DecodeNotes(rawValue: 1 << 0)
    /// OTLP/JSON: a key in snake_case.
    package static let snakeCase = DecodeNotes(rawValue: 1 << 1)
    /// Text that was not UTF-8, stored with U+FFFD.
    package static let brokenText = DecodeNotes(rawValue: 1 << 2)
    /// Two attributes of an item with one key and type; queries see the last.
    package static let repeatedKeys = DecodeNotes(rawValue: 1 << 3)
    /// A parent id of eight zeros, stored as no parent.
    package static let zeroParent = DecodeNotes(rawValue: 1 << 4)
    /// More or longer attributes, events or links than what is kept of an item; the rest was left out.
    package static let cut = DecodeNotes(rawValue: 1 << 5)
}

extension SpanBatch {
    /// What is odd about the spans: asked once a request, and not while each span is read.
    var notes: DecodeNotes {
        var notes: DecodeNotes = dictionary.mendedCount > 0 ? .brokenText : []
        if (0..<layouts.count).contains(where: { hasRepeatedColumn(layouts[$0]) }) {
            notes.insert(.repeatedKeys)
        }
        return notes
    }

    private func hasRepeatedColumn(_ layout: ArraySlice<UInt32>) -> Bool {
        // Nearly every layout is shorter than what is worth a table.
        if layout.count <= 16 {
            return layout.indices.contains { layout[layout.startIndex..<$0].contains(layout[$0]) }
        }
        return Set(layout).count < layout.count
    }
}
