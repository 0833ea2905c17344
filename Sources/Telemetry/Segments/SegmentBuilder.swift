/// Builds a segment's columns from batches: brings the tables of all batches into one, orders the spans
/// by trace and lays their values out column by column.
struct SegmentBuilder: ~Copyable {
    var result = SegmentColumns()
    let merged: MergedSpans
    /// By span of `merged`: whether it is left out; empty when none is.
    private var isLeftOut: [Bool] = []

    /// - Parameter signal: what the batches hold: traces or logs
    init(_ batches: [SpanBatch], signal: Signal = .traces) {
        merged = MergedSpans(batches)
        result.signal = signal
    }

    /// Builds one segment from several of one signal, oldest first.
    init(merging segments: consuming [SegmentColumns]) {
        result.signal = segments.first?.signal ?? .traces
        merged = MergedSpans(segments)
    }

    /// Lays the spans out. A span that comes twice is laid out once: the first one stays. Log records all stay.
    consuming func build() -> SegmentColumns {
        let rows = orderedRows()
        return laidOut(rows, without: result.signal == .traces ? repeatedSpans(rows) : [])
    }

    /// The same without the spans that segments have; for traces.
    /// - Parameter stored: segments that are stored already. What a damaged one has is not known
    /// - Throws: `StoreError` when one cannot be read at the moment
    consuming func build(
        leavingOutThoseIn stored: some Collection<SegmentView>
    ) throws(StoreError) -> SegmentColumns {
        let rows = orderedRows()
        let repeated = repeatedSpans(rows) + (try storedSpans(rows, stored))
        return laidOut(rows, without: repeated)
    }

    private mutating func laidOut(_ ordered: [Row], without repeated: [UInt32]) -> SegmentColumns {
        result.tables = merged.tables
        result.origins = merged.origins
        result.storedOrigins = merged.storedOrigins
        var rows = ordered
        if !repeated.isEmpty {
            isLeftOut = [Bool](repeating: false, count: merged.spanCount)
            for span in repeated { isLeftOut[Int(span)] = true }
            rows = orderedRows()
            result.duplicates = merged.spanCount - rows.count
        }
        layOut(rows)
        layOutValues(rows)
        orderDictionaries()
        return result
    }
}

// MARK: - Order

extension SegmentBuilder {
    /// A span, by its place among the merged ones, with its start.
    typealias Row = (span: UInt32, start: UInt64)

    /// All spans, trace after trace; fills the columns of the traces.
    private mutating func orderedRows() -> [Row] {
        var counts = [UInt32](repeating: 0, count: merged.traces.count)
        var starts = [UInt64](repeating: .max, count: merged.traces.count)
        let isLeftOut = self.isLeftOut
        for span in 0..<merged.spanCount {
            if !isLeftOut.isEmpty, isLeftOut[span] { continue }
            let trace = Int(merged.traceIndexes[span])
            counts[trace] &+= 1
            starts[trace] = min(starts[trace], merged.starts[span])
        }
        // A trace may have lost all its spans: to a refusal, or because they are stored already.
        var order = (0..<UInt32(counts.count)).filter { counts[Int($0)] > 0 }
            .map { (start: starts[Int($0)], trace: $0) }
        let traces = merged.traces
        order.sort { left, right in
            left.start != right.start
                ? left.start < right.start : traces[Int(left.trace)] < traces[Int(right.trace)]
        }
        var position: UInt32 = 0
        var positions = [UInt32](repeating: 0, count: counts.count)
        for (_, trace) in order {
            positions[Int(trace)] = position
            position += counts[Int(trace)]
        }
        result.traceStarts = order.map(\.start)
        result.traceSpanCounts = order.map { counts[Int($0.trace)] }
        result.traces = order.map { traces[Int($0.trace)] }
        var rows = [Row](repeating: (0, 0), count: Int(position))
        for span in 0..<merged.spanCount {
            if !isLeftOut.isEmpty, isLeftOut[span] { continue }
            let trace = Int(merged.traceIndexes[span])
            rows[Int(positions[trace])] = (UInt32(span), merged.starts[span])
            positions[trace] += 1
        }
        sortWithinTraces(&rows)
        return rows
    }

    /// Orders the spans of each trace by start; spans that start together stay in the order they came in.
    private func sortWithinTraces(_ rows: inout [Row]) {
        var first = 0
        for count in result.traceSpanCounts {
            let end = first + Int(count)
            if count > 32 {
                rows[first..<end].sort { ($0.start, $0.span) < ($1.start, $1.span) }
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
            let base = result.traceStarts[trace]
            for _ in 0..<result.traceSpanCounts[trace] {
                let span = Int(rows[row].span)
                result.spanIDs.append(merged.spanIDs[span])
                parentIDs.append(merged.parentIDs[span])
                result.startOffsets.append(merged.starts[span] &- base)
                result.durations.append(merged.ends[span] &- merged.starts[span])
                result.operationIndexes.append(merged.operationIndexes[span])
                result.originIndexes.append(merged.originIndexes[span])
                result.arrivalIndexes.append(merged.arrivalIndexes[span])
                row &+= 1
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
            // Looking through a short trace is faster than indexing it. Log records have no parents at all.
            let isIndexed = count > 64 && parentIDs[first..<end].contains { $0 != 0 }
            let places = isIndexed ? indexed(first..<end) : [:]
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
        var values = [UInt64](repeating: 0, count: offset)
        var next = result.valueOffsets
        place(rows, into: values.mutableSpan, at: next.mutableSpan)
        result.values = values
    }

    /// Puts the slots of all spans where their columns' values stand.
    /// - Parameter next: by column: the place of its next value
    private func place(
        _ rows: [Row], into values: consuming MutableSpan<UInt64>, at next: consuming MutableSpan<Int>
    ) {
        let layoutOfOperation = result.tables.operations.map { result.tables.layouts.range(Int($0.layout)) }
        let columns = result.tables.layouts.columns.span
        let operations = result.operationIndexes.span
        let slots = merged.slots.span
        for row in rows.indices {
            var slot = Int(merged.slotOffsets[Int(rows[row].span)])
            for position in layoutOfOperation[Int(operations[row])] {
                let column = Int(columns[position])
                values[next[column]] = slots[slot]
                next[column] &+= 1
                slot &+= 1
            }
        }
    }

    /// Numbers the entries of every dictionary anew, in the order in which the spans use them: strings that
    /// are used together stand together, and a first use is always "the next entry".
    private mutating func orderDictionaries() {
        var entries = [[UInt32]](repeating: [], count: result.tables.columns.count)
        for entry in 0..<merged.dictionary.count {
            entries[Int(merged.dictionary.columns[entry])].append(UInt32(entry))
        }
        let strings = merged.dictionary.strings
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
                    let places = result.valueOffsets[column]..<result.valueOffsets[column + 1]
                    var values = result.values.mutableSpan
                    for index in places {
                        values[index] = UInt64(number(Int(values[index]), &table))
                    }
                }
            }
            result.dictionaries.append(table)
        }
    }
}
