import OTLPModel

/// Reads a database file, with or without a collector that writes to it.
///
/// Opens the file read-only, makes nothing and never checkpoints. Each call sees one state of the file:
/// all that was acknowledged before it started. Not for several threads at once.
package final class TelemetryReader {
    package let path: String
    let connection: Connection
    /// Reads segments; the only one that uses the connection while a query looks at them.
    let source: SegmentSource
    /// What is known of mirrors by their hosts: what a redirect says of a cache hangs on who sends it.
    package var mirrors = MirrorList.builtIn
    private var isInSnapshot = false
    /// What was found to be damaged while the current query ran.
    private var damages: [String] = []
    /// Damage that does not cost spans, and what it costs.
    private var lesserDamages: [(damage: String, cost: String)] = []
    /// The last start among spans that are missing from what `segments` gives, as far as the file says.
    private var lastDamagedStart: UnixNanos?

    /// Opens a database file.
    /// - Parameter workersMax: how many threads may read segments for a question; with one it is the thread that asks
    /// - Throws: `StoreError`: `.missing`, `.notADatabase`, `.newerFormat`, `.unavailable`
    package init(path: String, workersMax: Int = .max) throws(StoreError) {
        self.path = path
        let connection = try Connection.reading(path)
        do {
            source = try SegmentSource(connection, path: path, workersMax: workersMax)
        } catch {
            throw StoreError(error, path: path)
        }
        self.connection = connection
    }

    /// Reads through a connection that somebody else opened and checked, inside the transaction that it is in:
    /// a virtual table's way to the spans. The questions that begin a transaction of their own are not for it.
    /// - Throws: `StoreError.unavailable`
    init(borrowing reference: ConnectionReference) throws(StoreError) {
        path = reference.path
        connection = Connection(borrowing: reference)
        do {
            source = try SegmentSource(connection, path: path)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    // MARK: Questions

    /// How large the database is and what it spans.
    /// - Throws: `StoreError`
    package func info() throws(StoreError) -> DatabaseInfo {
        try snapshot { () throws(StoreError) in
            let totals = try catalogueTotals()
            var notes: [QualityNote] = []
            if totals.journalRows > 0 {
                notes.append(
                    QualityNote(
                        code: "journal",
                        message:
                            "\(HumanUnits.count(Int(totals.journalSpans), "span")) not yet sealed into a "
                            + "segment, as is normal: safe, and read like all others; of those that came twice "
                            + "each is counted here until it is sealed, and shown once by queries"))
            }
            return DatabaseInfo(
                path: path, sizeBytes: FileStatus.size(path) + FileStatus.size(path + "-wal"),
                spans: totals.segmentSpans &+ totals.journalSpans, points: try pointCount(),
                segments: totals.segments,
                journalRows: totals.journalRows, minTime: totals.minStart, maxTime: totals.maxStart,
                formatVersion: totals.version, notes: notes)
        }
    }

    /// The slowest requests of a window.
    /// - Throws: `StoreError`
    package func slowest(_ query: SlowestQuery) throws(StoreError) -> SlowestResult {
        try snapshot { () throws(StoreError) in
            let segments = try self.segments { $0.overlaps(query.window) }
            var result = try SlowestSearch(query, segments, self).run()
            result.notes += damageNotes()
            return result
        }
    }

    /// The spans of a trace.
    /// - Parameter prefix: the trace id, or the beginning of one: 1 to 32 lower-case hex digits
    /// - Throws: `StoreError`
    package func trace(prefix: String) throws(StoreError) -> TraceLookup {
        try snapshot { () throws(StoreError) in
            let segments = try self.segments { _ in true }
            return try TraceSearch(segments, self).lookUp(prefix: prefix)
        }
    }

    /// The traces whose ids begin so. Reads no spans.
    /// - Parameter prefix: as for `trace`
    /// - Returns: also notes about what could not be read
    /// - Throws: `StoreError`
    package func traces(prefix: String) throws(StoreError) -> (matches: TraceMatches, notes: [QualityNote]) {
        try snapshot { () throws(StoreError) in
            let segments = try self.segments { _ in true }
            return (try TraceSearch(segments, self).matches(prefix: prefix), damageNotes())
        }
    }

    // MARK: Catalogue

    /// Runs a query on one state of the file.
    func snapshot<Answer>(_ body: () throws(StoreError) -> Answer) throws(StoreError) -> Answer {
        damages = []
        lesserDamages = []
        lastDamagedStart = nil
        // Answers that belong together are asked within a snapshot of all of them.
        guard !isInSnapshot else { return try body() }
        isInSnapshot = true
        defer { isInSnapshot = false }
        do {
            try connection.execute("BEGIN")
        } catch {
            throw StoreError(error, path: path)
        }
        defer { try? connection.execute("COMMIT") }
        return try body()
    }

    struct Totals {
        var segments = 0
        var segmentSpans: Int64 = 0
        var journalRows = 0
        var journalSpans: Int64 = 0
        var minStart: UnixNanos?
        var maxStart: UnixNanos?
        var version = 0
    }

    func catalogueTotals() throws(StoreError) -> Totals {
        do {
            var totals = Totals()
            totals.version = Int(try connection.integer("PRAGMA user_version") ?? 0)
            for (table, condition) in [("segment", "signal = \(Schema.spanSignal)"), ("journal", "TRUE")] {
                // A damaged row must not make the sum more than a number holds.
                let statement = try connection.prepare(
                    """
                    SELECT count(*), coalesce(sum(max(0, min(spans, \(UInt32.max)))), 0), min(min_start),
                        max(max_start) FROM \(table) WHERE \(condition)
                    """)
                guard try statement.step() else { continue }
                if table == "segment" {
                    totals.segments = Int(statement.integer(0))
                    totals.segmentSpans = statement.integer(1)
                } else {
                    totals.journalRows = Int(statement.integer(0))
                    totals.journalSpans = statement.integer(1)
                }
                guard !statement.isNull(2) else { continue }
                let first = UnixNanos(rawValue: statement.integer(2))
                let last = UnixNanos(rawValue: statement.integer(3))
                totals.minStart = min(totals.minStart ?? first, first)
                totals.maxStart = max(totals.maxStart ?? last, last)
            }
            return totals
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The segments that a predicate on the catalogue lets through, oldest first, and the journal.
    /// - Parameters:
    ///   - signal: traces or logs
    ///   - journal: what the journal holds, where that was read already
    func views(
        of signal: Signal = .traces, journal: [TelemetryBatch]? = nil, _ isWanted: (SegmentSummary) -> Bool
    ) throws(StoreError) -> [SegmentView] {
        try segments(of: signal, journal: journal, isWanted).map { source.view($0) }
    }

    /// What `views` would show, as values that may cross threads.
    func segments(
        of signal: Signal = .traces, journal: [TelemetryBatch]? = nil, _ isWanted: (SegmentSummary) -> Bool
    ) throws(StoreError) -> [SegmentReference] {
        let stored: [SegmentReference]
        let batches = if let journal { journal } else { try self.journal() }
        let own = batches.compactMap { $0.rows(of: signal) }
        do {
            stored = try storedSegments(of: signal)
        } catch {
            throw StoreError(error, path: path)
        }
        var segments = stored.filter { isWanted($0.summary) }
        if let journal = try reference(toJournal: own, of: signal, beside: stored), isWanted(journal.summary)
        {
            segments.append(journal)
        }
        return segments
    }

    /// The catalogue; entries that no segment can have are damage.
    private func storedSegments(of signal: Signal) throws(SQLiteError) -> [SegmentReference] {
        let statement = try connection.prepare(
            """
            SELECT id, format, \(SegmentSummary.catalogueColumns)
            FROM segment WHERE signal = \(signal.rawValue) ORDER BY id
            """)
        var segments: [SegmentReference] = []
        while try statement.step() {
            let (id, format) = (statement.integer(0), statement.integer(1))
            guard format <= Int64(SegmentEncoder.formatVersion) else {
                let last = UnixNanos(rawValue: statement.integer(5))
                noteLoss("segment \(id) has a newer format: upgrade traceq", last)
                continue
            }
            guard format >= 1, let summary = SegmentSummary(statement, at: 2) else {
                noteLoss("segment \(id): its catalogue entry is damaged", .distantFuture)
                continue
            }
            segments.append(SegmentReference(summary: summary, segmentID: id, format: Int(format)))
        }
        return segments
    }

    /// A segment again, without the columns that were read; the journal as it is.
    func reopened(_ view: SegmentView) -> SegmentView {
        guard let segment = view.segmentID, let format = view.format else { return view }
        return source.view(SegmentReference(summary: view.summary, segmentID: segment, format: format))
    }

    /// What the journal holds, of all signals.
    func journal() throws(StoreError) -> [TelemetryBatch] {
        do {
            return try journalBatches()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private func journalBatches() throws(SQLiteError) -> [TelemetryBatch] {
        let statement = try connection.prepare(
            "SELECT id, checksum, data, spans, min_start, max_start FROM journal ORDER BY id")
        var batches: [TelemetryBatch] = []
        while try statement.step() {
            if let row = JournalRow.verified(statement, checksumColumn: 1, dataColumn: 2) {
                batches += row
            } else {
                let last = UnixNanos(rawValue: statement.integer(5))
                let range = lossWords(
                    spans: Int(clamping: statement.integer(3)),
                    from: UnixNanos(rawValue: statement.integer(4)), to: last)
                noteLoss("journal row \(statement.integer(0)) is damaged\(range)", last)
            }
        }
        batches.removeAll { $0.count == 0 }
        return batches
    }

    /// What is in no segment yet, as the sealer will make it; nil when that is nothing.
    private func reference(
        toJournal batches: [SpanBatch], of signal: Signal, beside segments: [SegmentReference]
    ) throws(StoreError) -> SegmentReference? {
        guard !batches.isEmpty else { return nil }
        if signal == .logs {
            let columns = SegmentBuilder(batches, signal: .logs).build()
            return SegmentReference(summary: columns.summary(), columns: columns)
        }
        let starts = SpanStarts(batches)
        let concerned = segments.filter { starts.meet($0.summary) }
        let columns = try SegmentBuilder(batches).build(
            leavingOutThoseIn: concerned.lazy.map { [source] in source.view($0) })
        guard columns.spanCount > 0 else { return nil }
        return SegmentReference(summary: columns.summary(), columns: columns)
    }

    // MARK: Damage

    /// Takes up what is missing from the segments and the journal.
    private func noteLoss(_ damage: String, _ lastStart: UnixNanos) {
        note([damage])
        lastDamagedStart = max(lastDamagedStart ?? lastStart, lastStart)
    }

    /// Nodes that stopped sending, as `QualityNotes.silence` finds them.
    func silence(
        _ segments: [SegmentReference], _ window: TimeWindow, now: UnixNanos?
    ) throws(StoreError) -> [QualityNote] {
        try QualityNotes.silence(segments, window, now: now, self, lastDamaged: lastDamagedStart)
    }

    /// Takes up what a scan found to be damaged; what is known already is not noted again.
    func note(_ damages: [String]) {
        for damage in damages where !self.damages.contains(damage) { self.damages.append(damage) }
    }

    /// Takes up damage that costs something else than spans.
    func note(_ damages: [String], costs cost: String) {
        for damage in damages where !lesserDamages.contains(where: { $0.damage == damage }) {
            lesserDamages.append((damage, cost))
        }
    }

    /// Runs a part of a query on one segment; damage costs that segment only and is noted.
    func tolerating<Answer>(_ body: () throws(StoreError) -> Answer) throws(StoreError) -> Answer? {
        do {
            return try body()
        } catch {
            guard error.code == .damaged else { throw error }
            note([error.message])
            return nil
        }
    }

    /// Notes about what could not be read.
    func damageNotes() -> [QualityNote] {
        note(source.damagedOrigins, costs: "its spans show as those of no known service and node")
        let lesser = lesserDamages.filter { !damages.contains($0.damage) }
        return (damages.map { ($0, "its spans are missing from this answer") } + lesser).map { damage, cost in
            QualityNote(code: "damaged_chunk", message: "\(damage); \(cost)")
        }
    }
}

extension SegmentSummary {
    /// Whether a span of the segment may start inside a window.
    func overlaps(_ window: TimeWindow) -> Bool { minStart < window.until && maxStart >= window.since }
}

extension SegmentSummary {
    /// What is lost with the segment, behind words about its damage.
    var rangeWords: String { lossWords(spans: spans, from: minStart, to: maxStart) }
}

private func lossWords(spans: Int, from first: UnixNanos, to last: UnixNanos) -> String {
    guard first <= last else { return "" }
    return " (\(HumanUnits.count(spans, "span")) from \(first.displayText(in: .utc)) to "
        + "\(last.displayText(in: .utc)) UTC)"
}
