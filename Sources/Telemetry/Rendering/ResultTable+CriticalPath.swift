extension ResultTable {
    /// What `traceq critical-path` added up.
    package static func criticalPath(
        _ result: FleetPathResult, _ query: FleetPathQuery, zone: TimeZoneRules
    ) -> ResultTable {
        let isEmpty = result.totals.requests == 0
        return ResultTable(
            schema: "traceq.critical_path/1", window: query.window,
            columns: pathColumns(query, isFaster: result.isFaster),
            rowCount: isEmpty ? 0 : result.parts.count,
            row: { pathCells(result.parts[$0], result) },
            notes: result.notes + result.quality.notes(isAboutClients: true),
            summary: isEmpty ? [] : pathSummary(result, query, zone: zone),
            members: [
                JSONMember("totals", pathTotals(result.totals)),
                JSONMember("baseline_totals", result.baseline.map(pathTotals) ?? .null),
                JSONMember("quality", result.quality.json),
            ])
    }

    private static func pathTotals(_ totals: PathTotals) -> JSONNode {
        .object([
            JSONMember("requests", .integer(Int64(totals.requests))),
            JSONMember("total_ms", .decimal(HumanUnits.milliseconds(Int64(nanos: totals.nanos)))),
            JSONMember("mean_ms", .decimal(HumanUnits.milliseconds(Int64(nanos: totals.meanNanos)))),
        ])
    }

    /// - Parameter isFaster: than before: then what became faster has a part in it, and what became slower takes from it
    private static func pathColumns(_ query: FleetPathQuery, isFaster: Bool) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        let hasBaseline = query.baseline != nil
        func title(_ part: FleetPathQuery.Part) -> String? {
            query.parts.contains(part) ? part.rawValue.uppercased() : nil
        }
        let columns = [
            ResultColumn(key: "stage", title: title(.stage)),
            ResultColumn(key: "service", title: title(.service), fit: .elastic),
            ResultColumn(key: "operation", title: title(.operation), fit: .elastic),
            number("requests", "REQUESTS", .spare(hasBaseline ? 0 : 1)),
            number("total_ms", "TOTAL", .spare(2)),
            number("share", nil), number(nil, "SHARE"), number("mean_ms", "PER REQUEST"),
        ]
        guard hasBaseline else { return columns }
        return columns + [
            number("baseline_mean_ms", "BEFORE"), number("change_ms", "CHANGE"), number("change_share", nil),
            number(nil, isFaster ? "OF GAIN" : "OF CHANGE", .spare(1)),
        ]
    }

    private static func pathCells(_ part: PathPart, _ result: FleetPathResult) -> [ResultCell] {
        let share = result.totals.nanos > 0 ? part.totalNanos / result.totals.nanos : 0
        let mean = part.totalNanos / Double(max(result.totals.requests, 1))
        let others = "\(HumanUnits.count(part.parts, "other"))"
        let isRest = part.parts > 1
        let first: ResultCell = isRest ? .identifier(others) : .missing
        let cells: [ResultCell] = [
            part.stage.map { .identifier($0.name) } ?? first,
            part.service.map { .text($0) } ?? (part.stage == nil ? first : .missing),
            part.operation.map { .text($0) }
                ?? (part.stage == nil && part.service == nil ? first : .missing),
            isRest ? .missing : .integer(Int64(part.requests)), pathTime(part.totalNanos), .decimal(share),
            .identifier(tenths(share)), pathTime(mean),
        ]
        guard let baseline = result.baseline else { return cells }
        let before = part.baselineTotalNanos / Double(max(baseline.requests, 1))
        let whole = result.totals.meanNanos - baseline.meanNanos
        let change = mean - before
        return cells + [
            pathTime(before), .change(Int64(nanos: change)),
            whole == 0 ? .missing : .decimal(change / whole),
            .identifier(whole == 0 || baseline.requests == 0 ? "-" : tenths(change / whole)),
        ]
    }

    private static func pathTime(_ nanos: Double) -> ResultCell { .duration(Int64(nanos: nanos)) }

    private static func pathSummary(
        _ result: FleetPathResult, _ query: FleetPathQuery, zone: TimeZoneRules
    ) -> [String] {
        func time(_ nanos: Double) -> String { HumanUnits.duration(Int64(nanos: nanos)) }
        let totals = result.totals
        var lines = [
            "mean \(time(totals.meanNanos)) of \(HumanUnits.count(totals.requests, "module request")), "
                + "together \(time(totals.nanos)); parts add up to it"
        ]
        guard let baseline = result.baseline, let window = query.baseline else { return lines }
        let begin = window.since == .distantPast ? "the begin" : window.since.displayText(in: zone)
        let range = "\(begin) to \(window.until.displayText(in: zone)) (\(zone.label))"
        guard baseline.requests > 0 else {
            lines.append(
                "no module requests in the window before, from \(range): every change is the whole time")
            return lines
        }
        let change = totals.meanNanos - baseline.meanNanos
        lines.append(
            "before, from \(range), mean \(time(baseline.meanNanos)) of "
                + "\(HumanUnits.count(baseline.requests, "request")): \(change > 0 ? "+" : "")\(time(change)), to which "
                + "the changes add up")
        return lines
    }
}

extension FleetPathResult {
    /// Whether requests take less in the mean than before.
    fileprivate var isFaster: Bool {
        baseline.map { $0.requests > 0 && totals.requests > 0 && totals.meanNanos < $0.meanNanos } ?? false
    }
}
