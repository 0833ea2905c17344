/// Reads single chunks of a segment back. Counts that cannot be true are damage, so no chunk can make us
/// use more memory than a segment of the stated size needs.
struct SegmentDecoder: ~Copyable {
    let shared: SharedDecompressor
    /// How many spans the catalogue says the segment has.
    let spanCount: Int
    private let signal: Signal

    /// - Parameter decompressor: what other decoders of the same thread may use, too
    init(
        spanCount: Int, signal: Signal = .traces, _ decompressor: SharedDecompressor = SharedDecompressor()
    ) {
        self.spanCount = spanCount
        self.signal = signal
        shared = decompressor
    }

    func tables(_ bytes: ByteSpan) throws(ByteReader.Damage) -> SegmentTables {
        var outer = ByteReader(bytes)
        let content = try Block.read(&outer, shared.decompressor)
        var reader = ByteReader(content.span)
        var tables = SegmentTables()
        tables.columns = []
        for _ in 0..<(try reader.count(itemBytes: 3)) {
            guard let role = ColumnRole(rawValue: try reader.byte()),
                let type = ValueType(rawValue: try reader.byte())
            else { throw reader.damage() }
            tables.columns.append(ColumnKey(role: role, type: type, name: try reader.counted()))
            // Each has a chunk of its own, and these have numbers of 16 bits.
            guard tables.columns.count <= ChunkID.columnsMax else { throw reader.damage() }
        }
        guard tables.columns.starts(with: FieldColumn.keys(of: signal)) else { throw reader.damage() }
        // In memory they have the same names for all signals.
        tables.columns.replaceSubrange(0..<FieldColumn.count, with: FieldColumn.keys)
        for _ in 0..<(try reader.count()) {
            var sequence: [UInt32] = []
            for _ in 0..<(try reader.count()) {
                sequence.append(try reader.index(below: tables.columns.count))
            }
            tables.layouts.append(sequence)
        }
        for _ in 0..<(try reader.count(itemBytes: 5)) {
            tables.operations.append(
                Operation(
                    name: try reader.uint32(), kind: Int32(truncatingIfNeeded: try reader.signed()),
                    status: Int32(truncatingIfNeeded: try reader.signed()), flags: try reader.uint32(),
                    layout: try reader.index(below: tables.layouts.count)))
        }
        tables.arrivals = try Self.arrivals(&reader)
        return tables
    }

    static func arrivals(_ reader: inout ByteReader) throws(ByteReader.Damage) -> [Arrival] {
        var arrivals: [Arrival] = []
        var received: Int64 = 0
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            received = received &+ (try reader.signed())
            let peer = String(decoding: try reader.counted(), as: UTF8.self)
            arrivals.append(Arrival(receivedAt: UnixNanos(rawValue: received), peerAddress: peer))
        }
        return arrivals
    }

    /// The database ids of each origin's resource and scope.
    func origins(_ bytes: ByteSpan) throws(ByteReader.Damage) -> [(resource: Int64, scope: Int64)] {
        var reader = ByteReader(bytes)
        var origins: [(resource: Int64, scope: Int64)] = []
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            let resource = Int64(truncatingIfNeeded: try reader.varint())
            origins.append((resource, Int64(truncatingIfNeeded: try reader.varint())))
        }
        return origins
    }

    func traceIDs(_ bytes: ByteSpan) throws(ByteReader.Damage) -> [TraceID] {
        let ids = try ids(bytes)
        guard ids.count % 2 == 0 else { throw ByteReader.Damage(at: 0) }
        return stride(from: 0, to: ids.count, by: 2).map { TraceID(high: ids[$0], low: ids[$0 + 1]) }
    }

    /// Ids of eight bytes.
    func ids(_ bytes: ByteSpan) throws(ByteReader.Damage) -> [UInt64] {
        var outer = ByteReader(bytes)
        return try Block.withContent(&outer, shared.decompressor) { (content) throws(ByteReader.Damage) in
            guard content.count % 8 == 0 else { throw ByteReader.Damage(at: 0) }
            return content.bigEndianUInt64s()
        }
    }

    func numbers(_ bytes: ByteSpan, countMax: Int) throws(ByteReader.Damage) -> [UInt64] {
        var reader = ByteReader(bytes)
        return try IntegerCoding.read(&reader, shared.decompressor, countMax: countMax)
    }

    /// Numbers below `limit`.
    func indexes(_ bytes: ByteSpan, limit: Int) throws(ByteReader.Damage) -> [UInt32] {
        var reader = ByteReader(bytes)
        return try IntegerCoding.read32(
            &reader, shared.decompressor, countMax: spanCount, limit: UInt64(limit))
    }

    func statistics(_ bytes: ByteSpan) throws(ByteReader.Damage) -> SegmentStatistics {
        var outer = ByteReader(bytes)
        let content = try Block.read(&outer, shared.decompressor)
        var reader = ByteReader(content.span)
        return try SegmentStatistics(decoding: &reader)
    }

    /// - Parameters:
    ///   - sourceCount: how many sources the segment's statistics have
    ///   - nameCount: how many names its dictionary has
    func rollup(
        _ bytes: ByteSpan, sourceCount: Int, nameCount: Int
    ) throws(ByteReader.Damage) -> SegmentRollup {
        var reader = ByteReader(bytes)
        return try SegmentRollup(
            decoding: &reader, shared.decompressor, spanCount: spanCount, sourceCount: sourceCount,
            nameCount: nameCount)
    }

    /// - Returns: nil where another version of this code stored them
    func requests(_ bytes: ByteSpan) throws(ByteReader.Damage) -> SegmentRequests? {
        var reader = ByteReader(bytes)
        return try SegmentRequests(decoding: &reader, shared.decompressor, spanCount: spanCount)
    }

    /// A dictionary column: the entry of each value, and the entries.
    /// - Parameters:
    ///   - countMax: how many values there can be at the most
    ///   - entriesMax: how many entries there can be if these are more: operations name them, and the spans of
    ///     some operations may have been left out
    func strings(
        _ bytes: ByteSpan, countMax: Int, entriesMax: Int = 0
    ) throws(ByteReader.Damage) -> (values: [UInt32], dictionary: StringTable) {
        var reader = ByteReader(bytes)
        var values = try IntegerCoding.read32(&reader, shared.decompressor, countMax: countMax)
        let lengths = try IntegerCoding.read32(
            &reader, shared.decompressor, countMax: max(countMax, spanCount, entriesMax))
        let content = try Block.read(&reader, shared.decompressor)
        guard let dictionary = StringTable(bytes: content, lengths: lengths) else { throw reader.damage() }
        let entryCount = UInt32(lengths.count)
        var previous = UInt32.max
        var known: UInt32 = 0
        var symbols = values.mutableSpan
        for index in symbols.indices {
            switch symbols[index] {
            case 0: break
            case 1:
                previous = known
                known &+= 1
            case let symbol: previous = symbol &- 2
            }
            guard previous < entryCount else { throw reader.damage() }
            symbols[index] = previous
        }
        return (values, dictionary)
    }
}
