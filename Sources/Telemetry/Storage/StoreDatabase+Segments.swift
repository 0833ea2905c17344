// How segments come into the file.

extension StoreDatabase {
    /// Writes what comes next of segments, in a transaction of its own.
    func writeSome(
        of writing: inout SegmentWriting, bytesMax: Int = SegmentWriting.bytesAtOnce
    ) throws(SQLiteError) {
        var next = writing
        try transaction(.chunks) { () throws(SQLiteError) in
            try writeChunks(of: &next, bytesMax: bytesMax)
        }
        writing = next
    }

    private func writeChunks(of writing: inout SegmentWriting, bytesMax: Int) throws(SQLiteError) {
        var bytes = 0
        for index in writing.segments.indices {
            let segment = writing.segments[index]
            let id: Int64
            if let known = segment.id { id = known } else { id = try insertUnseen(segment) }
            writing.segments[index].id = id
            for chunk in segment.chunks.dropFirst(segment.chunksWritten) {
                if bytes > 0, bytes + chunk.bytes.count > bytesMax { return }
                try insert(chunk, segment: id)
                writing.segments[index].chunksWritten += 1
                bytes += chunk.bytes.count
            }
        }
    }

    /// Writes the rest of segments, shows them to queries, and drops the journal rows that they replace, and receipts
    /// that nobody needs.
    /// - Returns: what the segments refer to
    func install(
        _ sealed: SealedSegments, _ writing: SegmentWriting, keeping damaged: [Int64],
        encoder: borrowing SegmentEncoder, now: UnixNanos
    ) throws(SQLiteError) -> StoredReferences {
        var writing = writing
        var references = StoredReferences()
        try transaction(.seal) { () throws(SQLiteError) in
            // First, so that what is still to be written takes the pages that become free.
            try retireJournal(through: sealed.lastJournalID, keeping: damaged)
            try writeChunks(of: &writing, bytesMax: .max)
            for (segment, id) in zip(sealed.segments, writing.ids) {
                let origins = try self.origins(of: segment.origins)
                if let table = segment.series {
                    let series = try SeriesStore.ids(of: table, origins, knownSeries, connection)
                    try insert(encoder.seriesChunk(series), segment: id)
                    references.series += series
                } else {
                    try insert(encoder.originsChunk(origins), segment: id)
                }
                try setSignal(segment.signal.rawValue, ofSegments: [id])
                references.origins += origins.map {
                    SegmentOriginReference(resource: $0.resource, scope: $0.scope)
                }
            }
            try deleteReceipts(now: now, bytesMax: nil)
        }
        return references
    }

    /// How many bytes more segments take than the journal rows that they replace.
    func growth(installing sealed: SealedSegments) throws(SQLiteError) -> Int64 {
        let replaced = try connection.integer(
            "SELECT sum(length(data)) FROM journal WHERE id <= \(sealed.lastJournalID)")
        return max(0, Int64(sealed.byteCount) - (replaced ?? 0))
    }

    /// The rows of resources and scopes, made where they are missing.
    private func origins(
        of origins: SegmentOrigins
    ) throws(SQLiteError) -> [(resource: Int64, scope: Int64)] {
        let resources = try OriginStore.ids(ofResources: origins.resources, connection)
        let scopes = try OriginStore.ids(ofScopes: origins.scopes, connection)
        return origins.origins.map {
            (resource: resources[Int($0.resource)], scope: scopes[Int($0.scope)])
        }
    }

    /// Drops journal rows, and keeps the digests that they held. Rows that are damaged are in no segment: they
    /// stay.
    private func retireJournal(through id: Int64, keeping damaged: [Int64]) throws(SQLiteError) {
        let isRetired = "id <= ?1 AND id NOT IN (\(damaged.map(String.init).joined(separator: ", ")))"
        let keep = try connection.prepare(
            """
            INSERT INTO receipt (id, committed_at, digests)
            SELECT id, committed_at, digests FROM journal WHERE \(isRetired)
            """)
        try keep.bind(1, id)
        try keep.run()
        let delete = try connection.prepare("DELETE FROM journal WHERE \(isRetired)")
        try delete.bind(1, id)
        try delete.run()
    }

    /// Puts a merged segment in place of those that it was made of. They leave the catalogue's view at once, and the
    /// file by and by (`deleteUnseen`).
    /// - Returns: false, and nothing is done, when one of these is not there any more, or is another one
    func install(
        _ merged: MergedSegment, _ writing: SegmentWriting, encoder: borrowing SegmentEncoder
    ) throws(SQLiteError) -> Bool {
        let list = merged.replaced.map { "(\($0.id), \($0.createdAt.rawValue), \($0.spans))" }
            .joined(separator: ", ")
        let there = try connection.integer(
            """
            SELECT count(*) FROM segment
            WHERE signal = \(merged.signal.rawValue) AND (id, created_at, spans) IN (VALUES \(list))
            """)
        guard there == Int64(merged.replaced.count) else { return false }
        var writing = writing
        try transaction(.merge) { () throws(SQLiteError) in
            try writeChunks(of: &writing, bytesMax: .max)
            let origins = merged.origins.map { (resource: $0.resource, scope: $0.scope) }
            let references =
                merged.signal == .metrics
                ? encoder.seriesChunk(merged.series) : encoder.originsChunk(origins)
            for id in writing.ids { try insert(references, segment: id) }
            try setSignal(merged.signal.rawValue, ofSegments: writing.ids)
            try setSignal(Schema.unseenSignal, ofSegments: merged.replaced.map(\.id))
        }
        return true
    }
}

// MARK: - Rows

extension StoreDatabase {
    /// Adds a segment to the catalogue that no query sees yet.
    /// - Returns: its number
    private func insertUnseen(_ segment: SegmentWriting.Segment) throws(SQLiteError) -> Int64 {
        let summary = segment.summary
        let values: [Int64] = [
            Schema.unseenSignal, Int64(segment.level), Int64(SegmentEncoder.formatVersion),
            segment.createdAt.rawValue, Int64(summary.spans), Int64(summary.traces),
            summary.minStart.rawValue, summary.maxStart.rawValue, summary.maxEnd.rawValue,
            summary.minDuration, summary.maxDuration, Int64(summary.errors),
        ]
        for (index, value) in values.enumerated() { try insertSegment.bind(Int32(index + 1), value) }
        try insertSegment.run()
        return connection.lastInsertedID
    }

    private func insert(_ chunk: EncodedChunk, segment: Int64) throws(SQLiteError) {
        try insertChunk.bind(1, Schema.chunkKey(segment: segment, chunk.id))
        try insertChunk.bind(2, Int64(bitPattern: checksum(chunk.bytes.span)))
        try insertChunk.run(blob: 3, chunk.bytes)
    }

    private func setSignal(_ signal: Int64, ofSegments ids: [Int64]) throws(SQLiteError) {
        let list = ids.map(String.init).joined(separator: ", ")
        try connection.execute("UPDATE segment SET signal = \(signal) WHERE id IN (\(list))")
    }

    /// Takes a segment out, within a transaction.
    func deleteSegment(_ id: Int64) throws(SQLiteError) {
        try deleteChunks(from: id << 16, through: id << 16 | 0xffff)
        let deleteSegment = try connection.prepare("DELETE FROM segment WHERE id = ?1")
        try deleteSegment.bind(1, id)
        try deleteSegment.run()
    }

    private func deleteChunks(from first: Int64, through last: Int64) throws(SQLiteError) {
        let delete = try connection.prepare("DELETE FROM chunk WHERE id BETWEEN ?1 AND ?2")
        try delete.bind(1, first)
        try delete.bind(2, last)
        try delete.run()
    }
}

// MARK: - What no query sees

extension StoreDatabase {
    /// The segments that no query sees.
    func unseenSegments() throws(SQLiteError) -> [Int64] {
        let find = try connection.prepare("SELECT id FROM segment WHERE signal = \(Schema.unseenSignal)")
        var found: [Int64] = []
        while try find.step() { found.append(find.integer(0)) }
        return found
    }

    /// Takes some chunks of a segment out that no query sees, and at last its row.
    /// - Returns: whether anything of it is left
    func deleteSome(
        ofUnseen id: Int64, bytesMax: Int64 = Int64(SegmentWriting.bytesAtOnce)
    ) throws(SQLiteError) -> Bool {
        let (first, last) = (id << 16, id << 16 | 0xffff)
        let chunks = try connection.prepare(
            "SELECT id, length(data) FROM chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id")
        try chunks.bind(1, first)
        try chunks.bind(2, last)
        var end = last
        var bytes: Int64 = 0
        while try chunks.step() {
            bytes &+= chunks.integer(1)
            if bytes >= bytesMax {
                end = chunks.integer(0)
                break
            }
        }
        chunks.reset()
        try transaction(.cleanup) { () throws(SQLiteError) in
            if end == last { return try deleteSegment(id) }
            try deleteChunks(from: first, through: end)
        }
        return end != last
    }
}
