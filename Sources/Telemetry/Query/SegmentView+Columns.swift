extension SegmentView {
    /// Durations in nanoseconds as queries count them: see `clampedDuration`. None is above what an `Int64` holds.
    func cappedDurations() throws(StoreError) -> [UInt64] {
        var durations = try durations()
        var bits: UInt64 = 0
        for duration in durations { bits |= duration }
        // What is shorter, of spans that start before the year 2262, ends before numbers do: starts are not needed.
        if summary.maxStart == .distantFuture || bits > UInt64(Int64.max) {
            let starts = try starts()
            for row in durations.indices {
                durations[row] = UInt64(clampedDuration(durations[row], start: starts[row]))
            }
        }
        return durations
    }

    /// The trace of one span.
    func traceID(ofRow row: Int) throws(StoreError) -> TraceID {
        let offsets = try traceOffsets()
        // The last trace that starts at or before the span.
        var low = 0
        var high = offsets.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if offsets[middle] <= row { low = middle } else { high = middle }
        }
        return try traceIDs()[low]
    }

    /// All of a stored segment, in the form that segments are built from. Its origins are `storedOrigins`.
    /// - Throws: `StoreError.damaged` when a part is damaged or contradicts another: nothing can be made of such
    ///   a segment that would be whole
    func segmentColumns() throws(StoreError) -> SegmentColumns {
        var columns = SegmentColumns()
        columns.signal = summary.signal
        columns.tables = try tables()
        columns.storedOrigins = try storedOrigins()
        columns.traces = try traceIDs()
        let offsets = try traceOffsets()
        guard columns.traces.count == offsets.count - 1 else { throw damage(.traceIDs) }
        columns.traceSpanCounts = columns.traces.indices.map { UInt32(offsets[$0 + 1] - offsets[$0]) }
        guard !columns.traceSpanCounts.contains(0) else { throw damage(.traceSpanCounts) }
        columns.startOffsets = try starts()
        for (trace, first) in offsets.dropLast().enumerated() {
            let base = columns.startOffsets[first]
            columns.traceStarts.append(base)
            for row in first..<offsets[trace + 1] {
                columns.startOffsets[row] = columns.startOffsets[row] &- base
            }
        }
        columns.spanIDs = try spanIDs()
        columns.parents = try parents()
        columns.externalParents = try externalParents()
        guard areParentsHere(columns) else { throw damage(.parents) }
        columns.durations = try durations()
        columns.operationIndexes = try operationIndexes()
        columns.originIndexes = try originIndexes()
        columns.arrivalIndexes = try arrivalIndexes()
        guard columns.originIndexes.allSatisfy({ Int($0) < columns.storedOrigins.count }) else {
            throw damage(.originIndexes)
        }
        // Of the names, the tables are what refers to them.
        _ = try names()
        columns.valueOffsets = [0]
        for column in columns.tables.columns.indices {
            switch try values(of: column) {
            case .numbers(let numbers):
                columns.values += numbers
                columns.dictionaries.append(StringTable())
            case .entries(let entries, let dictionary):
                columns.values.reserveCapacity(columns.values.count + entries.count)
                for entry in entries { columns.values.append(UInt64(entry)) }
                columns.dictionaries.append(dictionary)
            }
            columns.valueOffsets.append(columns.values.count)
        }
        return columns
    }

    /// Whether all codes of parents lead somewhere.
    private func areParentsHere(_ columns: borrowing SegmentColumns) -> Bool {
        var external = 0
        for (row, code) in columns.parents.enumerated() {
            if code == ParentCode.external { external += 1 }
            guard let distance = ParentCode.distance(code) else { continue }
            guard columns.spanIDs.indices.contains(row - distance) else { return false }
        }
        return external == columns.externalParents.count
    }
}
