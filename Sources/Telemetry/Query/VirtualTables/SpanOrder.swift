/// Finds the first spans in the order of their starts or durations: segments that can have none of them are
/// not opened.
struct SpanOrder {
    /// A place in the order: ties are in the order of the handles.
    typealias Found = (key: UInt64, handle: Int64)

    private let filter: SpanFilter
    private let isByDuration: Bool
    private let isDescending: Bool
    /// Parts that are damaged.
    var excluded: Set<Int> = []

    init(_ order: IndexRequest.Order, _ filter: SpanFilter) {
        self.filter = filter
        let column = filter.table.column(order.column)
        isByDuration = column == .durationNanos || column == .durationMillis
        isDescending = order.isDescending
    }

    /// The first spans that pass the filter and come after another, in order.
    /// - Parameter count: how many at the most
    func first(_ count: Int, after last: Found?, of source: SpanSource) throws(StoreError) -> [Found] {
        guard count > 0 else { return [] }
        var found = BoundedHeap<Found>(limit: count, isBefore: Self.isBefore)
        let parts = source.parts.indices.filter { !excluded.contains($0) && filter.mayPass(source.parts[$0]) }
            .map { (part: $0, best: best(source.parts[$0].summary)) }
            .sorted { $0.best < $1.best }
        for (part, best) in parts {
            if let worst = found.last, best > worst.key { break }
            // A part counts as a whole or, when it is damaged, not at all.
            let keys = try source.tolerating { () throws(StoreError) -> [Found] in
                if let trace = filter.trace, try !source.mayContain(trace, part: part) { return [] }
                return try candidates(source.rows(part), count, after: last, below: found.last?.key)
            }
            for candidate in keys ?? [] { found.insert(candidate) }
        }
        return found.sorted()
    }

    private static func isBefore(_ left: Found, _ right: Found) -> Bool {
        (left.key, left.handle) < (right.key, right.handle)
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
        _ rows: SpanRows, _ count: Int, after last: Found?, below limit: UInt64?
    ) throws(StoreError) -> [Found] {
        let values = isByDuration ? try rows.view.cappedDurations() : try rows.view.starts()
        let selection = try filter.selection(rows)
        var worst = limit ?? .max
        var result = BoundedHeap<Found>(limit: count, isBefore: Self.isBefore)
        for index in 0..<(selection?.count ?? values.count) {
            let row = selection.map { Int($0[index]) } ?? index
            let key = key(values[row])
            guard key <= worst else { continue }
            let candidate = (key: key, handle: SpanSource.Part.handle(part: rows.part, row: row))
            if let last, !Self.isBefore(last, candidate) { continue }
            result.insert(candidate)
            if let last = result.last { worst = min(worst, last.key) }
        }
        return result.sorted()
    }
}
