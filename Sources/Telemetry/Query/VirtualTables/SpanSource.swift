/// The spans of one state of the file, for the scans of SQL: the segments' catalogue and the journal, with a
/// bounded number of segments open.
final class SpanSource {
    /// A segment, or the journal.
    struct Part {
        /// Nil for the journal.
        var segment: Int64?
        var summary: SegmentSummary
    }

    let parts: [Part]
    private let reader: TelemetryReader
    private let reference: ConnectionReference
    private let damagePolicy: TelemetryTables.DamagePolicy
    /// By part: only trace filters are kept in these.
    private let catalogue: [SegmentView]
    /// The open parts, the one used last at the end.
    private var open: [SpanRows] = []
    private var openSpans = 0
    private var values = AttributeCache()

    private let openSpansMax: Int
    /// How often a part was opened: its columns are decoded anew each time.
    private(set) var openings = 0

    /// - Parameter openSpansMax: how many spans the open parts have at most. They hold up to 200 bytes a span when
    ///   all of their columns are read
    init(
        _ reference: ConnectionReference, _ damagePolicy: TelemetryTables.DamagePolicy,
        openSpansMax: Int = 1 << 20
    ) throws(StoreError) {
        self.openSpansMax = openSpansMax
        reader = try TelemetryReader(borrowing: reference)
        self.reference = reference
        self.damagePolicy = damagePolicy
        let journal = try reader.journal()
        catalogue =
            try reader.views(journal: journal) { _ in true }
            + reader.views(of: .logs, journal: journal) { _ in true }
        parts = catalogue.map { Part(segment: $0.segmentID, summary: $0.summary) }
        if damagePolicy == .fails, let damage = reader.damageNotes().first {
            throw Self.withAdvice(StoreError(.damaged, damage.message))
        }
    }

    /// What could not be read.
    var damages: [String] { reader.damageNotes().map(\.message) }

    /// Takes up that a row of a table is left out.
    /// - Throws: `StoreError` where that ends the statement
    func noteLostRow(_ damage: String) throws(StoreError) {
        guard damagePolicy == .isNoted else { throw Self.withAdvice(StoreError(.damaged, damage)) }
        reader.note([damage], costs: "it is missing from this answer")
    }

    /// Runs something that reads one part; nil when that is damaged and damage is to be noted only.
    func tolerating<Answer>(_ body: () throws(StoreError) -> Answer) throws(StoreError) -> Answer? {
        if damagePolicy == .isNoted { return try reader.tolerating(body) }
        do {
            return try body()
        } catch {
            throw Self.withAdvice(error)
        }
    }

    /// A host shows no notes, and an answer with a hole must not look whole.
    static func withAdvice(_ error: StoreError) -> StoreError {
        guard error.code == .damaged else { return error }
        return StoreError(.damaged, "\(error.message); traceq sql reads the rest")
    }

    /// The spans of a part.
    func rows(_ part: Int) -> SpanRows {
        if let last = open.last, last.part == part { return last }
        if let place = open.firstIndex(where: { $0.part == part }) {
            let rows = open.remove(at: place)
            open.append(rows)
            return rows
        }
        let view = catalogue[part]
        // The journal is in memory as a whole; of a segment, columns are read into a view of its own, to be
        // dropped with it.
        let rows = SpanRows(part: part, view: reader.reopened(view))
        open.append(rows)
        openings += 1
        openSpans += view.summary.spans
        while openSpans > openSpansMax, open.count > 2 {
            openSpans -= open.removeFirst().view.summary.spans
        }
        return rows
    }

    /// The rows of a statement on the file's own tables.
    func storedRows(_ sql: String) throws(StoreError) -> [[SQLValue]] {
        let connection = Connection(borrowing: reference)
        do {
            let statement = try connection.prepare(sql)
            var rows: [[SQLValue]] = []
            while try statement.step() {
                rows.append((0..<statement.columnCount).map { statement.value($0) })
            }
            return rows
        } catch {
            throw StoreError(error, path: reference.path)
        }
    }

    /// Whether a part may have spans of a trace.
    func mayContain(_ trace: TraceID, part: Int) throws(StoreError) -> Bool {
        guard parts[part].segment != nil else { return true }
        return try catalogue[part].mayContain(trace)
    }

    /// The values of an attribute in a part.
    func attribute(_ key: ByteSpan, of origin: AttributeCache.Origin, part: Int) throws(StoreError)
        -> AttributeColumn
    {
        let number = values.number(of: key, origin)
        if let known = values.column(number, part: part) { return known }
        let rows = rows(part)
        let key = values.key(number)
        let read = try tolerating { () throws(StoreError) in
            switch origin {
            case .span: try AttributeColumn(key: key, rows.view)
            case .resource: try AttributeColumn(resourceKey: key, rows.view)
            }
        }
        // The rows are there already: what is damaged is NULL, and a note says so.
        let column = read ?? AttributeColumn()
        values.insert(column, number, part: part)
        return column
    }
}

extension SpanSource.Part {
    /// A part has fewer than 2^24 spans.
    private static let rowBits: Int64 = 24

    /// What tells a span from all others of the source.
    static func handle(part: Int, row: Int) -> Int64 { Int64(part) << rowBits | Int64(row) }

    /// The part and the row of a handle.
    static func place(_ handle: Int64) -> (part: Int, row: Int) {
        (Int(handle >> rowBits), Int(handle & (1 << rowBits - 1)))
    }
}
