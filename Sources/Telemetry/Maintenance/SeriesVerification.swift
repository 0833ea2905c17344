import OTLPModel

/// Checks the table `series`, and remembers which rows there are.
struct SeriesVerification {
    private(set) var series: Set<Int64> = []
    private(set) var damages: [DatabaseDamage] = []
    // Ids only grow: what is new comes after this.
    private var last = Int64.min

    /// Reads the rows that it does not know yet.
    /// - Parameter origins: knows the rows that series refer to
    mutating func readNew(
        _ connection: borrowing Connection, _ origins: OriginVerification
    ) throws(SQLiteError) {
        guard try connection.integer("PRAGMA user_version") ?? 0 >= 3 else { return }
        let statement = try connection.prepare(
            """
            SELECT id, hash, resource, scope, metric, otlp, name FROM series WHERE id > ?1 ORDER BY id
            """)
        try statement.bind(1, last)
        while try statement.step() {
            let id = statement.integer(0)
            last = id
            series.insert(id)
            let origin = (resource: statement.integer(2), scope: statement.integer(3))
            let (metric, otlp) = (statement.blob(4), statement.blob(5))
            if SeriesStore.hash(origin, metric, otlp) != statement.integer(1) {
                add(.checksum, id, "does not match its hash")
            } else if [KeyValue](canonicalBytes: otlp) == nil {
                add(.content, id, "has attributes that are no OTLP message")
            } else if let known = Metric(canonicalBytes: metric) {
                if known.name != statement.text(6) { add(.content, id, "has another name than its metric") }
            } else {
                add(.content, id, "is not the metric of an OTLP message")
            }
            if !origins.resources.contains(origin.resource) {
                add(.reference, id, "refers to resource \(origin.resource), which is not there")
            }
            if !origins.scopes.contains(origin.scope) {
                add(.reference, id, "refers to scope \(origin.scope), which is not there")
            }
        }
    }

    private mutating func add(_ kind: DatabaseDamage.Kind, _ id: Int64, _ message: String) {
        damages.append(
            DatabaseDamage(
                kind: kind, place: DatabaseDamage.Place(row: "series \(id)"), starts: nil, spans: nil,
                message: message))
    }

    /// What a segment refers to and is not there.
    func unresolved(_ references: [Int64], of segment: StoredSegment) -> [DatabaseDamage] {
        Set(references).subtracting(series).sorted().map { id in
            PointSegmentVerification.damage(
                .reference, .series, "refers to series \(id), which is not there", of: segment)
        }
    }
}
