import OTLPModel

extension TelemetryReader {
    /// Whether the file is of a version that knows points.
    private func hasPoints() throws(SQLiteError) -> Bool {
        // Not by the version: statements of strangers may ask for none.
        try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'series'") ?? 0 > 0
    }

    /// The segments of points in the catalogue, oldest first; entries that no segment can have are noted as damage.
    func pointSegments() throws(StoreError) -> [PointPart] {
        do {
            let statement = try connection.prepare(
                """
                SELECT id, format, \(SegmentSummary.catalogueColumns)
                FROM segment WHERE signal = \(Signal.metrics.rawValue) ORDER BY id
                """)
            var parts: [PointPart] = []
            while try statement.step() {
                let (id, format) = (statement.integer(0), statement.integer(1))
                guard format <= Int64(SegmentEncoder.formatVersion) else {
                    note(
                        ["segment \(id) has a newer format: upgrade traceq"], costs: "its points are missing")
                    continue
                }
                guard let summary = SegmentSummary(statement, at: 2) else {
                    note(
                        ["segment \(id): its catalogue entry is damaged"], costs: "its points are missing")
                    continue
                }
                parts.append(PointPart(segment: id, summary: summary))
            }
            return parts
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// How many points are stored, those of the journal included.
    func pointCount() throws(StoreError) -> Int64 {
        let sealed = try pointSegments().reduce(0) { $0 + Int64($1.summary.spans) }
        return try journal().compactMap(\.pointBatch).reduce(sealed) { $0 + Int64($1.pointCount) }
    }

    /// A row of the table `series`; nil when there is none, or it is damaged.
    func storedSeries(_ id: Int64) throws(StoreError) -> StoredSeries? {
        do {
            guard try hasPoints() else { return nil }
            let statement = try connection.prepare(
                """
                SELECT metric, series.otlp, resource.otlp, scope.otlp FROM series
                LEFT JOIN resource ON resource.id = series.resource LEFT JOIN scope ON scope.id = series.scope
                WHERE series.id = ?1
                """)
            try statement.bind(1, id)
            guard try statement.step() else { return nil }
            return StoredSeries(
                id: id, resource: statement.isNull(2) ? nil : statement.blob(2),
                scope: statement.isNull(3) ? nil : statement.blob(3), metric: statement.blob(0),
                attributes: statement.blob(1))
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The ids of the series of a metric.
    func seriesIDs(ofMetric name: String) throws(StoreError) -> Set<Int64> {
        do {
            guard try hasPoints() else { return [] }
            let statement = try connection.prepare("SELECT id FROM series WHERE name = ?1")
            try statement.bind(1, name)
            var ids: Set<Int64> = []
            while try statement.step() { ids.insert(statement.integer(0)) }
            return ids
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The kinds of series that the table `series` has.
    func storedMetrics() throws(StoreError) -> [MetricListing] {
        do {
            guard try hasPoints() else { return [] }
            let statement = try connection.prepare(
                """
                SELECT name, type, unit, temporality, monotonic, description, count(*) FROM series
                GROUP BY name, type, unit, temporality, monotonic, description
                """)
            var metrics: [MetricListing] = []
            while try statement.step() {
                metrics.append(
                    MetricListing(
                        name: statement.text(0), type: statement.text(1), unit: statement.text(2),
                        temporality: statement.isNull(3) ? nil : statement.text(3),
                        isMonotonic: statement.isNull(4) ? nil : statement.integer(4) != 0,
                        description: statement.text(5), series: Int(statement.integer(6))))
            }
            return metrics
        } catch {
            throw StoreError(error, path: path)
        }
    }
}

extension SegmentSource {
    /// A chunk of points whose bytes agree with their checksum; nil when there is none.
    func chunk(of segment: Int64, _ chunk: PointChunk) throws(StoreError) -> [UInt8]? {
        try self.chunk(chunk.id, of: segment)
    }
}
