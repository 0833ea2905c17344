import OTLPModel

/// Reads points, those of the journal included, on one state of the file: within a read transaction of the reader.
final class PointReader {
    /// A part that was opened: its series, and its points when they are asked for.
    final class Opened {
        let part: PointPart
        /// In the order of their points; nil for one whose row is damaged or gone.
        let series: [StoredSeries?]
        private let read: () throws(StoreError) -> PointColumns
        private var known: PointColumns?
        private var places: [UInt32]?

        fileprivate init(
            _ part: PointPart, _ series: [StoredSeries?],
            read: @escaping () throws(StoreError) -> PointColumns
        ) {
            self.part = part
            self.series = series
            self.read = read
        }

        func columns() throws(StoreError) -> PointColumns {
            if let known { return known }
            let columns = try read()
            known = columns
            return columns
        }

        /// A point, whole.
        func point(_ row: Int) throws(StoreError) -> StoredPoint? {
            let columns = try columns()
            let places = places ?? columns.rows.distributionPlaces()
            self.places = places
            guard let series = series[Int(columns.rows.seriesIndexes[row])] else { return nil }
            guard
                let point = columns.rows.point(row, distribution: Int(places[row]), of: series.metric.type)
            else {
                let name = part.segment.map { "segment \($0)" } ?? "the journal"
                throw StoreError(.damaged, "\(name): the details of a point cannot be decoded")
            }
            return StoredPoint(
                series: series, point: point, arrival: columns.arrivals[Int(columns.arrivalIndexes[row])])
        }
    }

    private let reader: TelemetryReader
    private var known: [Int64: StoredSeries?] = [:]

    /// Series that are kept while a query runs: some 100 MB where each has ten attributes. Beyond that they are read
    /// again.
    private static let knownMax = 1 << 17

    init(_ reader: TelemetryReader) { self.reader = reader }

    /// The parts that may have points of a window, oldest first.
    func parts(_ window: TimeWindow) throws(StoreError) -> [PointPart] {
        var parts = try reader.pointSegments().filter { $0.summary.overlaps(window) }
        for columns in PointSegmentBuilder.columns(of: try reader.journal().compactMap(\.pointBatch)) {
            let summary = columns.summary()
            if summary.overlaps(window) { parts.append(PointPart(summary: summary, columns: columns)) }
        }
        return parts
    }

    /// Opens a part.
    /// - Throws: `StoreError`: `.damaged` when it cannot be read
    func open(_ part: PointPart) throws(StoreError) -> Opened {
        if let columns = part.columns {
            return Opened(part, Self.series(columns.table), read: { () throws(StoreError) in columns })
        }
        let segment = part.segment ?? 0
        let source = reader.source
        func decoder() -> PointSegmentDecoder {
            PointSegmentDecoder(segment: segment, summary: part.summary) { (chunk) throws(StoreError) in
                try source.chunk(of: segment, chunk)
            }
        }
        var series: [StoredSeries?] = []
        for id in try decoder().series() { series.append(try self.series(id)) }
        return Opened(part, series, read: { () throws(StoreError) in try decoder().columns() })
    }

    private static func series(_ table: PointSeriesTable) -> [StoredSeries?] {
        table.series.map { series in
            let origin = table.origins.origins[Int(series.origin)]
            return StoredSeries(
                id: nil, resource: Array(table.origins.resources[Int(origin.resource)]),
                scope: Array(table.origins.scopes[Int(origin.scope)]),
                metric: Array(table.metrics[Int(series.metric)]),
                attributes: Array(table.attributes[Int(series.attributes)]))
        }
    }

    private func series(_ id: Int64) throws(StoreError) -> StoredSeries? {
        if let series = known[id] { return series }
        let series = try reader.storedSeries(id)
        if series?.isResourceKnown != true {
            reader.note(
                ["row \(id) of the table series, or what it refers to, is damaged or missing"],
                costs: series == nil ? "its points are missing" : "its points show no service")
        }
        if known.count >= Self.knownMax { known = [:] }
        known.updateValue(series, forKey: id)
        return series
    }

    /// The number of series, by name of their metric, of everything that is stored.
    func seriesInJournal() throws(StoreError) -> [StoredSeries] {
        PointSegmentBuilder.columns(of: try reader.journal().compactMap(\.pointBatch))
            .flatMap { Self.series($0.table).compactMap(\.self) }
    }
}
