/// The points of a request in columns: what a body becomes, what the journal keeps and what segments are made of.
package struct PointBatch: Sendable {
    var rows = PointRows()
    var table = PointSeriesTable()
    /// When and from where all of these points came.
    package var arrival: Arrival

    package var pointCount: Int { rows.count }

    init(arrival: Arrival) { self.arrival = arrival }

    /// About how much memory the batch takes.
    var memoryBytes: Int { rows.memoryBytes + table.memoryBytes }

    /// What a batch may hold at the most: a million points are 40 MB, and a body of the default size can bring
    /// thirty million that say nothing.
    static let pointsMax = 1 << 21
    static let detailBytesMax = 1 << 27

    /// The first and the last time; nil without points.
    var timeRange: ClosedRange<UnixNanos>? {
        guard var first = rows.times.first else { return nil }
        var last = first
        for time in rows.times {
            first = min(first, time)
            last = max(last, time)
        }
        return UnixNanos(clamping: first)...UnixNanos(clamping: last)
    }
}
