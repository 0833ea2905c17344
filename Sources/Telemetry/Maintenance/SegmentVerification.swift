import OTLPModel

/// Checks one segment: every checksum, every chunk's content, and that all of it agrees with the catalogue.
///
/// It reads with `SegmentDecoder` alone and keeps nothing: what it finds does not depend on how queries read.
struct SegmentVerification: ~Copyable {
    let segment: StoredSegment
    private let decoder: SegmentDecoder
    private(set) var damages: [DatabaseDamage] = []
    /// Known once chunk 0 was read; gives columns their names.
    private var columns: [ColumnKey] = []
    private var unreadable: Set<UInt16> = []
    /// Chunks that a part of the segment accounts for.
    private var expected: Set<UInt16> = []
    /// What was read so far: whole when there is no damage.
    private var whole = SegmentColumns()

    init(_ segment: StoredSegment) {
        self.segment = segment
        decoder = SegmentDecoder(
            spanCount: Int(clamping: segment.spans), signal: Signal(rawValue: segment.signal) ?? .traces)
        whole.signal = Signal(rawValue: segment.signal) ?? .traces
    }

    /// The resources and scopes that the segment's origins refer to; nil when they cannot be read.
    static func origins(of segment: StoredSegment) -> [(resource: Int64, scope: Int64)]? {
        guard let chunk = segment.chunks[ChunkID.origins.number], checksum(chunk.bytes.span) == chunk.checksum
        else { return nil }
        return try? SegmentDecoder(spanCount: Int(clamping: segment.spans)).origins(chunk.bytes.span)
    }

    /// Does all checks; `damages` has what they found.
    mutating func run() {
        checkChecksums()
        guard segment.format <= Int64(SegmentEncoder.formatVersion), segment.format >= 1 else {
            return add(.catalogue, "has format \(segment.format), which this traceq does not know")
        }
        guard (1...Int64(SegmentSummary.spansMax)).contains(segment.spans) else {
            return add(.catalogue, "claims to have \(segment.spans) spans")
        }
        guard
            let tables = read(
                .tables,
                { (decoder, bytes) throws(ByteReader.Damage) in
                    try decoder.tables(bytes)
                })
        else { return }
        columns = tables.columns
        whole.tables = tables
        let traces = readTraces()
        let originCount = readOrigins()
        let operations = readIndexes(.operations, limit: tables.operations.count)
        whole.operationIndexes = operations ?? []
        expect(.originIndexes)
        if let originCount { whole.originIndexes = readIndexes(.originIndexes, limit: originCount) ?? [] }
        whole.arrivalIndexes = readIndexes(.arrivalIndexes, limit: tables.arrivals.count) ?? []
        checkIDs(traces)
        checkTimes(traces, operations, tables)
        if let operations { checkColumns(tables, operations) }
        checkStatistics(originCount: originCount)
        if operations != nil { checkOrphans() }
    }

    // MARK: Findings

    private mutating func add(_ kind: DatabaseDamage.Kind, _ message: String) { add(kind, nil, message) }

    private mutating func add(_ kind: DatabaseDamage.Kind, _ chunk: ChunkID?, _ message: String) {
        let isRangeKnown = segment.minStart <= segment.maxStart
        damages.append(
            DatabaseDamage(
                kind: kind,
                place: DatabaseDamage.Place(
                    segment: segment.id, chunk: chunk?.number, chunkName: chunk?.name(columns: columns)),
                starts: isRangeKnown ? segment.minStart...segment.maxStart : nil,
                spans: Int(clamping: segment.spans), message: message))
    }

    private mutating func checkChecksums() {
        for (number, chunk) in segment.chunks.sorted(by: { $0.key < $1.key })
        where checksum(chunk.bytes.span) != chunk.checksum {
            unreadable.insert(number)
            add(.checksum, ChunkID(number: number), "does not match its checksum")
        }
    }

    private mutating func expect(_ id: ChunkID) { expected.insert(id.number) }

    /// A chunk's content; nil when it is missing or damaged, which is noted.
    private mutating func read<Content>(
        _ id: ChunkID, _ decode: (borrowing SegmentDecoder, ByteSpan) throws(ByteReader.Damage) -> Content
    ) -> Content? {
        expect(id)
        guard let chunk = segment.chunks[id.number] else {
            add(.missing, id, "is not there")
            return nil
        }
        guard !unreadable.contains(id.number) else { return nil }
        do {
            return try decode(decoder, chunk.bytes.span)
        } catch {
            add(
                .content, id,
                "cannot be decoded: its content breaks off or contradicts itself at byte \(error.at)")
            return nil
        }
    }

    private mutating func readIndexes(_ id: ChunkID, limit: Int) -> [UInt32]? {
        let indexes = read(id) { (decoder, bytes) throws(ByteReader.Damage) in
            try decoder.indexes(bytes, limit: limit)
        }
        return checked(indexes, id, count: Int(segment.spans))
    }

    /// The elements when there are as many as there have to be.
    private mutating func checked<Element>(_ elements: [Element]?, _ id: ChunkID, count: Int) -> [Element]? {
        guard let elements else { return nil }
        guard elements.count == count else {
            add(.content, id, "has \(elements.count) elements instead of \(count)")
            return nil
        }
        return elements
    }

    // MARK: Traces

    private struct Traces {
        var ids: [TraceID]
        var counts: [UInt32]
    }

    private mutating func readTraces() -> Traces? {
        let ids = read(.traceIDs) { (decoder, bytes) throws(ByteReader.Damage) in try decoder.traceIDs(bytes)
        }
        let counts = read(.traceSpanCounts) { (decoder, bytes) throws(ByteReader.Damage) in
            try decoder.indexes(bytes, limit: Int(UInt32.max))
        }
        if let ids {
            if Int64(ids.count) != segment.traces {
                add(.catalogue, "the catalogue says \(segment.traces) traces, and it has \(ids.count)")
            }
            if whole.signal == .traces, ids.contains(where: { $0.high == 0 && $0.low == 0 }) {
                add(.content, .traceIDs, "has an empty id")
            }
            if Set(ids).count != ids.count { add(.content, .traceIDs, "has a trace twice") }
            checkFilter(ids)
        } else {
            expect(.traceFilter)
        }
        guard let ids, let counts = checked(counts, .traceSpanCounts, count: ids.count) else { return nil }
        let sum = counts.reduce(0) { $0 + Int64($1) }
        guard sum == segment.spans, !counts.contains(0) else {
            add(
                .catalogue,
                "the catalogue says \(segment.spans) spans, and its traces have \(sum) together")
            return nil
        }
        whole.traces = ids
        whole.traceSpanCounts = counts
        return Traces(ids: ids, counts: counts)
    }

    private mutating func checkFilter(_ ids: [TraceID]) {
        guard
            let bytes = read(
                .traceFilter, { (_, bytes) throws(ByteReader.Damage) in Array(bytes, bytes.indices) })
        else { return }
        let filter = TraceFilter(bytes: bytes)
        let absent = ids.reduce(0) { $0 + (filter.mayContain($1) ? 0 : 1) }
        if absent > 0 {
            add(.content, .traceFilter, "denies \(HumanUnits.count(absent, "trace")) that the segment has")
        }
    }

    private mutating func readOrigins() -> Int? {
        read(.origins) { (decoder, bytes) throws(ByteReader.Damage) in try decoder.origins(bytes) }?.count
    }

    // MARK: Spans

    private mutating func checkIDs(_ traces: Traces?) {
        let spans = Int(segment.spans)
        let ids = read(.spanIDs) { (decoder, bytes) throws(ByteReader.Damage) in try decoder.ids(bytes) }
        if let ids = checked(ids, .spanIDs, count: spans), whole.signal == .traces, ids.contains(0) {
            add(.content, .spanIDs, "has an empty id")
        }
        let parents = readIndexes(.parents, limit: Int(UInt32.max))
        whole.spanIDs = ids ?? []
        whole.parents = parents ?? []
        let externals =
            segment.chunks[ChunkID.externalParents.number] == nil
            ? []
            : read(.externalParents) { (decoder, bytes) throws(ByteReader.Damage) in try decoder.ids(bytes) }
        guard let parents else { return }
        if let externals {
            let named = parents.reduce(0) { $0 + ($1 == ParentCode.external ? 1 : 0) }
            if named != externals.count {
                add(
                    .reference, .parents,
                    "names \(named) parents outside of the segment, and there are \(externals.count)")
            }
        }
        guard let traces else { return }
        var row = 0
        var lost = 0
        for count in traces.counts {
            let trace = row..<row + Int(count)
            for code in parents[trace] {
                if let distance = ParentCode.distance(code), !trace.contains(row - distance) { lost += 1 }
                row += 1
            }
        }
        if lost > 0 {
            add(.reference, .parents, "names \(HumanUnits.count(lost, "parent")) outside of the span's trace")
        }
    }

    private mutating func checkTimes(_ traces: Traces?, _ operations: [UInt32]?, _ tables: SegmentTables) {
        let spans = Int(segment.spans)
        func numbers(_ id: ChunkID, _ count: Int, _ verification: inout SegmentVerification) -> [UInt64]? {
            let values = verification.read(id) { (decoder, bytes) throws(ByteReader.Damage) in
                try decoder.numbers(bytes, countMax: count)
            }
            return verification.checked(values, id, count: count)
        }
        let offsets = numbers(.startOffsets, spans, &self)
        let durations = numbers(.durations, spans, &self)
        guard let traces else { return expect(.traceStarts) }
        guard let bases = numbers(.traceStarts, traces.counts.count, &self), let offsets else { return }
        var starts = offsets
        var row = 0
        var isOrdered = true
        for (trace, count) in traces.counts.enumerated() {
            let base = bases[trace]
            if offsets[row] != 0 { isOrdered = false }
            for index in row..<row + Int(count) {
                if index > row, offsets[index] < offsets[index - 1] { isOrdered = false }
                starts[index] = offsets[index] &+ base
            }
            row += Int(count)
        }
        whole.traceStarts = bases
        whole.startOffsets = offsets
        whole.durations = durations ?? []
        if !isOrdered { add(.content, .startOffsets, "spans are not in the order of their starts") }
        checkCatalogue(starts: starts, durations: durations, operations, tables)
    }

    /// Whether the catalogue says of the spans what they say themselves.
    private mutating func checkCatalogue(
        starts: [UInt64], durations: [UInt64]?, _ operations: [UInt32]?, _ tables: SegmentTables
    ) {
        compare("min_start", segment.minStart.rawValue, starts.min().map { UnixNanos(clamping: $0).rawValue })
        compare("max_start", segment.maxStart.rawValue, starts.max().map { UnixNanos(clamping: $0).rawValue })
        if let durations {
            var maxEnd = UnixNanos.distantPast
            var shortest = Int64.max
            var longest: Int64 = 0
            for row in starts.indices {
                let duration = clampedDuration(durations[row], start: starts[row])
                maxEnd = max(maxEnd, UnixNanos(clamping: starts[row] &+ durations[row]))
                shortest = min(shortest, duration)
                longest = max(longest, duration)
            }
            compare("max_end", segment.maxEnd.rawValue, maxEnd.rawValue)
            compare("min_duration", segment.minDuration, shortest)
            compare("max_duration", segment.maxDuration, longest)
        }
        if let operations {
            let isError = tables.operations.map { $0.status == StatusCode.error.rawValue }
            compare("errors", segment.errors, operations.reduce(0) { $0 + (isError[Int($1)] ? 1 : 0) })
        }
    }

    private mutating func compare(_ field: String, _ stored: Int64, _ found: Int64?) {
        guard let found, found != stored else { return }
        add(.catalogue, "the catalogue says \(field) \(stored), and the spans say \(found)")
    }
}

// MARK: - Columns

extension SegmentVerification {
    private mutating func checkColumns(_ tables: SegmentTables, _ operations: [UInt32]) {
        var spans = [Int](repeating: 0, count: tables.operations.count)
        for operation in operations { spans[Int(operation)] += 1 }
        let counts = tables.valueCounts(spansOfOperations: spans)
        whole.valueOffsets = [0]
        for (column, key) in tables.columns.enumerated() {
            if counts[column] > SegmentView.valuesMax {
                add(.content, .tables, "column \(column) would have \(counts[column]) values")
            } else {
                checkColumn(column, key.type, count: counts[column], tables)
            }
            whole.valueOffsets.append(whole.values.count)
            if whole.dictionaries.count == column { whole.dictionaries.append(StringTable()) }
        }
    }

    private mutating func checkColumn(_ column: Int, _ type: ValueType, count: Int, _ tables: SegmentTables) {
        // The tables have no more columns than that.
        guard let id = ChunkID.values(of: column) else { return }
        let isName = column == Int(FieldColumn.name.id)
        // A column that no span of this segment uses has no chunk; the names are only a dictionary.
        if count == 0, !isName, segment.chunks[id.number] == nil { return }
        guard type.isInDictionary else {
            let numbers = read(id) { (decoder, bytes) throws(ByteReader.Damage) in
                try decoder.numbers(bytes, countMax: count)
            }
            whole.values += checked(numbers, id, count: count) ?? []
            return
        }
        let strings = read(id) { (decoder, bytes) throws(ByteReader.Damage) in
            try decoder.strings(bytes, countMax: count, entriesMax: tables.operations.count)
        }
        guard let strings else { return }
        whole.values += (checked(strings.values, id, count: count) ?? []).lazy.map { UInt64($0) }
        whole.dictionaries.append(strings.dictionary)
        if isName, tables.operations.contains(where: { Int($0.name) >= strings.dictionary.count }) {
            add(.reference, .tables, "an operation has a name that is not in the dictionary")
        }
    }

    /// Whether the statistics say what the columns do.
    private mutating func checkStatistics(originCount: Int?) {
        guard segment.format >= 2 else { return }
        let stored = read(.statistics) { (decoder, bytes) throws(ByteReader.Damage) in
            try decoder.statistics(bytes)
        }
        let hasRollup = whole.signal == .traces
        if hasRollup { expect(.rollup) }
        var rollup: SegmentRollup?
        if hasRollup, let stored, let names = whole.dictionaries.first?.count, names > 0 {
            rollup = read(.rollup) { (decoder, bytes) throws(ByteReader.Damage) in
                try decoder.rollup(bytes, sourceCount: stored.sources.count, nameCount: names)
            }
        }
        let requests = readRequests()
        // What follows from damaged columns says nothing about the statistics.
        guard let stored, damages.isEmpty, originCount != nil else { return }
        let sources = SegmentSources(whole)
        let counted = SegmentStatistics(whole, sources)
        guard stored.agrees(with: counted, columns) else {
            return add(.catalogue, .statistics, "says something else than the segment's columns")
        }
        guard let rollup else { return }
        let found = SegmentRequests.found(whole)
        let summed = SegmentRollupBuilder.rollup(
            whole, sources, found?.classification ?? SegmentClassification(whole))
        if !rollup.agrees(with: summed, own: stored, others: counted) {
            add(.catalogue, .rollup, "says something else than the segment's columns")
        }
        if let requests, let found, requests != found.requests {
            add(.catalogue, .requests, "says something else than the segment's columns")
        }
    }

    /// The requests as they are stored; nil where they are not, which is no damage, and where other rules found them.
    private mutating func readRequests() -> SegmentRequests? {
        guard whole.signal == .traces, columns.count < ChunkID.columnsMax,
            segment.chunks[ChunkID.requests.number] != nil
        else { return nil }
        let stored = read(.requests) { (decoder, bytes) throws(ByteReader.Damage) in
            try decoder.requests(bytes)
        }
        return stored.flatMap { $0 }
    }

    /// What lies among the segment's chunks and is none of them.
    private mutating func checkOrphans() {
        for number in segment.chunks.keys.sorted() where !expected.contains(number) {
            add(.orphan, ChunkID(number: number), "belongs to no column")
        }
    }
}
