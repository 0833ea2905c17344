import OTLPModel

/// The rows of the table `events`: what happened during the spans of a part.
final class EventRows: PartRows {
    private enum Column: Int, CaseIterable {
        case traceID, spanID, position, name, time, timeNanos, attributes, droppedAttributes
        case spanName, service, node, segment, handle
    }

    private static let columns: [SQLColumn] = Column.allCases.map { column in
        switch column {
        case .traceID: SpanColumn.traceID.column
        case .spanID: SpanColumn.spanID.column
        case .position: SQLColumn("position", "INTEGER", "its place among the events of its span, from 0")
        case .name: SQLColumn("name", "TEXT", "name of the event")
        case .time: SQLColumn("time", "TEXT", "2026-08-21T10:00:00.000000000Z")
        case .timeNanos: SQLColumn("time_ns", "INTEGER", "Unix nanoseconds")
        case .attributes: SpanColumn.attributes.column
        case .droppedAttributes: SpanColumn.droppedAttributes.column
        case .spanName: SQLColumn("span_name", "TEXT", "name of the span")
        case .service: SpanColumn.service.column
        case .node: SpanColumn.node.column
        case .segment: SpanColumn.segment.column
        case .handle: SpanColumn.handle.column
        }
    }

    static let description = PartsTable.Description(
        columns: columns,
        conditions: [
            Column.traceID.rawValue: .traceID, Column.service.rawValue: .service, Column.node.rawValue: .node,
            Column.segment.rawValue: .segment, Column.spanName.rawValue: .name,
        ],
        rows: { (spans, filter) throws(StoreError) in try EventRows(spans, filter) })

    private let spans: SpanRows
    private var events: [(row: Int, position: Int, event: SpanEvent)] = []

    private init(_ spans: SpanRows, _ filter: SpanFilter) throws(StoreError) {
        self.spans = spans
        for (row, bytes) in try spans.rareValues(.events, filter) {
            guard let found = [SpanEvent](canonicalBytes: bytes) else {
                throw spans.view.damage(.values(of: Int(FieldColumn.events.id)))
            }
            for (position, event) in found.enumerated() { events.append((row, position, event)) }
        }
    }

    var count: Int { events.count }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        let (span, position, event) = events[row]
        switch Column(rawValue: column) {
        case .traceID: try spans.write(.traceID, span, to: result)
        case .spanID: try spans.write(.spanID, span, to: result)
        case .position: result.integer(Int64(position))
        case .name: result.text(event.name)
        case .time: result.text(UnixNanos.rfc3339(unsigned: event.timeUnixNano))
        case .timeNanos: result.integer(Int64(clamping: event.timeUnixNano))
        case .attributes: result.text(JSONNode.plain(event.attributes).text)
        case .droppedAttributes: result.integer(Int64(event.droppedAttributesCount))
        case .spanName: try spans.write(.name, span, to: result)
        case .service: try spans.write(.service, span, to: result)
        case .node: try spans.write(.node, span, to: result)
        case .segment: try spans.write(.segment, span, to: result)
        case .handle: try spans.write(.handle, span, to: result)
        case nil: result.null()
        }
    }
}
