import OTLPModel

/// The rows of the table `links`: what the spans of a part refer to.
final class LinkRows: PartRows {
    private enum Column: Int, CaseIterable {
        case traceID, spanID, position, linkedTraceID, linkedSpanID, traceState, flags
        case attributes, droppedAttributes, service, node, segment, handle
    }

    private static let columns: [SQLColumn] = Column.allCases.map { column in
        switch column {
        case .traceID: SpanColumn.traceID.column
        case .spanID: SpanColumn.spanID.column
        case .position: SQLColumn("position", "INTEGER", "its place among the links of its span, from 0")
        case .linkedTraceID: SQLColumn("linked_trace_id", "TEXT", "the trace that the link leads to")
        case .linkedSpanID: SQLColumn("linked_span_id", "TEXT", "the span that the link leads to")
        case .traceState: SQLColumn("trace_state", "TEXT", "NULL without one")
        case .flags: SpanColumn.flags.column
        case .attributes: SpanColumn.attributes.column
        case .droppedAttributes: SpanColumn.droppedAttributes.column
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
            Column.segment.rawValue: .segment,
        ],
        rows: { (spans, filter) throws(StoreError) in try LinkRows(spans, filter) })

    private let spans: SpanRows
    private var links: [(row: Int, position: Int, link: SpanLink)] = []

    private init(_ spans: SpanRows, _ filter: SpanFilter) throws(StoreError) {
        self.spans = spans
        for (row, bytes) in try spans.rareValues(.links, filter) {
            guard let found = [SpanLink](canonicalBytes: bytes) else {
                throw spans.view.damage(.values(of: Int(FieldColumn.links.id)))
            }
            for (position, link) in found.enumerated() { links.append((row, position, link)) }
        }
    }

    var count: Int { links.count }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        let (span, position, link) = links[row]
        switch Column(rawValue: column) {
        case .traceID: try spans.write(.traceID, span, to: result)
        case .spanID: try spans.write(.spanID, span, to: result)
        case .position: result.integer(Int64(position))
        case .linkedTraceID: result.text(hexadecimal(link.traceID))
        case .linkedSpanID: result.text(hexadecimal(link.spanID))
        case .traceState: if link.traceState.isEmpty { result.null() } else { result.text(link.traceState) }
        case .flags: result.integer(Int64(link.flags))
        case .attributes: result.text(JSONNode.plain(link.attributes).text)
        case .droppedAttributes: result.integer(Int64(link.droppedAttributesCount))
        case .service: try spans.write(.service, span, to: result)
        case .node: try spans.write(.node, span, to: result)
        case .segment: try spans.write(.segment, span, to: result)
        case .handle: try spans.write(.handle, span, to: result)
        case nil: result.null()
        }
    }
}
