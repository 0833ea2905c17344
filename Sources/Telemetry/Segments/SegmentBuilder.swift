/// Builds a segment's columns from batches: brings the tables of all batches into one, orders the spans
/// by trace and lays their values out column by column.
struct SegmentBuilder: ~Copyable {
    private var result = SegmentColumns()
    private let batches: [SpanBatch]

    // From a batch's numbers to the segment's, by batch.
    private var operationMaps: [[UInt32]] = []
    private var originMaps: [[UInt32]] = []
    private var traceMaps: [[UInt32]] = []
    /// A batch's dictionary entry to the entry within its column.
    private var entryMaps: [[UInt64]] = []

    private var columnIndex = ProbeTable(capacity: 64)
    private var layoutIndex: [[UInt32]: UInt32] = [:]
    private var operationIndex: [Operation: UInt32] = [:]
    private var originIndex: [Origin: UInt32] = [:]
    private var resources = StringIndex()
    private var scopes = StringIndex()
    private var traceIndex = ProbeTable(capacity: 16_384)
    private var dictionary = ColumnDictionary()
    /// By entry of `dictionary`: its number within its column; by column: how many it has.
    private var numbersInColumn: [UInt32] = []
    private var entriesOfColumn: [UInt32] = []

    /// A span among the batches.
    private struct Row {
        var batch: UInt32
        var index: UInt32
        /// Where its slots start.
        var slot: UInt32
        var start: UInt64
    }

    init(_ batches: [SpanBatch]) { self.batches = batches }

    consuming func build() -> SegmentColumns {
        for (number, field) in result.tables.columns.enumerated() {
            columnIndex.insert(Self.hash(field), index: number)
        }
        entriesOfColumn = [UInt32](repeating: 0, count: result.tables.columns.count)
        for batch in batches { merge(batch) }
        let rows = orderedRows()
        layOut(rows)
        layOutValues(rows)
        orderDictionaries()
        return result
    }
}

// MARK: - Tables

extension SegmentBuilder {
    private mutating func merge(_ batch: SpanBatch) {
        let columnMap = batch.columns.map { column($0) }
        entryMaps.append(entryMap(batch, columnMap))
        let layoutMap = (0..<batch.layouts.count).map { layout in
            self.layout(batch.layouts[layout].map { columnMap[Int($0)] })
        }
        operationMaps.append(operationMap(batch, layoutMap))
        originMaps.append(originMap(batch))
        traceMaps.append(batch.traces.map { trace($0) })
        result.tables.arrivals.append(batch.arrival)
    }

    private mutating func column(_ key: ColumnKey) -> UInt32 {
        let hash = Self.hash(key)
        if let known = columnIndex.find(hash, { result.tables.columns[$0] == key }) { return UInt32(known) }
        let number = result.tables.columns.count
        result.tables.columns.append(key)
        entriesOfColumn.append(0)
        columnIndex.insert(hash, index: number)
        return UInt32(number)
    }

    private static func hash(_ key: ColumnKey) -> UInt64 {
        TableHash.bytes(
            key.name.span, key.name.indices, seed: UInt64(key.type.rawValue) << 8 | UInt64(key.role.rawValue))
    }

    private mutating func layout(_ sequence: [UInt32]) -> UInt32 {
        if let known = layoutIndex[sequence] { return known }
        let number = UInt32(result.tables.layouts.count)
        result.tables.layouts.append(sequence)
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

    private mutating func operationMap(_ batch: SpanBatch, _ layoutMap: [UInt32]) -> [UInt32] {
        let names = entryMaps[entryMaps.count - 1]
        return batch.operations.map { operation in
            var merged = operation
            merged.name = UInt32(names[Int(operation.name)])
            merged.layout = layoutMap[Int(operation.layout)]
            if let known = operationIndex[merged] { return known }
            let number = UInt32(result.tables.operations.count)
            result.tables.operations.append(merged)
            operationIndex[merged] = number
            return number
        }
    }

    private mutating func originMap(_ batch: SpanBatch) -> [UInt32] {
        let resourceMap = (0..<batch.resources.count).map {
            resources.intern(Array(batch.resources[$0]), into: &result.origins.resources)
        }
        let scopeMap = (0..<batch.scopes.count).map {
            scopes.intern(Array(batch.scopes[$0]), into: &result.origins.scopes)
        }
        return batch.origins.map { origin in
            let merged = Origin(
                resource: resourceMap[Int(origin.resource)], scope: scopeMap[Int(origin.scope)])
            if let known = originIndex[merged] { return known }
            let number = UInt32(result.origins.origins.count)
            result.origins.origins.append(merged)
            originIndex[merged] = number
            return number
        }
    }

    private mutating func trace(_ id: TraceID) -> UInt32 {
        let hash = TableHash.mix(id.high ^ 0x9e37_79b9_7f4a_7c15, id.low ^ 0xe703_7ed1_a0b4_28db)
        if let known = traceIndex.find(hash, { result.traces[$0] == id }) { return UInt32(known) }
        let number = result.traces.count
        result.traces.append(id)
        traceIndex.insert(hash, index: number)
        return UInt32(number)
    }
}

// MARK: - Order

extension SegmentBuilder {
    /// All spans, trace after trace; fills the columns of the traces.
    private mutating func orderedRows() -> [Row] {
        var counts = [UInt32](repeating: 0, count: result.traces.count)
        var starts = [UInt64](repeating: .max, count: result.traces.count)
        for (batch, map) in zip(batches, traceMaps) {
            for span in 0..<batch.spanCount {
                let trace = Int(map[Int(batch.traceIndexes[span])])
                counts[trace] &+= 1
                starts[trace] = min(starts[trace], batch.starts[span])
            }
        }
        var order = (0..<UInt32(result.traces.count)).map { (start: starts[Int($0)], trace: $0) }
        let traces = result.traces
        order.sort { left, right in
            left.start != right.start
                ? left.start < right.start : traces[Int(left.trace)] < traces[Int(right.trace)]
        }
        // Traces that lost all their spans to a refusal have none to show.
        order.removeAll { counts[Int($0.trace)] == 0 }
        var position: UInt32 = 0
        var positions = [UInt32](repeating: 0, count: counts.count)
        for (_, trace) in order {
            positions[Int(trace)] = position
            position += counts[Int(trace)]
        }
        result.traceStarts = order.map(\.start)
        result.traceSpanCounts = order.map { counts[Int($0.trace)] }
        result.traces = order.map { traces[Int($0.trace)] }
        var rows = placedRows(&positions, count: Int(position))
        sortWithinTraces(&rows)
        return rows
    }

    private func placedRows(_ positions: inout [UInt32], count: Int) -> [Row] {
        var rows = [Row](repeating: Row(batch: 0, index: 0, slot: 0, start: 0), count: count)
        for number in batches.indices {
            let batch = batches[number]
            let map = traceMaps[number]
            let lengths = batch.operations.map { UInt32(batch.layouts.range(Int($0.layout)).count) }
            var slot: UInt32 = 0
            for span in 0..<batch.spanCount {
                let trace = Int(map[Int(batch.traceIndexes[span])])
                rows[Int(positions[trace])] = Row(
                    batch: UInt32(number), index: UInt32(span), slot: slot, start: batch.starts[span])
                positions[trace] += 1
                slot += lengths[Int(batch.operationIndexes[span])]
            }
        }
        return rows
    }

    /// Orders the spans of each trace by start; spans that start together stay in the order they came in.
    private func sortWithinTraces(_ rows: inout [Row]) {
        var first = 0
        for count in result.traceSpanCounts {
            let end = first + Int(count)
            if count > 32 {
                rows[first..<end].sort {
                    ($0.start, $0.batch, $0.index) < ($1.start, $1.batch, $1.index)
                }
            } else {
                var span = rows.mutableSpan
                for index in first &+ 1..<max(end, first &+ 1) {
                    let row = span[index]
                    var hole = index
                    while hole > first, span[hole &- 1].start > row.start {
                        span[hole] = span[hole &- 1]
                        hole &-= 1
                    }
                    span[hole] = row
                }
            }
            first = end
        }
    }
}

// MARK: - Columns

extension SegmentBuilder {
    /// Fills the columns that every span has.
    private mutating func layOut(_ rows: [Row]) {
        result.spanIDs.reserveCapacity(rows.count)
        result.startOffsets.reserveCapacity(rows.count)
        result.durations.reserveCapacity(rows.count)
        result.operationIndexes.reserveCapacity(rows.count)
        result.originIndexes.reserveCapacity(rows.count)
        result.arrivalIndexes.reserveCapacity(rows.count)
        var parentIDs: [UInt64] = []
        parentIDs.reserveCapacity(rows.count)
        var row = 0
        for trace in result.traces.indices {
            for _ in 0..<result.traceSpanCounts[trace] {
                let place = rows[row]
                let number = Int(place.batch)
                let span = Int(place.index)
                result.spanIDs.append(batches[number].spanIDs[span])
                parentIDs.append(batches[number].parentIDs[span])
                result.startOffsets.append(place.start &- result.traceStarts[trace])
                result.durations.append(batches[number].ends[span] &- place.start)
                result.operationIndexes.append(
                    operationMaps[number][Int(batches[number].operationIndexes[span])])
                result.originIndexes.append(originMaps[number][Int(batches[number].originIndexes[span])])
                result.arrivalIndexes.append(place.batch)
                row += 1
            }
        }
        resolveParents(parentIDs)
    }

    /// Names parents by their place in the trace.
    private mutating func resolveParents(_ parentIDs: [UInt64]) {
        result.parents.reserveCapacity(parentIDs.count)
        var first = 0
        for count in result.traceSpanCounts {
            let end = first + Int(count)
            // Looking through a short trace is faster than indexing it.
            let places = count > 64 ? indexed(first..<end) : [:]
            for span in first..<end {
                let parent = parentIDs[span]
                guard parent != 0 else {
                    result.parents.append(ParentCode.root)
                    continue
                }
                let place = count > 64 ? places[parent] : find(parent, in: first..<end)
                if let place {
                    result.parents.append(ParentCode.near(span - place))
                } else {
                    result.parents.append(ParentCode.external)
                    result.externalParents.append(parent)
                }
            }
            first = end
        }
    }

    @inline(__always)
    private func find(_ id: UInt64, in range: Range<Int>) -> Int? {
        let ids = result.spanIDs.span
        for index in range where ids[index] == id { return index }
        return nil
    }

    private func indexed(_ range: Range<Int>) -> [UInt64: Int] {
        Dictionary(range.map { (result.spanIDs[$0], $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Fills the columns of values.
    private mutating func layOutValues(_ rows: [Row]) {
        var spansOfOperations = [Int](repeating: 0, count: result.tables.operations.count)
        for operation in result.operationIndexes { spansOfOperations[Int(operation)] += 1 }
        var offset = 0
        result.valueOffsets = [0]
        for count in result.tables.valueCounts(spansOfOperations: spansOfOperations) {
            offset += count
            result.valueOffsets.append(offset)
        }
        result.values = [UInt64](repeating: 0, count: offset)
        let isInDictionary = result.tables.columns.map(\.type.isInDictionary)
        let layouts = result.tables.layouts
        let layoutOfOperation = result.tables.operations.map { Int($0.layout) }
        var next = result.valueOffsets
        for row in rows.indices {
            let place = rows[row]
            let operation = Int(result.operationIndexes[row])
            Self.scatter(
                batches[Int(place.batch)].slots, from: Int(place.slot), entryMaps[Int(place.batch)],
                layouts.columns, layouts.range(layoutOfOperation[operation]), isInDictionary,
                &next, &result.values)
        }
    }

    /// Puts the slots of one span where the columns go on.
    @inline(__always)
    private static func scatter(
        _ slots: [UInt64], from start: Int, _ entries: [UInt64], _ columns: [UInt32], _ layout: Range<Int>,
        _ isInDictionary: [Bool], _ next: inout [Int], _ values: inout [UInt64]
    ) {
        let slots = slots.span
        let entries = entries.span
        let columns = columns.span
        let isInDictionary = isInDictionary.span
        var next = next.mutableSpan
        var values = values.mutableSpan
        var slot = start
        for position in layout {
            let column = Int(columns[position])
            let value = slots[slot]
            values[next[column]] = isInDictionary[column] ? entries[Int(value)] : value
            next[column] &+= 1
            slot &+= 1
        }
    }

    /// Numbers the entries of every dictionary anew, in the order in which the spans use them: strings that
    /// are used together stand together, and a first use is always "the next entry".
    private mutating func orderDictionaries() {
        var entries = [[UInt32]](repeating: [], count: result.tables.columns.count)
        for entry in 0..<dictionary.count { entries[Int(dictionary.columns[entry])].append(UInt32(entry)) }
        for column in result.tables.columns.indices {
            var table = StringTable()
            if result.tables.columns[column].type.isInDictionary {
                let own = entries[column]
                var renumbered = [UInt32](repeating: .max, count: own.count)
                var used: UInt32 = 0
                func number(_ value: Int, _ table: inout StringTable) -> UInt32 {
                    if renumbered[value] == .max {
                        renumbered[value] = used
                        used += 1
                        let strings = dictionary.strings
                        table.append(strings.bytes.span.extracting(strings.range(Int(own[value]))))
                    }
                    return renumbered[value]
                }
                if column == Int(FieldColumn.name.id) {
                    for operation in result.tables.operations.indices {
                        let name = number(Int(result.tables.operations[operation].name), &table)
                        result.tables.operations[operation].name = name
                    }
                } else {
                    for index in result.valueOffsets[column]..<result.valueOffsets[column + 1] {
                        result.values[index] = UInt64(number(Int(result.values[index]), &table))
                    }
                }
            }
            result.dictionaries.append(table)
        }
    }
}
