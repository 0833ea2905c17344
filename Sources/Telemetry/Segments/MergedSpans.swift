/// The spans of several batches or segments one after another, with one set of tables: what a segment is laid out
/// from.
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
    /// In place of `origins`, where the spans come from segments.
    private(set) var storedOrigins: [SegmentOriginReference] = []
    /// The values of all dictionary columns; those of one column are numbered as they come.
    private(set) var dictionary = ColumnDictionary()

    private var columnIndex = ProbeTable(capacity: 64)
    /// By the column sets of the batches, while these are there: what `columnMap` gave.
    private var columnMaps: [ObjectIdentifier: [UInt32]] = [:]
    private var layoutIndex = ProbeTable(capacity: 256)
    private var operationIndex = ProbeTable(capacity: 256)
    private var originIndex = ProbeTable(capacity: 64)
    private var storedOriginIndex: [SegmentOriginReference: UInt32] = [:]
    private var resources = StringIndex()
    private var scopes = StringIndex()
    private var traceIndex = ProbeTable(capacity: 16_384)
    /// By entry of `dictionary`: its number within its column; by column: how many it has.
    private var numbersInColumn: [UInt32] = []
    private var entriesOfColumn = [UInt32](repeating: 0, count: FieldColumn.count)

    /// By number within the column of names: the entry.
    private var nameEntries: [UInt32] = []

    var spanCount: Int { spanIDs.count }

    /// By name: what operations call it.
    var nameNumbers: [ArraySlice<UInt8>: UInt32] {
        Dictionary(
            nameEntries.indices.map { (name(UInt32($0)), UInt32($0)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What an operation's `name` stands for.
    func name(_ number: UInt32) -> ArraySlice<UInt8> { dictionary.strings[Int(nameEntries[Int(number)])] }

    init(_ batches: [SpanBatch]) {
        indexFields()
        // By index: an element of a loop would be a copy of all its fields.
        let spans = batches.indices.reduce(0) { $0 + batches[$1].spanCount }
        reserve(spans: spans, slots: batches.indices.reduce(0) { $0 + batches[$1].slots.count })
        // Most values come in several batches.
        let entries = batches.indices.reduce(0) { $0 + batches[$1].dictionary.count } / 2
        dictionary = ColumnDictionary(capacity: min(entries, 1 << 18))
        for index in batches.indices { append(batches[index]) }
        columnMaps = [:]
    }

    init(_ segments: consuming [SegmentColumns]) {
        indexFields()
        reserve(
            spans: segments.reduce(0) { $0 + $1.spanCount },
            slots: segments.reduce(0) { $0 + $1.values.count })
        // Each one goes as soon as it is taken over, so that memory holds the spans about once.
        segments.reverse()
        while let segment = segments.popLast() { append(segment) }
    }

    private mutating func indexFields() {
        for (number, field) in tables.columns.enumerated() {
            columnIndex.insert(field.tableHash, index: number)
        }
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
        let columnMap = columnMap(batch)
        let entryMap = entryMap(batch, columnMap)
        let layoutMap = layoutMap(batch.layouts, columnMap)
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
        let isEntryAtPosition = batch.layouts.columns.map {
            batch.columns.keys[Int($0)].type.isInDictionary
        }
        let layoutOfOperation = batch.operations.map { batch.layouts.range(Int($0.layout)) }
        var offset = slots.count
        for operation in batch.operationIndexes {
            slotOffsets.append(UInt32(truncatingIfNeeded: offset))
            offset &+= layoutOfOperation[Int(operation)].count
        }
        // Nothing added to an empty array would be written to the one that all empty arrays share.
        guard !batch.slots.isEmpty else { return }
        slots.append(addingCapacity: batch.slots.count) { output in
            let isEntry = isEntryAtPosition.span
            let entries = entryMap.span
            let source = batch.slots.span
            var slot = 0
            for operation in batch.operationIndexes {
                for position in layoutOfOperation[Int(operation)] {
                    let value = source[slot]
                    output.append(isEntry[position] ? entries[Int(value)] : value)
                    slot &+= 1
                }
            }
        }
    }
}

// MARK: - Segments

extension MergedSpans {
    private mutating func append(_ segment: SegmentColumns) {
        let columnMap = segment.tables.columns.map { column($0, hash: $0.tableHash) }
        let entryMaps = entryMaps(segment, columnMap)
        let layoutMap = layoutMap(segment.tables.layouts, columnMap)
        let names = entryMaps[Int(FieldColumn.name.id)]
        let operationMap = segment.tables.operations.map { operation in
            var merged = operation
            merged.name = UInt32(truncatingIfNeeded: names[Int(operation.name)])
            merged.layout = layoutMap[Int(operation.layout)]
            return self.operation(merged)
        }
        let originMap = segment.storedOrigins.map { origin in
            if let known = storedOriginIndex[origin] { return known }
            let number = UInt32(storedOrigins.count)
            storedOrigins.append(origin)
            storedOriginIndex[origin] = number
            return number
        }
        spanIDs += segment.spanIDs
        parentIDs += segment.parentIDs()
        for operation in segment.operationIndexes { operationIndexes.append(operationMap[Int(operation)]) }
        for origin in segment.originIndexes { originIndexes.append(originMap[Int(origin)]) }
        let arrival = UInt32(tables.arrivals.count)
        for index in segment.arrivalIndexes { arrivalIndexes.append(arrival + index) }
        tables.arrivals += segment.tables.arrivals
        appendTimes(segment)
        appendSlots(segment, entryMaps)
    }

    private mutating func appendTimes(_ segment: SegmentColumns) {
        var row = 0
        for (index, id) in segment.traces.enumerated() {
            let trace = self.trace(id)
            for _ in 0..<segment.traceSpanCounts[index] {
                let start = segment.traceStarts[index] &+ segment.startOffsets[row]
                traceIndexes.append(trace)
                starts.append(start)
                ends.append(start &+ segment.durations[row])
                row += 1
            }
        }
    }

    /// By column and entry of the segment: the number of the same value within its column here.
    private mutating func entryMaps(_ segment: SegmentColumns, _ columnMap: [UInt32]) -> [[UInt64]] {
        segment.dictionaries.indices.map { column in
            let strings = segment.dictionaries[column]
            return (0..<strings.count).map { entry in
                let range = strings.range(entry)
                let hash = ColumnDictionary.hash(strings.bytes.span, range)
                return UInt64(number(of: strings.bytes.span, range, hash: hash, column: columnMap[column]))
            }
        }
    }

    /// Values go back from columns to spans.
    private mutating func appendSlots(_ segment: SegmentColumns, _ entryMaps: [[UInt64]]) {
        let isInDictionary = segment.tables.columns.map(\.type.isInDictionary)
        let layoutOfOperation = segment.tables.operations.map { segment.tables.layouts.range(Int($0.layout)) }
        let columns = segment.tables.layouts.columns
        var next = segment.valueOffsets
        for operation in segment.operationIndexes {
            slotOffsets.append(UInt32(truncatingIfNeeded: slots.count))
            for position in layoutOfOperation[Int(operation)] {
                let column = Int(columns[position])
                let value = segment.values[next[column]]
                slots.append(isInDictionary[column] ? entryMaps[column][Int(value)] : value)
                next[column] &+= 1
            }
        }
    }
}

// MARK: - Tables

extension MergedSpans {
    private mutating func column(_ key: ColumnKey, hash: UInt64) -> UInt32 {
        if let known = columnIndex.find(hash, { tables.columns[$0] == key }) { return UInt32(known) }
        let number = tables.columns.count
        tables.columns.append(key)
        entriesOfColumn.append(0)
        columnIndex.insert(hash, index: number)
        return UInt32(number)
    }

    /// The numbers of a batch's columns here; `none` for one that nothing used so far.
    private mutating func columnMap(_ batch: SpanBatch) -> [UInt32] {
        let set = batch.columns
        var map =
            columnMaps.removeValue(forKey: ObjectIdentifier(set))
            ?? [UInt32](repeating: LayoutTrie.none, count: set.count)
        for used in [batch.layouts.columns, batch.dictionary.columns] {
            for column in used where map[Int(column)] == LayoutTrie.none {
                map[Int(column)] = self.column(set.keys[Int(column)], hash: set.hashes[Int(column)])
            }
        }
        columnMaps[ObjectIdentifier(set)] = map
        return map
    }

    private mutating func layoutMap(_ layouts: LayoutTable, _ columnMap: [UInt32]) -> [UInt32] {
        // All of them with the columns' numbers here, still where they were.
        let columns = layouts.columns.map { columnMap[Int($0)] }
        return (0..<layouts.count).map { layout in
            let range = layouts.range(layout)
            var hash = UInt64(range.count)
            for position in range {
                hash = TableHash.words(hash, UInt64(columns[position]))
            }
            let known = layoutIndex.find(hash) { tables.layouts[$0].elementsEqual(columns[range]) }
            if let known { return UInt32(known) }
            layoutIndex.insert(hash, index: tables.layouts.count)
            tables.layouts.append(columns[range])
            return UInt32(tables.layouts.count - 1)
        }
    }

    private mutating func entryMap(_ batch: SpanBatch, _ columnMap: [UInt32]) -> [UInt64] {
        let strings = batch.dictionary.strings
        let hashes = batch.dictionary.hashes.span
        let columns = batch.dictionary.columns.span
        var map: [UInt64] = []
        map.reserveCapacity(hashes.count)
        for entry in hashes.indices {
            let column = columnMap[Int(columns[entry])]
            let number = number(
                of: strings.bytes.span, strings.range(entry), hash: hashes[entry], column: column)
            map.append(UInt64(number))
        }
        return map
    }

    /// The number of a value within its column; a new value gets the next.
    @inline(__always)
    private mutating func number(
        of bytes: ByteSpan, _ range: Range<Int>, hash: UInt32, column: UInt32
    ) -> UInt32 {
        let known = dictionary.count
        let entry = dictionary.intern(bytes, range, column: column, hash: hash)
        if dictionary.count > known {
            numbersInColumn.append(entriesOfColumn[Int(column)])
            entriesOfColumn[Int(column)] += 1
            if column == FieldColumn.name.id { nameEntries.append(entry) }
        }
        return numbersInColumn[Int(entry)]
    }

    private mutating func operationMap(
        _ batch: SpanBatch, _ layoutMap: [UInt32], _ entryMap: [UInt64]
    ) -> [UInt32] {
        batch.operations.map { operation in
            var merged = operation
            merged.name = UInt32(entryMap[Int(operation.name)])
            merged.layout = layoutMap[Int(operation.layout)]
            return self.operation(merged)
        }
    }

    private mutating func operation(_ merged: Operation) -> UInt32 {
        let hash = merged.tableHash
        if let known = operationIndex.find(hash, { tables.operations[$0] == merged }) { return UInt32(known) }
        operationIndex.insert(hash, index: tables.operations.count)
        tables.operations.append(merged)
        return UInt32(tables.operations.count - 1)
    }

    private mutating func originMap(_ batch: SpanBatch) -> [UInt32] {
        let resourceMap = (0..<batch.resources.count).map { entry in
            let bytes = batch.resources.bytes.span.extracting(batch.resources.range(entry))
            return resources.intern(bytes, into: &origins.resources)
        }
        let scopeMap = (0..<batch.scopes.count).map { entry in
            let bytes = batch.scopes.bytes.span.extracting(batch.scopes.range(entry))
            return scopes.intern(bytes, into: &origins.scopes)
        }
        return batch.origins.map { origin in
            let merged = Origin(
                resource: resourceMap[Int(origin.resource)], scope: scopeMap[Int(origin.scope)])
            let hash = merged.tableHash
            if let known = originIndex.find(hash, { origins.origins[$0] == merged }) { return UInt32(known) }
            originIndex.insert(hash, index: origins.origins.count)
            origins.origins.append(merged)
            return UInt32(origins.origins.count - 1)
        }
    }

    private mutating func trace(_ id: TraceID) -> UInt32 {
        let hash = id.tableHash
        if let known = traceIndex.find(hash, { traces[$0] == id }) { return UInt32(known) }
        let number = traces.count
        traces.append(id)
        traceIndex.insert(hash, index: number)
        return UInt32(number)
    }
}
