/// A segment as it lies in the file: its entry in the catalogue and its chunks, nothing of it decoded.
struct StoredSegment {
    struct Chunk {
        var checksum: UInt64
        var bytes: [UInt8]
    }

    var id: Int64
    var signal: Int64
    var format: Int64
    var createdAt: UnixNanos
    var spans: Int64
    var traces: Int64
    var minStart: UnixNanos
    var maxStart: UnixNanos
    var maxEnd: UnixNanos
    var minDuration: Int64
    var maxDuration: Int64
    var errors: Int64
    /// By number.
    var chunks: [UInt16: Chunk] = [:]

    var isOfPoints: Bool { signal == Signal.metrics.rawValue }

    var byteCount: Int { chunks.values.reduce(0) { $0 + $1.bytes.count } }

    /// Reads a segment; the caller holds a transaction, so that entry and chunks belong together.
    /// - Returns: nil when there is no such segment
    /// - Throws: `SQLiteError`
    init?(_ id: Int64, in connection: borrowing Connection) throws(SQLiteError) {
        let entry = try connection.prepare(
            """
            SELECT signal, format, created_at, spans, traces, min_start, max_start, max_end, min_duration,
                max_duration, errors FROM segment WHERE id = ?1
            """)
        try entry.bind(1, id)
        guard try entry.step() else { return nil }
        self.id = id
        signal = entry.integer(0)
        format = entry.integer(1)
        createdAt = UnixNanos(rawValue: entry.integer(2))
        spans = entry.integer(3)
        traces = entry.integer(4)
        minStart = UnixNanos(rawValue: entry.integer(5))
        maxStart = UnixNanos(rawValue: entry.integer(6))
        maxEnd = UnixNanos(rawValue: entry.integer(7))
        minDuration = entry.integer(8)
        maxDuration = entry.integer(9)
        errors = entry.integer(10)
        let parts = try connection.prepare(
            "SELECT id, checksum, data FROM chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id")
        try parts.bind(1, id << 16)
        try parts.bind(2, id << 16 | 0xffff)
        while try parts.step() {
            chunks[UInt16(truncatingIfNeeded: parts.integer(0))] = Chunk(
                checksum: UInt64(bitPattern: parts.integer(1)), bytes: parts.blob(2))
        }
    }
}
