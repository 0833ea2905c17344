/// Finds the rows of `series`, `resource` and `scope` that no segment refers to any more, a few segments at a time, and
/// takes them out, a few rows at a time: series first, since they refer to the others. Between its steps the writer
/// goes on.
///
/// A row that is not referred to when it begins can be referred to later by a segment that is sealed or merged
/// meanwhile: whoever writes one says so (`keep`). Rows that were made meanwhile are left alone, and so is the last one
/// of each table, so that no id is given twice.
struct OriginSweep {
    enum Outcome: Hashable {
        /// There is more to do.
        case unfinished
        case finished
        /// What a segment refers to cannot be read: nothing is taken out.
        case impossible
    }

    /// A table that segments refer to.
    private struct Table {
        let name: String
        /// Rows from here on stay.
        let end: Int64
        /// Rows that segments refer to.
        var kept: Set<Int64> = []
        /// The last row that was looked at; nil when all were.
        var position: Int64? = .min

        init(_ name: String, _ connection: borrowing Connection) throws(SQLiteError) {
            self.name = name
            end = try connection.integer("SELECT max(id) FROM \(name)") ?? .min
        }
    }

    /// Segments whose references are read in a step: some milliseconds, when none of it is in memory.
    private static let segmentsPerStep = 64
    /// Rows that are looked at, and that are taken out: each of these may change a page of the index of its own.
    private static let rowsPerStep = 1_024
    private static let deletionsPerStep = 64

    private var series: Table
    private var resources: Table
    private var scopes: Table
    /// The last segment whose references were read; nil when all were.
    private var segment: Int64? = .min
    /// How many segments there are.
    private(set) var segments = 0
    /// How many rows went.
    private(set) var deleted = 0

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        series = try Table("series", connection)
        resources = try Table("resource", connection)
        scopes = try Table("scope", connection)
    }

    /// Hears what a segment refers to that is written while this goes on.
    mutating func keep(_ references: StoredReferences) {
        series.kept.formUnion(references.series)
        keep(references.origins)
    }

    private mutating func keep(_ origins: some Sequence<SegmentOriginReference>) {
        for origin in origins {
            resources.kept.insert(origin.resource)
            scopes.kept.insert(origin.scope)
        }
    }

    /// Goes on for a few milliseconds.
    /// - Parameter effort: how many times as much is done at once as usual
    mutating func step(_ database: borrowing StoreDatabase, effort: Int) throws(SQLiteError) -> Outcome {
        if let segment {
            do throws(SQLiteError) {
                return try readReferences(after: segment, database.connection) ? .unfinished : .impossible
            } catch {
                // A page of the file is broken.
                guard error.isDamage else { throw error }
                return .impossible
            }
        }
        if let last = series.position {
            series.position = try deleteSeries(after: last, effort, database)
            return .unfinished
        }
        if let last = resources.position {
            resources.position = try delete(from: resources, after: last, effort, database)
            return .unfinished
        }
        guard let last = scopes.position else { return .finished }
        scopes.position = try delete(from: scopes, after: last, effort, database)
        return scopes.position == nil ? .finished : .unfinished
    }

    /// - Returns: false when they cannot be read
    private mutating func readReferences(
        after last: Int64, _ connection: borrowing Connection
    ) throws(SQLiteError) -> Bool {
        let statement = try connection.prepare(
            """
            SELECT segment.id, segment.signal, segment.format, chunk.checksum, chunk.data
            FROM segment LEFT JOIN chunk ON chunk.id = segment.id << 16 | \(ChunkID.origins.number)
            WHERE segment.id > ?1 AND segment.signal <> \(Schema.unseenSignal) ORDER BY segment.id LIMIT \(Self.segmentsPerStep)
            """)
        try statement.bind(1, last)
        let decoder = SegmentDecoder(spanCount: 0)
        var count = 0
        while try statement.step() {
            guard let signal = Signal(rawValue: statement.integer(1)),
                statement.integer(2) <= Int64(SegmentEncoder.formatVersion), !statement.isNull(4)
            else { return false }
            let expected = UInt64(bitPattern: statement.integer(3))
            let references = statement.withBlob(4) { bytes in
                checksum(bytes) == expected ? try? Self.references(bytes, signal, decoder) : nil
            }
            guard let references else { return false }
            keep(references)
            segment = statement.integer(0)
            count += 1
        }
        segments += count
        if count < Self.segmentsPerStep { segment = nil }
        return true
    }

    /// What the chunk says that has a segment's references.
    private static func references(
        _ bytes: ByteSpan, _ signal: Signal, _ decoder: borrowing SegmentDecoder
    ) throws(ByteReader.Damage) -> StoredReferences {
        switch signal {
        case .metrics: StoredReferences(series: try PointSegmentDecoder.series(bytes))
        case .traces, .logs:
            StoredReferences(
                origins: try decoder.origins(bytes).map {
                    SegmentOriginReference(resource: $0.resource, scope: $0.scope)
                })
        }
    }

    /// Takes some series out, and keeps what the others refer to.
    /// - Returns: the last row that was looked at; nil when all were
    private mutating func deleteSeries(
        after last: Int64, _ effort: Int, _ database: borrowing StoreDatabase
    ) throws(SQLiteError) -> Int64? {
        let find = try database.connection.prepare(
            "SELECT id, resource, scope FROM series WHERE id > ?1 AND id <= ?2 ORDER BY id "
                + "LIMIT \(Self.rowsPerStep * effort)")
        try find.bind(1, last)
        try find.bind(2, series.end)
        var unused: [Int64] = []
        var position: Int64?
        while unused.count < Self.deletionsPerStep * effort, try find.step() {
            let id = find.integer(0)
            if id < series.end, !series.kept.contains(id) {
                unused.append(id)
            } else {
                keep([SegmentOriginReference(resource: find.integer(1), scope: find.integer(2))])
            }
            position = id
        }
        find.reset()
        try delete(unused, from: series, database)
        if !unused.isEmpty { database.knownSeries.forgetAll() }
        return position
    }

    /// Takes some rows out.
    /// - Returns: the last row that was looked at; nil when all were
    private mutating func delete(
        from table: Table, after last: Int64, _ effort: Int, _ database: borrowing StoreDatabase
    ) throws(SQLiteError) -> Int64? {
        let find = try database.connection.prepare(
            "SELECT id FROM \(table.name) WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT \(Self.rowsPerStep * effort)"
        )
        try find.bind(1, last)
        try find.bind(2, table.end)
        var unused: [Int64] = []
        var position: Int64?
        while unused.count < Self.deletionsPerStep * effort, try find.step() {
            let id = find.integer(0)
            if !table.kept.contains(id) { unused.append(id) }
            position = id
        }
        find.reset()
        try delete(unused, from: table, database)
        return position
    }

    private mutating func delete(
        _ unused: [Int64], from table: Table, _ database: borrowing StoreDatabase
    ) throws(SQLiteError) {
        if unused.isEmpty { return }
        try database.transaction(.retention) { () throws(SQLiteError) in
            let delete = try database.connection.prepare("DELETE FROM \(table.name) WHERE id = ?1")
            for id in unused {
                try delete.bind(1, id)
                try delete.run()
            }
        }
        deleted += unused.count
    }
}

extension StoreDatabase {
    func beginSweep() throws(SQLiteError) -> OriginSweep { try OriginSweep(connection) }

    func goOn(_ sweep: inout OriginSweep, effort: Int) throws(SQLiteError) -> OriginSweep.Outcome {
        try sweep.step(self, effort: effort)
    }
}
