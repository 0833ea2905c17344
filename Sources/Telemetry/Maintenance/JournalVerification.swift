/// Checks a row of the journal: its checksum, its content, and what it says about that.
struct JournalVerification {
    /// A row as it lies in the file.
    struct Row {
        var id: Int64
        var spans: Int64
        var minStart: Int64?
        var maxStart: Int64?
        var digests: [UInt8]
        var checksum: UInt64
        var data: [UInt8]
    }

    /// The first row after the id ?1.
    static let query = """
        SELECT id, spans, min_start, max_start, digests, checksum, data FROM journal WHERE id > ?1
        ORDER BY id LIMIT 1
        """

    let row: Row
    private(set) var damages: [DatabaseDamage] = []

    init(_ row: Row) {
        self.row = row
        check()
    }

    private mutating func check() {
        if row.id < 1 { add(.content, "has an id that no commit has") }
        guard checksum(row.data.span) == row.checksum else {
            return add(.checksum, "does not match its checksum")
        }
        guard let batches = try? JournalRow.decode(row.data.span) else {
            return add(.content, "cannot be decoded: its content breaks off or contradicts itself")
        }
        if row.digests.count != batches.count * BodyDigest.byteCount {
            add(
                .catalogue,
                "has \(row.digests.count) bytes of digests for \(HumanUnits.count(batches.count, "request"))")
        }
        let starts = batches.compactMap(\.spanBatch).flatMap(\.starts)
        compare("spans", row.spans, Int64(starts.count))
        compare("min_start", row.minStart, starts.min().map { UnixNanos(clamping: $0).rawValue })
        compare("max_start", row.maxStart, starts.max().map { UnixNanos(clamping: $0).rawValue })
    }

    private mutating func compare(_ field: String, _ stored: Int64?, _ found: Int64?) {
        guard stored != found else { return }
        func words(_ value: Int64?) -> String { value.map { "\($0)" } ?? "NULL" }
        add(.catalogue, "says \(field) \(words(stored)), and its spans say \(words(found))")
    }

    private mutating func add(_ kind: DatabaseDamage.Kind, _ message: String) {
        var starts: ClosedRange<UnixNanos>?
        if let first = row.minStart, let last = row.maxStart, first <= last {
            starts = UnixNanos(rawValue: first)...UnixNanos(rawValue: last)
        }
        damages.append(
            DatabaseDamage(
                kind: kind, place: DatabaseDamage.Place(journalRow: row.id), starts: starts,
                spans: Int(clamping: row.spans), message: message))
    }
}

extension JournalVerification.Row {
    /// - Parameter statement: a row of `JournalVerification.query`
    init(_ statement: borrowing Statement) {
        id = statement.integer(0)
        spans = statement.integer(1)
        minStart = statement.isNull(2) ? nil : statement.integer(2)
        maxStart = statement.isNull(3) ? nil : statement.integer(3)
        digests = statement.blob(4)
        checksum = UInt64(bitPattern: statement.integer(5))
        data = statement.blob(6)
    }
}
