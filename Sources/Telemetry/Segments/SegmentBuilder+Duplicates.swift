/// Two spans are the same one when trace id, span id, kind, name, start and end agree: retries and collectors that
/// pass spans on bring them more than once. A span that differs in one of these is another one, whatever its id.
extension SegmentBuilder {
    /// The spans that come again among the rows. Rows are ordered by trace and start, and those that start
    /// together are in the order in which they came: so the first one stays.
    func repeatedSpans(_ rows: [Row]) -> [UInt32] {
        var repeated: [UInt32] = []
        var end = 0
        for count in result.traceSpanCounts {
            let first = end
            end += Int(count)
            // Where a run of equal starts begins.
            var run = first
            for row in first..<end {
                if rows[row].start != rows[run].start { run = row }
                if row - run > Self.searchedMax {
                    appendRepeated(rows[run..<end], to: &repeated)
                    break
                }
                if (run..<row).contains(where: { isSame(rows[$0].span, rows[row].span) }) {
                    repeated.append(rows[row].span)
                }
            }
        }
        return repeated
    }

    /// Spans that start together in one trace are few; when they are more than this, looking at each pair would
    /// take too long.
    private static var searchedMax: Int { 64 }

    /// The same for spans of a trace that many others start together with.
    private func appendRepeated(_ rows: ArraySlice<Row>, to repeated: inout [UInt32]) {
        var seen: Set<SpanKey> = []
        let already = Set(repeated)
        for row in rows where !seen.insert(key(row.span)).inserted && !already.contains(row.span) {
            repeated.append(row.span)
        }
    }

    private struct SpanKey: Hashable {
        var spanID: UInt64
        var start: UInt64
        var end: UInt64
        var kind: Int32
        var name: UInt32
    }

    private func key(_ span: UInt32) -> SpanKey {
        let index = Int(span)
        let operation = merged.tables.operations[Int(merged.operationIndexes[index])]
        return SpanKey(
            spanID: merged.spanIDs[index], start: merged.starts[index], end: merged.ends[index],
            kind: operation.kind, name: operation.name)
    }

    /// Whether two spans of one trace that start together are the same.
    @inline(__always)
    private func isSame(_ left: UInt32, _ right: UInt32) -> Bool {
        merged.spanIDs[Int(left)] == merged.spanIDs[Int(right)] && key(left) == key(right)
    }

    // MARK: In segments

    /// The spans among the rows that stored segments have. What a damaged segment has is not known.
    /// - Throws: `StoreError` when the file cannot be read, which says nothing about a segment
    mutating func storedSpans(
        _ rows: [Row], _ stored: some Collection<SegmentView>
    ) throws(StoreError) -> [UInt32] {
        guard !stored.isEmpty else { return [] }
        var offsets: [Int] = [0]
        offsets.reserveCapacity(result.traces.count + 1)
        for count in result.traceSpanCounts { offsets.append(offsets[offsets.count - 1] + Int(count)) }
        var found: [UInt32] = []
        for view in stored {
            do throws(StoreError) {
                found += try storedSpans(rows, offsets, in: view)
            } catch {
                guard error.code == .damaged else { throw error }
            }
        }
        return found
    }

    private mutating func storedSpans(
        _ rows: [Row], _ offsets: [Int], in view: SegmentView
    ) throws(StoreError) -> [UInt32] {
        var found: [UInt32] = []
        let pairs = try tracesInCommon(rows, offsets, view)
        guard !pairs.isEmpty else { return [] }
        let spanIDs = try view.spanIDs()
        var operations: [OperationKey]?
        for (trace, storedRows) in pairs {
            let own = rows[offsets[trace]..<offsets[trace + 1]]
            // Looking through a short trace is faster than indexing it.
            if storedRows.count > Self.searchedMax {
                if operations == nil { operations = try operationKeys(view) }
                let known = try spanKeys(storedRows, view, operations ?? [])
                for row in own where known.contains(key(row.span)) { found.append(row.span) }
                continue
            }
            for row in own {
                let id = merged.spanIDs[Int(row.span)]
                for place in storedRows where spanIDs[place] == id {
                    result.comparisons += 1
                    guard try isSame(row.span, place, of: view) else { continue }
                    found.append(row.span)
                    break
                }
            }
        }
        return found
    }

    /// The traces that a segment has, too, with the rows that they have there.
    private func tracesInCommon(
        _ rows: [Row], _ offsets: [Int], _ view: SegmentView
    ) throws(StoreError) -> [(trace: Int, storedRows: Range<Int>)] {
        var candidates: [Int] = []
        var index = ProbeTable(capacity: 1_024)
        for (trace, id) in result.traces.enumerated() {
            let last = rows[offsets[trace + 1] - 1].start
            guard UnixNanos(clamping: last) >= view.summary.minStart,
                UnixNanos(clamping: result.traceStarts[trace]) <= view.summary.maxStart,
                try view.mayContain(id)
            else { continue }
            index.insert(id.tableHash, index: candidates.count)
            candidates.append(trace)
        }
        guard !candidates.isEmpty else { return [] }
        var pairs: [(trace: Int, storedRows: Range<Int>)] = []
        let storedOffsets = try view.traceOffsets()
        for (place, id) in try view.traceIDs().enumerated() {
            guard let known = index.find(id.tableHash, { result.traces[candidates[$0]] == id }) else {
                continue
            }
            pairs.append((candidates[known], storedOffsets[place]..<storedOffsets[place + 1]))
        }
        return pairs
    }

    /// What `SpanKey` has of an operation; the name is nil when no span here has it.
    private typealias OperationKey = (kind: Int32, name: UInt32?)

    private func operationKeys(_ view: SegmentView) throws(StoreError) -> [OperationKey] {
        let names = try view.names()
        let numbers = merged.nameNumbers
        return try view.tables().operations.map { ($0.kind, numbers[names[Int($0.name)]]) }
    }

    /// What tells the spans in some rows of a segment apart from others of their trace, of those that may be
    /// here.
    private func spanKeys(
        _ rows: Range<Int>, _ view: SegmentView, _ operations: [OperationKey]
    ) throws(StoreError) -> Set<SpanKey> {
        let spanIDs = try view.spanIDs()
        let starts = try view.starts()
        let durations = try view.durations()
        let indexes = try view.operationIndexes()
        var keys: Set<SpanKey> = []
        keys.reserveCapacity(rows.count)
        for row in rows {
            let operation = operations[Int(indexes[row])]
            guard let name = operation.name else { continue }
            keys.insert(
                SpanKey(
                    spanID: spanIDs[row], start: starts[row], end: starts[row] &+ durations[row],
                    kind: operation.kind, name: name))
        }
        return keys
    }

    /// Whether a span is the one in a row of a segment, given that trace and span id agree.
    private func isSame(_ span: UInt32, _ row: Int, of view: SegmentView) throws(StoreError) -> Bool {
        let own = key(span)
        guard try view.starts()[row] == own.start, try view.durations()[row] == own.end &- own.start else {
            return false
        }
        let operation = try view.tables().operations[Int(try view.operationIndexes()[row])]
        guard operation.kind == own.kind else { return false }
        return try view.names()[Int(operation.name)].elementsEqual(merged.name(own.name))
    }
}
