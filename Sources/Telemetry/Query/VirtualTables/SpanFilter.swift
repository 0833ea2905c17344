import OTLPModel

/// What the constraints of a scan leave of the spans. Decides each constraint as SQLite would.
struct SpanFilter {
    /// No span can pass.
    private(set) var isImpossible = false
    /// Starts as they were sent.
    private var starts: ClosedRange<UInt64> = 0 ... .max
    private var durations: ClosedRange<Int64> = 0 ... .max
    private var segments: ClosedRange<Int64> = .min ... .max
    private var wantsSegment = false
    private(set) var trace: TraceID?
    private var texts: [(column: SpanColumn, text: [UInt8])] = []
    /// How many rows are wanted, those before the offset included.
    private(set) var limit = Int.max
    let table: RowTable

    /// Columns in whose order the first rows can be given.
    static func isOrdered(_ column: SpanColumn?) -> Bool {
        switch column {
        case .start, .startNanos, .durationNanos, .durationMillis: true
        default: false
        }
    }

    init(_ plan: IndexPlan, _ values: SQLArguments, _ table: RowTable = .spans) {
        self.table = table
        var offset = 0
        for (index, argument) in plan.arguments.enumerated() {
            let comparison = argument.constraint.comparison
            if comparison == .limit || comparison == .offset {
                let count = values.integer(index).map { Int($0) } ?? 0
                if comparison == .offset { offset = max(0, count) } else { limit = count < 0 ? .max : count }
                continue
            }
            guard let column = table.column(argument.constraint.column) else { continue }
            narrow(column, comparison, values, index)
        }
        let (sum, overflow) = limit.addingReportingOverflow(offset)
        limit = overflow ? .max : sum
    }

    private mutating func narrow(
        _ column: SpanColumn, _ comparison: IndexRequest.Comparison, _ values: SQLArguments, _ index: Int
    ) {
        switch values[index] {
        case .null: isImpossible = true
        case .blob where !Self.isOrdered(column) && column != .segment:
            // No text is equal to a blob.
            isImpossible = true
        case .integer, .real, .text, .blob: break
        }
        guard !isImpossible else { return }
        switch column {
        case .startNanos:
            // The column is the start clamped to 63 bits.
            starts = narrowed(starts, comparison, to: Ordering.integers(values.numeric(index))) {
                Int64(clamping: $0)
            }
        case .start:
            starts = narrowed(starts, comparison, to: Ordering.texts(values, index)) {
                UnixNanos.rfc3339(unsigned: $0)
            }
        case .durationNanos:
            durations = narrowed(durations, comparison, to: Ordering.integers(values.numeric(index))) { $0 }
        case .durationMillis:
            durations = narrowed(durations, comparison, to: Ordering.reals(values.numeric(index))) {
                SpanRows.milliseconds($0)
            }
        case .segment:
            wantsSegment = true
            segments = narrowed(segments, comparison, to: Ordering.integers(values.numeric(index))) { $0 }
        case .traceID:
            let id = values.withBytes(index) { TraceID(hexadecimal: $0) }
            // An id of zeros is none, and shown as NULL.
            if id == nil || id == TraceID(high: 0, low: 0) || (trace != nil && trace != id) {
                isImpossible = true
            }
            trace = id
        default:
            texts.append((column, values.withBytes(index) { Array($0, 0..<$0.count) }))
        }
    }

    /// The part of a range with the keys whose values compare to a bound as is asked. Values grow with keys, so the
    /// ends are found by halving.
    private mutating func narrowed<Key: FixedWidthInteger, Value>(
        _ range: ClosedRange<Key>, _ comparison: IndexRequest.Comparison, to bound: Ordering<Value>,
        _ value: (Key) -> Value
    ) -> ClosedRange<Key> {
        // The first key that is not below the bound, and the first that is above it; nil when none is.
        let notBelow = Self.first(in: range) { bound.compare(value($0)) != .below }
        let above = Self.first(in: range) { bound.compare(value($0)) == .above }
        switch comparison {
        case .greaterOrEqual: return kept(range, from: notBelow, before: nil)
        case .greater: return kept(range, from: above, before: nil)
        case .less: return kept(range, from: range.lowerBound, before: notBelow)
        case .lessOrEqual: return kept(range, from: range.lowerBound, before: above)
        case .equal: return kept(range, from: notBelow, before: above)
        case .limit, .offset: return range
        }
    }

    private mutating func kept<Key: FixedWidthInteger>(
        _ range: ClosedRange<Key>, from first: Key?, before end: Key?
    ) -> ClosedRange<Key> {
        guard let first, end.map({ first < $0 }) ?? true else {
            isImpossible = true
            return range
        }
        return first...(end.map { $0 - 1 } ?? range.upperBound)
    }

    private static func first<Key: FixedWidthInteger>(
        in range: ClosedRange<Key>, where isTrue: (Key) -> Bool
    ) -> Key? {
        guard isTrue(range.upperBound) else { return nil }
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            // Half of the difference, which has no sign: the sum would overflow.
            let distance = Key.Magnitude(truncatingIfNeeded: high) &- Key.Magnitude(truncatingIfNeeded: low)
            let middle = low &+ Key(truncatingIfNeeded: distance / 2)
            if isTrue(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: Parts

    /// Whether a part can have spans that pass, as far as the catalogue tells.
    func mayPass(_ part: SpanSource.Part) -> Bool {
        guard part.summary.signal == table.signal else { return false }
        if wantsSegment {
            guard let segment = part.segment, segments.contains(segment) else { return false }
        }
        let summary = part.summary
        guard summary.maxStart.rawValue >= Int64(clamping: starts.lowerBound),
            summary.minStart.rawValue <= Int64(clamping: starts.upperBound),
            summary.maxDuration >= durations.lowerBound, summary.minDuration <= durations.upperBound
        else { return false }
        return summary.errors > 0
            || !texts.contains { $0.column == .status && $0.text == Array("error".utf8) }
    }

    /// The rows of a part that pass, in order; nil when all do.
    func selection(_ rows: SpanRows) throws(StoreError) -> [UInt32]? {
        let summary = rows.view.summary
        let range = try trace.map { (id) throws(StoreError) in try rows.rows(of: id) } ?? 0..<summary.spans
        guard !range.isEmpty else { return [] }
        let operations = try operationsThatPass(rows.view)
        if let operations, !operations.contains(true) { return [] }
        let origins = try originsThatPass(rows.view)
        if let origins, !origins.contains(where: { $0 != .no }) { return [] }
        let checksStarts =
            // The catalogue clamps to 63 bits: it cannot tell of a later bound that spans reach it.
            !(starts.lowerBound <= UInt64(Int64.max)
            && Int64(clamping: starts.lowerBound) <= summary.minStart.rawValue
            && (starts.upperBound == .max || Int64(clamping: starts.upperBound) > summary.maxStart.rawValue))
        let checksDurations =
            durations.lowerBound > summary.minDuration
            || durations.upperBound < summary.maxDuration
        if trace == nil, operations == nil, origins == nil, !checksStarts, !checksDurations { return nil }
        var passing = Array(UInt32(range.lowerBound)..<UInt32(range.upperBound))
        if let operations {
            let indexes = try rows.view.operationIndexes()
            passing.removeAll { !operations[Int(indexes[Int($0)])] }
        }
        if let origins { try keep(&passing, rows.view, origins) }
        if checksStarts {
            let column = try rows.view.starts()
            passing.removeAll { !starts.contains(column[Int($0)]) }
        }
        if checksDurations {
            let column = try rows.view.cappedDurations()
            passing.removeAll { !durations.contains(Int64(truncatingIfNeeded: column[Int($0)])) }
        }
        return passing
    }

    private func texts(_ column: SpanColumn) -> [[UInt8]] {
        texts.filter { $0.column == column }.map(\.text)
    }

    /// By operation; nil when all pass.
    private func operationsThatPass(_ view: SegmentView) throws(StoreError) -> [Bool]? {
        let names = texts(.name)
        let kinds = texts(.kind)
        let statuses = texts(.status)
        guard !names.isEmpty || !kinds.isEmpty || !statuses.isEmpty else { return nil }
        let table = try view.names()
        let passes = try view.tables().operations.map { operation in
            names.allSatisfy { table[Int(operation.name)].elementsEqual($0) }
                && kinds.allSatisfy { SpanKind(rawValue: operation.kind).word.utf8.elementsEqual($0) }
                && statuses.allSatisfy { StatusCode(rawValue: operation.status).word.utf8.elementsEqual($0) }
        }
        return passes.contains(false) ? passes : nil
    }

    private enum OriginVerdict {
        case yes
        case no
        /// Only the address that a span came from can tell.
        case byPeer
    }

    /// By origin; nil when all pass.
    private func originsThatPass(_ view: SegmentView) throws(StoreError) -> [OriginVerdict]? {
        let services = texts(.service)
        let nodes = texts(.node)
        guard !services.isEmpty || !nodes.isEmpty else { return nil }
        let verdicts = try view.origins().map { origin -> OriginVerdict in
            guard services.allSatisfy({ origin.service.utf8.elementsEqual($0) }) else { return .no }
            guard !nodes.isEmpty else { return .yes }
            guard let node = origin.declaredNode else { return .byPeer }
            return nodes.allSatisfy { node.name.utf8.elementsEqual($0) } ? .yes : .no
        }
        return verdicts.allSatisfy { $0 == .yes } ? nil : verdicts
    }

    private func keep(
        _ passing: inout [UInt32], _ view: SegmentView, _ origins: [OriginVerdict]
    ) throws(StoreError) {
        let indexes = try view.originIndexes()
        guard origins.contains(.byPeer) else {
            passing.removeAll { origins[Int(indexes[Int($0)])] == .no }
            return
        }
        let nodes = texts(.node)
        let peers = try view.tables().arrivals.map { arrival in
            nodes.allSatisfy { arrival.peerAddress.utf8.elementsEqual($0) }
        }
        let arrivals = try view.arrivalIndexes()
        passing.removeAll { row in
            switch origins[Int(indexes[Int(row)])] {
            case .yes: false
            case .no: true
            case .byPeer: !peers[Int(arrivals[Int(row)])]
            }
        }
    }
}
