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
    func storedSpans(_ rows: [Row], _ stored: some Collection<SegmentView>) -> [UInt32] {
        guard !stored.isEmpty else { return [] }
        var offsets: [Int] = [0]
        offsets.reserveCapacity(result.traces.count + 1)
        for count in result.traceSpanCounts { offsets.append(offsets[offsets.count - 1] + Int(count)) }
        var found: [UInt32] = []
        for view in stored {
            // Tried in parts, so that a damaged chunk costs only what it would have told.
            if let more = try? storedSpans(rows, offsets, in: view) { found += more }
        }
        return found
    }

    private func storedSpans(
        _ rows: [Row], _ offsets: [Int], in view: SegmentView
    ) throws(StoreError) -> [UInt32] {
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
        var pairs: [(trace: Int, rows: Range<Int>)] = []
        let storedOffsets = try view.traceOffsets()
        for (place, id) in try view.traceIDs().enumerated() {
            guard let known = index.find(id.tableHash, { result.traces[candidates[$0]] == id }) else {
                continue
            }
            pairs.append((candidates[known], storedOffsets[place]..<storedOffsets[place + 1]))
        }
        guard !pairs.isEmpty else { return [] }
        let spanIDs = try view.spanIDs()
        var found: [UInt32] = []
        for pair in pairs {
            // Looking through a short trace is faster than indexing it.
            let byID =
                pair.rows.count > Self.searchedMax ? Dictionary(grouping: pair.rows) { spanIDs[$0] } : nil
            for row in rows[offsets[pair.trace]..<offsets[pair.trace + 1]] {
                let id = merged.spanIDs[Int(row.span)]
                let places = byID.map { $0[id] ?? [] } ?? pair.rows.filter { spanIDs[$0] == id }
                for place in places where try isSame(row.span, place, of: view) {
                    found.append(row.span)
                    break
                }
            }
        }
        return found
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
