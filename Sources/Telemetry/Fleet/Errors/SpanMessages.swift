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
        // What lies below it; of very many spans the first ones.
        var below = [Int(exchange.row)]
        var next = 0
        var first: (end: UInt64, text: String)?
        while next < below.count {
            let row = below[next]
            next += 1
            if let text = texts[row] {
                let end = segment.end(row)
                if first.map({ end < $0.end }) ?? true { first = (end, text) }
            }
            for child in segment.children[row] {
                guard below.count < Self.spansMax else { break }
                // A circle of parents leads back to where it began, and nowhere else.
                if child != Int(exchange.row) { below.append(child) }
            }
        }
        return first?.text
    }

    private static let spansMax = 1_000
}
