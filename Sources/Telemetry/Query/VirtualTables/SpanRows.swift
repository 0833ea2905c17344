import OTLPModel

/// The spans of one part, as SQL asks for them: a column of one row at a time. What a column needs is read when
/// it is first asked for.
final class SpanRows {
    let part: Int
    let view: SegmentView
    private var fields: [UInt32: FieldValues] = [:]
    // What is asked for row by row is here at hand: taken out of the view's tables, it would be copied each time.
    private var operations: [Operation] = []
    private var operationIndexes: [UInt32] = []
    private var names = StringTable()
    private var origins: [ResolvedOrigin] = []
    private var originIndexes: [UInt32] = []
    private var arrivals: [Arrival] = []
    private var arrivalIndexes: [UInt32] = []
    /// As queries count them.
    private var knownDurations: [UInt64]?
    private var knownParentIDs: [UInt64]?
    private var knownTraces: [TraceID: Int]?
    private var knownResources: [String?] = []
    private var materializer: SpanCheckpoints?
    private var classes: SegmentClassification?
    private var modules: ModuleRows?
    /// The trace of the row that was asked for last.
    private var currentTrace = 0
    private var lookups = 0

    init(part: Int, view: SegmentView) {
        self.part = part
        self.view = view
    }

    // MARK: Traces

    /// The spans of a trace.
    func rows(of trace: TraceID) throws(StoreError) -> Range<Int> {
        let traces = try view.traceIDs()
        lookups += 1
        let index: Int?
        if lookups < 4 {
            index = traces.firstIndex(of: trace)
        } else {
            if knownTraces == nil {
                knownTraces = Dictionary(
                    zip(traces, traces.indices), uniquingKeysWith: { first, _ in first })
            }
            index = knownTraces?[trace]
        }
        let offsets = try view.traceOffsets()
        guard let index, index + 1 < offsets.count else { return 0..<0 }
        return offsets[index]..<offsets[index + 1]
    }

    /// The place of a row's trace among the traces.
    private func traceIndex(_ row: Int) throws(StoreError) -> Int {
        let offsets = try view.traceOffsets()
        if offsets[currentTrace] <= row, row < offsets[currentTrace + 1] { return currentTrace }
        var low = 0
        var high = offsets.count - 1
        // The next trace, as in every scan, or else by halves.
        if currentTrace + 2 < offsets.count, offsets[currentTrace + 1] == row {
            low = currentTrace + 1
            high = low + 1
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if offsets[middle] <= row { low = middle } else { high = middle }
        }
        // Traces without spans have none of the rows.
        while low + 2 < offsets.count, offsets[low + 1] <= row { low += 1 }
        currentTrace = low
        return low
    }

    private func parentID(_ row: Int) throws(StoreError) -> UInt64 {
        if let knownParentIDs { return knownParentIDs[row] }
        let parents = try view.parents()
        let ids = try view.spanIDs()
        let external = try view.externalParents()
        var result = [UInt64](repeating: 0, count: parents.count)
        var externalBefore = 0
        for row in parents.indices {
            switch parents[row] {
            case ParentCode.root: break
            case ParentCode.external:
                guard externalBefore < external.count else { throw view.damage(.externalParents) }
                result[row] = external[externalBefore]
                externalBefore += 1
            case let code:
                let place = row - (ParentCode.distance(code) ?? 0)
                guard ids.indices.contains(place) else { throw view.damage(.parents) }
                result[row] = ids[place]
            }
        }
        knownParentIDs = result
        return result[row]
    }

    // MARK: Values

    /// Reads what columns need, so that damage shows before the first row of the part is given.
    func load(_ columns: [SpanColumn]) throws(StoreError) {
        for column in columns {
            switch column {
            case .handle, .segment: break
            case .start, .startNanos: _ = try view.starts()
            case .durationNanos, .durationMillis: if view.summary.spans > 0 { _ = try duration(0) }
            case .endNanos: _ = (try view.starts(), try view.durations())
            case .traceID: _ = (try view.traceOffsets(), try view.traceIDs())
            case .spanID: _ = try view.spanIDs()
            case .parentSpanID: if view.summary.spans > 0 { _ = try parentID(0) }
            case .name, .kind, .status, .flags: try loadOperations()
            case .service, .scope, .scopeVersion, .resource: try loadOrigins()
            case .node, .nodeSource:
                try loadOrigins()
                try loadArrivals()
            case .peer, .receivedAtNanos: try loadArrivals()
            case .statusMessage: _ = try values(of: .statusMessage)
            case .traceState: _ = try values(of: .traceState)
            case .droppedAttributes: _ = try values(of: .droppedAttributesCount)
            case .droppedEvents: _ = try values(of: .droppedEventsCount)
            case .droppedLinks: _ = try values(of: .droppedLinksCount)
            case .moduleKind, .cacheResult, .outcome:
                if classes == nil { classes = try SegmentClassification(view) }
            case .observedNanos, .severity, .severityNumber, .severityText, .body, .eventName:
                try loadLogs(column)
            case .module, .moduleVersion: if modules == nil { modules = try ModuleRows(view) }
            case .attributes:
                if materializer == nil { materializer = try SpanCheckpoints(view) }
                for (number, column) in try view.tables().columns.enumerated() where column.role == .attribute
                {
                    _ = try view.values(of: number)
                }
            }
        }
    }

    /// Writes a column of a row.
    func write(_ column: SpanColumn, _ row: Int, to result: some ValueTarget) throws(StoreError) {
        switch column {
        case .handle: result.integer(SpanSource.Part.handle(part: part, row: row))
        case .segment: view.segmentID.map(result.integer) ?? result.null()
        case .startNanos: result.integer(Int64(clamping: try view.starts()[row]))
        case .durationNanos: result.integer(try duration(row))
        case .durationMillis: result.real(Self.milliseconds(try duration(row)))
        case .endNanos:
            result.integer(Int64(clamping: try view.starts()[row] &+ (try view.durations()[row])))
        case .start: result.text(UnixNanos.rfc3339(unsigned: try view.starts()[row]))
        case .traceID:
            let trace = try view.traceIDs()[traceIndex(row)]
            // Log records need not have any.
            if trace.high | trace.low == 0 {
                result.null()
            } else {
                result.hexadecimal(trace.high, trace.low)
            }
        case .spanID:
            let id = try view.spanIDs()[row]
            if id == 0 { result.null() } else { result.hexadecimal(id) }
        case .parentSpanID:
            let parent = try parentID(row)
            if parent == 0 { result.null() } else { result.hexadecimal(parent) }
        case .name, .kind, .status, .flags: try writeOperation(column, row, to: result)
        case .service, .node, .nodeSource, .scope, .scopeVersion, .resource:
            try writeOrigin(column, row, to: result)
        case .peer: result.text(try arrival(row).peerAddress)
        case .receivedAtNanos: result.integer(try arrival(row).receivedAt.rawValue)
        case .statusMessage: try field(.statusMessage, row, to: result)
        case .traceState: try field(.traceState, row, to: result)
        case .droppedAttributes: try field(.droppedAttributesCount, row, to: result)
        case .droppedEvents: try field(.droppedEventsCount, row, to: result)
        case .droppedLinks: try field(.droppedLinksCount, row, to: result)
        case .moduleKind, .cacheResult, .outcome: try writeClass(column, row, to: result)
        case .module, .moduleVersion: try writeModule(column, row, to: result)
        case .attributes: result.text(JSONNode.plain(try attributes(row)).text)
        case .observedNanos, .severity, .severityNumber, .severityText, .body, .eventName:
            try writeLogs(column, row, to: result)
        }
    }

    static func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }

    private func duration(_ row: Int) throws(StoreError) -> Int64 {
        if let knownDurations { return Int64(truncatingIfNeeded: knownDurations[row]) }
        let durations = try view.cappedDurations()
        knownDurations = durations
        return Int64(truncatingIfNeeded: durations[row])
    }

    private func loadOrigins() throws(StoreError) {
        origins = try view.origins()
        originIndexes = try view.originIndexes()
    }

    private func loadArrivals() throws(StoreError) {
        arrivals = try view.tables().arrivals
        arrivalIndexes = try view.arrivalIndexes()
    }

    private func arrival(_ row: Int) throws(StoreError) -> Arrival {
        if arrivalIndexes.isEmpty { try loadArrivals() }
        return arrivals[Int(arrivalIndexes[row])]
    }

    func loadOperations() throws(StoreError) {
        names = try view.names()
        operations = try view.tables().operations
        operationIndexes = try view.operationIndexes()
    }

    func writeOperation(
        _ column: SpanColumn, _ row: Int, to result: some ValueTarget
    ) throws(StoreError) {
        if operationIndexes.isEmpty { try loadOperations() }
        let operation = operations[Int(operationIndexes[row])]
        switch column {
        case .name:
            let bytes = names.bytes
            result.text(bytes.span.extracting(names.range(Int(operation.name))))
        case .kind: result.text(SpanKind(rawValue: operation.kind).word)
        case .status: result.text(StatusCode(rawValue: operation.status).word)
        case .eventName:
            let name = names[Int(operation.name)]
            result.optional(name.isEmpty ? nil : String(decoding: name, as: UTF8.self))
        case .severity: result.optional(SeverityNumber(rawValue: operation.kind).word)
        case .severityNumber: result.integer(Int64(operation.kind))
        default: result.integer(Int64(operation.flags))
        }
    }

    private func writeOrigin(_ column: SpanColumn, _ row: Int, to result: some ValueTarget) throws(StoreError)
    {
        if originIndexes.isEmpty { try loadOrigins() }
        let number = Int(originIndexes[row])
        switch column {
        case .service: result.text(origins[number].service)
        case .scope: result.text(origins[number].scope.name)
        case .scopeVersion: result.text(origins[number].scope.version)
        case .node:
            if let name = origins[number].declaredNode?.name {
                result.text(name)
            } else {
                result.text(try arrival(row).peerAddress)
            }
        case .nodeSource:
            let source = origins[number].declaredNode?.source ?? NodeIdentity.Source.peerAddress
            result.text(source.rawValue)
        default:
            if knownResources.isEmpty {
                knownResources = [String?](repeating: nil, count: origins.count)
            }
            let text = knownResources[number] ?? JSONNode.plain(origins[number].resource.attributes).text
            knownResources[number] = text
            result.text(text)
        }
    }

    private func writeClass(_ column: SpanColumn, _ row: Int, to result: some ValueTarget) throws(StoreError)
    {
        if classes == nil { classes = try SegmentClassification(view) }
        guard let classes else { return result.null() }
        switch column {
        case .moduleKind: result.optional(ModuleKind(rawValue: classes.kinds[row])?.name)
        case .cacheResult: result.optional(CacheResult(rawValue: classes.cacheResults[row])?.knownName)
        default: result.optional(RequestOutcome(rawValue: classes.outcomes[row])?.name)
        }
    }

    private func writeModule(
        _ column: SpanColumn, _ row: Int, to result: some ValueTarget
    ) throws(StoreError) {
        if modules == nil { modules = try ModuleRows(view) }
        result.optional(modules?.text(column == .module ? .module : .version, row))
    }

    // MARK: Rare fields

    /// The values of a rare field in the spans that pass a filter, as bytes.
    func rareValues(
        _ field: FieldColumn, _ filter: SpanFilter
    ) throws(StoreError) -> [(row: Int, bytes: [UInt8])] {
        guard case .entries(let entries, let table) = try view.values(of: Int(field.id)), !entries.isEmpty
        else { return [] }
        let passing = try filter.selection(self).map { Set($0) }
        return ColumnCursor(Int(field.id), try view.tables(), try view.operationIndexes())
            .filter { passing?.contains(UInt32($0.row)) ?? true }
            .map { ($0.row, Array(table[Int(entries[$0.places.upperBound - 1])])) }
    }

    /// One of the fields that most spans leave empty: NULL for text, 0 for counts where it is.
    func field(_ field: FieldColumn, _ row: Int, to result: some ValueTarget) throws(StoreError) {
        let values = try values(of: field)
        if let place = values.places[row] {
            switch values.values {
            case .numbers(let numbers): result.integer(Int64(bitPattern: numbers[place]))
            case .entries(let entries, let table):
                result.text(table.bytes.span.extracting(table.range(Int(entries[place]))))
            }
        } else if field.isText {
            result.null()
        } else {
            result.integer(0)
        }
    }

    /// The number that a rare field has in a row; nil without one.
    func number(_ field: FieldColumn, _ row: Int) throws(StoreError) -> UInt64? {
        let values = try values(of: field)
        guard let place = values.places[row], case .numbers(let numbers) = values.values else { return nil }
        return numbers[place]
    }

    /// The bytes that it has there.
    func bytes(_ field: FieldColumn, _ row: Int) throws(StoreError) -> [UInt8]? {
        let values = try values(of: field)
        guard let place = values.places[row], case .entries(let entries, let table) = values.values else {
            return nil
        }
        return Array(table[Int(entries[place])])
    }

    func values(of field: FieldColumn) throws(StoreError) -> FieldValues {
        if let known = fields[field.id] { return known }
        let values = try FieldValues(field, view)
        fields[field.id] = values
        return values
    }

    struct FieldValues {
        /// By row, the place of its last value.
        var places: [Int: Int] = [:]
        var values: ColumnValues

        init(_ field: FieldColumn, _ view: SegmentView) throws(StoreError) {
            values = try view.values(of: Int(field.id))
            let cursor = ColumnCursor(Int(field.id), try view.tables(), try view.operationIndexes())
            for (row, found) in cursor { places[row] = found.upperBound - 1 }
        }
    }

    /// All attributes of a span in the order in which they came.
    func attributes(_ row: Int) throws(StoreError) -> [KeyValue] {
        if materializer == nil { materializer = try SpanCheckpoints(view) }
        return try materializer?.attributes(row) ?? []
    }
}
