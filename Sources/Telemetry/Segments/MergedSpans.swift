/// The spans of several batches one after another, with one set of tables: what a segment is laid out from.
///
/// A slot of a dictionary column holds the number of its entry within its column.
struct MergedSpans: ~Copyable {
    // One element a span, in the order the spans came.
    private(set) var spanIDs: [UInt64] = []
    private(set) var parentIDs: [UInt64] = []
    private(set) var starts: [UInt64] = []
    private(set) var ends: [UInt64] = []
    private(set) var traceIndexes: [UInt32] = []
    private(set) var operationIndexes: [UInt32] = []
    private(set) var originIndexes: [UInt32] = []
    private(set) var arrivalIndexes: [UInt32] = []
    /// Where each span's slots start.
    private(set) var slotOffsets: [UInt32] = []

    private(set) var slots: [UInt64] = []
    private(set) var traces: [TraceID] = []
    private(set) var tables = SegmentTables()
    private(set) var origins = SegmentOrigins()
    /// The values of all dictionary columns; those of one column are numbered as they come.
    private(set) var dictionary = ColumnDictionary()

    private var columnIndex = ProbeTable(capacity: 64)
    private var layoutIndex: [[UInt32]: UInt32] = [:]
    private var operationIndex: [Operation: UInt32] = [:]
    private var originIndex: [Origin: UInt32] = [:]
    private var resources = StringIndex()
    private var scopes = StringIndex()
    private var traceIndex = ProbeTable(capacity: 16_384)
    /// By entry of `dictionary`: its number within its column; by column: how many it has.
    private var numbersInColumn: [UInt32] = []
    private var entriesOfColumn = [UInt32](repeating: 0, count: FieldColumn.count)

    var spanCount: Int { spanIDs.count }

    init(_ batches: [SpanBatch]) {
        for (number, field) in tables.columns.enumerated() {
            columnIndex.insert(field.tableHash, index: number)
        }
        let spans = batches.reduce(0) { $0 + $1.spanCount }
        reserve(spans: spans, slots: batches.reduce(0) { $0 + $1.slots.count })
        for batch in batches { append(batch) }
    }

    private mutating func reserve(spans: Int, slots slotCount: Int) {
        spanIDs.reserveCapacity(spans)
        parentIDs.reserveCapacity(spans)
        starts.reserveCapacity(spans)
        ends.reserveCapacity(spans)
        traceIndexes.reserveCapacity(spans)
        operationIndexes.reserveCapacity(spans)
        originIndexes.reserveCapacity(spans)
        arrivalIndexes.reserveCapacity(spans)
        slotOffsets.reserveCapacity(spans)
        slots.reserveCapacity(slotCount)
    }

    private mutating func append(_ batch: SpanBatch) {
        let columnMap = batch.columns.map { column($0) }
        let entryMap = entryMap(batch, columnMap)
        let layoutMap = (0..<batch.layouts.count).map { layout in
            self.layout(batch.layouts[layout].map { columnMap[Int($0)] })
        }
        let operationMap = operationMap(batch, layoutMap, entryMap)
        let originMap = originMap(batch)
        let traceMap = batch.traces.map { trace($0) }
        spanIDs += batch.spanIDs
        parentIDs += batch.parentIDs
        starts += batch.starts
        ends += batch.ends
        for trace in batch.traceIndexes { traceIndexes.append(traceMap[Int(trace)]) }
        for operation in batch.operationIndexes { operationIndexes.append(operationMap[Int(operation)]) }
        for origin in batch.originIndexes { originIndexes.append(originMap[Int(origin)]) }
        let arrival = UInt32(tables.arrivals.count)
        for _ in 0..<batch.spanCount { arrivalIndexes.append(arrival) }
        tables.arrivals.append(batch.arrival)
        appendSlots(batch, entryMap)
    }

    private mutating func appendSlots(_ batch: SpanBatch, _ entryMap: [UInt64]) {
        let isInDictionary = batch.columns.map(\.type.isInDictionary)
        let layoutOfOperation = batch.operations.map { batch.layouts.range(Int($0.layout)) }
        let columns = batch.layouts.columns
        let source = batch.slots
        var slot = 0
        for operation in batch.operationIndexes {
            slotOffsets.append(UInt32(truncatingIfNeeded: slots.count))
            for position in layoutOfOperation[Int(operation)] {
                let value = source[slot]
                slots.append(isInDictionary[Int(columns[position])] ? entryMap[Int(value)] : value)
                slot &+= 1
            }
        }
    }
}

// MARK: - Tables

extension MergedSpans {
    private mutating func column(_ key: ColumnKey) -> UInt32 {
        let hash = key.tableHash
        if let known = columnIndex.find(hash, { tables.columns[$0] == key }) { return UInt32(known) }
        let number = tables.columns.count
        tables.columns.append(key)
        entriesOfColumn.append(0)
        columnIndex.insert(hash, index: number)
        return UInt32(number)
    }

    private mutating func layout(_ sequence: [UInt32]) -> UInt32 {
        if let known = layoutIndex[sequence] { return known }
        let number = UInt32(tables.layouts.count)
        tables.layouts.append(sequence)
        layoutIndex[sequence] = number
        return number
    }

    private mutating func entryMap(_ batch: SpanBatch, _ columnMap: [UInt32]) -> [UInt64] {
        let strings = batch.dictionary.strings
        var map: [UInt64] = []
        map.reserveCapacity(batch.dictionary.count)
        for entry in 0..<batch.dictionary.count {
            let column = columnMap[Int(batch.dictionary.columns[entry])]
            let known = dictionary.count
            let merged = dictionary.intern(strings.bytes.span, strings.range(entry), column: column)
            if dictionary.count > known {
                numbersInColumn.append(entriesOfColumn[Int(column)])
                entriesOfColumn[Int(column)] += 1
            }
            map.append(UInt64(numbersInColumn[Int(merged)]))
        }
        return map
    }

    private mutating func operationMap(
        _ batch: SpanBatch, _ layoutMap: [UInt32], _ entryMap: [UInt64]
    ) -> [UInt32] {
        batch.operations.map { operation in
            var merged = operation
            merged.name = UInt32(entryMap[Int(operation.name)])
            merged.layout = layoutMap[Int(operation.layout)]
            if let known = operationIndex[merged] { return known }
            let number = UInt32(tables.operations.count)
            tables.operations.append(merged)
            operationIndex[merged] = number
            return number
        }
    }

    private mutating func originMap(_ batch: SpanBatch) -> [UInt32] {
        let resourceMap = (0..<batch.resources.count).map {
            resources.intern(Array(batch.resources[$0]), into: &origins.resources)
        }
        let scopeMap = (0..<batch.scopes.count).map {
            scopes.intern(Array(batch.scopes[$0]), into: &origins.scopes)
        }
        return batch.origins.map { origin in
            let merged = Origin(
                resource: resourceMap[Int(origin.resource)], scope: scopeMap[Int(origin.scope)])
            if let known = originIndex[merged] { return known }
            let number = UInt32(origins.origins.count)
            origins.origins.append(merged)
            originIndex[merged] = number
            return number
        }
    }

    private mutating func trace(_ id: TraceID) -> UInt32 {
        let hash = TableHash.mix(id.high ^ 0x9e37_79b9_7f4a_7c15, id.low ^ 0xe703_7ed1_a0b4_28db)
        if let known = traceIndex.find(hash, { traces[$0] == id }) { return UInt32(known) }
        let number = traces.count
        traces.append(id)
        traceIndex.insert(hash, index: number)
        return UInt32(number)
    }
}
