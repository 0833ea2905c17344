/// Makes a segment's columns of the points of many requests, or of several segments.
///
/// A series has one point a time: where several came, the last one stays. Of points without a time all stay.
struct PointSegmentBuilder {
    private struct Place {
        var series: UInt32
        var time: UInt64
        var source: UInt32
        var row: UInt32
        var distribution: UInt32
    }

    private struct Source {
        var rows: PointRows
        /// By the source's own numbers of series.
        var series: [UInt32]
        /// By the source's own numbers of arrivals.
        var arrivals: [UInt32]
        /// Nil where all rows have one arrival.
        var arrivalIndexes: [UInt32]?
    }

    private var sources: [Source] = []
    private var columns = PointColumns()

    /// The columns of each segment that batches make: points whose times are not believed are apart from others.
    static func columns(of batches: [PointBatch]) -> [PointColumns] {
        BelievableStarts.Side.allCases.compactMap { side in
            var builder = PointSegmentBuilder()
            let places = builder.add(batches, side)
            return places.isEmpty ? nil : builder.build(places)
        }
    }

    private init() {}

    private mutating func add(_ batches: [PointBatch], _ side: BelievableStarts.Side) -> [Place] {
        var index = PointSeriesIndex()
        var table = PointSeriesTable()
        var arrivals: [Arrival: UInt32] = [:]
        var places: [Place] = []
        for batch in batches {
            let believable = BelievableStarts(receivedAt: batch.arrival.receivedAt)
            let distributions = batch.rows.distributionPlaces()
            var series: [UInt32]?
            for row in 0..<batch.rows.count {
                let time = batch.rows.times[row]
                guard believable.side(of: UnixNanos(clamping: time)) == side else { continue }
                let numbers = series ?? Self.numbers(of: batch.table, in: &table, &index)
                series = numbers
                places.append(
                    Place(
                        series: numbers[Int(batch.rows.seriesIndexes[row])], time: time,
                        source: UInt32(sources.count), row: UInt32(row), distribution: distributions[row]))
            }
            guard let series else { continue }
            let arrival = arrivals[batch.arrival] ?? UInt32(arrivals.count)
            if arrivals.updateValue(arrival, forKey: batch.arrival) == nil {
                columns.arrivals.append(batch.arrival)
            }
            sources.append(
                Source(rows: batch.rows, series: series, arrivals: [arrival], arrivalIndexes: nil))
        }
        // Those of one metric, and then of one node, side by side.
        let order = table.series.indices.sorted { left, right in
            let (first, second) = (table.series[left], table.series[right])
            return (first.metric, first.origin, first.attributes)
                < (second.metric, second.origin, second.attributes)
        }
        var ranks = [UInt32](repeating: 0, count: order.count)
        for (rank, number) in order.enumerated() { ranks[number] = UInt32(rank) }
        for place in places.indices { places[place].series = ranks[Int(places[place].series)] }
        table.series = order.map { table.series[$0] }
        columns.table = table
        return places
    }

    /// The numbers that the series of a batch have among all.
    private static func numbers(
        of own: PointSeriesTable, in table: inout PointSeriesTable, _ index: inout PointSeriesIndex
    ) -> [UInt32] {
        func numbers(_ strings: StringTable, _ intern: (ByteSpan) -> UInt32) -> [UInt32] {
            (0..<strings.count).map { intern(strings.bytes.span.extracting(strings.range($0))) }
        }
        let resources = numbers(own.origins.resources) { index.resource($0, in: &table) }
        let scopes = numbers(own.origins.scopes) { index.scope($0, in: &table) }
        let metrics = numbers(own.metrics) { index.metric($0, in: &table) }
        let attributes = numbers(own.attributes) { index.attributes($0, in: &table) }
        let origins = own.origins.origins.map {
            index.origin(
                Origin(resource: resources[Int($0.resource)], scope: scopes[Int($0.scope)]), in: &table)
        }
        return own.series.map {
            index.series(
                PointSeriesTable.Series(
                    origin: origins[Int($0.origin)], metric: metrics[Int($0.metric)],
                    attributes: attributes[Int($0.attributes)]),
                in: &table)
        }
    }

    private consuming func build(_ unordered: [Place]) -> PointColumns {
        let places = unordered.sorted { left, right in
            (left.series, left.time, left.source, left.row) < (
                right.series, right.time, right.source, right.row
            )
        }
        columns.rows.reserve(places.count)
        var used: [Int] = []
        for (number, place) in places.enumerated() {
            if number + 1 < places.count, place.time != 0, places[number + 1].series == place.series,
                places[number + 1].time == place.time
            {
                columns.duplicates += 1
                continue
            }
            if used.last != Int(place.series) {
                used.append(Int(place.series))
                columns.seriesCounts.append(0)
            }
            columns.seriesCounts[used.count - 1] += 1
            let source = sources[Int(place.source)]
            columns.rows.append(
                source.rows, Int(place.row), distribution: Int(place.distribution),
                series: UInt32(used.count - 1))
            let arrival = source.arrivalIndexes.map { Int($0[Int(place.row)]) } ?? 0
            columns.arrivalIndexes.append(source.arrivals[arrival])
        }
        if columns.storedSeries.isEmpty {
            columns.table.series = used.map { columns.table.series[$0] }
        } else {
            columns.storedSeries = used.map { columns.storedSeries[$0] }
        }
        return columns
    }
}

// MARK: - Merging

extension PointSegmentBuilder {
    /// One segment of several, oldest first.
    static func columns(merging segments: [PointColumns]) -> PointColumns {
        var builder = PointSegmentBuilder()
        let all = Set(segments.flatMap(\.storedSeries)).sorted()
        var numbers: [Int64: UInt32] = [:]
        for (number, id) in all.enumerated() { numbers[id] = UInt32(number) }
        builder.columns.storedSeries = all
        var places: [Place] = []
        for segment in segments {
            let series = segment.storedSeries.map { numbers[$0] ?? 0 }
            let distributions = segment.rows.distributionPlaces()
            let arrivalsBefore = UInt32(builder.columns.arrivals.count)
            builder.columns.arrivals += segment.arrivals
            for row in 0..<segment.count {
                places.append(
                    Place(
                        series: series[Int(segment.rows.seriesIndexes[row])], time: segment.rows.times[row],
                        source: UInt32(builder.sources.count), row: UInt32(row),
                        distribution: distributions[row]))
            }
            builder.sources.append(
                Source(
                    rows: segment.rows, series: series,
                    arrivals: segment.arrivals.indices.map { arrivalsBefore + UInt32($0) },
                    arrivalIndexes: segment.arrivalIndexes))
        }
        return builder.build(places)
    }
}
