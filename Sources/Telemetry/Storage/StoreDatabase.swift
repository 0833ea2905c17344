/// The writer's side of the database file: the one connection that ever writes.
///
/// Plain and synchronous; the actor that owns it decides when.
struct StoreDatabase: ~Copyable {
    let connection: Connection
    private let begin: Statement
    private let commit: Statement
    private let insertJournal: Statement
    let insertChunk: Statement
    let insertSegment: Statement
    /// Is told of each change.
    let watch: FileWatch
    let knownSeries = KnownSeries()

    /// Opens the file, or makes what has to be in it.
    /// - Parameters:
    ///   - file: must be held longer than the database is open
    ///   - logBytesMax: see `StoreOptions`
    ///   - mayMake: whether an empty file becomes a database
    /// - Throws: `StoreError`
    static func open(
        _ file: borrowing DatabaseFile, durability: StoreOptions.Durability,
        logBytesMax: Int64 = StoreOptions().logBytesMax, mayMake: Bool = true
    ) throws(StoreError) -> StoreDatabase {
        let path = file.path
        do {
            let connection = try Connection(path: path, mode: .readWrite)
            try prepareFile(connection, path: path, mayMake: mayMake)
            try file.checkBeginning()
            // A copy that another program made may be in another mode.
            try connection.execute("PRAGMA journal_mode = WAL")
            // A sync that failed, here or in an earlier process, can leave a hole in the log: the kernel forgets what
            // it could not write, and a later sync that succeeds does not cover it. What were committed behind the
            // hole would be lost with the next power cut.
            try connection.rewriteLog()
            try connection.execute("PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
            // 16 MiB of pages: the writer reads back little but what it is about to delete.
            try connection.execute("PRAGMA cache_size = -16384")
            // A checkpoint every 32 MiB: large enough to be rare, small enough to be short.
            try connection.execute("PRAGMA wal_autocheckpoint = \(max(logBytesMax / 2 / 16_384, 1))")
            try connection.execute("PRAGMA journal_size_limit = \(logBytesMax)")
            // Debian's SQLite overwrites what is deleted with zeros: all of the journal would be written twice.
            try connection.execute("PRAGMA secure_delete = OFF")
            let database = try StoreDatabase(connection, file.watch)
            // Something was read: there is a log.
            file.watch.begin()
            try database.migrate()
            return database
        } catch {
            throw StoreError(any: error, path: path)
        }
    }

    private init(_ connection: consuming Connection, _ watch: FileWatch) throws(SQLiteError) {
        let begin = try connection.prepare("BEGIN IMMEDIATE")
        let commit = try connection.prepare("COMMIT")
        let insertJournal = try connection.prepare(
            """
            INSERT INTO journal (id, committed_at, spans, min_start, max_start, digests, checksum, data)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        let insertChunk = try connection.prepare("INSERT INTO chunk (id, checksum, data) VALUES (?1, ?2, ?3)")
        let insertSegment = try connection.prepare(
            """
            INSERT INTO segment (signal, level, format, created_at, spans, traces, min_start, max_start,
                max_end, min_duration, max_duration, errors)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
        self.begin = begin
        self.commit = commit
        self.insertJournal = insertJournal
        self.insertChunk = insertChunk
        self.insertSegment = insertSegment
        self.connection = connection
        self.watch = watch
    }

    private static func prepareFile(
        _ connection: borrowing Connection, path: String, mayMake: Bool
    ) throws {
        let isNew = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
        // For an empty file this refuses.
        guard isNew, mayMake else { return try Schema.check(connection, path: path) }
        for setting in Schema.newFileSettings { try connection.execute(setting) }
        try connection.execute(
            """
            BEGIN IMMEDIATE;
            \(Schema.tables)
            \(Schema.secretTable)
            PRAGMA application_id = \(Schema.applicationID);
            PRAGMA user_version = \(Schema.version);
            COMMIT;
            """)
    }

    /// Brings a file of an older version to the newest one.
    ///
    /// Version 2 changed what the chunks of new segments hold (`segment.format`), and no table: segments of
    /// version 1 stay as they are. Version 3 added a table, and segments of other signals. A program that knows only
    /// an older version must not write to the file from here on.
    private func migrate() throws(SQLiteError) {
        let found = try connection.integer("PRAGMA user_version") ?? Schema.version
        let hasSecret = try Schema.hasSecret(connection)
        guard found < Schema.version || !hasSecret else { return }
        try transaction(.migration) { () throws(SQLiteError) in
            if found < 3 { try connection.execute(Schema.seriesTable) }
            if !hasSecret { try connection.execute(Schema.secretTable) }
            try connection.execute("PRAGMA user_version = \(Schema.version)")
        }
    }

    /// What digests of requests are made with; nil when somebody took it out of the file.
    func digestKey() throws(SQLiteError) -> DigestKey? {
        let statement = try connection.prepare("SELECT value FROM secret WHERE name = 'digest'")
        guard try statement.step() else { return nil }
        return DigestKey(statement.blob(0))
    }

    /// The highest number that a commit ever had, so that none is given twice.
    func lastCommitID() throws(SQLiteError) -> Int64 {
        try connection.integer(
            "SELECT max(coalesce((SELECT max(id) FROM journal), 0), coalesce((SELECT max(id) FROM receipt), 0))"
        ) ?? 0
    }

    /// The journal's rows in order; nil batches for a row that is damaged.
    func journal() throws(SQLiteError) -> [(id: Int64, batches: [TelemetryBatch]?)] {
        let statement = try connection.prepare("SELECT id, checksum, data FROM journal ORDER BY id")
        var rows: [(id: Int64, batches: [TelemetryBatch]?)] = []
        while try statement.step() {
            rows.append(
                (statement.integer(0), JournalRow.verified(statement, checksumColumn: 1, dataColumn: 2)))
        }
        return rows
    }

    /// A commit's content.
    struct Commit {
        var id: Int64
        var at: UnixNanos
        var spans: Int
        var minStart: UnixNanos?
        var maxStart: UnixNanos?
        var data: [UInt8]
        var digests: [BodyDigest]
    }

    /// Writes one commit: when it returns, the disk has it.
    func append(_ commit: Commit) throws(SQLiteError) {
        try transaction(.journal) { () throws(SQLiteError) in
            try insertJournal.bind(1, commit.id)
            try insertJournal.bind(2, commit.at.rawValue)
            try insertJournal.bind(3, Int64(commit.spans))
            try insertJournal.bind(4, commit.minStart?.rawValue)
            try insertJournal.bind(5, commit.maxStart?.rawValue)
            var digests = ByteWriter()
            for digest in commit.digests {
                digests.uint64(digest.high)
                digests.uint64(digest.low)
            }
            try insertJournal.bind(6, digests.bytes)
            try insertJournal.bind(7, Int64(bitPattern: checksum(commit.data.span)))
            try insertJournal.run(blob: 8, commit.data)
        }
    }

    /// Makes one change to the database, whole or not at all. When it fails, what is in the file is certain only
    /// after it was opened anew.
    func transaction(
        _ step: WriteStep, _ body: () throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        Failpoint.reach(step, .beforeWrite)
        // Also when it fails: what was written by then is ours.
        defer { watch.noteChange() }
        try begin.run()
        do {
            try body()
            Failpoint.reach(step, .beforeCommit)
            try commit.run()
            Failpoint.reach(step, .afterCommit)
        } catch {
            knownSeries.forgetAll()
            // After some errors SQLite has rolled back already; then this says so and changes nothing.
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    /// Closes the file and leaves it as it is.
    consuming func abandon() { connection.leaveLogWhenClosing() }

    /// Empties the write-ahead log: for a quiet moment.
    /// - Returns: whether it could be emptied: readers may be using it
    func tidyUp() throws(SQLiteError) -> Bool {
        defer { watch.noteChange() }
        return try connection.checkpoint()
    }

    /// Moves the write-ahead log into the file: see `Connection.moveLog`.
    func moveLog() throws(SQLiteError) {
        defer { watch.noteChange() }
        try connection.moveLog()
    }

    /// Has the write-ahead log begin anew: see `Connection.restartLog`.
    func restartLog(busyMillis: Int32) throws(SQLiteError) -> Bool {
        defer { watch.noteChange() }
        return try connection.restartLog(busyMillis: busyMillis)
    }

    /// Moves the log into the file, waiting for readers for a second, before a file or a log is let go that is not in
    /// its place any more: what was acknowledged is in the file then, wherever that is.
    func moveLogIntoFile() {
        guard (try? connection.restartLog(busyMillis: 1_000)) == true else { return }
        _ = try? connection.checkpoint()
    }
}

extension JournalRow {
    /// The batches of a row whose bytes agree with their checksum; nil for a damaged row.
    static func verified(
        _ statement: borrowing Statement, checksumColumn: Int32, dataColumn: Int32
    ) -> [TelemetryBatch]? {
        let expected = UInt64(bitPattern: statement.integer(checksumColumn))
        return statement.withBlob(dataColumn) { bytes in
            checksum(bytes) == expected ? try? decode(bytes) : nil
        }
    }
}
