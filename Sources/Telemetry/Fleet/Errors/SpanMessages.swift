import OTLPModel

/// What the spans of a segment say went wrong: messages of their status, and exceptions among their events.
struct SpanMessages {
    /// What one kind of message says.
    private struct Source: Sendable {
        /// By row, the entry of the table; most rows have none.
        var entryOfRow: [Int: UInt32] = [:]
        var table = StringTable()
        /// By entry, as far as somebody asked: most spans with messages are of requests that are none.
        var words: [UInt32: String] = [:]
    }

    /// What a status says in words, and what exceptions say: the former is nearer to people.
    private var statuses: Source
    private var exceptions: Source
    let segment: UInt32

    init(_ segment: SegmentExchanges) throws(StoreError) {
        self.segment = segment.segmentIndex
        statuses = try Self.source(.statusMessage, segment.view)
        exceptions = try Self.source(.events, segment.view)
    }

    private static func source(_ field: FieldColumn, _ view: SegmentView) throws(StoreError) -> Source {
        var source = Source()
        let column = Int(field.id)
        guard case .entries(let entries, let table) = try view.values(of: column), !entries.isEmpty else {
            return source
        }
        source.table = table
        let operations = try view.operationIndexes()
        for (row, places) in ColumnCursor(column, try view.tables(), operations) {
            source.entryOfRow[row] = entries[places.upperBound - 1]
        }
        return source
    }

    /// What a span says; empty where it says nothing.
    private mutating func text(_ row: Int) -> String {
        let text = Self.text(row, &statuses) { MessageWords.normalised(String(decoding: $0, as: UTF8.self)) }
        return text.isEmpty ? Self.text(row, &exceptions) { Self.exception(Array($0)) ?? "" } : text
    }

    private static func text(
        _ row: Int, _ source: inout Source, _ words: (ArraySlice<UInt8>) -> String
    ) -> String {
        guard let entry = source.entryOfRow[row] else { return "" }
        if let known = source.words[entry] { return known }
        let text = words(source.table[Int(entry)])
        source.words[entry] = text
        return text
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
    mutating func message(of exchange: Exchange, in segment: SegmentExchanges) -> String? {
        guard !statuses.entryOfRow.isEmpty || !exceptions.entryOfRow.isEmpty else { return nil }
        // What lies below it; of very many spans the first ones.
        let children = segment.tree.children
        var below = [Int(exchange.row)]
        var next = 0
        var first: (end: UInt64, text: String)?
        while next < below.count {
            let row = below[next]
            next += 1
            let text = text(row)
            if !text.isEmpty {
                let end = segment.end(row)
                if first.map({ end < $0.end }) ?? true { first = (end, text) }
            }
            for child in children[row] {
                guard below.count < Self.spansMax else { break }
                // A circle of parents leads back to where it began, and nowhere else.
                if child != Int(exchange.row) { below.append(child) }
            }
        }
        return first?.text
    }

    private static let spansMax = 1_000
}
