/// Reads everything in a database file and finds what is damaged.
///
/// Works beside a collector that writes: SQLite's own check is one read transaction, everything else a short
/// one for each segment and each row of the journal, so that the write-ahead log does not grow behind it. What a
/// collector seals, merges or removes in between is not damage.
package struct DatabaseVerification: ~Copyable {
    /// How far a verification is.
    package struct Progress: Hashable, Sendable {
        package enum Phase: String, Hashable, Sendable {
            /// SQLite looks through its pages; how long that takes is not known.
            case pages
            case journal
            case segments
        }

        package var phase: Phase
        /// Rows of the journal, or spans of segments.
        package var done: Int64
        package var total: Int64
    }

    private let path: String
    private let connection: Connection
    private let onProgress: (Progress) -> Void
    private var report: VerificationReport
    private var origins = OriginVerification()
    private var series = SeriesVerification()

    /// Messages of SQLite's check that are listed: one broken page leads to many.
    private static let fileMessagesMax = 100

    /// Opens a database file for reading.
    /// - Throws: `StoreError`: `.missing`, `.notADatabase`, `.newerFormat`, `.unavailable`
    package init(
        path: String, onProgress: @escaping (Progress) -> Void = { _ in }
    ) throws(StoreError) {
        self.path = path
        self.onProgress = onProgress
        report = VerificationReport(path: path)
        connection = try Connection.reading(path)
    }

    /// Reads everything.
    /// - Throws: `StoreError` when the file cannot be read at all; damage is in the report
    package consuming func run() throws(StoreError) -> VerificationReport {
        do {
            onProgress(Progress(phase: .pages, done: 0, total: 0))
            try checkPages()
            // Before the segments: what is sealed in the meantime is then looked at there.
            try checkJournal()
            try checkSegments()
            try checkReceipts()
            report.resources = origins.resources.count
            report.scopes = origins.scopes.count
            report.add(origins.damages)
            report.series = series.series.count
            report.add(series.damages)
            return report
        } catch {
            throw StoreError(error, path: path)
        }
    }

    // MARK: Parts

    /// Runs one short read transaction. What SQLite cannot read is damage of the place that was being read.
    private mutating func reading(
        _ place: DatabaseDamage.Place, _ body: (borrowing Connection) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        do {
            try connection.execute("BEGIN")
            defer { try? connection.execute("COMMIT") }
            try body(connection)
        } catch {
            guard error.isDamage else { throw error }
            report.add(
                DatabaseDamage(
                    kind: .file, place: place, starts: nil, spans: nil,
                    message: "SQLite cannot read it: \(error.message)"))
        }
    }

    private mutating func checkPages() throws(SQLiteError) {
        var messages: [String] = []
        try reading(DatabaseDamage.Place()) { (connection) throws(SQLiteError) in
            let check = try connection.prepare("PRAGMA quick_check(\(Self.fileMessagesMax))")
            while try check.step() { messages.append(check.text(0)) }
        }
        if messages == ["ok"] { return }
        for message in messages {
            report.add(
                DatabaseDamage(
                    kind: .file, place: DatabaseDamage.Place(), starts: nil, spans: nil,
                    message: "SQLite says: \(message)"))
        }
    }

    private mutating func checkJournal() throws(SQLiteError) {
        var total: Int64 = 0
        try reading(DatabaseDamage.Place(row: "table journal")) { (connection) throws(SQLiteError) in
            total = try connection.integer("SELECT count(*) FROM journal") ?? 0
        }
        var last = Int64.min
        while true {
            var row: JournalVerification.Row?
            let after = last
            try reading(DatabaseDamage.Place(row: "table journal, after row \(after)")) {
                (connection) throws(SQLiteError) in
                let statement = try connection.prepare(JournalVerification.query)
                try statement.bind(1, after)
                if try statement.step() { row = JournalVerification.Row(statement) }
            }
            guard let row else { return }
            last = row.id
            report.journalRows += 1
            report.journalSpans += Self.believable(row.spans)
            report.bytes += Int64(row.data.count)
            report.add(JournalVerification(row).damages)
            onProgress(
                Progress(
                    phase: .journal, done: Int64(report.journalRows),
                    total: max(total, Int64(report.journalRows))))
        }
    }

    private mutating func checkSegments() throws(SQLiteError) {
        var segments: [(id: Int64, spans: Int64)] = []
        var known: Set<Int64> = []
        var owners: [Int64] = []
        try reading(DatabaseDamage.Place(row: "table segment")) { (connection) throws(SQLiteError) in
            let statement = try connection.prepare("SELECT id, spans, signal FROM segment ORDER BY id")
            while try statement.step() {
                known.insert(statement.integer(0))
                // What no query sees may be there in part.
                guard statement.integer(2) != Schema.unseenSignal else { continue }
                segments.append((statement.integer(0), max(0, statement.integer(1))))
            }
            owners = try Self.segmentsWithChunks(connection)
        }
        for id in Set(owners).subtracting(known).sorted() {
            report.add(
                DatabaseDamage(
                    kind: .orphan, place: DatabaseDamage.Place(segment: id), starts: nil, spans: nil,
                    message: "has chunks, and is not in the catalogue"))
        }
        let total = segments.reduce(0) { $0 &+ $1.spans }
        var done: Int64 = 0
        for (id, spans) in segments {
            try checkSegment(id)
            done &+= spans
            onProgress(Progress(phase: .segments, done: done, total: total))
        }
    }

    /// The segments that chunks belong to, one step through the table for each.
    private static func segmentsWithChunks(_ connection: borrowing Connection) throws(SQLiteError) -> [Int64]
    {
        let next = try connection.prepare("SELECT min(id) FROM chunk WHERE id >= ?1")
        var owners: [Int64] = []
        var from = Int64.min
        while true {
            defer { next.reset() }
            try next.bind(1, from)
            guard try next.step(), !next.isNull(0) else { return owners }
            let owner = next.integer(0) >> 16
            owners.append(owner)
            let (end, isLast) = (owner + 1).multipliedReportingOverflow(by: 1 << 16)
            if isLast { return owners }
            from = end
        }
    }

    private mutating func checkSegment(_ id: Int64) throws(SQLiteError) {
        var stored: StoredSegment?
        var known = origins
        var knownSeries = series
        var references: [(resource: Int64, scope: Int64)]?
        var isRead = false
        try reading(DatabaseDamage.Place(segment: id)) { (connection) throws(SQLiteError) in
            stored = try StoredSegment(id, in: connection)
            references = stored.flatMap { $0.isOfPoints ? nil : SegmentVerification.origins(of: $0) }
            // In the same transaction: what the segment refers to is there as long as it is.
            try known.readNew(connection)
            try knownSeries.readNew(connection, known)
            isRead = true
        }
        origins = known
        series = knownSeries
        guard let stored, stored.signal != Schema.unseenSignal else {
            if isRead { report.segmentsGone += 1 }
            return
        }
        report.segments += 1
        guard Signal(rawValue: stored.signal) != nil else { return }
        report.chunks += stored.chunks.count
        report.bytes += Int64(stored.byteCount)
        if stored.isOfPoints {
            report.segmentPoints += Self.believable(stored.spans)
            let verification = PointSegmentVerification(stored)
            report.add(verification.damages)
            return report.add(series.unresolved(verification.series ?? [], of: stored))
        }
        if stored.signal == Signal.logs.rawValue {
            report.segmentLogRecords += Self.believable(stored.spans)
        } else {
            report.segmentSpans += Self.believable(stored.spans)
        }
        var verification = SegmentVerification(stored)
        verification.run()
        report.add(verification.damages)
        if let references { report.add(origins.unresolved(references, of: stored)) }
    }

    /// A number of spans that sums of may be made, also where a row is damaged.
    private static func believable(_ spans: Int64) -> Int { Int(min(max(0, spans), Int64(UInt32.max))) }

    private mutating func checkReceipts() throws(SQLiteError) {
        var found: [DatabaseDamage] = []
        var count = 0
        try reading(DatabaseDamage.Place(row: "table receipt")) { (connection) throws(SQLiteError) in
            let statement = try connection.prepare(
                """
                SELECT id, length(digests), EXISTS (SELECT 1 FROM journal WHERE journal.id = receipt.id)
                FROM receipt ORDER BY id
                """)
            while try statement.step() {
                count += 1
                let (id, length) = (statement.integer(0), statement.integer(1))
                var message: String?
                if id < 1 { message = "has an id that no commit has" }
                if length % Int64(BodyDigest.byteCount) != 0 {
                    message = "has \(length) bytes of digests, which are no whole ones"
                }
                if statement.integer(2) != 0 { message = "is a commit that is in the journal as well" }
                guard let message else { continue }
                found.append(
                    DatabaseDamage(
                        kind: .content, place: DatabaseDamage.Place(row: "receipt \(id)"), starts: nil,
                        spans: nil, message: message))
            }
        }
        report.receipts = count
        report.add(found)
    }
}
