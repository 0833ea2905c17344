/// Points in columns: those of a request in the order they were read, those of a segment by series and time.
struct PointRows: Sendable {
    // One element a point.
    /// Which series it belongs to; what that refers to is beside the rows.
    var seriesIndexes: [UInt32] = []
    /// Nanoseconds since the Unix epoch, as sent.
    var times: [UInt64] = []
    /// Nanoseconds since the Unix epoch, as sent; 0 when the sender did not say.
    var starts: [UInt64] = []
    var flags: [UInt32] = []
    /// `PointKind` as stored.
    var kinds: [UInt8] = []
    /// The bits of a number, or the count of a distribution.
    var values: [UInt64] = []
    /// What else the point says: the canonical bytes of its OTLP message without what the columns have.
    var details = StringTable()

    /// One element a point that is a distribution.
    var distributions: [Distribution] = []

    /// What a distribution has besides its count and its buckets, as the bits of doubles.
    struct Distribution: Hashable, Sendable {
        var sum: UInt64 = 0
        var min: UInt64 = 0
        var max: UInt64 = 0
        /// Which of them are there.
        var present: UInt8 = 0

        static let hasSum: UInt8 = 1
        static let hasMin: UInt8 = 2
        static let hasMax: UInt8 = 4
        static let presentMax: UInt8 = 7
    }

    var count: Int { times.count }

    /// About how much memory they take.
    var memoryBytes: Int { count * 37 + distributions.count * 32 + details.bytes.count }

    /// Adds the row of another table.
    /// - Parameter distribution: its place in `distributions` there, if it has one
    mutating func append(_ other: PointRows, _ row: Int, distribution: Int, series: UInt32) {
        seriesIndexes.append(series)
        times.append(other.times[row])
        starts.append(other.starts[row])
        flags.append(other.flags[row])
        kinds.append(other.kinds[row])
        values.append(other.values[row])
        details.append(other.details[row])
        if Self.isDistribution(other.kinds[row]) { distributions.append(other.distributions[distribution]) }
    }

    mutating func reserve(_ rows: Int) {
        seriesIndexes.reserveCapacity(rows)
        times.reserveCapacity(rows)
        starts.reserveCapacity(rows)
        flags.reserveCapacity(rows)
        kinds.reserveCapacity(rows)
        values.reserveCapacity(rows)
    }

    static func isDistribution(_ kind: UInt8) -> Bool { kind >= PointKind.histogram.rawValue }

    /// For each row, the place of the next distribution in `distributions`.
    func distributionPlaces() -> [UInt32] {
        var places: [UInt32] = []
        places.reserveCapacity(count)
        var next: UInt32 = 0
        for kind in kinds {
            places.append(next)
            if Self.isDistribution(kind) { next += 1 }
        }
        return places
    }
}
