/// Finds the first spans in the order of their starts or durations: segments that can have none of them are
/// not opened.
struct SpanOrder {
    private let filter: SpanFilter
    private let isByDuration: Bool
    private let isDescending: Bool
    /// Parts that are damaged.
    var excluded: Set<Int> = []

    init(_ order: IndexRequest.Order, _ filter: SpanFilter) {
        self.filter = filter
        let column = SpanColumn(rawValue: order.column)
        isByDuration = column == .durationNanos || column == .durationMillis
        isDescending = order.isDescending
    }

    /// Handles of the first spans that pass the filter, in order.
    func first(of source: SpanSource) throws(StoreError) -> [Int64] {
        guard filter.limit > 0 else { return [] }
        typealias Found = (key: UInt64, handle: Int64)
        var found = BoundedHeap<Found>(limit: filter.limit) { ($0.key, $0.handle) < ($1.key, $1.handle) }
        let parts = source.parts.indices.filter { !excluded.contains($0) && filter.mayPass(source.parts[$0]) }
            .map { (part: $0, best: best(source.parts[$0].summary)) }
            .sorted { $0.best < $1.best }
        for (part, best) in parts {
            if let last = found.last, best > last.key { break }
            // A part counts as a whole or, when it is damaged, not at all.
            let keys = try source.tolerating { () throws(StoreError) -> [Found] in
                if let trace = filter.trace, try !source.mayContain(trace, part: part) { return [] }
                return try candidates(source.rows(part), below: found.last?.key)
            }
            for candidate in keys ?? [] { found.insert(candidate) }
        }
        return found.sorted().map(\.handle)
    }

    /// A number that is the lower the earlier a value comes.
    private func key(_ value: UInt64) -> UInt64 { isDescending ? ~value : value }

    /// The key of the first span that a part could have.
    private func best(_ summary: SegmentSummary) -> UInt64 {
        if isByDuration { return key(UInt64(isDescending ? summary.maxDuration : summary.minDuration)) }
        // Starts beyond 63 bits are clamped in the catalogue.
        let start = isDescending ? summary.maxStart.rawValue : summary.minStart.rawValue
        return key(start == .max && isDescending ? .max : UInt64(max(0, start)))
    }

    private func candidates(
        _ rows: SpanRows, below limit: UInt64?
    ) throws(StoreError) -> [(key: UInt64, handle: Int64)] {
        let starts = try rows.view.starts()
        let durations = isByDuration ? try rows.view.durations() : []
        let selection = try filter.selection(rows)
        var worst = limit ?? .max
        var result = BoundedHeap<(key: UInt64, handle: Int64)>(limit: filter.limit) {
            ($0.key, $0.handle) < ($1.key, $1.handle)
        }
        for index in 0..<(selection?.count ?? starts.count) {
            let row = selection.map { Int($0[index]) } ?? index
            let value =
                isByDuration
                ? UInt64(clampedDuration(durations[row], start: starts[row])) : starts[row]
            let key = key(value)
            guard key <= worst else { continue }
            result.insert((key, SpanSource.Part.handle(part: rows.part, row: row)))
            if let last = result.last { worst = min(worst, last.key) }
        }
        return result.sorted()
    }
}
