extension ResultTable {
    /// What `traceq map` found: a tree, a line for each link.
    package static func map(_ result: FleetMapResult, _ query: FleetMapQuery) -> ResultTable {
        let rows = result.rows
        let total = rows.first?.traffic.requests ?? 0
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return ResultTable(
            schema: "traceq.map/1", window: query.window,
            columns: [
                ResultColumn(key: nil, title: "FROM CLIENTS TO UPSTREAM", fit: .elastic),
                ResultColumn(key: "depth", title: nil), ResultColumn(key: "from", title: nil),
                ResultColumn(key: "to", title: nil), ResultColumn(key: "to_kind", title: nil),
                ResultColumn(key: "role", title: "ROLE", fit: .spare(1)),
                ResultColumn(key: "region", title: "REGION", fit: .spare(0)),
                number("requests", "REQUESTS"), number(nil, "SHARE", .spare(3)),
                number("rate", "REQ/S", .spare(2)),
                number("failures", nil), number("error_share", nil), number(nil, "ERROR %"),
                number("p50_ms", "P50", .spare(4)), number("p95_ms", "P95"),
                ResultColumn(key: "repeated", title: nil),
                number("others", nil),
            ], rowCount: rows.count, row: { mapCells(rows[$0], result, total: total) },
            notes: result.notes + result.quality.notes(),
            summary: rows.isEmpty
                ? []
                : [
                    "numbers are of the link from the line above that stands further left; an upstream's time is what was waited for it"
                ])
    }

    private static func mapCells(_ row: MapRow, _ result: FleetMapResult, total: Int) -> [ResultCell] {
        let traffic = row.traffic
        let errors = HumanUnits.percent(traffic.failures, of: traffic.judged)
        var name = row.to?.name ?? HumanUnits.count(row.others, "other")
        if let repetition = row.repetition { name += " (see \(repetition.rawValue))" }
        return [
            .text(String(repeating: "  ", count: row.depth) + name), .integer(Int64(row.depth)),
            row.from.map { .text($0.name) } ?? .missing, row.to.map { .text($0.name) } ?? .missing,
            row.to.map { .identifier($0.word) } ?? .missing,
            row.role.map { .identifier($0.rawValue) } ?? .missing, row.region.map { .text($0) } ?? .missing,
            .integer(Int64(traffic.requests)), .identifier(HumanUnits.percent(traffic.requests, of: total)),
            .rate(Double(traffic.requests) / (Double(result.rateNanos) / 1_000_000_000)),
            .integer(Int64(traffic.failures)), traffic.errorShare.map { .decimal($0) } ?? .missing,
            traffic.errorShare == nil
                ? .missing : traffic.failures > 0 ? .alert(errors) : .identifier(errors),
            traffic.p50Nanos.map { .duration($0) } ?? .missing,
            traffic.p95Nanos.map { .duration($0) } ?? .missing, .structured(.bool(row.repetition != nil)),
            .integer(Int64(row.others)),
        ]
    }
}
