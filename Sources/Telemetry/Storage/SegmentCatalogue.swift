/// Reads stored segments for whoever makes new ones of them: on the sealer's thread, beside the one connection that
/// writes. Nothing of it grows with the catalogue.
final class SegmentCatalogue {
    /// A row of the catalogue.
    struct Entry: Hashable, Sendable {
        var id: Int64
        /// How often its spans were merged.
        var level: Int
        var format: Int
        /// When the newest of its spans were sealed.
        var createdAt: UnixNanos
        var summary: SegmentSummary

        var identity: SegmentIdentity {
            SegmentIdentity(id: id, createdAt: createdAt, spans: summary.spans)
        }
    }

    private let path: String
    /// The file that was opened.
    let identity: FileStatus.Identity?
    private let connection: Connection
    private let findChunk: Statement

    /// - Throws: `StoreError`
    init(path: String) throws(StoreError) {
        self.path = path
        identity = FileStatus.identity(path)
        do {
            connection = try Connection(path: path, mode: .readOnly)
            findChunk = try connection.prepare("SELECT checksum, data FROM chunk WHERE id = ?1")
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Does something on one state of the file.
    func snapshot<Answer>(_ body: () throws(StoreError) -> Answer) throws(StoreError) -> Answer {
        do {
            try connection.execute("BEGIN")
        } catch {
            throw StoreError(error, path: path)
        }
        defer { try? connection.execute("COMMIT") }
        return try body()
    }

    /// The segments that may have a span with a start from `first` to `last`.
    func entries(from first: UnixNanos, through last: UnixNanos) throws(StoreError) -> [Entry] {
        try entries(
            .traces, "max_start >= ?1 AND min_start <= ?2", [first.rawValue, last.rawValue], order: "id")
    }

    /// The segments of a signal that have fewer spans, or points, than that, by time.
    func entries(of signal: Signal, withFewerRowsThan rows: Int) throws(StoreError) -> [Entry] {
        try entries(signal, "spans < ?1", [Int64(rows)], order: "min_start, id")
    }

    /// Rows that no segment can have are passed over: whoever reads spans tells of them.
    private func entries(
        _ signal: Signal, _ condition: String, _ values: [Int64], order: String
    ) throws(StoreError) -> [Entry] {
        do {
            let statement = try connection.prepare(
                """
                SELECT id, level, format, created_at, \(SegmentSummary.catalogueColumns) FROM segment
                WHERE signal = \(signal.rawValue) AND format BETWEEN 1 AND \(SegmentEncoder.formatVersion)
                    AND level BETWEEN 0 AND \(Int32.max) AND \(condition)
                ORDER BY \(order)
                """)
            for (index, value) in values.enumerated() { try statement.bind(Int32(index + 1), value) }
            var entries: [Entry] = []
            while try statement.step() {
                guard let summary = SegmentSummary(statement, at: 4) else { continue }
                entries.append(
                    Entry(
                        id: statement.integer(0), level: Int(statement.integer(1)),
                        format: Int(statement.integer(2)),
                        createdAt: UnixNanos(rawValue: statement.integer(3)), summary: summary))
            }
            return entries
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The spans of a segment, without who emitted them: only `storedOrigins` says that.
    func view(_ entry: Entry) -> SegmentView {
        SegmentView(
            segmentID: entry.id, format: entry.format, summary: entry.summary,
            load: { [self] (chunk, _) throws(StoreError) in try self.chunk(chunk, of: entry.id) },
            resolve: { (_) throws(StoreError) in ResolvedOrigin(resource: nil, scope: nil) })
    }

    /// The points of a segment.
    func pointColumns(_ entry: Entry) throws(StoreError) -> PointColumns {
        try PointSegmentDecoder(segment: entry.id, summary: entry.summary) {
            (chunk) throws(StoreError) in try self.chunk(chunk.id, of: entry.id)
        }.columns()
    }

    private func chunk(_ chunk: ChunkID, of segment: Int64) throws(StoreError) -> [UInt8]? {
        let expected: UInt64
        let bytes: [UInt8]
        do {
            defer { findChunk.reset() }
            try findChunk.bind(1, Schema.chunkKey(segment: segment, chunk))
            guard try findChunk.step() else { return nil }
            expected = UInt64(bitPattern: findChunk.integer(0))
            bytes = findChunk.blob(1)
        } catch {
            throw StoreError(error, path: path, reading: chunk, of: segment)
        }
        guard checksum(bytes.span) == expected else {
            throw StoreError(
                .damaged,
                "segment \(segment): \(chunk.words(columns: [])) does not match its checksum")
        }
        return bytes
    }
}
