/// The columns of the tables `spans` and `logs`; the raw values of those of spans are their places there.
enum SpanColumn: Int, CaseIterable {
    case traceID, spanID, parentSpanID, name, kind, status, statusMessage
    case service, node, nodeSource, scope, scopeVersion
    case start, startNanos, endNanos, durationNanos, durationMillis
    case peer, receivedAtNanos, traceState, flags
    case droppedAttributes, droppedEvents, droppedLinks
    case moduleKind, module, moduleVersion, cacheResult, outcome
    case attributes, resource, segment
    /// The row itself: what `attr()` wants to see.
    case handle
    // Of log records only.
    case observedNanos, severity, severityNumber, severityText, body, eventName

    var column: SQLColumn {
        switch self {
        case .traceID: SQLColumn("trace_id", "TEXT", "32 hexadecimal digits")
        case .spanID: SQLColumn("span_id", "TEXT", "16 hexadecimal digits")
        case .parentSpanID: SQLColumn("parent_span_id", "TEXT", "the same; NULL for a root")
        case .name: SQLColumn("name", "TEXT", "name of the span")
        case .kind:
            SQLColumn("kind", "TEXT", "server, client, internal, producer, consumer, unspecified")
        case .status: SQLColumn("status", "TEXT", "unset, ok, error")
        case .statusMessage: SQLColumn("status_message", "TEXT", "NULL without one")
        case .service: SQLColumn("service", "TEXT", "service.name, or unknown_service")
        case .node: SQLColumn("node", "TEXT", "the node that the resource names, else the peer's address")
        case .nodeSource: SQLColumn("node_source", "TEXT", "what named the node")
        case .scope: SQLColumn("scope", "TEXT", "name of the instrumentation scope")
        case .scopeVersion: SQLColumn("scope_version", "TEXT", "its version")
        case .start: SQLColumn("start", "TEXT", "2026-08-21T10:00:00.000000000Z")
        case .startNanos: SQLColumn("start_ns", "INTEGER", "Unix nanoseconds")
        case .endNanos: SQLColumn("end_ns", "INTEGER", "Unix nanoseconds")
        case .durationNanos:
            SQLColumn("duration_ns", "INTEGER", "nanoseconds; 0 when the end lies before the start")
        case .durationMillis: SQLColumn("duration_ms", "REAL", "the same in milliseconds")
        case .peer: SQLColumn("peer", "TEXT", "the address that the span came from")
        case .receivedAtNanos: SQLColumn("received_at_ns", "INTEGER", "Unix nanoseconds")
        case .traceState: SQLColumn("trace_state", "TEXT", "NULL without one")
        case .flags: SQLColumn("flags", "INTEGER", "OTLP's flags")
        case .droppedAttributes: SQLColumn("dropped_attributes_count", "INTEGER", "by the sender")
        case .droppedEvents: SQLColumn("dropped_events_count", "INTEGER", "by the sender")
        case .droppedLinks: SQLColumn("dropped_links_count", "INTEGER", "by the sender")
        case .moduleKind:
            SQLColumn("module_kind", "TEXT", "kind of request to a module proxy: list, info, mod, zip, …")
        case .module: SQLColumn("module", "TEXT", "the Go module that is asked for, decoded")
        case .moduleVersion:
            SQLColumn("module_version", "TEXT", "its version, or the branch or commit that is asked for")
        case .cacheResult: SQLColumn("cache_result", "TEXT", "what a cache did: hit, miss, stale, …")
        case .outcome: SQLColumn("outcome", "TEXT", "how the request ended: ok, not_found, timeout, …")
        case .attributes: SQLColumn("attributes", "TEXT", "all attributes as a JSON object")
        case .resource: SQLColumn("resource", "TEXT", "the resource's attributes as a JSON object")
        case .segment: SQLColumn("segment", "INTEGER", "the segment; NULL in the journal")
        case .handle: SQLColumn("spans", "INTEGER", "the row, for attr(spans, 'key')", isHidden: true)
        case .observedNanos:
            SQLColumn(
                "observed_time_ns", "INTEGER", "when it was observed, Unix nanoseconds; NULL without it")
        case .severity: SQLColumn("severity", "TEXT", "TRACE, DEBUG, INFO, WARN, ERROR, FATAL; NULL without")
        case .severityNumber: SQLColumn("severity_number", "INTEGER", "1 to 24, as OTLP counts; 0 without")
        case .severityText: SQLColumn("severity_text", "TEXT", "what the source calls it; NULL without it")
        case .body: SQLColumn("body", "TEXT", "the text; JSON where it is none; NULL without a body")
        case .eventName: SQLColumn("event_name", "TEXT", "NULL for what is no event")
        }
    }

    static let columns = ofSpans.map(\.column)
}
