/// Chunk 14. docs/format.md specifies it.
extension SegmentStatistics {
    func encode(to writer: inout ByteWriter) {
        writer.varint(peers.count)
        for peer in peers { writer.counted(Array(peer.utf8)) }
        writer.varint(sources.count)
        for source in sources {
            writer.varint(UInt64(source.origin))
            writer.varint(UInt64(source.peer))
            writer.varint(source.spans)
            writer.varint(source.errors)
            writer.signed(source.firstStart.rawValue)
            writer.signed(source.lastStart.rawValue &- source.firstStart.rawValue)
        }
        writer.varint(operations.count)
        for operation in operations {
            writer.varint(operation.spans)
            writer.varint(UInt64(bitPattern: operation.longestNanos))
        }
        writer.varint(columns.count)
        for column in columns {
            writer.varint(column.values)
            writer.byte(column.range == nil ? 0 : 1)
            guard let range = column.range else { continue }
            writer.signed(Int64(bitPattern: range.minimum))
            writer.signed(Int64(bitPattern: range.maximum))
        }
    }

    /// - Throws: `ByteReader.Damage` for bytes that `encode` does not write
    init(decoding reader: inout ByteReader) throws(ByteReader.Damage) {
        for _ in 0..<(try reader.count()) {
            peers.append(String(decoding: try reader.counted(), as: UTF8.self))
        }
        for _ in 0..<(try reader.count(itemBytes: 6)) {
            let origin = try reader.uint32()
            let peer = try reader.index(below: peers.count)
            let spans = try Self.number(&reader)
            let errors = try Self.number(&reader)
            // Clamped times: none lies before the epoch, and differences of them do not overflow.
            let first = try reader.signed()
            let last = first &+ (try reader.signed())
            guard 0 <= first, first <= last else { throw reader.damage() }
            sources.append(
                Source(
                    origin: origin, peer: peer, spans: spans, errors: errors,
                    firstStart: UnixNanos(rawValue: first), lastStart: UnixNanos(rawValue: last)))
        }
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            let spans = try Self.number(&reader)
            let longest = Int64(clamping: try reader.varint())
            operations.append(OperationTotals(spans: spans, longestNanos: longest))
        }
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            var column = ColumnTotals(values: try Self.number(&reader))
            switch try reader.byte() {
            case 0: break
            case 1:
                let minimum = UInt64(bitPattern: try reader.signed())
                column.range = ValueRange(
                    minimum: minimum, maximum: UInt64(bitPattern: try reader.signed()))
            default: throw reader.damage()
            }
            columns.append(column)
        }
        guard reader.remaining == 0 else { throw reader.damage() }
    }

    /// A number of spans or values. None is so large that sums over all segments could overflow.
    private static func number(_ reader: inout ByteReader) throws(ByteReader.Damage) -> Int {
        Int(try reader.index(below: Int(UInt32.max)))
    }
}
