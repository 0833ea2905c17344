import OTLPModel

/// Puts single spans of a segment together again from its columns.
struct SpanMaterializer {
    let view: SegmentView
    let tables: SegmentTables
    let operations: [UInt32]
    /// Empty where only attributes are wanted.
    private let parents: [UInt32]

    /// - Parameter onlyAttributes: does without the parents, and then gives no whole spans
    init(_ view: SegmentView, onlyAttributes: Bool = false) throws(StoreError) {
        self.view = view
        tables = try view.tables()
        operations = try view.operationIndexes()
        parents = onlyAttributes ? [] : try view.parents()
    }

    /// Where in its columns the values of a span start: for each column how many values come before it.
    struct Position {
        var row = 0
        var before: [Int]
        /// How many spans before it have a parent that is not here.
        var externalParentsBefore = 0
    }

    var start: Position { Position(before: [Int](repeating: 0, count: tables.columns.count)) }

    /// Moves a position on to a later span.
    func advance(_ position: inout Position, to row: Int) {
        if !parents.isEmpty {
            for index in position.row..<row where parents[index] == ParentCode.external {
                position.externalParentsBefore += 1
            }
        }
        // A long way is shorter by operation: counting its spans first, then its columns once.
        if row - position.row > tables.operations.count {
            var spans = [Int](repeating: 0, count: tables.operations.count)
            for index in position.row..<row { spans[Int(operations[index])] += 1 }
            for operation in spans.indices where spans[operation] > 0 {
                pass(operation, spans: spans[operation], &position)
            }
        } else {
            for index in position.row..<row { pass(Int(operations[index]), spans: 1, &position) }
        }
        position.row = row
    }

    private func pass(_ operation: Int, spans: Int, _ position: inout Position) {
        for place in tables.layouts.range(Int(tables.operations[operation].layout)) {
            position.before[Int(tables.layouts.columns[place])] += spans
        }
    }

    /// The columns that a span has values in, in the order of its attributes, each with the place of the
    /// value in its column.
    func slots(at position: Position) -> [(column: Int, index: Int)] {
        let operation = tables.operations[Int(operations[position.row])]
        var repeats: [UInt32: Int] = [:]
        return tables.layouts[Int(operation.layout)].map { column in
            let earlier = repeats[column, default: 0]
            repeats[column] = earlier + 1
            return (Int(column), position.before[Int(column)] + earlier)
        }
    }

    /// The value of a column at a place.
    func value(column: Int, index: Int) throws(StoreError) -> AnyValue {
        let values = try view.values(of: column)
        guard index < values.count else { throw view.damage(column: column) }
        let type = tables.columns[column].type
        let value: AnyValue?
        switch values {
        case .numbers(let numbers): value = AnyValue(type: type, bits: numbers[index], bytes: [])
        case .entries(let entries, let dictionary):
            value = AnyValue(type: type, bits: 0, bytes: Array(dictionary[Int(entries[index])]))
        }
        guard let value else { throw view.damage(column: column) }
        return value
    }

    /// The bytes of a dictionary column at a place.
    func bytes(column: Int, index: Int) throws(StoreError) -> [UInt8] {
        guard case .entries(let entries, let dictionary) = try view.values(of: column), index < entries.count
        else { throw view.damage(column: column) }
        return Array(dictionary[Int(entries[index])])
    }

    func number(column: Int, index: Int) throws(StoreError) -> UInt64 {
        guard case .numbers(let numbers) = try view.values(of: column), index < numbers.count
        else { throw view.damage(column: column) }
        return numbers[index]
    }

    /// The name of an operation.
    func name(_ operation: Operation) throws(StoreError) -> String {
        try view.names().text(Int(operation.name))
    }

    /// All of a span as it was sent.
    /// - Precondition: the parents were read
    func span(trace: TraceID, at position: Position) throws(StoreError) -> StoredSpan {
        let row = position.row
        var span = OTLPModel.Span()
        span.traceID = trace.bytes
        span.spanID = SpanID(rawValue: try view.spanIDs()[row]).bytes
        if let parent = try parentID(at: position) { span.parentSpanID = SpanID(rawValue: parent).bytes }
        let operation = tables.operations[Int(operations[row])]
        span.name = try name(operation)
        span.kind = SpanKind(rawValue: operation.kind)
        span.status.code = StatusCode(rawValue: operation.status)
        span.flags = operation.flags
        span.startTimeUnixNano = try view.starts()[row]
        span.endTimeUnixNano = span.startTimeUnixNano &+ (try view.durations()[row])
        try addValues(to: &span, at: position)
        let origin = try view.origins()[Int(try view.originIndexes()[row])]
        let arrival = tables.arrivals[Int(try view.arrivalIndexes()[row])]
        return StoredSpan(
            span: span, resource: origin.resource, resourceSchemaURL: origin.resourceSchemaURL,
            scope: origin.scope, scopeSchemaURL: origin.scopeSchemaURL, receivedAt: arrival.receivedAt,
            peerAddress: arrival.peerAddress)
    }

    /// The attributes of a span in the order in which they came.
    func attributes(at position: Position) throws(StoreError) -> [KeyValue] {
        var attributes: [KeyValue] = []
        var overflow: [KeyValue] = []
        for (column, index) in slots(at: position) {
            if tables.columns[column].role == .attribute {
                let key = String(decoding: tables.columns[column].name, as: UTF8.self)
                attributes.append(KeyValue(key, try value(column: column, index: index)))
            } else if column == Int(FieldColumn.overflow.id) {
                let pairs = [KeyValue](canonicalBytes: try bytes(column: column, index: index))
                guard let pairs else { throw view.damage(column: column) }
                overflow += pairs
            }
        }
        return attributes + overflow
    }

    private func addValues(to span: inout OTLPModel.Span, at position: Position) throws(StoreError) {
        for (column, index) in slots(at: position) {
            guard let field = FieldColumn(rawValue: UInt32(column)) else {
                let key = String(decoding: tables.columns[column].name, as: UTF8.self)
                span.attributes.append(KeyValue(key, try value(column: column, index: index)))
                continue
            }
            switch field {
            case .name: break
            case .traceState:
                span.traceState = String(decoding: try bytes(column: column, index: index), as: UTF8.self)
            case .statusMessage:
                span.status.message = String(decoding: try bytes(column: column, index: index), as: UTF8.self)
            case .droppedAttributesCount:
                span.droppedAttributesCount = UInt32(
                    truncatingIfNeeded: try number(column: column, index: index))
            case .droppedEventsCount:
                span.droppedEventsCount = UInt32(truncatingIfNeeded: try number(column: column, index: index))
            case .droppedLinksCount:
                span.droppedLinksCount = UInt32(truncatingIfNeeded: try number(column: column, index: index))
            case .events:
                let events = [SpanEvent](canonicalBytes: try bytes(column: column, index: index))
                guard let events else { throw view.damage(column: column) }
                span.events = events
            case .links:
                let links = [SpanLink](canonicalBytes: try bytes(column: column, index: index))
                guard let links else { throw view.damage(column: column) }
                span.links = links
            case .overflow:
                let pairs = [KeyValue](canonicalBytes: try bytes(column: column, index: index))
                guard let pairs else { throw view.damage(column: column) }
                span.attributes += pairs
            }
        }
    }

    /// The id of a span's parent; nil for a root.
    private func parentID(at position: Position) throws(StoreError) -> UInt64? {
        let row = position.row
        switch parents[row] {
        case ParentCode.root: return nil
        case ParentCode.external:
            let ids = try view.externalParents()
            guard position.externalParentsBefore < ids.count else { throw view.damage(.externalParents) }
            return ids[position.externalParentsBefore]
        case let code:
            let place = row - (ParentCode.distance(code) ?? 0)
            let ids = try view.spanIDs()
            guard ids.indices.contains(place) else { throw view.damage(.parents) }
            return ids[place]
        }
    }
}
