import OTLPModel

/// The rows of the table `rollup_minute`: the spans of a part added up by minute and by what they are.
final class RollupRows: PartRows {
    private enum Column: Int, CaseIterable {
        case minute, minuteNanos, service, node, name, kind, moduleKind, cacheResult, outcome
        case spans, errors, responseBytes, durationSum, sketch, segment
    }

    private static let columns: [SQLColumn] = Column.allCases.map { column in
        switch column {
        case .minute: SQLColumn("minute", "TEXT", "its beginning: 2026-08-21T10:00:00Z")
        case .minuteNanos: SQLColumn("minute_ns", "INTEGER", "the same in Unix nanoseconds")
        case .service: SpanColumn.service.column
        case .node: SpanColumn.node.column
        case .name: SpanColumn.name.column
        case .kind: SpanColumn.kind.column
        case .moduleKind: SpanColumn.moduleKind.column
        case .cacheResult: SpanColumn.cacheResult.column
        case .outcome: SpanColumn.outcome.column
        case .spans: SQLColumn("spans", "INTEGER", "how many spans")
        case .errors: SQLColumn("errors", "INTEGER", "how many of them have the status error")
        case .responseBytes: SQLColumn("response_bytes", "INTEGER", "bytes of the responses, as far as told")
        case .durationSum: SQLColumn("duration_sum_ns", "INTEGER", "all durations together, nanoseconds")
        case .sketch: SQLColumn("sketch", "BLOB", "the durations, for sketch_merge and sketch_quantile")
        case .segment: SpanColumn.segment.column
        }
    }

    static let description = PartsTable.Description(
        columns: columns,
        conditions: [Column.minuteNanos.rawValue: .startNanos, Column.segment.rawValue: .segment],
        lowerBounds: [Column.minuteNanos.rawValue],
        rows: { (spans, _) throws(StoreError) in try RollupRows(spans) })

    private static let minuteNanos: Int64 = 60_000_000_000

    private let rollup: SegmentRollup
    private let segment: Int64?
    private let names: StringTable
    /// By source.
    private let services: [String]
    private let nodes: [String]

    private init(_ spans: SpanRows) throws(StoreError) {
        let view = spans.view
        segment = view.segmentID
        names = try view.names()
        let origins = try view.origins()
        let peers: [String]
        let sources: [(origin: Int, peer: Int)]
        if let stored = try view.rollup(), let statistics = try view.statistics() {
            rollup = stored
            peers = statistics.peers
            sources = statistics.sources.map { (Int($0.origin), Int($0.peer)) }
        } else {
            // A segment of format 1 has none: it is made as sealing would make it.
            let columns = try view.segmentColumns()
            let found = SegmentSources(columns)
            rollup = SegmentRollupBuilder.rollup(columns, found, try SegmentClassification(view))
            peers = found.peers
            sources = found.sources.map { (Int($0.origin), Int($0.peer)) }
        }
        guard sources.allSatisfy({ $0.origin < origins.count && $0.peer < peers.count }) else {
            throw view.damage(.statistics)
        }
        services = sources.map { origins[$0.origin].service }
        nodes = sources.map { origins[$0.origin].declaredNode?.name ?? peers[$0.peer] }
    }

    var count: Int { rollup.rowCount }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        let group = rollup.groups[Int(rollup.groupIndexes[row])]
        let minute = Int64(rollup.minutes[row]).multipliedReportingOverflow(by: Self.minuteNanos)
        let nanos = minute.overflow ? Int64.max : minute.partialValue
        switch Column(rawValue: column) {
        case .minute: result.text(String(UnixNanos(rawValue: nanos).rfc3339.prefix(19)) + "Z")
        case .minuteNanos: result.integer(nanos)
        case .service: result.text(services[Int(group.source)])
        case .node: result.text(nodes[Int(group.source)])
        case .name:
            let names = names
            result.text(names.bytes.span.extracting(names.range(Int(group.name))))
        case .kind: result.text(SpanKind(rawValue: group.kind).word)
        case .moduleKind: result.optional(ModuleKind(rawValue: group.moduleKind)?.name)
        case .cacheResult: result.optional(CacheResult(rawValue: group.cacheResult)?.knownName)
        case .outcome: result.optional(RequestOutcome(rawValue: group.outcome)?.name)
        case .spans: result.integer(Int64(rollup.spans[row]))
        case .errors: result.integer(Int64(rollup.errors[row]))
        case .responseBytes: result.integer(Int64(clamping: rollup.responseBytes[row]))
        case .durationSum: result.integer(Int64(clamping: rollup.durationSums[row]))
        case .sketch:
            var sketch = DurationSketch()
            rollup.merge(row: row, into: &sketch)
            let bytes = sketch.encoded
            result.blob(bytes.span)
        case .segment: segment.map(result.integer) ?? result.null()
        case nil: result.null()
        }
    }
}

extension CacheResult {
    /// Nil when there is no evidence.
    var knownName: String? { self == .unknown ? nil : name }
}

extension DurationSketch {
    /// As SQL keeps it.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(to: &writer)
        return writer.bytes
    }
}
