import OTLPModel

/// What a segment holds, counted when it was made: answers many a question without a column of spans, and
/// tells of many a segment that it has nothing for an answer.
struct SegmentStatistics: Hashable, Sendable {
    /// The spans of one origin that one address sent.
    struct Source: Hashable, Sendable {
        /// Index into the segment's origins.
        var origin: UInt32
        /// Index into `peers`.
        var peer: UInt32
        var spans: Int
        /// Spans whose status is an error.
        var errors: Int
        var firstStart: UnixNanos
        var lastStart: UnixNanos
    }

    /// The spans of one operation. Whether they are errors says its status.
    struct OperationTotals: Hashable, Sendable {
        var spans = 0
        /// Nanoseconds; negative durations count as 0.
        var longestNanos: Int64 = 0
    }

    /// The values of one column.
    struct ColumnTotals: Hashable, Sendable {
        var values = 0
        /// The least and the greatest value of a column of bools, ints or doubles; nil without values, and for
        /// other types. NaN is neither.
        var range: ValueRange?
    }

    /// Bits of the least and the greatest value, as the column keeps values.
    struct ValueRange: Hashable, Sendable {
        var minimum: UInt64
        var maximum: UInt64
    }

    /// Addresses that spans came from.
    var peers: [String] = []
    var sources: [Source] = []
    /// One for each of the segment's operations.
    var operations: [OperationTotals] = []
    /// One for each of the segment's columns.
    var columns: [ColumnTotals] = []
}

// MARK: - Counting

extension SegmentStatistics {
    init(_ segment: borrowing SegmentColumns, _ sources: borrowing SegmentSources) {
        peers = sources.peers
        self.sources = sources.sources.map {
            Source(
                origin: $0.origin, peer: $0.peer, spans: 0, errors: 0, firstStart: .distantFuture,
                lastStart: .distantPast)
        }
        operations = [OperationTotals](repeating: OperationTotals(), count: segment.tables.operations.count)
        countSpans(segment, sources.indexes)
        columns.reserveCapacity(segment.tables.columns.count)
        for (column, key) in segment.tables.columns.enumerated() {
            let values = segment.values(of: column)
            columns.append(ColumnTotals(values: values.count, range: ValueRange(of: values, key.type)))
        }
    }

    private mutating func countSpans(_ segment: borrowing SegmentColumns, _ sourceIndexes: [UInt32]) {
        let isError = segment.tables.operations.map { $0.status == StatusCode.error.rawValue }
        let offsets = segment.startOffsets.span
        let durations = segment.durations.span
        let operationIndexes = segment.operationIndexes.span
        let indexes = sourceIndexes.span
        var sources = self.sources
        var operations = self.operations
        var bySource = sources.mutableSpan
        var byOperation = operations.mutableSpan
        var row = 0
        for trace in segment.traces.indices {
            let base = segment.traceStarts[trace]
            for _ in 0..<segment.traceSpanCounts[trace] {
                let start = base &+ offsets[row]
                let operation = Int(operationIndexes[row])
                byOperation[operation].spans &+= 1
                byOperation[operation].longestNanos = max(
                    byOperation[operation].longestNanos, clampedDuration(durations[row], start: start))
                let source = Int(indexes[row])
                let time = UnixNanos(clamping: start)
                bySource[source].spans &+= 1
                bySource[source].errors &+= isError[operation] ? 1 : 0
                bySource[source].firstStart = min(bySource[source].firstStart, time)
                bySource[source].lastStart = max(bySource[source].lastStart, time)
                row &+= 1
            }
        }
        self.sources = sources
        self.operations = operations
    }
}

extension SegmentStatistics.ValueRange {
    /// The range of a column's values; nil when they have no order or there are none.
    init?(of values: ArraySlice<UInt64>, _ type: ValueType) {
        guard let first = values.first else { return nil }
        switch type {
        case .empty, .string, .array, .keyValueList, .bytes: return nil
        case .bool:
            self.init(
                minimum: values.contains(0) ? 0 : 1, maximum: values.contains { $0 != 0 } ? 1 : 0)
        case .int:
            var least = Int64(bitPattern: first)
            var greatest = least
            for bits in values {
                least = min(least, Int64(bitPattern: bits))
                greatest = max(greatest, Int64(bitPattern: bits))
            }
            self.init(minimum: UInt64(bitPattern: least), maximum: UInt64(bitPattern: greatest))
        case .double:
            var least = Double.infinity
            var greatest = -Double.infinity
            var isEmpty = true
            for bits in values {
                let value = Double(bitPattern: bits)
                if value.isNaN { continue }
                isEmpty = false
                least = min(least, value)
                greatest = max(greatest, value)
            }
            if isEmpty { return nil }
            self.init(minimum: least.bitPattern, maximum: greatest.bitPattern)
        }
    }
}
