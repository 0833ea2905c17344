/// When a version of a module could be had for the first time, as the index of a proxy says.
package struct Publication: Hashable, Sendable {
    package var module: String
    package var version: String
    package var time: UnixNanos

    package init(module: String, version: String, time: UnixNanos) {
        self.module = module
        self.version = version
        self.time = time
    }
}

/// Writes publication times into a database file, which no collector may hold at the same time.
package struct PublicationStore: ~Copyable {
    // Let go of in this order: the file is held for longer than it is open.
    private let insert: Statement
    private let database: StoreDatabase
    private let file: DatabaseFile

    /// Opens the file, and makes it when there is none.
    ///
    /// - Throws: `StoreError`: `.inUse`, `.notADatabase`, `.newerFormat`, `.unavailable`
    package init(path: String) throws(StoreError) {
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .full)
        do {
            try database.connection.execute(Schema.publicationTable)
            database.watch.noteChange()
            // Of two feeds the earlier time counts; a feed that is read again changes nothing.
            insert = try database.connection.prepare(
                """
                INSERT INTO publication (module, version, published_at) VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET published_at = excluded.published_at
                WHERE excluded.published_at < publication.published_at
                """)
        } catch {
            throw StoreError(error, path: path)
        }
        self.database = database
        self.file = file
    }

    /// Writes some, all of them or none.
    ///
    /// - Returns: how many were not known, or not of that time
    /// - Throws: `StoreError.unavailable`
    package func add(_ publications: [Publication]) throws(StoreError) -> Int {
        do {
            let before = try changes()
            try database.transaction(.publications) { () throws(SQLiteError) in
                for publication in publications {
                    try insert.bind(1, publication.module)
                    try insert.bind(2, publication.version)
                    try insert.bind(3, publication.time.rawValue)
                    try insert.run()
                }
            }
            return Int(try changes() - before)
        } catch {
            throw StoreError(any: error, path: file.path)
        }
    }

    /// Rows that were changed since the file was opened.
    private func changes() throws(SQLiteError) -> Int64 {
        try database.connection.integer("SELECT total_changes()") ?? 0
    }
}
