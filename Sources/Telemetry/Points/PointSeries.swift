/// The series of a batch, or of points that are sealed together: who emitted it, the metric, and the attributes.
struct PointSeriesTable: Sendable {
    /// One series: indexes into the tables.
    struct Series: Hashable, Sendable {
        var origin: UInt32
        var metric: UInt32
        var attributes: UInt32

        /// A hash for tables in memory.
        var tableHash: UInt64 {
            TableHash.words(UInt64(origin) << 32 | UInt64(metric), UInt64(attributes))
        }
    }

    var series: [Series] = []
    /// Canonical `Metric` bytes without points.
    var metrics = StringTable()
    /// Canonical `KeyValueList` bytes, by key, each key once.
    var attributes = StringTable()
    var origins = SegmentOrigins()

    var memoryBytes: Int {
        series.count * 12 + metrics.memoryBytes + attributes.memoryBytes + origins.resources.memoryBytes
            + origins.scopes.memoryBytes + origins.origins.count * 8
    }
}

/// Finds the entries of a `PointSeriesTable`, and makes them.
struct PointSeriesIndex: Sendable {
    private var resources = StringIndex()
    private var scopes = StringIndex()
    private var metrics = StringIndex()
    private var attributes = StringIndex()
    private var origins = ProbeTable()
    private var series = ProbeTable()

    mutating func resource(_ bytes: ByteSpan, in table: inout PointSeriesTable) -> UInt32 {
        resources.intern(bytes, into: &table.origins.resources)
    }

    mutating func scope(_ bytes: ByteSpan, in table: inout PointSeriesTable) -> UInt32 {
        scopes.intern(bytes, into: &table.origins.scopes)
    }

    mutating func metric(_ bytes: ByteSpan, in table: inout PointSeriesTable) -> UInt32 {
        metrics.intern(bytes, into: &table.metrics)
    }

    mutating func attributes(_ bytes: ByteSpan, in table: inout PointSeriesTable) -> UInt32 {
        attributes.intern(bytes, into: &table.attributes)
    }

    mutating func origin(_ key: Origin, in table: inout PointSeriesTable) -> UInt32 {
        let hash = key.tableHash
        if let known = origins.find(hash, { table.origins.origins[$0] == key }) { return UInt32(known) }
        origins.insert(hash, index: table.origins.origins.count)
        table.origins.origins.append(key)
        return UInt32(table.origins.origins.count - 1)
    }

    mutating func series(_ key: PointSeriesTable.Series, in table: inout PointSeriesTable) -> UInt32 {
        let hash = key.tableHash
        if let known = series.find(hash, { table.series[$0] == key }) { return UInt32(known) }
        series.insert(hash, index: table.series.count)
        table.series.append(key)
        return UInt32(table.series.count - 1)
    }
}
