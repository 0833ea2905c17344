import OTLPModel

/// Adds the spans of a segment up by minute: one pass to find each span's row, two to order durations by row.
struct SegmentRollupBuilder: ~Copyable {
    static let minuteNanos: UInt64 = 60_000_000_000

    private var groups: [SegmentRollup.Group] = []
    private var groupTable = ProbeTable(capacity: 1_024)
    /// By group: the row that was used last, which most often is the next one, too.
    private var lastRows: [UInt32] = []

    // One element a row, in the order in which they were met.
    private var rowGroups: [UInt32] = []
    private var rowMinutes: [UInt32] = []
    private var rowSpans: [UInt32] = []
    private var rowErrors: [UInt32] = []
    private var rowBytes: [UInt64] = []
    private var rowSums: [UInt64] = []
    private var rowTable = ProbeTable(capacity: 1_024)

    // One element a span.
    private var rows: [UInt32] = []
    private var buckets: [UInt16] = []

    private init() {}

    /// - Parameters:
    ///   - sources: of the same segment; the groups refer to them
    ///   - requests: of the same segment
    static func rollup(
        _ segment: borrowing SegmentColumns, _ sources: borrowing SegmentSources,
        _ requests: borrowing SegmentClassification
    ) -> SegmentRollup {
        var builder = SegmentRollupBuilder()
        builder.count(segment, sources, requests)
        return builder.ordered()
    }

    // MARK: Counting

    private mutating func count(
        _ segment: borrowing SegmentColumns, _ sources: borrowing SegmentSources,
        _ requests: borrowing SegmentClassification
    ) {
        let operations = segment.tables.operations
        rows.reserveCapacity(segment.spanCount)
        buckets.reserveCapacity(segment.spanCount)
        var span = 0
        for trace in segment.traces.indices {
            let base = segment.traceStarts[trace]
            for _ in 0..<segment.traceSpanCounts[trace] {
                let operation = operations[Int(segment.operationIndexes[span])]
                let group = SegmentRollup.Group(
                    source: sources.indexes[span], name: operation.name, kind: operation.kind,
                    moduleKind: requests.kinds[span], cacheResult: requests.cacheResults[span],
                    outcome: requests.outcomes[span])
                let start = base &+ segment.startOffsets[span]
                let duration = clampedDuration(segment.durations[span], start: start)
                let minute = UInt64(UnixNanos(clamping: start).rawValue) / Self.minuteNanos
                let row = self.row(of: group, UInt32(truncatingIfNeeded: minute))
                rowSpans[row] &+= 1
                rowErrors[row] &+= operation.status == StatusCode.error.rawValue ? 1 : 0
                rowSums[row] = rowSums[row].addingClamped(UInt64(duration))
                let bytes = requests.responseBytes[span]
                if bytes != RequestAttribute.nothing { rowBytes[row] = rowBytes[row].addingClamped(bytes) }
                rows.append(UInt32(row))
                buckets.append(UInt16(truncatingIfNeeded: DurationSketch.bucket(of: duration)))
                span &+= 1
            }
        }
    }

    @inline(__always)
    private mutating func row(of group: SegmentRollup.Group, _ minute: UInt32) -> Int {
        let codes = UInt64(group.moduleKind) << 16 | UInt64(group.cacheResult) << 8 | UInt64(group.outcome)
        let hash = TableHash.words(
            UInt64(group.source) << 32 | UInt64(group.name),
            UInt64(UInt32(bitPattern: group.kind)) << 32 | codes)
        guard let known = groupTable.find(hash, { groups[$0] == group }) else {
            groupTable.insert(hash, index: groups.count)
            groups.append(group)
            lastRows.append(UInt32(rowMinutes.count))
            return addRow(group: groups.count - 1, minute)
        }
        let last = Int(lastRows[known])
        if rowMinutes[last] == minute { return last }
        let rowHash = Self.rowHash(known, minute)
        let row =
            rowTable.find(rowHash) { rowMinutes[$0] == minute && rowGroups[$0] == UInt32(known) }
            ?? addRow(group: known, minute)
        lastRows[known] = UInt32(row)
        return row
    }

    private static func rowHash(_ group: Int, _ minute: UInt32) -> UInt64 {
        TableHash.words(UInt64(group), UInt64(minute))
    }

    private mutating func addRow(group: Int, _ minute: UInt32) -> Int {
        let row = rowMinutes.count
        rowTable.insert(Self.rowHash(group, minute), index: row)
        rowGroups.append(UInt32(group))
        rowMinutes.append(minute)
        rowSpans.append(0)
        rowErrors.append(0)
        rowBytes.append(0)
        rowSums.append(0)
        return row
    }

    // MARK: Order

    private consuming func ordered() -> SegmentRollup {
        var rollup = SegmentRollup()
        let groupOrder = groups.indices.sorted { groups[$0] < groups[$1] }
        rollup.groups = groupOrder.map { groups[$0] }
        var groupPlaces = [UInt32](repeating: 0, count: groups.count)
        for (place, group) in groupOrder.enumerated() { groupPlaces[group] = UInt32(place) }
        let keys = rowMinutes.indices.map {
            UInt64(groupPlaces[Int(rowGroups[$0])]) << 32 | UInt64(rowMinutes[$0])
        }
        let rowOrder = keys.indices.sorted { keys[$0] < keys[$1] }
        var rowPlaces = [UInt32](repeating: 0, count: keys.count)
        for (place, row) in rowOrder.enumerated() {
            rowPlaces[row] = UInt32(place)
            rollup.groupIndexes.append(UInt32(truncatingIfNeeded: keys[row] >> 32))
            rollup.minutes.append(rowMinutes[row])
            rollup.spans.append(rowSpans[row])
            rollup.errors.append(rowErrors[row])
            rollup.responseBytes.append(rowBytes[row])
            rollup.durationSums.append(rowSums[row])
        }
        layOutSketches(rowPlaces, &rollup)
        return rollup
    }

    /// Orders the spans by row and bucket, by counting: first by bucket, then, keeping that order, by row.
    private func layOutSketches(_ rowPlaces: [UInt32], _ rollup: inout SegmentRollup) {
        var byBucket = [UInt32](repeating: 0, count: buckets.count)
        var starts = [UInt32](repeating: 0, count: DurationSketch.bucketCount + 1)
        for bucket in buckets { starts[Int(bucket) + 1] += 1 }
        for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
        for span in buckets.indices {
            let bucket = Int(buckets[span])
            byBucket[Int(starts[bucket])] = UInt32(span)
            starts[bucket] += 1
        }
        var next: [UInt32] = [0]
        next.reserveCapacity(rollup.rowCount + 1)
        for spans in rollup.spans { next.append((next.last ?? 0) + spans) }
        var sorted = [UInt16](repeating: 0, count: buckets.count)
        for span in byBucket {
            let row = Int(rowPlaces[Int(rows[Int(span)])])
            sorted[Int(next[row])] = buckets[Int(span)]
            next[row] += 1
        }
        rollup.buckets.reserveCapacity(buckets.count)
        rollup.counts.reserveCapacity(buckets.count)
        var place = 0
        for spans in rollup.spans {
            let first = rollup.buckets.count
            for bucket in sorted[place..<place + Int(spans)] {
                if rollup.buckets.count > first, rollup.buckets[rollup.buckets.count - 1] == bucket {
                    rollup.counts[rollup.counts.count - 1] += 1
                } else {
                    rollup.buckets.append(bucket)
                    rollup.counts.append(1)
                }
            }
            place += Int(spans)
            rollup.sketchOffsets.append(UInt32(rollup.buckets.count))
        }
    }
}

extension UInt64 {
    /// The sum, or the highest number when it is larger than that.
    @inline(__always)
    func addingClamped(_ other: UInt64) -> UInt64 {
        let sum = addingReportingOverflow(other)
        return sum.overflow ? .max : sum.partialValue
    }
}
