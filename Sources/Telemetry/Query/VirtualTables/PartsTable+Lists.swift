import OTLPModel

extension PartsTable {
    /// The table `events`: what happened during spans.
    static let events = ListedRows<SpanEvent>.description(
        .events,
        [
            .span(.traceID), .span(.spanID),
            .position(SQLColumn("position", "INTEGER", "its place among the events of its span, from 0")),
            .item(SQLColumn("name", "TEXT", "name of the event")) { $1.text($0.name) },
            .item(SQLColumn("time", "TEXT", "2026-08-21T10:00:00.000000000Z")) {
                $1.text(UnixNanos.rfc3339(unsigned: $0.timeUnixNano))
            },
            .item(SQLColumn("time_ns", "INTEGER", "Unix nanoseconds")) {
                $1.integer(Int64(clamping: $0.timeUnixNano))
            },
            .item(SpanColumn.attributes.column) { $1.text(JSONNode.plain($0.attributes).text) },
            .item(SpanColumn.droppedAttributes.column) { $1.integer(Int64($0.droppedAttributesCount)) },
            .span(.name, as: SQLColumn("span_name", "TEXT", "name of the span")),
            .span(.service), .span(.node), .span(.segment), .span(.handle),
        ], { [SpanEvent](canonicalBytes: $0) })

    /// The table `links`: what spans refer to.
    static let links = ListedRows<SpanLink>.description(
        .links,
        [
            .span(.traceID), .span(.spanID),
            .position(SQLColumn("position", "INTEGER", "its place among the links of its span, from 0")),
            .item(SQLColumn("linked_trace_id", "TEXT", "the trace that the link leads to")) {
                $1.text(hexadecimal($0.traceID))
            },
            .item(SQLColumn("linked_span_id", "TEXT", "the span that the link leads to")) {
                $1.text(hexadecimal($0.spanID))
            },
            .item(SpanColumn.traceState.column) { $1.optional($0.traceState.isEmpty ? nil : $0.traceState) },
            .item(SpanColumn.flags.column) { $1.integer(Int64($0.flags)) },
            .item(SpanColumn.attributes.column) { $1.text(JSONNode.plain($0.attributes).text) },
            .item(SpanColumn.droppedAttributes.column) { $1.integer(Int64($0.droppedAttributesCount)) },
            .span(.service), .span(.node), .span(.segment), .span(.handle),
        ], { [SpanLink](canonicalBytes: $0) })
}
