extension SegmentView {
    /// Numbers of which each span has one.
    func spanColumn(_ id: ChunkID) throws(StoreError) -> [UInt64] {
        let spans = summary.spans
        let values = try decode(id) { (bytes) throws(ByteReader.Damage) in
            try decoder.numbers(bytes, countMax: spans)
        }
        guard values.count == spans else { throw damage(id) }
        return values
    }

    /// Numbers below a limit of which each span has one.
    func spanIndexes(_ id: ChunkID, limit: Int) throws(StoreError) -> [UInt32] {
        let indexes = try decode(id) { (bytes) throws(ByteReader.Damage) in
            try decoder.indexes(bytes, limit: limit)
        }
        guard indexes.count == summary.spans else { throw damage(id) }
        return indexes
    }

    func load(_ id: ChunkID) throws(StoreError) -> [UInt8]? {
        try loadChunk(id, knownTables?.columns ?? [])
    }

    /// The content of a chunk that has to be there.
    func decode<Content>(
        _ id: ChunkID, _ read: (ByteSpan) throws(ByteReader.Damage) -> Content
    ) throws(StoreError) -> Content {
        guard let bytes = try load(id) else { throw damage(id) }
        return try decode(id, bytes, read)
    }

    func decode<Content>(
        _ id: ChunkID, _ bytes: [UInt8], _ read: (ByteSpan) throws(ByteReader.Damage) -> Content
    ) throws(StoreError) -> Content {
        do {
            return try read(bytes.span)
        } catch {
            throw damage(id)
        }
    }

    /// The words for a chunk that does not hold what it should.
    func damage(_ id: ChunkID) -> StoreError {
        let words = id.words(columns: knownTables?.columns ?? [])
        return StoreError(
            .damaged,
            "segment \(segmentID.map(String.init) ?? "(journal)"): \(words) is damaged" + summary.rangeWords)
    }

    /// The same for the values of a column.
    func damage(column: Int) -> StoreError { damage(ChunkID.values(of: column) ?? .tables) }
}
