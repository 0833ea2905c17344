extension Connection {
    /// Opens a database of ours for reading, with or without a collector that writes to it.
    /// - Throws: `StoreError`: `.missing`, `.notADatabase`, `.newerFormat`, `.unavailable`
    static func reading(_ path: String) throws(StoreError) -> Connection {
        if let obstacle = FileStatus.readObstacle(path) {
            throw StoreError(.unavailable, "cannot open \(path): \(obstacle)")
        }
        guard FileStatus.isThere(path) else {
            throw StoreError(.missing, "there is no database at \(path)")
        }
        let connection: Connection
        do {
            connection = try openForReading(path)
        } catch {
            throw StoreError(error, path: path)
        }
        try Schema.check(connection, path: path)
        return connection
    }

    private static func openForReading(_ path: String) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, mode: .readOnly)
        do {
            _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
            return connection
        } catch {
            // Without leave to write to the folder, SQLite cannot make the shared memory of a write-ahead
            // log. When there is no log, no one writes either, and the file can be read as it lies there.
            guard error.isCannotOpen, !FileStatus.isThere(path + "-wal") else { throw error }
            return try Connection(path: path, mode: .immutable)
        }
    }
}
