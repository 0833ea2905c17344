package import OTLPModel

/// A span as one row of plain values: the columns of `traceq sql`'s table `spans`, and what is known of the request
/// that the span is.
package enum SpanRecord {
    /// Name and SQLite's type of each column, in order.
    package static let columns: [(name: String, type: String)] = [
        ("trace_id", "TEXT"), ("span_id", "TEXT"), ("parent_span_id", "TEXT"), ("name", "TEXT"),
        ("kind", "TEXT"), ("status", "TEXT"), ("status_message", "TEXT"), ("service", "TEXT"),
        ("node", "TEXT"), ("node_source", "TEXT"), ("scope", "TEXT"), ("scope_version", "TEXT"),
        ("start", "TEXT"), ("start_ns", "INTEGER"), ("end_ns", "INTEGER"), ("duration_ns", "INTEGER"),
        ("duration_ms", "REAL"), ("peer", "TEXT"), ("received_at_ns", "INTEGER"), ("trace_state", "TEXT"),
        ("flags", "INTEGER"), ("dropped_attributes_count", "INTEGER"), ("dropped_events_count", "INTEGER"),
        ("dropped_links_count", "INTEGER"), ("module_kind", "TEXT"), ("module", "TEXT"),
        ("module_version", "TEXT"), ("cache_result", "TEXT"), ("outcome", "TEXT"), ("attributes", "TEXT"),
    ]

    /// The values, one for each column.
    package static func values(_ stored: StoredSpan) -> [SQLValue] {
        let span = stored.span
        let node = stored.node
        let duration = clampedDuration(
            span.endTimeUnixNano &- span.startTimeUnixNano, start: span.startTimeUnixNano)
        return [
            .text(hexadecimal(span.traceID)), .text(hexadecimal(span.spanID)),
            span.parentSpanID.isEmpty ? .null : .text(hexadecimal(span.parentSpanID)), .text(span.name),
            .text(span.kind.word), .text(span.status.code.word), orNull(span.status.message),
            .text(stored.service), .text(node.name), .text(node.source.rawValue), .text(stored.scope.name),
            .text(stored.scope.version), .text(UnixNanos.rfc3339(unsigned: span.startTimeUnixNano)),
            .integer(Int64(clamping: span.startTimeUnixNano)),
            .integer(Int64(clamping: span.endTimeUnixNano)), .integer(duration),
            .real(Double(duration) / 1e6), .text(stored.peerAddress),
            .integer(stored.receivedAt.rawValue), orNull(span.traceState), .integer(Int64(span.flags)),
            .integer(Int64(span.droppedAttributesCount)), .integer(Int64(span.droppedEventsCount)),
            .integer(Int64(span.droppedLinksCount)),
        ] + request(span) + [.text(JSONNode.plain(span.attributes).text)]
    }

    private static func request(_ span: OTLPModel.Span) -> [SQLValue] {
        guard let found = SpanClassification(span) else { return [.null, .null, .null, .null, .null] }
        return [
            found.kind.map { .text($0.name) } ?? .null,
            found.request?.module.map { .text($0) } ?? .null,
            (found.request?.version ?? found.request?.query).map { .text($0) } ?? .null,
            found.cacheResult == .unknown ? .null : .text(found.cacheResult.name),
            found.outcome.map { .text($0.name) } ?? .null,
        ]
    }

    /// Events as JSON, for formats without tables of their own.
    package static func events(_ span: OTLPModel.Span) -> JSONNode {
        .array(
            span.events.map { event in
                .object([
                    JSONMember("time_ns", .unsigned(event.timeUnixNano)),
                    JSONMember("name", .string(event.name)),
                    JSONMember("attributes", .plain(event.attributes)),
                ])
            })
    }

    /// Links as JSON.
    package static func links(_ span: OTLPModel.Span) -> JSONNode {
        .array(
            span.links.map { link in
                .object([
                    JSONMember("trace_id", .string(hexadecimal(link.traceID))),
                    JSONMember("span_id", .string(hexadecimal(link.spanID))),
                    JSONMember("attributes", .plain(link.attributes)),
                ])
            })
    }

    private static func orNull(_ text: String) -> SQLValue { text.isEmpty ? .null : .text(text) }
}
