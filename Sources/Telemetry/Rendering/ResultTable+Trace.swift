import OTLPModel

extension ResultTable {
    /// A trace as rows, a span each, from which everything that is stored can be read back.
    ///
    /// Spans come in the order of the tree; those with an id that occurred before come last, without a
    /// self time.
    /// - Parameter isForPeople: whether to add what only people see, as the waterfall shows it: errors,
    ///   events and links of each span
    package static func trace(
        _ tree: TraceTree, notes: [QualityNote], limit: Int = .max, zone: TimeZoneRules,
        isForPeople: Bool = false, story: TraceStory? = nil
    ) -> ResultTable {
        let total = tree.nodes.count + tree.duplicates.count
        var notes = notes + tree.notes + (story?.notes ?? [])
        let joined = Set(story?.joined.map(\.bytes) ?? [])
        if total > limit {
            notes.append(
                QualityNote(
                    code: "limited",
                    message:
                        "\(HumanUnits.count(Int64(limit))) of \(HumanUnits.count(total, "span")) listed; "
                        + "--limit \(total) lists all"))
        }
        return ResultTable(
            schema: "traceq.trace/1",
            columns: traceColumns(zone: zone, hasStages: story != nil)
                + (isForPeople ? [ResultColumn(key: nil, title: "DETAILS")] : []),
            rowCount: min(total, limit),
            row: { index in
                guard index < tree.nodes.count else {
                    let stored = tree.spans[tree.duplicates[index - tree.nodes.count]]
                    return traceCells(stored, nil, title: stored.span.name, story, joined)
                        + (isForPeople ? [.text("the id occurred before")] : [])
                }
                let node = tree.nodes[index]
                let stored = tree.span(of: node)
                guard isForPeople else {
                    return traceCells(stored, node, title: stored.span.name, story, joined)
                }
                let row = WaterfallRow(node: node, stored: stored, guide: "", detailGuide: "")
                return traceCells(stored, node, title: row.title, story, joined) + [detailCell(row)]
            },
            notes: notes,
            members: story.map { [JSONMember("requests", .array($0.requests.map(\.json)))] } ?? [])
    }

    private static func traceColumns(zone: TimeZoneRules, hasStages: Bool) -> [ResultColumn] {
        let shown = [
            ResultColumn(key: nil, title: "SPAN", fit: .elastic),
            ResultColumn(key: "trace_id", title: nil),
            ResultColumn(key: "span_id", title: nil),
            ResultColumn(key: "parent_span_id", title: nil),
            ResultColumn(key: "name", title: nil),
            ResultColumn(key: "kind", title: nil),
            ResultColumn(key: "start", title: "START (\(zone.label))"),
            ResultColumn(key: "end", title: nil),
            ResultColumn(key: "duration_ms", title: "DURATION", alignsRight: true),
            ResultColumn(key: "self_ms", title: "SELF", alignsRight: true),
            ResultColumn(key: "service", title: "SERVICE", fit: .movable),
            ResultColumn(key: "node", title: "NODE", fit: .movable),
            ResultColumn(key: "node_source", title: nil),
            ResultColumn(key: nil, title: "STATUS"),
            ResultColumn(key: nil, title: hasStages ? "STAGE" : nil, fit: .spare(1)),
            ResultColumn(key: nil, title: hasStages ? "CRITICAL" : nil, fit: .spare(0), alignsRight: true),
        ]
        let dataOnly = [
            "status", "attributes", "events", "links", "dropped_attributes_count", "dropped_events_count",
            "dropped_links_count", "trace_state", "flags", "resource", "scope", "received_at", "peer_address",
            "stage", "critical_ms", "joined",
        ]
        return shown + dataOnly.map { ResultColumn(key: $0, title: nil) }
    }

    private static func detailCell(_ row: WaterfallRow) -> ResultCell {
        let lines = WaterfallDetails(row: row, listsAttributes: false).lines
        return .text(lines.map(\.text).joined(separator: "; "))
    }

    private static func traceCells(
        _ stored: StoredSpan, _ node: TraceTreeNode?, title: String, _ story: TraceStory?,
        _ joined: Set<[UInt8]>
    ) -> [ResultCell] {
        let span = stored.span
        let interval = span.interval
        let duration = Int64(clamping: interval.upperBound - interval.lowerBound)
        let identity = stored.node
        let part = SpanID(bytes: span.spanID).flatMap { story?.parts[$0.rawValue] }
        let stages: [ResultCell] = [
            part.map { .identifier($0.stage.name) } ?? .missing,
            part.map { .duration(Int64(clamping: $0.criticalNanos)) } ?? .missing,
        ]
        let indent = String(repeating: "· ", count: min(node?.depth ?? 0, 20))
        return [
            .text(indent + title),
            .identifier(hexadecimal(span.traceID)),
            .identifier(hexadecimal(span.spanID)),
            span.parentSpanID.isEmpty ? .missing : .identifier(hexadecimal(span.parentSpanID)),
            .text(span.name),
            .identifier(span.kind.word),
            .sentTime(span.startTimeUnixNano),
            .sentTime(span.endTimeUnixNano),
            .duration(duration),
            node.map { .duration($0.selfNanos) } ?? .missing,
            .text(stored.service),
            .text(identity.name),
            .identifier(identity.source.rawValue),
            span.status.code == .error ? .alert("error") : .identifier(span.status.code.word),
        ] + stages + dataCells(stored) + stages + [.structured(.bool(joined.contains(span.traceID)))]
    }

    /// What only data formats have.
    private static func dataCells(_ stored: StoredSpan) -> [ResultCell] {
        let span = stored.span
        let status = JSONNode.object([
            JSONMember("code", .string(span.status.code.word)),
            JSONMember("message", .string(span.status.message)),
        ])
        return [
            .structured(status),
            .structured(JSONNode(span.attributes)),
            .structured(.array(span.events.map { JSONNode($0) })),
            .structured(.array(span.links.map { JSONNode($0) })),
            .integer(Int64(span.droppedAttributesCount)),
            .integer(Int64(span.droppedEventsCount)),
            .integer(Int64(span.droppedLinksCount)),
            .text(span.traceState),
            .integer(Int64(span.flags)),
            .structured(JSONNode(stored.resource, schemaURL: stored.resourceSchemaURL)),
            .structured(JSONNode(stored.scope, schemaURL: stored.scopeSchemaURL)),
            .time(stored.receivedAt),
            .text(stored.peerAddress),
        ]
    }
}
