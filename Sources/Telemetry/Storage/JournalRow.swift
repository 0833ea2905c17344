/// One commit's batches as the journal keeps them.
///
/// ```
/// row = count (varint), then for each batch: length (varint), encoded batch
/// ```
enum JournalRow {
    static func encode(_ batches: [[UInt8]]) -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(batches.reduce(16) { $0 + $1.count + 10 })
        writer.varint(batches.count)
        for batch in batches { writer.counted(batch) }
        return writer.bytes
    }

    /// - Throws: `ByteReader.Damage` when the bytes are not a journal row
    static func decode(_ bytes: ByteSpan) throws(ByteReader.Damage) -> [TelemetryBatch] {
        var reader = ByteReader(bytes)
        var batches: [TelemetryBatch] = []
        for _ in 0..<(try reader.count()) {
            let range = try reader.range(try reader.count())
            var inner = ByteReader(bytes.extracting(range))
            batches.append(try TelemetryBatch(decoding: &inner))
        }
        return batches
    }
}
