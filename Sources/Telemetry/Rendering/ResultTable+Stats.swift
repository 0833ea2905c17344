extension ResultTable {
    /// What `traceq stats` found.
    /// - Parameter ratioTitle: the condition of the ratio, as it was written; nil without one
    package static func stats(
        _ result: StatsResult, _ query: StatsQuery, ratioTitle: String?, zone: TimeZoneRules
    ) -> ResultTable {
        ResultTable(
            schema: "traceq.stats/1", window: query.window,
            columns: statsColumns(query, ratioTitle: ratioTitle, zone: zone), rowCount: result.groups.count,
            row: { statsCells(result.groups[$0], result, query, hasRatio: ratioTitle != nil) },
            notes: statsNotes(result, query), summary: statsSummary(result))
    }

    private static func statsColumns(
        _ query: StatsQuery, ratioTitle: String?, zone: TimeZoneRules
    ) -> [ResultColumn] {
        let keys = query.keys.map { key in
            if case .period = key { return ResultColumn(key: key.text, title: "TIME (\(zone.label))") }
            return ResultColumn(
                key: key.text, title: DisplayText.escaped(key.text).uppercased(), fit: .elastic)
        }
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        let ratio: [ResultColumn] =
            ratioTitle.map {
                [
                    number(nil, DisplayText.escaped($0), .elastic), number("ratio", nil),
                    number("ratio_spans", nil),
                ]
            } ?? []
        // In a narrow terminal, what is left says how often, how often wrong, and how long.
        return keys + [number("count", "SPANS"), number("rate", "SPANS/S", .spare(0))]
            + [number("errors", "ERRORS", .lastSpare), number("error_share", nil), number(nil, "ERROR %")]
            + ratio + [number("p50_ms", "P50"), number("p90_ms", "P90"), number("p99_ms", "P99")]
            + [number("max_ms", "MAX", .spare(2)), number("total_ms", "TOTAL", .spare(1))]
    }

    private static func statsCells(
        _ group: StatsGroup, _ result: StatsResult, _ query: StatsQuery, hasRatio: Bool
    ) -> [ResultCell] {
        let totals = group.totals
        let share = HumanUnits.percent(totals.errors, of: totals.spans)
        let ratio: [ResultCell] = [
            totals.ratio == nil
                ? .missing : .identifier(HumanUnits.percent(totals.ratioPassed, of: totals.ratioSpans)),
            totals.ratio.map { ResultCell.decimal($0) } ?? .missing, .integer(Int64(totals.ratioSpans)),
        ]
        let rateNanos = partNanos(group, query) ?? result.rateNanos
        let rate = Double(totals.spans) / (Double(rateNanos) / 1_000_000_000)
        return zip(query.keys, group.key).map(statsCell) + [.integer(Int64(totals.spans)), .rate(rate)]
            + [.integer(Int64(totals.errors)), .decimal(totals.errorShare)]
            + [totals.errors > 0 ? .alert(share) : .identifier(share)] + (hasRatio ? ratio : [])
            + [
                .duration(group.quantiles.p50), .duration(group.quantiles.p90),
                .duration(group.quantiles.p99),
            ]
            + [.duration(totals.longestNanos), .duration(totals.sumNanos)]
    }

    /// How much of the period of a group the window has; nil where that is all of it, or there are no periods.
    private static func partNanos(_ group: StatsGroup, _ query: StatsQuery) -> Int64? {
        for (key, value) in zip(query.keys, group.key) {
            if case .period = key, case .time(let start) = value { return query.partNanos(ofPeriod: start) }
        }
        return nil
    }

    private static func statsCell(_ key: SpanKey, _ value: SpanValue) -> ResultCell {
        switch value {
        case .missing: .missing
        case .text(let text): .text(text)
        case .bool(let flag): .structured(.bool(flag))
        case .integer(let number): .structured(.integer(number))
        case .decimal(let bits): .structured(.double(Double(bitPattern: bits)))
        case .time(let time): key.isOfWholeMinutes ? .minute(time) : .time(time)
        }
    }

    private static func statsSummary(_ result: StatsResult) -> [String] {
        guard !result.groups.isEmpty else { return [] }
        let groups =
            result.groups.count < result.groupCount
            ? "\(HumanUnits.count(Int64(result.groups.count))) of \(HumanUnits.count(result.groupCount, "group"))"
            : HumanUnits.count(result.groupCount, "group")
        let quality = result.isExact ? "exact (nearest rank)" : "within 1 % (sketch)"
        return ["\(groups), \(HumanUnits.count(result.spanCount, "span")); p50, p90 and p99 are \(quality)"]
    }

    private static func statsNotes(_ result: StatsResult, _ query: StatsQuery) -> [QualityNote] {
        var notes = result.notes
        if result.unsized > 0 {
            notes.append(
                QualityNote(
                    code: "false_200",
                    message:
                        "\(HumanUnits.count(result.unsized, "answer")) 200 without a size, of senders that say it of others, "
                        + "\(result.unsized == 1 ? "counts" : "count") as ok, as each span is looked at alone: traceq errors knows "
                        + "which of them were none (false_200)"))
        }
        let partial = Set(
            result.groups.lazy.filter { partNanos($0, query) != nil }.compactMap { group in
                zip(query.keys, group.key).first { if case .period = $0.0 { true } else { false } }?.1
            })
        if !partial.isEmpty {
            notes.append(
                QualityNote(
                    code: "partial_periods",
                    message:
                        "\(HumanUnits.count(partial.count, "period")) \(partial.count == 1 ? "lies" : "lie") only partly in the "
                        + "window: counts are of that part, and rates are over it"))
        }
        if !result.isExact {
            notes.append(
                QualityNote(
                    code: "approximate", message: "p50, p90, p99 and max come from sketches: within 1 %"))
        }
        if !result.groups.isEmpty, result.groups.count < result.groupCount {
            notes.append(
                QualityNote(
                    code: "limited",
                    message:
                        "\(HumanUnits.count(result.groupCount - result.groups.count, "group")) not shown: "
                        + "--limit \(result.groupCount) shows all"))
        }
        return notes
    }
}

extension SpanKey {
    fileprivate var isOfWholeMinutes: Bool {
        if case .period(let nanos) = self { nanos % 60_000_000_000 == 0 } else { false }
    }
}
