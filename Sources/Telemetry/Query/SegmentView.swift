import OTLPModel

/// The spans of one segment, or of the journal, for queries: each column is read when it is first asked
/// for, and kept.
///
/// For one query, and for one thread at a time.
final class SegmentView {
    /// A column of a segment has some 100,000 values; one that claims more than 2^26 is damaged, or was
    /// made to exhaust the memory of whoever opens the file.
    static let valuesMax = 1 << 26

    /// What the catalogue says.
    let summary: SegmentSummary
    /// The segment's row in the catalogue; nil for the journal.
    let segmentID: Int64?
    /// The version of what the chunks hold; nil for the journal.
    let format: Int?
    /// The spans themselves where they are in memory already.
    private let columns: SegmentColumns?
    /// Reads a chunk, with the columns as far as they are known for words about it; nil when the segment has none
    /// of that number.
    let loadChunk: (ChunkID, [ColumnKey]) throws(StoreError) -> [UInt8]?
    let decoder: SegmentDecoder
    private let resolve: (SegmentOriginReference) throws(StoreError) -> ResolvedOrigin

    private(set) var knownTables: SegmentTables?
    private var knownOrigins: [ResolvedOrigin]?
    private var knownStoredOrigins: [SegmentOriginReference]?
    private var knownTraceIDs: [TraceID]?
    private var knownTraceOffsets: [Int]?
    private var knownStarts: [UInt64]?
    private var knownSpanIDs: [UInt64]?
    private var knownParents: [UInt32]?
    private var knownExternalParents: [UInt64]?
    private var knownDurations: [UInt64]?
    private var knownOperations: [UInt32]?
    private var knownOriginIndexes: [UInt32]?
    private var knownArrivals: [UInt32]?
    private var knownFilter: TraceFilter?
    private var knownStatistics: SegmentStatistics?
    private var knownRollup: SegmentRollup?
    private var knownNames: StringTable?
    private var knownValueCounts: [Int]?
    private var knownValues: [Int: ColumnValues] = [:]

    /// A stored segment.
    /// - Parameter decompressor: what other views of the same thread may use, too
    init(
        segmentID: Int64, format: Int, summary: SegmentSummary,
        _ decompressor: SharedDecompressor = SharedDecompressor(),
        load: @escaping (ChunkID, [ColumnKey]) throws(StoreError) -> [UInt8]?,
        resolve: @escaping (SegmentOriginReference) throws(StoreError) -> ResolvedOrigin
    ) {
        self.segmentID = segmentID
        self.format = format
        self.summary = summary
        columns = nil
        loadChunk = load
        self.resolve = resolve
        decoder = SegmentDecoder(spanCount: summary.spans, signal: summary.signal, decompressor)
    }

    /// Spans that are in memory already: the journal's.
    init(_ columns: SegmentColumns) {
        segmentID = nil
        format = nil
        self.columns = columns
        summary = columns.summary()
        loadChunk = { (_, _) throws(StoreError) in nil }
        resolve = { (_) throws(StoreError) in throw StoreError(.damaged, "the journal has no catalogue") }
        decoder = SegmentDecoder(spanCount: columns.spanCount)
        knownTables = columns.tables
        knownOrigins = columns.origins.origins.map { origin in
            ResolvedOrigin(
                resource: ResourceSpans(
                    canonicalBytes: Array(columns.origins.resources[Int(origin.resource)])),
                scope: ScopeSpans(canonicalBytes: Array(columns.origins.scopes[Int(origin.scope)])))
        }
        knownTraceIDs = columns.traces
        knownTraceOffsets = Self.offsets(columns.traceSpanCounts)
        knownStarts = Self.starts(
            columns.startOffsets, columns.traceStarts, Self.offsets(columns.traceSpanCounts))
        knownSpanIDs = columns.spanIDs
        knownParents = columns.parents
        knownExternalParents = columns.externalParents
        knownDurations = columns.durations
        knownOperations = columns.operationIndexes
        knownOriginIndexes = columns.originIndexes
        knownArrivals = columns.arrivalIndexes
    }

    /// The values of a column of spans that are in memory: made when they are asked for, as a segment has many columns.
    private static func values(of column: Int, _ columns: SegmentColumns) -> ColumnValues {
        let values = columns.values(of: column)
        guard columns.tables.columns[column].type.isInDictionary else { return .numbers(Array(values)) }
        return .entries(values.map { UInt32(truncatingIfNeeded: $0) }, columns.dictionaries[column])
    }

    // MARK: Columns

    func tables() throws(StoreError) -> SegmentTables {
        if let knownTables { return knownTables }
        let tables = try decode(.tables) { (bytes) throws(ByteReader.Damage) in try decoder.tables(bytes) }
        knownTables = tables
        return tables
    }

    /// Who emitted the spans, by origin index.
    func origins() throws(StoreError) -> [ResolvedOrigin] {
        if let knownOrigins { return knownOrigins }
        var origins: [ResolvedOrigin] = []
        for reference in try storedOrigins() { origins.append(try resolve(reference)) }
        knownOrigins = origins
        return origins
    }

    /// What the database calls the origins of a stored segment.
    func storedOrigins() throws(StoreError) -> [SegmentOriginReference] {
        if let knownStoredOrigins { return knownStoredOrigins }
        let references = try decode(.origins) { (bytes) throws(ByteReader.Damage) in
            try decoder.origins(bytes)
        }
        let origins = references.map { SegmentOriginReference(resource: $0.resource, scope: $0.scope) }
        knownStoredOrigins = origins
        return origins
    }

    /// As many as the catalogue says, which is one less than there are `traceOffsets`.
    func traceIDs() throws(StoreError) -> [TraceID] {
        if let knownTraceIDs { return knownTraceIDs }
        let ids = try decode(.traceIDs) { (bytes) throws(ByteReader.Damage) in try decoder.traceIDs(bytes) }
        guard ids.count == summary.traces else { throw damage(.traceIDs) }
        knownTraceIDs = ids
        return ids
    }

    /// Where each trace's spans start; one element more than there are traces, each of which has spans.
    func traceOffsets() throws(StoreError) -> [Int] {
        if let knownTraceOffsets { return knownTraceOffsets }
        let counts = try decode(.traceSpanCounts) { (bytes) throws(ByteReader.Damage) in
            try decoder.indexes(bytes, limit: Int(UInt32.max))
        }
        let offsets = Self.offsets(counts)
        guard counts.count == summary.traces, !counts.contains(0), offsets.last == summary.spans else {
            throw damage(.traceSpanCounts)
        }
        knownTraceOffsets = offsets
        return offsets
    }

    private static func offsets(_ counts: [UInt32]) -> [Int] {
        var offsets = [0]
        offsets.reserveCapacity(counts.count + 1)
        var sum = 0
        for count in counts {
            sum += Int(count)
            offsets.append(sum)
        }
        return offsets
    }

    /// Nanoseconds since the Unix epoch, as sent.
    func starts() throws(StoreError) -> [UInt64] {
        if let knownStarts { return knownStarts }
        let offsets = try traceOffsets()
        let spans = summary.spans
        let relative = try spanColumn(.startOffsets)
        let bases = try decode(.traceStarts) { (bytes) throws(ByteReader.Damage) in
            try decoder.numbers(bytes, countMax: spans)
        }
        guard bases.count == offsets.count - 1 else { throw damage(.traceStarts) }
        let starts = Self.starts(relative, bases, offsets)
        knownStarts = starts
        return starts
    }

    private static func starts(_ relative: [UInt64], _ bases: [UInt64], _ offsets: [Int]) -> [UInt64] {
        var starts = relative
        var span = starts.mutableSpan
        for trace in bases.indices {
            for index in offsets[trace]..<offsets[trace + 1] { span[index] = span[index] &+ bases[trace] }
        }
        return starts
    }

    func spanIDs() throws(StoreError) -> [UInt64] {
        if let knownSpanIDs { return knownSpanIDs }
        let ids = try decode(.spanIDs) { (bytes) throws(ByteReader.Damage) in try decoder.ids(bytes) }
        guard ids.count == summary.spans else { throw damage(.spanIDs) }
        knownSpanIDs = ids
        return ids
    }

    /// `ParentCode` of each span.
    func parents() throws(StoreError) -> [UInt32] {
        if let knownParents { return knownParents }
        let parents = try spanIndexes(.parents, limit: Int(UInt32.max))
        knownParents = parents
        return parents
    }

    func externalParents() throws(StoreError) -> [UInt64] {
        if let knownExternalParents { return knownExternalParents }
        let bytes = try load(.externalParents)
        let ids = try bytes.map { (bytes) throws(StoreError) in
            try decode(.externalParents, bytes) { (span) throws(ByteReader.Damage) in try decoder.ids(span) }
        }
        knownExternalParents = ids ?? []
        return ids ?? []
    }

    /// End minus start, modulo 2^64.
    func durations() throws(StoreError) -> [UInt64] {
        if let knownDurations { return knownDurations }
        let durations = try spanColumn(.durations)
        knownDurations = durations
        return durations
    }

    func operationIndexes() throws(StoreError) -> [UInt32] {
        if let knownOperations { return knownOperations }
        let indexes = try spanIndexes(.operations, limit: try tables().operations.count)
        knownOperations = indexes
        return indexes
    }

    func originIndexes() throws(StoreError) -> [UInt32] {
        if let knownOriginIndexes { return knownOriginIndexes }
        let indexes = try spanIndexes(.originIndexes, limit: try origins().count)
        knownOriginIndexes = indexes
        return indexes
    }

    func arrivalIndexes() throws(StoreError) -> [UInt32] {
        if let knownArrivals { return knownArrivals }
        let indexes = try spanIndexes(.arrivalIndexes, limit: try tables().arrivals.count)
        knownArrivals = indexes
        return indexes
    }

    /// The values of a column, in the order of the spans that have one.
    func values(of column: Int) throws(StoreError) -> ColumnValues {
        if let known = knownValues[column] { return known }
        if let columns {
            let values = Self.values(of: column, columns)
            knownValues[column] = values
            return values
        }
        let type = try tables().columns[column].type
        let count = try valueCounts()[column]
        guard let id = ChunkID.values(of: column) else { throw damage(column: column) }
        guard let bytes = try load(id) else {
            // A column that no span uses has no chunk.
            guard count == 0 else { throw damage(id) }
            return type.isInDictionary ? .entries([], StringTable()) : .numbers([])
        }
        let values: ColumnValues
        if type.isInDictionary {
            let operations = try tables().operations.count
            let strings = try decode(id, bytes) { (span) throws(ByteReader.Damage) in
                try decoder.strings(span, countMax: count, entriesMax: operations)
            }
            values = .entries(strings.values, strings.dictionary)
        } else {
            values = .numbers(
                try decode(id, bytes) { (span) throws(ByteReader.Damage) in
                    try decoder.numbers(span, countMax: count)
                })
        }
        guard values.count == count else { throw damage(id) }
        knownValues[column] = values
        return values
    }

    /// The names that operations refer to.
    func names() throws(StoreError) -> StringTable {
        if let knownNames { return knownNames }
        let column = Int(FieldColumn.name.id)
        let names: StringTable
        if let columns {
            names = columns.dictionaries[column]
        } else if case .entries(_, let known) = knownValues[column] {
            names = known
        } else {
            // No span has a value here: how many there are need not be counted.
            let operations = try tables().operations.count
            guard let id = ChunkID.values(of: column) else { throw damage(column: column) }
            names = try decode(id) { (bytes) throws(ByteReader.Damage) in
                try decoder.strings(bytes, countMax: 0, entriesMax: operations).dictionary
            }
        }
        guard try tables().operations.allSatisfy({ Int($0.name) < names.count }) else {
            throw damage(column: column)
        }
        knownNames = names
        return names
    }

    /// How many values each column has, as the operations of the spans tell.
    private func valueCounts() throws(StoreError) -> [Int] {
        if let knownValueCounts { return knownValueCounts }
        let tables = try tables()
        var spans = [Int](repeating: 0, count: tables.operations.count)
        for operation in try operationIndexes() { spans[Int(operation)] += 1 }
        let counts = tables.valueCounts(spansOfOperations: spans)
        guard counts.allSatisfy({ $0 <= Self.valuesMax }) else { throw damage(.tables) }
        knownValueCounts = counts
        return counts
    }

    /// Whether the segment may have spans of a trace; false is certain.
    func mayContain(_ trace: TraceID) throws(StoreError) -> Bool {
        if let knownTraceIDs { return knownTraceIDs.contains(trace) }
        if knownFilter == nil { knownFilter = TraceFilter(bytes: try load(.traceFilter) ?? []) }
        return knownFilter?.mayContain(trace) ?? true
    }

    /// What the segment holds, without its columns; nil for a segment of format 1, which has none.
    func statistics() throws(StoreError) -> SegmentStatistics? {
        if let knownStatistics { return knownStatistics }
        if let columns {
            knownStatistics = SegmentStatistics(columns, SegmentSources(columns))
            return knownStatistics
        }
        guard let format, format >= 2 else { return nil }
        let statistics = try decode(.statistics) { (bytes) throws(ByteReader.Damage) in
            try decoder.statistics(bytes)
        }
        let tables = try tables()
        let origins = try storedOrigins().count
        guard statistics.operations.count == tables.operations.count,
            statistics.columns.count == tables.columns.count,
            statistics.sources.allSatisfy({ Int($0.origin) < origins })
        else { throw damage(.statistics) }
        knownStatistics = statistics
        return statistics
    }

    /// The spans added up by minute; nil for a segment of format 1 and for one of log records, which have none.
    func rollup() throws(StoreError) -> SegmentRollup? {
        if let knownRollup { return knownRollup }
        guard summary.signal == .traces else { return nil }
        if let columns {
            knownRollup = SegmentRollupBuilder.rollup(
                columns, SegmentSources(columns), SegmentClassification(columns))
            return knownRollup
        }
        guard let sources = try statistics()?.sources.count else { return nil }
        let names = try names().count
        let rollup = try decode(.rollup) { (bytes) throws(ByteReader.Damage) in
            try decoder.rollup(bytes, sourceCount: sources, nameCount: names)
        }
        knownRollup = rollup
        return rollup
    }

    /// The requests that were found when the segment was made; nil where they are not stored, or were found by other
    /// rules. What is damaged of them can be found anew, and is: `traceq db verify` tells of the damage.
    func requests() -> SegmentRequests? {
        guard columns == nil, summary.signal == .traces,
            let count = try? tables().columns.count, count < ChunkID.columnsMax,
            let bytes = try? load(.requests),
            let offsets = try? traceOffsets(),
            let requests = try? decode(
                .requests, bytes,
                { (span) throws(ByteReader.Damage) in try decoder.requests(span) }),
            requests.areHopsWithinTraces(offsets)
        else { return nil }
        return requests
    }
}
