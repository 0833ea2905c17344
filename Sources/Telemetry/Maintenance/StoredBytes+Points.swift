import OTLPModel

extension StoredBytes {
    /// The points of a batch as a segment gives them back; fewer where one cannot be read.
    package static func points(of batch: PointBatch) -> [StoredPoint] {
        var points: [StoredPoint] = []
        for columns in PointSegmentBuilder.columns(of: [batch]) {
            let table = columns.table
            let series = table.series.map { series in
                let origin = table.origins.origins[Int(series.origin)]
                return StoredSeries(
                    id: nil, resource: Array(table.origins.resources[Int(origin.resource)]),
                    scope: Array(table.origins.scopes[Int(origin.scope)]),
                    metric: Array(table.metrics[Int(series.metric)]),
                    attributes: Array(table.attributes[Int(series.attributes)]))
            }
            let places = columns.rows.distributionPlaces()
            for row in 0..<columns.count {
                guard let series = series[Int(columns.rows.seriesIndexes[row])],
                    let point = columns.rows.point(
                        row, distribution: Int(places[row]), of: series.metric.type)
                else { continue }
                let arrival = columns.arrivals[Int(columns.arrivalIndexes[row])]
                points.append(StoredPoint(series: series, point: point, arrival: arrival))
            }
        }
        return points
    }

    static func pointSegment(_ columns: PointColumns) -> Segment {
        let encoder = SegmentEncoder()
        let series = encoder.seriesChunk(columns.table.series.indices.map { Int64($0) + 1 })
        var summary = columns.summary()
        summary.signal = .metrics
        return Segment(chunks: numbered(encoder.chunks(columns) + [series]), summary: summary)
    }

    /// - Returns: how many points there are; 0 when they cannot be read
    static func readPoints(_ segment: Segment) -> Int {
        let chunks = segment.chunks
        let decoder = PointSegmentDecoder(segment: 1, summary: segment.summary) {
            (chunk) throws(StoreError) in chunks[chunk.rawValue]
        }
        guard let columns = try? decoder.columns() else { return 0 }
        let places = columns.rows.distributionPlaces()
        for row in 0..<columns.count {
            // Which of them it is, the table of series says.
            for type in MetricType.allCases {
                _ = columns.rows.point(row, distribution: Int(places[row]), of: type)
            }
        }
        let merged = PointSegmentBuilder.columns(merging: [columns, columns])
        _ = SegmentEncoder().chunks(merged)
        return columns.count
    }
}
