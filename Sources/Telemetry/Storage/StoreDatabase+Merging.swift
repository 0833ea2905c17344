extension StoreDatabase {
    /// Puts a merged segment in place of those that it was made of.
    /// - Returns: false, and nothing is done, when one of these is not there any more, or is another one
    func install(
        _ merged: MergedSegment, encoder: borrowing SegmentEncoder
    ) throws(SQLiteError) -> Bool {
        let list = merged.replaced.map { "(\($0.id), \($0.createdAt.rawValue), \($0.spans))" }
            .joined(separator: ", ")
        let there = try connection.integer(
            "SELECT count(*) FROM segment WHERE (id, created_at, spans) IN (VALUES \(list))")
        guard there == Int64(merged.replaced.count) else { return false }
        try transaction(.merge) { () throws(SQLiteError) in
            let segment = try insert(merged.summary, level: merged.level, createdAt: merged.createdAt)
            for chunk in merged.chunks { try insert(chunk, segment: segment) }
            let origins = merged.origins.map { (resource: $0.resource, scope: $0.scope) }
            try insert(encoder.originsChunk(origins), segment: segment)
            for segment in merged.replaced { try deleteSegment(segment.id) }
        }
        return true
    }

    /// Takes a segment out, within a transaction.
    func deleteSegment(_ id: Int64) throws(SQLiteError) {
        let first = Schema.chunkKey(segment: id, ChunkID(number: 0))
        let deleteChunks = try connection.prepare("DELETE FROM chunk WHERE id BETWEEN ?1 AND ?2")
        try deleteChunks.bind(1, first)
        try deleteChunks.bind(2, first | 0xffff)
        try deleteChunks.run()
        let deleteSegment = try connection.prepare("DELETE FROM segment WHERE id = ?1")
        try deleteSegment.bind(1, id)
        try deleteSegment.run()
    }
}
