// A batch of points as bytes: what a journal row is made of. docs/format.md specifies it.

extension PointBatch {
    /// Its first byte: which signal it is.
    static let encodingVersion = UInt8(Signal.metrics.rawValue)

    /// The batch as bytes.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(rows.count * 24 + rows.details.bytes.count + table.memoryBytes + 64)
        writer.byte(Self.encodingVersion)
        writer.signed(arrival.receivedAt.rawValue)
        writer.counted(Array(arrival.peerAddress.utf8))
        for strings in [table.origins.resources, table.origins.scopes, table.metrics, table.attributes] {
            writer.varint(strings.count)
            for entry in 0..<strings.count { writer.counted(strings[entry]) }
        }
        writer.varint(table.origins.origins.count)
        for origin in table.origins.origins {
            writer.varint(UInt64(origin.resource))
            writer.varint(UInt64(origin.scope))
        }
        writer.varint(table.series.count)
        for series in table.series {
            writer.varint(UInt64(series.origin))
            writer.varint(UInt64(series.metric))
            writer.varint(UInt64(series.attributes))
        }
        encodePoints(&writer)
        return writer.bytes
    }

    private func encodePoints(_ writer: inout ByteWriter) {
        writer.varint(rows.count)
        var (time, start): (UInt64, UInt64) = (0, 0)
        var distribution = 0
        for row in 0..<rows.count {
            writer.varint(UInt64(rows.seriesIndexes[row]))
            writer.signed(Int64(bitPattern: rows.times[row] &- time))
            writer.signed(Int64(bitPattern: rows.starts[row] &- start))
            (time, start) = (rows.times[row], rows.starts[row])
            writer.varint(UInt64(rows.flags[row]))
            writer.byte(rows.kinds[row])
            switch PointKind(rawValue: rows.kinds[row]) {
            case .int?: writer.signed(Int64(bitPattern: rows.values[row]))
            case .double?: writer.uint64(rows.values[row])
            case .histogram?, .exponentialHistogram?, .summary?:
                writer.varint(rows.values[row])
                let others = rows.distributions[distribution]
                distribution += 1
                writer.byte(others.present)
                if others.present & PointRows.Distribution.hasSum != 0 { writer.uint64(others.sum) }
                if others.present & PointRows.Distribution.hasMin != 0 { writer.uint64(others.min) }
                if others.present & PointRows.Distribution.hasMax != 0 { writer.uint64(others.max) }
            case PointKind.none?, nil: break
            }
            writer.counted(rows.details[row])
        }
    }

    /// Reads a batch back.
    /// - Throws: `ByteReader.Damage` when the bytes are not an encoded batch
    init(decoding reader: inout ByteReader) throws(ByteReader.Damage) {
        guard try reader.byte() == Self.encodingVersion else { throw reader.damage() }
        let receivedAt = UnixNanos(rawValue: try reader.signed())
        let peer = String(decoding: try reader.counted(), as: UTF8.self)
        self.init(arrival: Arrival(receivedAt: receivedAt, peerAddress: peer))
        table.origins.resources = try Self.strings(&reader)
        table.origins.scopes = try Self.strings(&reader)
        table.metrics = try Self.strings(&reader)
        table.attributes = try Self.strings(&reader)
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            table.origins.origins.append(
                Origin(
                    resource: try reader.index(below: table.origins.resources.count),
                    scope: try reader.index(below: table.origins.scopes.count)))
        }
        for _ in 0..<(try reader.count(itemBytes: 3)) {
            table.series.append(
                PointSeriesTable.Series(
                    origin: try reader.index(below: table.origins.origins.count),
                    metric: try reader.index(below: table.metrics.count),
                    attributes: try reader.index(below: table.attributes.count)))
        }
        try decodePoints(&reader)
    }

    private static func strings(_ reader: inout ByteReader) throws(ByteReader.Damage) -> StringTable {
        var strings = StringTable()
        for _ in 0..<(try reader.count()) { strings.append(try reader.counted()) }
        return strings
    }

    private mutating func decodePoints(_ reader: inout ByteReader) throws(ByteReader.Damage) {
        let count = try reader.count(itemBytes: 6)
        guard count <= Self.pointsMax else { throw reader.damage() }
        rows.reserve(count)
        var (time, start): (UInt64, UInt64) = (0, 0)
        for _ in 0..<count {
            rows.seriesIndexes.append(try reader.index(below: table.series.count))
            time = time &+ UInt64(bitPattern: try reader.signed())
            start = start &+ UInt64(bitPattern: try reader.signed())
            rows.times.append(time)
            rows.starts.append(start)
            rows.flags.append(try reader.uint32())
            guard let kind = PointKind(rawValue: try reader.byte()) else { throw reader.damage() }
            rows.kinds.append(kind.rawValue)
            switch kind {
            case .none: rows.values.append(0)
            case .int: rows.values.append(UInt64(bitPattern: try reader.signed()))
            case .double: rows.values.append(try reader.uint64())
            case .histogram, .exponentialHistogram, .summary:
                rows.values.append(try reader.varint())
                rows.distributions.append(try Self.distribution(&reader))
            }
            rows.details.append(try reader.counted())
        }
    }

    private static func distribution(
        _ reader: inout ByteReader
    ) throws(ByteReader.Damage) -> PointRows.Distribution {
        var distribution = PointRows.Distribution()
        distribution.present = try reader.byte()
        guard distribution.present <= PointRows.Distribution.presentMax else { throw reader.damage() }
        if distribution.present & PointRows.Distribution.hasSum != 0 {
            distribution.sum = try reader.uint64()
        }
        if distribution.present & PointRows.Distribution.hasMin != 0 {
            distribution.min = try reader.uint64()
        }
        if distribution.present & PointRows.Distribution.hasMax != 0 {
            distribution.max = try reader.uint64()
        }
        return distribution
    }
}
