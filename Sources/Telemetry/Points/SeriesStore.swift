import OTLPModel

/// The table `series`: each distinct one is stored once, with what a person wants to read of it beside the bytes.
enum SeriesStore {
    /// The rows of series, made where there are none yet. Within a transaction.
    /// - Parameters:
    ///   - origins: the ids of each origin's resource and scope
    ///   - known: remembers ids, and is told those that are made: forget it all when the transaction fails
    static func ids(
        of table: PointSeriesTable, _ origins: [(resource: Int64, scope: Int64)], _ known: KnownSeries,
        _ connection: borrowing Connection
    ) throws(SQLiteError) -> [Int64] {
        let find = try connection.prepare(
            """
            SELECT id FROM series
            WHERE hash = ?1 AND resource = ?2 AND scope = ?3 AND metric = ?4 AND otlp = ?5
            """)
        let insert = try connection.prepare(
            """
            INSERT INTO series (hash, resource, scope, name, unit, description, type, temporality, monotonic,
                attributes, metric, otlp)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
        let metrics = digests(table.metrics)
        let attributes = digests(table.attributes)
        var ids: [Int64] = []
        ids.reserveCapacity(table.series.count)
        for series in table.series {
            let origin = origins[Int(series.origin)]
            let key = KnownSeries.Key(
                origin.resource, origin.scope, metrics[Int(series.metric)],
                attributes[Int(series.attributes)])
            if let id = known[key] {
                ids.append(id)
                continue
            }
            let metric = Array(table.metrics[Int(series.metric)])
            let otlp = Array(table.attributes[Int(series.attributes)])
            let hash = hash(origin, metric, otlp)
            let id: Int64
            if let found = try self.id(hash, origin, metric, otlp, find) {
                id = found
            } else {
                try bind(hash, origin, metric, otlp, insert)
                try insert.run()
                id = connection.lastInsertedID
            }
            known.insert(key, id)
            ids.append(id)
        }
        return ids
    }

    private static func digests(_ strings: StringTable) -> [BodyDigest] {
        (0..<strings.count).map { BodyDigest(of: strings.bytes.span.extracting(strings.range($0))) }
    }

    /// What the column `hash` has.
    static func hash(_ origin: (resource: Int64, scope: Int64), _ metric: [UInt8], _ otlp: [UInt8]) -> Int64 {
        var writer = ByteWriter()
        writer.uint64(UInt64(bitPattern: origin.resource))
        writer.uint64(UInt64(bitPattern: origin.scope))
        writer.counted(metric)
        writer.counted(otlp)
        return Int64(bitPattern: checksum(writer.bytes.span))
    }

    private static func id(
        _ hash: Int64, _ origin: (resource: Int64, scope: Int64), _ metric: [UInt8], _ otlp: [UInt8],
        _ find: borrowing Statement
    ) throws(SQLiteError) -> Int64? {
        defer { find.reset() }
        try find.bind(1, hash)
        try find.bind(2, origin.resource)
        try find.bind(3, origin.scope)
        try find.bind(4, metric)
        try find.bind(5, otlp)
        return try find.step() ? find.integer(0) : nil
    }

    private static func bind(
        _ hash: Int64, _ origin: (resource: Int64, scope: Int64), _ bytes: [UInt8], _ otlp: [UInt8],
        _ insert: borrowing Statement
    ) throws(SQLiteError) {
        let metric = Metric(canonicalBytes: bytes) ?? Metric()
        try insert.bind(1, hash)
        try insert.bind(2, origin.resource)
        try insert.bind(3, origin.scope)
        try insert.bind(4, metric.name)
        try insert.bind(5, metric.unit)
        try insert.bind(6, metric.description)
        try insert.bind(7, metric.type.word)
        try insert.bind(8, metric.temporalityWord.map(SQLValue.text) ?? .null)
        try insert.bind(9, metric.type == .sum ? Int64(metric.isMonotonic ? 1 : 0) : nil)
        try insert.bind(10, JSONNode.plain([KeyValue](canonicalBytes: otlp) ?? []).text)
        try insert.bind(11, bytes)
        try insert.bind(12, otlp)
    }
}
