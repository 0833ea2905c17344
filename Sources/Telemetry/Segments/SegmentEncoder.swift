/// Turns a segment's columns into chunks. docs/format.md specifies each of them.
struct SegmentEncoder: ~Copyable {
    /// Version of what the chunks hold; the catalogue keeps it with each segment. Segments of format 1 have no
    /// statistics and no rollup.
    static let formatVersion = 2

    let compressor = ZstdCompressor()

    /// All chunks but that of the origins, which needs the ids that the database gives them.
    ///
    /// - Precondition: there are no more than `ChunkID.columnsMax` columns
    func chunks(_ columns: SegmentColumns) -> [EncodedChunk] {
        precondition(
            columns.tables.columns.count <= ChunkID.columnsMax,
            "a segment with more columns than there are numbers for their chunks")
        var chunks: [EncodedChunk] = []
        func add(_ id: ChunkID, _ write: (inout ByteWriter) -> Void) {
            var writer = ByteWriter()
            write(&writer)
            chunks.append(EncodedChunk(id: id, bytes: writer.bytes))
        }
        add(.tables) { write(columns.tables, fields: FieldColumn.keys(of: columns.signal), to: &$0) }
        add(.traceIDs) { Block.writeRaw(Self.bytes(of: columns.traces).span, to: &$0) }
        add(.traceSpanCounts) { IntegerCoding.write(columns.traceSpanCounts, compressor, to: &$0) }
        add(.traceStarts) { IntegerCoding.write(columns.traceStarts, .delta, compressor, to: &$0) }
        add(.spanIDs) { Block.writeRaw(Self.bytes(of: columns.spanIDs).span, to: &$0) }
        add(.parents) { IntegerCoding.write(columns.parents, compressor, to: &$0) }
        if !columns.externalParents.isEmpty {
            add(.externalParents) { Block.writeRaw(Self.bytes(of: columns.externalParents).span, to: &$0) }
        }
        add(.startOffsets) { IntegerCoding.write(columns.startOffsets, .none, compressor, to: &$0) }
        add(.durations) { IntegerCoding.write(columns.durations, .none, compressor, to: &$0) }
        add(.operations) { IntegerCoding.write(columns.operationIndexes, compressor, to: &$0) }
        add(.originIndexes) { IntegerCoding.write(columns.originIndexes, compressor, to: &$0) }
        add(.arrivalIndexes) { IntegerCoding.write(columns.arrivalIndexes, compressor, to: &$0) }
        add(.traceFilter) { $0.raw(TraceFilter(columns.traces).bytes) }
        let sources = SegmentSources(columns)
        add(.statistics) { writer in
            var inner = ByteWriter()
            SegmentStatistics(columns, sources).encode(to: &inner)
            Block.write(inner.bytes.span, compressor, to: &writer)
        }
        if columns.signal == .traces {
            let found = SegmentRequests.found(columns)
            add(.rollup) { writer in
                SegmentRollupBuilder.rollup(
                    columns, sources, found?.classification ?? SegmentClassification(columns)
                ).encode(compressor, to: &writer)
            }
            if let found, columns.tables.columns.count < ChunkID.columnsMax {
                add(.requests) { found.requests.encode(compressor, to: &$0) }
            }
        }
        for column in columns.tables.columns.indices {
            let values = columns.values(of: column)
            guard !values.isEmpty || columns.dictionaries[column].count > 0,
                let id = ChunkID.values(of: column)
            else { continue }
            add(id) { writer in
                if columns.tables.columns[column].type.isInDictionary {
                    writeStrings(values, columns.dictionaries[column], to: &writer)
                } else {
                    writeNumbers(values, columns.tables.columns[column].type, to: &writer)
                }
            }
        }
        return chunks
    }

    /// The chunk of the origins.
    /// - Parameter origins: the ids of each origin's resource and scope in the database
    func originsChunk(_ origins: [(resource: Int64, scope: Int64)]) -> EncodedChunk {
        var writer = ByteWriter()
        writer.varint(origins.count)
        for origin in origins {
            writer.varint(UInt64(origin.resource))
            writer.varint(UInt64(origin.scope))
        }
        return EncodedChunk(id: .origins, bytes: writer.bytes)
    }

    private func write(_ tables: SegmentTables, fields: [ColumnKey], to writer: inout ByteWriter) {
        var inner = ByteWriter()
        inner.varint(tables.columns.count)
        for column in fields + tables.columns.dropFirst(fields.count) {
            inner.byte(column.role.rawValue)
            inner.byte(column.type.rawValue)
            inner.counted(column.name)
        }
        inner.varint(tables.layouts.count)
        for layout in 0..<tables.layouts.count {
            let sequence = tables.layouts[layout]
            inner.varint(sequence.count)
            for column in sequence { inner.varint(UInt64(column)) }
        }
        inner.varint(tables.operations.count)
        for operation in tables.operations {
            inner.varint(UInt64(operation.name))
            inner.signed(Int64(operation.kind))
            inner.signed(Int64(operation.status))
            inner.varint(UInt64(operation.flags))
            inner.varint(UInt64(operation.layout))
        }
        write(tables.arrivals, to: &inner)
        Block.write(inner.bytes.span, compressor, to: &writer)
    }

    func write(_ arrivals: [Arrival], to writer: inout ByteWriter) {
        writer.varint(arrivals.count)
        var previous: Int64 = 0
        for arrival in arrivals {
            writer.signed(arrival.receivedAt.rawValue &- previous)
            writer.counted(Array(arrival.peerAddress.utf8))
            previous = arrival.receivedAt.rawValue
        }
    }

    /// Values of a dictionary column: 0 repeats the value before, 1 is the next new entry, and n + 2 is
    /// entry n. Behind them the dictionary.
    private func writeStrings(
        _ values: ArraySlice<UInt64>, _ dictionary: StringTable, to writer: inout ByteWriter
    ) {
        var symbols = [UInt32](repeating: 0, count: values.count)
        var output = symbols.mutableSpan
        var previous = UInt64.max
        var known: UInt64 = 0
        var index = 0
        for value in values {
            if value == previous {
                output[index] = 0
            } else if value == known {
                output[index] = 1
                known &+= 1
            } else {
                output[index] = UInt32(truncatingIfNeeded: value) &+ 2
            }
            previous = value
            index &+= 1
        }
        IntegerCoding.write(symbols, compressor, to: &writer)
        let lengths = (0..<dictionary.count).map { UInt32(dictionary.range($0).count) }
        IntegerCoding.write(lengths, compressor, to: &writer)
        Block.write(dictionary.bytes.span, compressor, to: &writer)
    }

    /// Values of a column of numbers. Differences pay where many values repeat the one before.
    private func writeNumbers(_ values: ArraySlice<UInt64>, _ type: ValueType, to writer: inout ByteWriter) {
        let numbers = Array(values)
        guard type == .int else { return IntegerCoding.write(numbers, .none, compressor, to: &writer) }
        var repeats = 0
        var previous: UInt64?
        for number in numbers {
            if number == previous { repeats += 1 }
            previous = number
        }
        IntegerCoding.write(
            numbers, repeats > numbers.count / 5 ? .delta : .zigzag, compressor, to: &writer)
    }

    /// Ids as their bytes, first byte first.
    private static func bytes(of ids: [UInt64]) -> [UInt8] {
        var writer = ByteWriter()
        writer.uint64s(ids.map(\.byteSwapped))
        return writer.bytes
    }

    private static func bytes(of traces: [TraceID]) -> [UInt8] {
        var ids: [UInt64] = []
        ids.reserveCapacity(traces.count * 2)
        for trace in traces {
            ids.append(trace.high)
            ids.append(trace.low)
        }
        return bytes(of: ids)
    }
}
