import OTLPModel

extension TelemetryReader {
    /// All metrics, by name; those that only the journal has included.
    /// - Throws: `StoreError`
    package func metrics() throws(StoreError) -> (metrics: [MetricListing], notes: [QualityNote]) {
        try snapshot { () throws(StoreError) in
            var counts: [MetricListing: Int] = [:]
            for listing in try storedMetrics() {
                var key = listing
                key.series = 0
                counts[key, default: 0] += listing.series
            }
            var known: Set<BodyDigest> = []
            for series in try PointReader(self).seriesInJournal() where known.insert(series.identity).inserted
            {
                let metric = series.metric
                let key = MetricListing(
                    name: metric.name, type: metric.type.word, unit: metric.unit,
                    temporality: metric.temporalityWord,
                    isMonotonic: metric.type == .sum ? metric.isMonotonic : nil,
                    description: metric.description, series: 0)
                // Nearly all of these have a row already, where they are counted. Metrics that have none are
                // counted below zero meanwhile.
                if counts[key] ?? 0 <= 0 { counts[key, default: 0] -= 1 }
            }
            let metrics = counts.map { key, count in
                var listing = key
                listing.series = abs(count)
                return listing
            }
            return (
                metrics.sorted { ($0.name, $0.type, $0.unit) < ($1.name, $1.type, $1.unit) }, damageNotes()
            )
        }
    }

    /// The points of a metric.
    /// - Throws: `StoreError`
    package func points(_ query: MetricsQuery) throws(StoreError) -> MetricsResult {
        try snapshot { () throws(StoreError) in
            var search = MetricsSearch(query, PointReader(self), ids: try seriesIDs(ofMetric: query.name))
            for part in try search.reader.parts(query.window) {
                _ = try tolerating { () throws(StoreError) in try search.look(at: part) }
            }
            return search.result(damageNotes())
        }
    }
}

/// Collects the points of a metric, part after part.
private struct MetricsSearch {
    let reader: PointReader
    private let query: MetricsQuery
    private let ids: Set<Int64>
    /// What the metric was called before it had a stable name; nil for one that had no other.
    private let stable: StableMetric?
    private var numbers: [BodyDigest: Int] = [:]
    /// The newest points, by series and time.
    private var points: [Int: [UInt64: StoredPoint]] = [:]
    private var kept = 0
    private var pointCount = 0
    private var duplicates = 0
    /// No point that is older than this is among the newest.
    private var horizon: UInt64 = 0

    init(_ query: MetricsQuery, _ reader: PointReader, ids: Set<Int64>) {
        self.query = query
        self.reader = reader
        self.ids = ids
        stable = StableMetric(query.name)
    }

    mutating func look(at part: PointPart) throws(StoreError) {
        let opened = try reader.open(part)
        let wanted = opened.series.map { series in
            guard let series, [query.name, stable?.old].contains(series.metric.name) else { return false }
            return query.predicates.allSatisfy { $0.passes(series, nil) }
        }
        guard wanted.contains(true) else { return }
        let rows = try opened.columns().rows
        for row in 0..<rows.count where wanted[Int(rows.seriesIndexes[row])] {
            let time = rows.times[row]
            guard query.window.contains(UnixNanos(clamping: time)),
                let series = opened.series[Int(rows.seriesIndexes[row])]
            else { continue }
            let needsPoint = query.predicates.contains { $0.isOnPoint(series) }
            var point: StoredPoint?
            if needsPoint {
                point = try read(opened, row)
                guard let point, query.predicates.allSatisfy({ $0.passes(series, point) }) else { continue }
            }
            try add(opened, row, time, series, point)
        }
    }

    private mutating func add(
        _ opened: PointReader.Opened, _ row: Int, _ time: UInt64, _ series: StoredSeries,
        _ known: StoredPoint?
    ) throws(StoreError) {
        let number = numbers[series.identity] ?? numbers.count
        numbers[series.identity] = number
        pointCount += 1
        if time < horizon { return }
        let found = if let known { known as StoredPoint? } else { try read(opened, row) }
        guard let point = found else { return }
        if points[number, default: [:]].updateValue(point, forKey: time) != nil {
            duplicates += 1
            pointCount -= 1
        } else {
            kept += 1
        }
        if kept >= 2 * query.limit + 1_024 { prune() }
    }

    private func read(_ opened: PointReader.Opened, _ row: Int) throws(StoreError) -> StoredPoint? {
        let point = try opened.point(row)
        return point.map { stable?.point($0) ?? $0 }
    }

    /// Forgets those that are not among the newest.
    private mutating func prune() {
        let times = points.values.flatMap(\.keys).sorted(by: >)
        guard times.count > query.limit else { return }
        horizon = times[query.limit - 1]
        for number in points.keys { points[number] = points[number]?.filter { $0.key >= horizon } }
        kept = points.values.reduce(0) { $0 + $1.count }
    }

    func result(_ notes: [QualityNote]) -> MetricsResult {
        let all = points.flatMap { number, points in
            points.map { (time: $0.key, number: number, point: $0.value) }
        }
        .sorted { ($0.time, $0.number) < ($1.time, $1.number) }
        return MetricsResult(
            points: all.suffix(query.limit).map(\.point), pointCount: pointCount, seriesCount: numbers.count,
            duplicates: duplicates, notes: notes)
    }
}
