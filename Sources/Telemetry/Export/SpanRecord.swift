package import OTLPModel

/// A span as one row of plain values: the columns of `traceq sql`'s table `spans`, and what is known of the request
/// that the span is.
package enum SpanRecord {
    /// The columns, in order; SQLite's types. What stands behind the attributes belongs to the database that the span
    /// came from.
    package static var columns: [SQLColumn] { spanColumns.map(\.column) }

    private static let spanColumns = Array(SpanColumn.ofSpans.prefix { $0 != .resource })

    /// The values, one for each column.
    package static func values(_ stored: StoredSpan) -> [SQLValue] {
        let request = SpanClassification(stored.span)
        return spanColumns.map { value($0, stored, request) }
    }

    private static func value(
        _ column: SpanColumn, _ stored: StoredSpan, _ request: SpanClassification?
    ) -> SQLValue {
        let span = stored.span
        switch column {
        case .traceID: return .text(hexadecimal(span.traceID))
        case .spanID: return .text(hexadecimal(span.spanID))
        case .parentSpanID: return orNull(hexadecimal(span.parentSpanID))
        case .name: return .text(span.name)
        case .kind: return .text(span.kind.word)
        case .status: return .text(span.status.code.word)
        case .statusMessage: return orNull(span.status.message)
        case .service: return .text(stored.service)
        case .node: return .text(stored.node.name)
        case .nodeSource: return .text(stored.node.source.rawValue)
        case .scope: return .text(stored.scope.name)
        case .scopeVersion: return .text(stored.scope.version)
        case .start: return .text(UnixNanos.rfc3339(unsigned: span.startTimeUnixNano))
        case .startNanos: return .integer(Int64(clamping: span.startTimeUnixNano))
        case .endNanos: return .integer(Int64(clamping: span.endTimeUnixNano))
        case .durationNanos: return .integer(duration(span))
        case .durationMillis: return .real(Double(duration(span)) / 1e6)
        case .observedNanos, .severity, .severityNumber, .severityText, .body, .eventName: return .null
        case .peer: return .text(stored.peerAddress)
        case .receivedAtNanos: return .integer(stored.receivedAt.rawValue)
        case .traceState: return orNull(span.traceState)
        case .flags: return .integer(Int64(span.flags))
        case .droppedAttributes: return .integer(Int64(span.droppedAttributesCount))
        case .droppedEvents: return .integer(Int64(span.droppedEventsCount))
        case .droppedLinks: return .integer(Int64(span.droppedLinksCount))
        case .moduleKind: return orNull(request?.kind?.name)
        case .module: return orNull(request?.request?.module)
        case .moduleVersion: return orNull(request?.request?.version ?? request?.request?.query)
        case .cacheResult: return orNull(request?.cacheResult.knownName)
        case .outcome: return orNull(request?.outcome?.name)
        case .attributes: return .text(JSONNode.plain(span.attributes).text)
        case .resource, .segment, .handle: return .null
        }
    }

    private static func duration(_ span: OTLPModel.Span) -> Int64 {
        clampedDuration(span.endTimeUnixNano &- span.startTimeUnixNano, start: span.startTimeUnixNano)
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

    private static func orNull(_ text: String?) -> SQLValue {
        guard let text, !text.isEmpty else { return .null }
        return .text(text)
    }
}
