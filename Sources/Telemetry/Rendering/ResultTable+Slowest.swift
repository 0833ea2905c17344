import OTLPModel

extension ResultTable {
    /// What `traceq slowest` found.
    package static func slowest(_ result: SlowestResult, window: TimeWindow, zone: TimeZoneRules)
        -> ResultTable
    {
        let rows = result.rows
        return ResultTable(
            schema: "traceq.slowest/1",
            window: window,
            columns: slowestColumns(zone: zone),
            rowCount: rows.count,
            row: { slowestCells(rows[$0]) },
            notes: notesOfSlowest(result),
            summary: rows.isEmpty
                ? []
                : [
                    HumanUnits.count(rows.count, "request") + ", slowest first"
                        + (result.hasMore ? "; --limit shows more" : "")
                        + (rows.contains(where: isOfModule) ? "; --by request tells why" : "")
                ])
    }

    /// Whether the analysis of module requests has more to say of it.
    private static func isOfModule(_ row: RequestRow) -> Bool {
        row.urlPath.map { $0.contains("/@v/") || $0.hasSuffix("/@latest") } ?? false
    }

    private static func slowestColumns(zone: TimeZoneRules) -> [ResultColumn] {
        [
            ResultColumn(key: "start", title: "START (\(zone.label))"),
            ResultColumn(key: "duration_ms", title: "DURATION", alignsRight: true),
            ResultColumn(key: "node", title: "NODE", fit: .movable),
            ResultColumn(key: "node_source", title: nil),
            ResultColumn(key: "service", title: "SERVICE", fit: .movable),
            ResultColumn(key: nil, title: "REQUEST", fit: .elastic),
            ResultColumn(key: "name", title: nil),
            ResultColumn(key: "path", title: nil),
            ResultColumn(key: "kind", title: nil),
            ResultColumn(key: nil, title: "STATUS"),
            ResultColumn(key: "http_status", title: nil),
            ResultColumn(key: "status", title: nil),
            ResultColumn(key: "trace_id", title: "TRACE ID"),
            ResultColumn(key: "span_id", title: nil),
        ]
    }

    private static func slowestCells(_ row: RequestRow) -> [ResultCell] {
        [
            .time(row.start),
            .duration(row.durationNanos),
            .text(row.node.name),
            .identifier(row.node.source.rawValue),
            .text(row.service),
            .text(row.urlPath ?? row.spanName),
            .text(row.spanName),
            row.urlPath.map(ResultCell.text) ?? .missing,
            .identifier(row.kind.word),
            outcome(row),
            row.httpStatus.map { .integer(Int64($0)) } ?? .missing,
            .identifier(row.status.word),
            .identifier(row.traceID.hex),
            .identifier(row.spanID.hex),
        ]
    }

    /// HTTP status and span status in one: `200`, `502 error`, `error`, `ok`.
    private static func outcome(_ row: RequestRow) -> ResultCell {
        let isError = row.status == .error || (row.httpStatus ?? 0) >= 500
        let words = [
            row.httpStatus.map { String($0) },
            isError ? "error" : row.httpStatus == nil && row.status != .unset ? row.status.word : nil,
        ].compactMap { $0 }
        guard !words.isEmpty else { return .missing }
        let text = words.joined(separator: " ")
        return isError ? .alert(text) : .identifier(text)
    }

    /// The reader's notes, and that a node is only an address, should they not say so.
    private static func notesOfSlowest(_ result: SlowestResult) -> [QualityNote] {
        let unnamed = Set(result.rows.lazy.filter { $0.node.source == .peerAddress }.map(\.node.name))
        guard !unnamed.isEmpty, !result.notes.contains(where: { $0.code == "node_from_peer" }) else {
            return result.notes
        }
        let names = unnamed.sorted().prefix(3).joined(separator: ", ") + (unnamed.count > 3 ? ", …" : "")
        let note = QualityNote(
            code: "node_from_peer",
            message: "\(names) is the address that the telemetry came from: its resource names no node "
                + "(set service.instance.id or host.name)")
        return result.notes + [note]
    }
}
