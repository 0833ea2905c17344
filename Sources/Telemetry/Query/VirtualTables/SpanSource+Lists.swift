import OTLPModel

extension SpanSource {
    /// The columns of the table `segments`.
    static let segmentColumns = [
        SQLColumn("id", "INTEGER", "number of the segment; NULL for the journal"),
        SQLColumn("level", "INTEGER", "0: as it was sealed; higher: merged; NULL for the journal"),
        SQLColumn("format", "INTEGER", "version of its encoding"),
        SQLColumn("created_at_ns", "INTEGER", "when it was written, Unix nanoseconds"),
        SQLColumn("spans", "INTEGER", "how many spans"),
        SQLColumn("traces", "INTEGER", "how many traces"),
        SQLColumn("errors", "INTEGER", "spans with the status error"),
        SQLColumn("min_start_ns", "INTEGER", "first start, Unix nanoseconds"),
        SQLColumn("max_start_ns", "INTEGER", "last start, Unix nanoseconds"),
        SQLColumn("max_end_ns", "INTEGER", "last end, Unix nanoseconds"),
        SQLColumn("min_duration_ns", "INTEGER", "shortest duration, nanoseconds"),
        SQLColumn("max_duration_ns", "INTEGER", "longest duration, nanoseconds"),
        SQLColumn("bytes", "INTEGER", "size of its chunks"),
        SQLColumn("signal", "TEXT", "traces, or logs: then spans are log records, and starts their times"),
    ]

    /// The rows of the table `segments`.
    func segmentRows() throws(StoreError) -> [[SQLValue]] {
        let stored = try storedRows(
            """
            SELECT id, level, format, created_at, (SELECT sum(length(data)) FROM chunk
                WHERE chunk.id BETWEEN segment.id << 16 AND segment.id << 16 | 65535)
            FROM segment WHERE signal IN (\(Signal.traces.rawValue), \(Signal.logs.rawValue))
            """)
        let byID = Dictionary(stored.map { ($0[0], $0) }, uniquingKeysWith: { first, _ in first })
        return parts.map { part in
            let id = part.segment.map(SQLValue.integer) ?? .null
            let row = byID[id] ?? [.null, .null, .null, .null, .null]
            let summary = part.summary
            return [
                id, row[1], row[2], row[3], .integer(Int64(summary.spans)), .integer(Int64(summary.traces)),
                .integer(Int64(summary.errors)), .integer(summary.minStart.rawValue),
                .integer(summary.maxStart.rawValue), .integer(summary.maxEnd.rawValue),
                .integer(summary.minDuration), .integer(summary.maxDuration), row[4],
                .text(summary.signal == .logs ? "logs" : "traces"),
            ]
        }
    }

    /// The columns of the table `resources`.
    static let resourceColumns = [
        SQLColumn("id", "INTEGER", "its row in the table resource; NULL as long as only the journal has it"),
        SQLColumn("service", "TEXT", "service.name, or unknown_service"),
        SQLColumn("node", "TEXT", "the node that it names; NULL when it names none"),
        SQLColumn("node_source", "TEXT", "the attribute that names the node"),
        SQLColumn("attributes", "TEXT", "its attributes as a JSON object"),
        SQLColumn("dropped_attributes_count", "INTEGER", "by the sender"),
        SQLColumn("schema_url", "TEXT", "NULL without one"),
    ]

    /// The rows of the table `resources`: those of segments, then those that only the journal has.
    func resourceRows() throws(StoreError) -> [[SQLValue]] {
        var known: Set<ResourceSpans> = []
        var rows: [[SQLValue]] = []
        for row in try storedRows("SELECT id, otlp FROM resource ORDER BY id") {
            guard case .blob(let bytes) = row[1], let resource = ResourceSpans(canonicalBytes: bytes) else {
                try noteLostRow("row \(row[0].plainText) of the table resource is damaged")
                continue
            }
            known.insert(resource)
            rows.append(Self.row(row[0], resource))
        }
        for (part, description) in parts.enumerated() where description.segment == nil {
            for origin in try self.rows(part).view.origins() {
                let resource = ResourceSpans(resource: origin.resource, schemaURL: origin.resourceSchemaURL)
                if known.insert(resource).inserted { rows.append(Self.row(.null, resource)) }
            }
        }
        return rows
    }

    private static func row(_ id: SQLValue, _ resource: ResourceSpans) -> [SQLValue] {
        let origin = ResolvedOrigin(resource: resource, scope: nil)
        return [
            id, .text(origin.service), origin.declaredNode.map { .text($0.name) } ?? .null,
            origin.declaredNode.map { .text($0.source.rawValue) } ?? .null,
            .text(JSONNode.plain(resource.resource.attributes).text),
            .integer(Int64(resource.resource.droppedAttributesCount)),
            resource.schemaURL.isEmpty ? .null : .text(resource.schemaURL),
        ]
    }
}
