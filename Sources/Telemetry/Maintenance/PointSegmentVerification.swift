import OTLPModel

/// Checks one segment of points: every checksum, every chunk's content, and that all of it agrees with the catalogue.
struct PointSegmentVerification {
    private let segment: StoredSegment
    private(set) var damages: [DatabaseDamage] = []
    /// The rows of `series` that it refers to; nil when they cannot be read.
    private(set) var series: [Int64]?

    init(_ segment: StoredSegment) {
        self.segment = segment
        check()
    }

    private mutating func check() {
        var broken: Set<UInt16> = []
        for (number, chunk) in segment.chunks.sorted(by: { $0.key < $1.key })
        where checksum(chunk.bytes.span) != chunk.checksum {
            broken.insert(number)
            add(.checksum, PointChunk(rawValue: number), "does not match its checksum")
        }
        for number in segment.chunks.keys.sorted() where PointChunk(rawValue: number) == nil {
            add(.orphan, nil, "has a chunk \(number), which segments of points do not have")
        }
        for chunk in PointChunk.allCases where segment.chunks[chunk.rawValue] == nil {
            add(.missing, chunk, "is not there")
        }
        guard segment.format == Int64(SegmentEncoder.formatVersion) else {
            return add(.catalogue, nil, "has format \(segment.format), which this traceq does not know")
        }
        guard (1...Int64(SegmentSummary.spansMax)).contains(segment.spans),
            (1...segment.spans).contains(segment.traces)
        else {
            return add(
                .catalogue, nil, "claims to have \(segment.spans) points of \(segment.traces) series")
        }
        guard broken.isEmpty, PointChunk.allCases.allSatisfy({ segment.chunks[$0.rawValue] != nil }) else {
            return
        }
        checkContent()
    }

    private mutating func checkContent() {
        let stored = segment
        let decoder = PointSegmentDecoder(
            segment: segment.id,
            summary: SegmentSummary(
                spans: Int(segment.spans), traces: Int(segment.traces), minStart: segment.minStart,
                maxStart: segment.maxStart, maxEnd: segment.maxEnd, minDuration: segment.minDuration,
                maxDuration: segment.maxDuration, errors: 0),
            load: { (chunk) throws(StoreError) in stored.chunks[chunk.rawValue]?.bytes })
        let columns: PointColumns
        do {
            columns = try decoder.columns()
        } catch {
            return add(.content, nil, error.message)
        }
        series = columns.storedSeries
        if Set(columns.storedSeries).count != columns.storedSeries.count {
            add(.content, .series, "names a series twice")
        }
        let summary = columns.summary()
        compare("min_start", segment.minStart.rawValue, summary.minStart.rawValue)
        compare("max_start", segment.maxStart.rawValue, summary.maxStart.rawValue)
        compare("max_end", segment.maxEnd.rawValue, summary.maxEnd.rawValue)
        compare("min_duration", segment.minDuration, 0)
        compare("max_duration", segment.maxDuration, 0)
        compare("errors", segment.errors, 0)
        checkOrder(columns)
    }

    private mutating func checkOrder(_ columns: PointColumns) {
        let rows = columns.rows
        for row in 1..<max(rows.count, 1)
        where rows.seriesIndexes[row] == rows.seriesIndexes[row - 1] && rows.times[row] < rows.times[row - 1]
        {
            return add(.content, .times, "do not rise within a series")
        }
    }

    private mutating func compare(_ field: String, _ stored: Int64, _ found: Int64) {
        if stored != found {
            add(.catalogue, nil, "the catalogue says \(field) \(stored), and its points say \(found)")
        }
    }

    private mutating func add(_ kind: DatabaseDamage.Kind, _ chunk: PointChunk?, _ message: String) {
        damages.append(Self.damage(kind, chunk, message, of: segment))
    }

    static func damage(
        _ kind: DatabaseDamage.Kind, _ chunk: PointChunk?, _ message: String, of segment: StoredSegment
    ) -> DatabaseDamage {
        DatabaseDamage(
            kind: kind,
            place: DatabaseDamage.Place(segment: segment.id, chunk: chunk?.rawValue, chunkName: chunk?.name),
            starts: segment.minStart <= segment.maxStart ? segment.minStart...segment.maxStart : nil,
            spans: Int(clamping: segment.spans), message: message)
    }
}
