/// The result of a command, as typed cells: every format is written from this one value, so that none
/// of them can disagree with another.
package struct ResultTable {
    /// How people see the rows.
    package enum Layout: Sendable {
        case rows
        /// One line a column: for a result of a single row.
        case record
        /// Rows where they fit, else one line a column, row after row: for results of any width.
        case rowsOrRecords
    }

    /// Name and version of the row's shape: `traceq.slowest/1`.
    package var schema: String
    /// Nil when the command does not look at a window.
    package var window: TimeWindow?
    package var columns: [ResultColumn]
    package var rowCount: Int
    /// The cells of a row, one for each column. Made when needed: a large trace is not held twice.
    package var row: (_ index: Int) -> [ResultCell]
    package var notes: [QualityNote]
    /// What people read under the table, before the window and the notes.
    package var summary: [String]
    package var layout: Layout
    /// What the JSON document says besides rows and notes, such as totals.
    package var members: [JSONMember]

    package init(
        schema: String, window: TimeWindow? = nil, columns: [ResultColumn], rowCount: Int,
        row: @escaping (_ index: Int) -> [ResultCell], notes: [QualityNote] = [], summary: [String] = [],
        layout: Layout = .rows, members: [JSONMember] = []
    ) {
        self.schema = schema
        self.window = window
        self.columns = columns
        self.rowCount = rowCount
        self.row = row
        self.notes = notes
        self.summary = summary
        self.layout = layout
        self.members = members
    }

    /// Writes the table in a format. Footers go where people look: under a table, or to `diagnostics`
    /// (standard error) where they would spoil the data.
    package func write(
        as format: OutputFormat, style: RenderStyle, to output: inout OutputBuffer,
        diagnostics: inout OutputBuffer
    ) {
        switch format {
        case .table: TextTableRenderer(table: self, style: style).write(to: &output)
        case .json: JSONRenderer(table: self).writeDocument(to: &output)
        case .jsonl: JSONRenderer(table: self).writeLines(to: &output)
        case .csv: CSVRenderer(table: self).write(to: &output)
        case .markdown: MarkdownRenderer(table: self, style: style).write(to: &output)
        }
        guard format == .csv || format == .jsonl else { return }
        for note in notes { diagnostics.line(Self.noteText(note)) }
    }

    /// Summary, window and notes, each a line.
    func footerLines(zone: TimeZoneRules) -> [String] {
        var lines = summary
        if let window {
            let until = "\(window.until.displayText(in: zone)) (\(zone.label))"
            lines.append(
                window.since == .distantPast
                    ? "window everything until \(until)"
                    : "window \(window.since.displayText(in: zone)) to \(until)")
        }
        return lines + notes.map(Self.noteText)
    }

    /// `note (journal): …`, on one line and safe to print.
    package static func noteText(_ note: QualityNote) -> String {
        "note (\(note.code)): \(DisplayText.escaped(note.message))"
    }

    /// The positions of the columns that data formats have.
    var dataColumns: [Int] { columns.indices.filter { columns[$0].key != nil } }

    /// The positions of the columns that people see.
    var shownColumns: [Int] { columns.indices.filter { columns[$0].title != nil } }
}
