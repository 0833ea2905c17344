/// Reads a segment of points back. What cannot be true is damage, and takes no more memory than a segment of the
/// stated size needs.
struct PointSegmentDecoder: ~Copyable {
    private let segment: Int64
    /// How many points, and series, the catalogue says the segment has.
    private let count: Int
    private let seriesCount: Int
    private let shared: SharedDecompressor
    /// Gives a chunk whose bytes agree with their checksum; nil when there is none.
    private let load: (PointChunk) throws(StoreError) -> [UInt8]?

    init(
        segment: Int64, summary: SegmentSummary, _ shared: SharedDecompressor = SharedDecompressor(),
        load: @escaping (PointChunk) throws(StoreError) -> [UInt8]?
    ) {
        self.segment = segment
        count = summary.spans
        seriesCount = summary.traces
        self.shared = shared
        self.load = load
    }

    /// The ids of the series, in the order of their points.
    /// - Throws: `StoreError`: `.damaged`, or what `load` throws
    func series() throws(StoreError) -> [Int64] {
        let ids = try read(.series) { (bytes) throws(ByteReader.Damage) in try Self.series(bytes) }
        guard ids.count == seriesCount else { throw damage(.series) }
        return ids
    }

    /// The ids in a chunk of series.
    static func series(_ bytes: ByteSpan) throws(ByteReader.Damage) -> [Int64] {
        var reader = ByteReader(bytes)
        var ids: [Int64] = []
        var previous: Int64 = 0
        for _ in 0..<(try reader.count()) {
            previous = previous &+ (try reader.signed())
            ids.append(previous)
        }
        return ids
    }

    /// All of it.
    /// - Throws: as `series`
    func columns() throws(StoreError) -> PointColumns {
        var columns = PointColumns()
        columns.storedSeries = try series()
        columns.arrivals = try read(.arrivals) { [shared] (bytes) throws(ByteReader.Damage) in
            var outer = ByteReader(bytes)
            let content = try Block.read(&outer, shared.decompressor)
            var reader = ByteReader(content.span)
            return try SegmentDecoder.arrivals(&reader)
        }
        columns.seriesCounts = try numbers(.seriesCounts, count: seriesCount)
        columns.rows.times = try differences(.times, count: count)
        columns.rows.starts = try differences(.starts, count: count)
        columns.rows.flags = try numbers(.flags, count: count)
        let kinds = try numbers(.kinds, count: count, limit: UInt64(PointKind.highest.rawValue) + 1)
        columns.rows.kinds = kinds.map { UInt8(truncatingIfNeeded: $0) }
        columns.rows.values = try differences(.values, count: count)
        columns.arrivalIndexes = try numbers(
            .arrivalIndexes, count: count, limit: UInt64(columns.arrivals.count))
        columns.rows.distributions = try distributions(
            count: columns.rows.kinds.count { PointRows.isDistribution($0) })
        columns.rows.details = try details()
        var rows = 0
        for (series, own) in columns.seriesCounts.enumerated() {
            rows += Int(own)
            guard own > 0, rows <= count else { throw damage(.seriesCounts) }
            columns.rows.seriesIndexes.append(
                contentsOf: repeatElement(UInt32(truncatingIfNeeded: series), count: Int(own)))
        }
        guard rows == count else { throw damage(.seriesCounts) }
        return columns
    }

    private func distributions(count: Int) throws(StoreError) -> [PointRows.Distribution] {
        let present = try numbers(
            .present, count: count, limit: UInt64(PointRows.Distribution.presentMax) + 1)
        let sums = try differences(.sums, count: count)
        let minima = try differences(.minima, count: count)
        let maxima = try differences(.maxima, count: count)
        return present.indices.map { index in
            PointRows.Distribution(
                sum: sums[index], min: minima[index], max: maxima[index],
                present: UInt8(truncatingIfNeeded: present[index]))
        }
    }

    private func details() throws(StoreError) -> StringTable {
        let lengths = try numbers(.detailLengths, count: count)
        let bytes = try read(.details) { [shared] (bytes) throws(ByteReader.Damage) in
            var reader = ByteReader(bytes)
            return try Block.read(&reader, shared.decompressor)
        }
        guard let details = StringTable(bytes: bytes, lengths: lengths) else { throw damage(.details) }
        return details
    }

    // MARK: Chunks

    private func numbers(
        _ chunk: PointChunk, count: Int, limit: UInt64 = UInt64(UInt32.max) + 1
    ) throws(StoreError) -> [UInt32] {
        let numbers = try read(chunk) { [shared] (bytes) throws(ByteReader.Damage) in
            var reader = ByteReader(bytes)
            return try IntegerCoding.read32(&reader, shared.decompressor, countMax: count, limit: limit)
        }
        guard numbers.count == count else { throw damage(chunk) }
        return numbers
    }

    private func differences(_ chunk: PointChunk, count: Int) throws(StoreError) -> [UInt64] {
        let numbers = try read(chunk) { [shared] (bytes) throws(ByteReader.Damage) in
            var reader = ByteReader(bytes)
            return try IntegerCoding.read(&reader, shared.decompressor, countMax: count)
        }
        guard numbers.count == count else { throw damage(chunk) }
        return numbers
    }

    private func read<Content>(
        _ chunk: PointChunk, _ decode: (ByteSpan) throws(ByteReader.Damage) -> Content
    ) throws(StoreError) -> Content {
        guard let bytes = try load(chunk) else {
            throw StoreError(.damaged, "segment \(segment): chunk \(chunk.name) is not there")
        }
        do throws(ByteReader.Damage) {
            return try decode(bytes.span)
        } catch {
            throw damage(chunk)
        }
    }

    private func damage(_ chunk: PointChunk) -> StoreError {
        StoreError(
            .damaged,
            "segment \(segment): chunk \(chunk.name) cannot be decoded: its content breaks off or contradicts itself"
        )
    }
}
