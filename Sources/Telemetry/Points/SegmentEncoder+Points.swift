// Points as chunks. docs/format.md specifies each of them.

extension SegmentEncoder {
    /// All chunks but that of the series, which needs the ids that the database gives them.
    func chunks(_ columns: PointColumns) -> [EncodedChunk] {
        let rows = columns.rows
        var chunks: [EncodedChunk] = []
        func add(_ chunk: PointChunk, _ write: (inout ByteWriter) -> Void) {
            var writer = ByteWriter()
            write(&writer)
            chunks.append(EncodedChunk(id: chunk.id, bytes: writer.bytes))
        }
        func differences(_ chunk: PointChunk, _ values: [UInt64]) {
            add(chunk) { IntegerCoding.write(values, .delta, compressor, to: &$0) }
        }
        func numbers(_ chunk: PointChunk, _ values: [UInt32]) {
            add(chunk) { IntegerCoding.write(values, compressor, to: &$0) }
        }
        add(.arrivals) { writer in
            var inner = ByteWriter()
            write(columns.arrivals, to: &inner)
            Block.write(inner.bytes.span, compressor, to: &writer)
        }
        numbers(.seriesCounts, columns.seriesCounts)
        differences(.times, rows.times)
        differences(.starts, rows.starts)
        numbers(.flags, rows.flags)
        numbers(.kinds, rows.kinds.map(UInt32.init))
        differences(.values, rows.values)
        numbers(.present, rows.distributions.map { UInt32($0.present) })
        differences(.sums, rows.distributions.map(\.sum))
        differences(.minima, rows.distributions.map(\.min))
        differences(.maxima, rows.distributions.map(\.max))
        numbers(.detailLengths, (0..<rows.count).map { UInt32(rows.details.range($0).count) })
        add(.details) { Block.write(rows.details.bytes.span, compressor, to: &$0) }
        numbers(.arrivalIndexes, columns.arrivalIndexes)
        return chunks
    }

    /// The chunk of the series.
    /// - Parameter series: their ids in the database
    func seriesChunk(_ series: [Int64]) -> EncodedChunk {
        var writer = ByteWriter()
        writer.varint(series.count)
        var previous: Int64 = 0
        for id in series {
            writer.signed(id &- previous)
            previous = id
        }
        return EncodedChunk(id: PointChunk.series.id, bytes: writer.bytes)
    }
}
