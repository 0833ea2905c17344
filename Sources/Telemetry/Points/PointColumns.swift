/// The points of a segment: series after series, those of a series by time.
struct PointColumns: Sendable {
    /// `seriesIndexes` never falls.
    var rows = PointRows()
    /// How many points each series has: at least one.
    var seriesCounts: [UInt32] = []
    /// The series, where they were sealed from requests.
    var table = PointSeriesTable()
    /// In place of `table`, where the points were read back from segments: what the database calls the series.
    var storedSeries: [Int64] = []
    var arrivals: [Arrival] = []
    /// One element a point.
    var arrivalIndexes: [UInt32] = []

    /// How many points were left out because the series has another one of the same time.
    var duplicates = 0

    var count: Int { rows.count }

    var memoryBytes: Int { rows.memoryBytes + table.memoryBytes + count * 4 + storedSeries.count * 8 }

    /// The catalogue's entry for these points: a series takes the place of a trace, a time that of start and end.
    func summary() -> SegmentSummary {
        var first = rows.times.first ?? 0
        var last = first
        for time in rows.times {
            first = min(first, time)
            last = max(last, time)
        }
        return SegmentSummary(
            spans: count, traces: seriesCounts.count, minStart: UnixNanos(clamping: first),
            maxStart: UnixNanos(clamping: last), maxEnd: UnixNanos(clamping: last), minDuration: 0,
            maxDuration: 0, errors: 0)
    }
}
