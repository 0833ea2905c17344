/// The tables of a database file. docs/format.md specifies them.
enum Schema {
    /// `PRAGMA user_version`: what this code writes, and the newest that it reads.
    static let version: Int64 = 3

    /// `PRAGMA application_id`: "trcq" as a big-endian number. Tells our files from other SQLite files.
    static let applicationID: Int64 = 0x7472_6371

    /// Settings of a file that must be made before its first table. Pages of 16 KiB: chunks are tens to
    /// hundreds of kilobytes, and longer pages mean fewer links between them. Free pages can be given back
    /// to the file system (`auto_vacuum`).
    static let newFileSettings = [
        "PRAGMA page_size = 16384",
        "PRAGMA auto_vacuum = INCREMENTAL",
        "PRAGMA journal_mode = WAL",
    ]

    /// What a file consists of.
    static let tables = oldTables + "\n" + seriesTable

    /// What version 3 added.
    static let seriesTable = """
        CREATE TABLE series (
            id INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,
            resource INTEGER NOT NULL,
            scope INTEGER NOT NULL,
            name TEXT NOT NULL,
            unit TEXT NOT NULL,
            description TEXT NOT NULL,
            type TEXT NOT NULL,
            temporality TEXT,
            monotonic INTEGER,
            attributes TEXT NOT NULL,
            metric BLOB NOT NULL,
            otlp BLOB NOT NULL
        ) STRICT;
        CREATE INDEX series_by_hash ON series (hash);
        CREATE INDEX series_by_name ON series (name);
        """

    /// What a file has to itself: random bytes by their use. A file that was made without the table gets it, whatever its
    /// version; readers do not need it.
    static let secretTable = """
        CREATE TABLE secret (
            name TEXT PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO secret (name, value) VALUES ('digest', randomblob(\(DigestKey.byteCount)));
        """

    /// When versions of modules were published. A file has it when times were imported, whatever its version; readers of
    /// spans do not need it.
    static let publicationTable = """
        CREATE TABLE IF NOT EXISTS publication (
            module TEXT NOT NULL,
            version TEXT NOT NULL,
            published_at INTEGER NOT NULL,
            PRIMARY KEY (module, version)
        ) STRICT, WITHOUT ROWID;
        """

    /// Whether an ordinary table of publication times is there.
    static func hasPublications(_ connection: borrowing Connection) throws(SQLiteError) -> Bool {
        try hasTable(("publication", ["module", "version", "published_at"]), connection)
    }

    /// Whether the table of secrets is there.
    static func hasSecret(_ connection: borrowing Connection) throws(SQLiteError) -> Bool {
        for table in columns(of: secretTable) where try !hasTable(table, connection) { return false }
        return true
    }

    /// The tables of versions 1 and 2.
    private static let oldTables = """
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY,
            committed_at INTEGER NOT NULL,
            spans INTEGER NOT NULL,
            min_start INTEGER,
            max_start INTEGER,
            digests BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            data BLOB NOT NULL
        ) STRICT;
        CREATE TABLE receipt (
            id INTEGER PRIMARY KEY,
            committed_at INTEGER NOT NULL,
            digests BLOB NOT NULL
        ) STRICT;
        CREATE TABLE segment (
            id INTEGER PRIMARY KEY,
            signal INTEGER NOT NULL,
            level INTEGER NOT NULL,
            format INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            spans INTEGER NOT NULL,
            traces INTEGER NOT NULL,
            min_start INTEGER NOT NULL,
            max_start INTEGER NOT NULL,
            max_end INTEGER NOT NULL,
            min_duration INTEGER NOT NULL,
            max_duration INTEGER NOT NULL,
            errors INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE chunk (
            id INTEGER PRIMARY KEY,
            checksum INTEGER NOT NULL,
            data BLOB NOT NULL
        ) STRICT;
        CREATE TABLE resource (
            id INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,
            service TEXT NOT NULL,
            node TEXT,
            node_source TEXT,
            otlp BLOB NOT NULL
        ) STRICT;
        CREATE INDEX resource_by_hash ON resource (hash);
        CREATE TABLE scope (
            id INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            otlp BLOB NOT NULL
        ) STRICT;
        CREATE INDEX scope_by_hash ON scope (hash);
        """

    /// `segment.signal` of what no query sees: a segment that is being written, or was never finished, or was replaced by
    /// another one. Whoever writes to the file takes it out.
    static let unseenSignal: Int64 = 0

    /// `segment.signal` of spans.
    static let spanSignal = Signal.traces.rawValue

    /// The key of a chunk's row.
    static func chunkKey(segment: Int64, _ chunk: ChunkID) -> Int64 { segment << 16 | Int64(chunk.number) }

    /// Checks that an open database is one of ours and not newer than this code.
    /// - Throws: `StoreError.notADatabase`, `.newerFormat`, `.unavailable`
    static func check(_ connection: borrowing Connection, path: String) throws(StoreError) {
        let identity: Int64
        let version: Int64
        do {
            identity = try connection.integer("PRAGMA application_id") ?? 0
            version = try connection.integer("PRAGMA user_version") ?? 0
        } catch {
            throw StoreError(error, path: path)
        }
        guard identity == applicationID else {
            throw StoreError(
                .notADatabase, "\(path) is not a traceq database; name another file with --db")
        }
        guard version <= Self.version else {
            throw StoreError(
                .newerFormat,
                "\(path) has format \(version), and this traceq knows up to \(Self.version): "
                    + "it was written by a newer version; upgrade traceq to read it")
        }
        do {
            for table in version < 3 ? requiredOldTables : requiredTables
            where try !hasTable(table, connection) {
                throw StoreError(
                    .notADatabase,
                    "\(path) is not a traceq database, or was changed by another program: "
                        + "it has no table \(table.name) as traceq makes it")
            }
        } catch {
            throw StoreError(any: error, path: path)
        }
    }

    private static let requiredTables = columns(of: tables)
    private static let requiredOldTables = columns(of: oldTables)

    /// The tables and their columns, as the statements spell them.
    private static func columns(of tables: String) -> [(name: String, columns: [String])] {
        var found: [(name: String, columns: [String])] = []
        for line in tables.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("CREATE TABLE ") {
                found.append((name: String(words[2]), columns: []))
            } else if line.hasPrefix(" "), let last = found.indices.last {
                found[last].columns.append(String(words[0]))
            }
        }
        return found
    }

    /// Whether there is an ordinary table with the columns that we read. A view or a virtual table in its place could
    /// compute for ever; both are told apart by the catalogue alone, without running them.
    private static func hasTable(
        _ table: (name: String, columns: [String]), _ connection: borrowing Connection
    ) throws(SQLiteError) -> Bool {
        // Virtual tables have no page of their own.
        let isOrdinary = try connection.integer(
            """
            SELECT count(*) FROM sqlite_schema
            WHERE name = '\(table.name)' COLLATE NOCASE AND type = 'table' AND rootpage > 0
            """)
        guard isOrdinary == 1 else { return false }
        let names = table.columns.map { "'\($0)'" }.joined(separator: ", ")
        // Neither hidden nor generated.
        let found = try connection.integer(
            "SELECT count(*) FROM pragma_table_xinfo('\(table.name)') WHERE hidden = 0 AND name IN (\(names))"
        )
        return found == Int64(table.columns.count)
    }
}

extension StoreError {
    /// What an error means for whoever uses the store, where several kinds can be thrown.
    init(any error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLiteError: self.init(error, path: path)
        default: self.init(.unavailable, "\(path): \(error)")
        }
    }

    /// What SQLite's refusal means for whoever uses the store.
    init(_ error: SQLiteError, path: String) {
        if error.isDamage {
            self.init(
                .notADatabase, "\(path) is not a traceq database, or its file is damaged: \(error.message)")
        } else if error.isFull {
            self.init(.unavailable, "the disk of \(path) is full; free some space")
        } else if error.isBusy {
            self.init(.inUse, "\(path) is in use by another process; try again")
        } else {
            self.init(.unavailable, "\(path): \(error.description)")
        }
    }

    /// What SQLite's refusal to read a chunk means: a page of the file that is broken costs the segments that
    /// have chunks on it, and no others.
    init(
        _ error: SQLiteError, path: String, reading chunk: ChunkID, of segment: Int64,
        columns: [ColumnKey] = []
    ) {
        guard error.isDamage else {
            self.init(error, path: path)
            return
        }
        self.init(
            .damaged,
            "segment \(segment): SQLite cannot read \(chunk.words(columns: columns)): \(error.message)")
    }
}
