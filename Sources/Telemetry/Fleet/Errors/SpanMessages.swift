import OTLPModel

/// What the spans of a segment say went wrong: messages of their status, and exceptions among their events.
struct SpanMessages {
    /// By row; most have none.
    private var texts: [Int: String] = [:]
    let segment: UInt32

    init(_ segment: SegmentExchanges) throws(StoreError) {
        self.segment = segment.segmentIndex
        let view = segment.view
        let tables = try view.tables()
        let operations = try view.operationIndexes()
        // What a status says in words comes after what an exception says, as it is nearer to people.
        for (field, isEvents) in [(FieldColumn.events, true), (.statusMessage, false)] {
            let column = Int(field.id)
            guard case .entries(let entries, let table) = try view.values(of: column), !entries.isEmpty else {
                continue
            }
            let words = (0..<table.count).map { entry -> String? in
                isEvents
                    ? Self.exception(Array(table[entry])) : MessageWords.normalised(table.text(entry))
            }
            for (row, places) in ColumnCursor(column, tables, operations) {
                guard let text = words[Int(entries[places.upperBound - 1])], !text.isEmpty else { continue }
                texts[row] = text
            }
        }
    }

    private static func exception(_ bytes: [UInt8]) -> String? {
        guard let events = [SpanEvent](canonicalBytes: bytes),
            let event = events.last(where: { $0.name == "exception" })
        else { return nil }
        let type = event.attributes.string(of: "exception.type") ?? ""
        let message = event.attributes.string(of: "exception.message") ?? ""
        return MessageWords.normalised(message.isEmpty ? type : message)
    }

    /// What went wrong first with a request: of its spans that say something, the one that ended first.
    func message(of exchange: Exchange, in segment: SegmentExchanges) -> String? {
        guard !texts.isEmpty else { return nil }
        let root = Int(exchange.row)
        var first: (end: UInt64, text: String)?
        for row in segment.rows(ofTrace: Int(exchange.trace)) {
            guard let text = texts[row], isInside(row, of: root, segment) else { continue }
            let end = segment.end(row)
            if let first, first.end <= end { continue }
            first = (end, text)
        }
        return first?.text
    }

    private func isInside(_ row: Int, of root: Int, _ segment: SegmentExchanges) -> Bool {
        var row = row
        // A circle of parents has no more spans than its trace.
        for _ in 0..<1_000 {
            if row == root { return true }
            guard segment.parents[row] >= 0 else { return false }
            row = Int(segment.parents[row])
        }
        return false
    }
}
