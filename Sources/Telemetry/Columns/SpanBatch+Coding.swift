// A batch as bytes: what a journal row is made of. docs/format.md specifies it.

extension SpanBatch {
    /// Version of the encoding, its first byte.
    static let encodingVersion: UInt8 = 1

    /// The batch as bytes.
    package func encoded() -> [UInt8] { encoded(as: Self.encodingVersion) }

    /// - Parameter version: the first byte, which also says what the rows are
    func encoded(as version: UInt8) -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(
            spanCount * 48 + slots.count * 2 + dictionary.strings.bytes.count + resources.bytes.count
                + scopes.bytes.count + 1_024)
        writer.byte(version)
        writer.signed(arrival.receivedAt.rawValue)
        writer.counted(Array(arrival.peerAddress.utf8))
        encodeTables(&writer)
        encodeSpans(&writer)
        return writer.bytes
    }

    private func encodeTables(_ writer: inout ByteWriter) {
        let fields = FieldColumn.count
        writer.varint(columns.count - fields)
        for column in columns.keys[fields...] {
            writer.byte(column.type.rawValue)
            writer.counted(column.name)
        }
        writer.varint(layouts.count)
        for layout in 0..<layouts.count {
            let sequence = layouts[layout]
            writer.varint(sequence.count)
            for column in sequence { writer.varint(UInt64(column)) }
        }
        writer.varint(dictionary.count)
        writer.append(atMost: dictionary.count * 2 * OutputSpan<UInt8>.varintBytesMax) { output in
            for entry in 0..<dictionary.count {
                output.varint(UInt64(dictionary.columns[entry]))
                output.varint(UInt64(dictionary.strings.range(entry).count))
            }
        }
        writer.raw(dictionary.strings.bytes)
        for table in [resources, scopes] {
            writer.varint(table.count)
            for entry in 0..<table.count { writer.counted(table[entry]) }
        }
        writer.varint(origins.count)
        for origin in origins {
            writer.varint(UInt64(origin.resource))
            writer.varint(UInt64(origin.scope))
        }
        writer.varint(operations.count)
        for operation in operations {
            writer.varint(UInt64(operation.name))
            writer.signed(Int64(operation.kind))
            writer.signed(Int64(operation.status))
            writer.varint(UInt64(operation.flags))
            writer.varint(UInt64(operation.layout))
        }
        writer.varint(traces.count)
        for trace in traces {
            writer.uint64(trace.high)
            writer.uint64(trace.low)
        }
    }

    private func encodeSpans(_ writer: inout ByteWriter) {
        writer.varint(spanCount)
        writer.uint64s(spanIDs)
        writer.uint64s(parentIDs)
        let typeOfPosition = layouts.columns.map { columns.keys[Int($0)].type }
        let layoutOfOperation = operations.map { layouts.range(Int($0.layout)) }
        let types = typeOfPosition.span
        let slots = slots.span
        var previousStart: UInt64 = 0
        var slot = 0
        for span in 0..<spanCount {
            let operation = operationIndexes[span]
            let layout = layoutOfOperation[Int(operation)]
            let (start, end) = (starts[span], ends[span])
            writer.append(atMost: (5 + layout.count) * OutputSpan<UInt8>.varintBytesMax) { output in
                output.varint(UInt64(traceIndexes[span]))
                output.varint(UInt64(operation))
                output.varint(UInt64(originIndexes[span]))
                output.signed(Int64(bitPattern: start &- previousStart))
                output.signed(Int64(bitPattern: end &- start))
                for position in layout {
                    Self.encodeSlot(slots[slot], types[position], &output)
                    slot &+= 1
                }
            }
            previousStart = start
        }
    }

    @inline(__always)
    private static func encodeSlot(_ slot: UInt64, _ type: ValueType, _ output: inout OutputSpan<UInt8>) {
        switch type {
        case .double: output.uint64(slot)
        case .int: output.signed(Int64(bitPattern: slot))
        case .string, .array, .keyValueList, .bytes, .bool: output.varint(slot)
        case .empty: break
        }
    }

    /// Reads a batch back.
    /// - Parameter version: the first byte that it must have
    /// - Throws: `ByteReader.Damage` when the bytes are not an encoded batch
    init(
        decoding reader: inout ByteReader, as version: UInt8 = encodingVersion
    ) throws(ByteReader.Damage) {
        guard try reader.byte() == version else { throw reader.damage() }
        let receivedAt = UnixNanos(rawValue: try reader.signed())
        let peer = String(decoding: try reader.counted(), as: UTF8.self)
        self.init(arrival: Arrival(receivedAt: receivedAt, peerAddress: peer))
        try decodeTables(&reader)
        try decodeSpans(&reader)
    }

    private mutating func decodeTables(_ reader: inout ByteReader) throws(ByteReader.Damage) {
        let columnCount = FieldColumn.count + (try reader.count(itemBytes: 2))
        guard columnCount <= ColumnTable.countMax else { throw reader.damage() }
        var keys = FieldColumn.keys
        for _ in FieldColumn.count..<columnCount {
            guard let type = ValueType(rawValue: try reader.byte()) else { throw reader.damage() }
            keys.append(ColumnKey(role: .attribute, type: type, name: try reader.counted()))
        }
        columns = ColumnSet(keys: keys, hashes: keys.map(\.tableHash))
        for _ in 0..<(try reader.count()) {
            var sequence: [UInt32] = []
            for _ in 0..<(try reader.count()) { sequence.append(try reader.index(below: columns.count)) }
            layouts.append(sequence)
        }
        let entries = try reader.count(itemBytes: 2)
        var entryColumns: [UInt32] = []
        var lengths: [Int] = []
        for _ in 0..<entries {
            entryColumns.append(try reader.index(below: columns.count))
            lengths.append(Int(try reader.uint32()))
        }
        for entry in 0..<entries {
            let range = try reader.range(lengths[entry])
            dictionary.append(reader.bytes.extracting(range), column: entryColumns[entry])
        }
        for _ in 0..<(try reader.count()) { resources.append(try reader.counted()) }
        for _ in 0..<(try reader.count()) { scopes.append(try reader.counted()) }
        for _ in 0..<(try reader.count(itemBytes: 2)) {
            origins.append(
                Origin(
                    resource: try reader.index(below: resources.count),
                    scope: try reader.index(below: scopes.count)))
        }
        for _ in 0..<(try reader.count(itemBytes: 5)) {
            let name = try reader.index(below: dictionary.count)
            guard dictionary.columns[Int(name)] == FieldColumn.name.id else { throw reader.damage() }
            operations.append(
                Operation(
                    name: name,
                    kind: Int32(truncatingIfNeeded: try reader.signed()),
                    status: Int32(truncatingIfNeeded: try reader.signed()),
                    flags: try reader.uint32(), layout: try reader.index(below: layouts.count)))
        }
        for _ in 0..<(try reader.count(itemBytes: 16)) {
            traces.append(TraceID(high: try reader.uint64(), low: try reader.uint64()))
        }
    }

    private mutating func decodeSpans(_ reader: inout ByteReader) throws(ByteReader.Damage) {
        let spans = try reader.count(itemBytes: 16)
        spanIDs = try reader.uint64s(spans)
        parentIDs = try reader.uint64s(spans)
        traceIndexes.reserveCapacity(spans)
        operationIndexes.reserveCapacity(spans)
        originIndexes.reserveCapacity(spans)
        starts.reserveCapacity(spans)
        ends.reserveCapacity(spans)
        var start: UInt64 = 0
        for _ in 0..<spans {
            traceIndexes.append(try reader.index(below: traces.count))
            let operation = try reader.index(below: operations.count)
            operationIndexes.append(operation)
            originIndexes.append(try reader.index(below: origins.count))
            start = start &+ UInt64(bitPattern: try reader.signed())
            starts.append(start)
            ends.append(start &+ UInt64(bitPattern: try reader.signed()))
            let layout = layouts.range(Int(operations[Int(operation)].layout))
            // Slots of empty values take no bytes, so the length of the row does not bound them.
            guard slots.count + layout.count <= Self.slotsMax else { throw reader.damage() }
            for position in layout {
                let column = layouts.columns[position]
                slots.append(try slot(in: column, &reader))
            }
        }
    }

    private func slot(in column: UInt32, _ reader: inout ByteReader) throws(ByteReader.Damage) -> UInt64 {
        switch columns.keys[Int(column)].type {
        case .double: return try reader.uint64()
        case .int: return UInt64(bitPattern: try reader.signed())
        case .bool: return try reader.varint()
        case .empty: return 0
        case .string, .array, .keyValueList, .bytes:
            let entry = try reader.index(below: dictionary.count)
            guard dictionary.columns[Int(entry)] == column else { throw reader.damage() }
            return UInt64(entry)
        }
    }
}
