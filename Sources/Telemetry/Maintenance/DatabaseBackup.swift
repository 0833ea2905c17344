/// Makes a copy of a database while a collector writes to it.
///
/// The copy is what one read transaction sees: all that was acknowledged before it began. It is written under another
/// name beside the target and takes its name when it is whole and synced, so that there is never half a copy.
package struct DatabaseBackup: ~Copyable {
    /// What was copied.
    package struct Outcome: Hashable, Sendable {
        package var path: String
        package var sizeBytes: Int64
        package var spans: Int64
        package var elapsedNanos: Int64
    }

    private let source: Connection
    private let sourcePath: String
    private let target: NewFile

    /// 4 MiB of the pages that the collector makes.
    private static let pagesAtOnce: Int32 = 256

    /// - Parameters:
    ///   - source: a database
    ///   - target: where nothing is yet
    /// - Throws: `StoreError`: `.exists` for a target that is there or belongs to the source, `.target` for one that cannot be
    ///   written, and what opening the
    ///   source throws
    package init(of source: String, to target: String) throws(StoreError) {
        guard !["-wal", "-shm", "-journal"].contains(where: { source + $0 == target }) else {
            throw StoreError(.exists, "\(target) is the name of a file of the database; name another")
        }
        let connection = try Connection.reading(source)
        let file = try NewFile(target)
        self.source = connection
        self.target = file
        sourcePath = source
    }

    /// Copies everything.
    /// - Parameters:
    ///   - shouldStop: asked between parts of some megabytes
    ///   - onProgress: hears how many bytes are copied, of how many
    /// - Returns: nil when it was stopped; then nothing of the copy is left
    /// - Throws: `StoreError`; then nothing of the copy is left either
    package consuming func run(
        shouldStop: () -> Bool, onProgress: (_ done: Int64, _ total: Int64) -> Void
    ) throws(StoreError) -> Outcome? {
        let startedAt = monotonicNanos()
        let spans: Int64
        do {
            try source.execute("BEGIN")
            spans = try Self.spanCount(source)
            guard try copy(shouldStop, onProgress) else { return nil }
            try source.execute("COMMIT")
        } catch {
            guard error.isFull else { throw StoreError(error, path: sourcePath) }
            throw StoreError(.target, "the disk of \(target.path) is full; free some space")
        }
        try check(spans: spans)
        let path = target.path
        try target.publish()
        return Outcome(
            path: path, sizeBytes: FileStatus.size(path), spans: spans,
            elapsedNanos: monotonicNanos() - startedAt)
    }

    private static func spanCount(_ connection: borrowing Connection) throws(SQLiteError) -> Int64 {
        try connection.integer(
            """
            SELECT coalesce((SELECT sum(spans) FROM segment WHERE signal = \(Schema.spanSignal)), 0)
                + coalesce((SELECT sum(spans) FROM journal), 0)
            """) ?? 0
    }

    /// - Returns: false when it was stopped
    private func copy(
        _ shouldStop: () -> Bool, _ onProgress: (Int64, Int64) -> Void
    ) throws(SQLiteError) -> Bool {
        let pageBytes = try source.integer("PRAGMA page_size") ?? 0
        let copied = try Connection(path: target.temporaryPath, mode: .readWrite)
        // What becomes of a copy that is not whole is nobody's concern, and the whole one is synced at the end.
        try copied.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
        let pages = try PageCopy(from: source, to: copied)
        while try pages.step(pages: Self.pagesAtOnce, copied) {
            if shouldStop() { return false }
            onProgress(
                Int64(pages.pageCount - pages.remainingPages) * pageBytes, Int64(pages.pageCount) * pageBytes)
        }
        return !shouldStop()
    }

    /// Opens the copy as a reader would, and counts.
    private func check(spans: Int64) throws(StoreError) {
        do {
            let copy = try Connection(path: target.temporaryPath, mode: .immutable)
            try Schema.check(copy, path: target.path)
            guard try Self.spanCount(copy) == spans else {
                throw StoreError(.damaged, "the copy does not have the spans of \(sourcePath); try again")
            }
        } catch {
            throw StoreError(any: error, path: target.path)
        }
    }
}
