extension ResultTable {
    /// What `traceq compare` found.
    package static func comparison(
        _ result: FleetComparisonResult, _ query: FleetComparisonQuery, zone: TimeZoneRules
    ) -> ResultTable {
        var notes = result.notes
        if result.unnamed > 0 {
            notes.append(
                QualityNote(
                    code: "without_key",
                    message: "\(HumanUnits.count(result.unnamed, "request")) have no "
                        + "\(DisplayText.escaped(query.key.text)), and are in no group"))
        }
        let leavesOut = result.behindLostEdges > 0
        if leavesOut, result.quality.behindLostEdges == 0 {
            notes.append(FleetQuality.lostEdges(result.behindLostEdges))
        }
        if result.withoutClient > 0 {
            notes.append(
                QualityNote(
                    code: "without_client",
                    message:
                        "of \(HumanUnits.count(result.withoutClient, "request")) nobody says who asked: they are "
                        + "in no \(query.unit.rawValue)"))
        }
        if result.fromOtherSide > 0, let baseline = result.baseline {
            notes.append(
                QualityNote(
                    code: "other_side",
                    message:
                        "\(HumanUnits.count(result.fromOtherSide, "group")) and \(DisplayText.escaped(baseline)) stand on different "
                        + "sides: the time of an edge has that of the proxy behind it in it, and its requests are not "
                        + "those of the proxy; --baseline compares with another one"))
        }
        if let before = query.baselineWindow, before.until > query.window.since,
            before.since < query.window.until
        {
            notes.append(
                QualityNote(
                    code: "windows_overlap",
                    message:
                        "the two windows share the time from \(max(before.since, query.window.since).rfc3339) to "
                        + "\(min(before.until, query.window.until).rfc3339): what is in both changes nothing")
            )
        }
        if let zips = compressedFiles(result, query) { notes.append(zips) }
        let failing = result.failingGroups
        if !failing.isEmpty {
            // The worst first.
            let worst = failing.sorted { $0.availability ?? 1 < $1.availability ?? 1 }
            let names = worst.prefix(3).map { group in
                "\(DisplayText.escaped(group.name)) (\(hundredths(group.availability ?? 0)))"
            }
            notes.append(
                QualityNote(
                    code: "availability",
                    message: "less available than others, beyond chance: \(names.joined(separator: ", "))"
                        + (failing.count > 3 ? " and \(failing.count - 3) more" : "")
                        + "; what fails fast lowers the mean"))
        }
        return ResultTable(
            schema: "traceq.compare/1", window: query.window,
            columns: comparisonColumns(
                query, hasVisibility: result.groups.contains { $0.visibility != nil },
                isFailing: !result.failingGroups.isEmpty),
            rowCount: result.groups.count, row: { comparisonCells(result.groups[$0], query) },
            notes: notes + result.quality.notes(isAboutCaches: true, isAboutClients: leavesOut),
            summary: comparisonSummary(result, query, zone: zone),
            members: [JSONMember("quality", result.quality.json)])
    }

    /// Zips are compressed already: to do it again costs time and saves nothing.
    private static func compressedFiles(
        _ result: FleetComparisonResult, _ query: FleetComparisonQuery
    ) -> QualityNote? {
        let idle = result.groups.filter { ($0.sizeSaved ?? 1) < 0.02 && $0.name != "none" }
        guard query.key == .encoding, !idle.isEmpty else { return nil }
        let names = idle.map { DisplayText.escaped($0.name) }.joined(separator: ", ")
        return QualityNote(
            code: "compressed_twice",
            message:
                "\(names) saves less than 2 %: module zips are compressed already, and are best left as they are"
        )
    }

    private static func comparisonColumns(
        _ query: FleetComparisonQuery, hasVisibility: Bool, isFailing: Bool
    ) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        let hasWindows = query.baselineWindow != nil && query.key != .dimension(.all)
        let isEncoding = query.key == .encoding
        let units =
            switch query.unit {
            case .request: "REQUESTS"
            case .fetch: "FETCHES"
            case .session: "SESSIONS"
            }
        return [
            ResultColumn(
                key: "group", title: DisplayText.escaped(query.key.text).uppercased(), fit: .elastic),
            number("n", units), number("requests", nil), number("mean_ms", "MEAN"),
            number("mean_interval_ms", nil), number("p50_ms", "P50", .spare(5)),
            number("p95_ms", "P95", .spare(4)),
            number("baseline_n", nil), number("baseline_mean_ms", hasWindows ? "BEFORE" : nil),
            number("improvement", nil), number(nil, "IMPROVEMENT"), number("improvement_interval", nil),
            number(nil, "95 % INTERVAL", .spare(6)), number("availability", nil),
            number("availability_interval", nil), number(nil, "AVAILABLE", isFailing ? .fixed : .spare(3)),
            number("hit_ratio", nil), number("hit_ratio_interval", nil), number("lookups", nil),
            number(nil, "HITS", .spare(2)), number("bytes_per_second", nil), number(nil, "MB/S", .spare(0)),
            number("size_saved", nil), number(nil, isEncoding ? "SMALLER" : nil),
            number(nil, hasVisibility ? "VISIBLE" : nil, .spare(1)),
            ResultColumn(key: "verdict", title: "VERDICT"), number("visibility_after_ms", nil),
            number("visibility_upto_ms", nil), number("visibility_versions", nil),
        ]
    }

    private static func comparisonCells(_ group: ComparedGroup, _ query: FleetComparisonQuery) -> [ResultCell]
    {
        let verdict: ResultCell =
            group.verdict == .worse ? .alert(group.verdict.rawValue) : .identifier(group.verdict.rawValue)
        let improvement = group.improvement.map { improvementText($0) }
        return [
            .text(group.name), .integer(Int64(group.units)), .integer(Int64(group.requests)),
            nanos(group.meanNanos), interval(group.meanInterval, scale: 1e-6), .duration(group.p50Nanos),
            .duration(group.p95Nanos), group.baselineUnits.map { .integer(Int64($0)) } ?? .missing,
            group.baselineMeanNanos.map { nanos($0) } ?? .missing,
            group.improvement.map { .decimal($0) } ?? .missing,
            improvement.map { .identifier($0) } ?? .missing, interval(group.improvementInterval, scale: 1),
            group.improvementInterval.map {
                .identifier("\(tenths($0.lowerBound)) to \(tenths($0.upperBound))")
            } ?? .missing,
            group.availability.map { .decimal($0) } ?? .missing,
            interval(group.availabilityInterval, scale: 1),
            group.availability.map { share in
                group.isLessAvailable ? .alarm(hundredths(share)) : .identifier(hundredths(share))
            } ?? .missing,
            group.hitRatio.map { .decimal($0) } ?? .missing, interval(group.hitRatioInterval, scale: 1),
            .integer(Int64(group.lookups)), group.hitRatio.map { .identifier(tenths($0)) } ?? .missing,
            group.bytesPerSecond.map { .decimal($0) } ?? .missing,
            group.bytesPerSecond.map { .identifier(HumanUnits.rate($0 / 1e6)) } ?? .missing,
            group.sizeSaved.map { .decimal($0) } ?? .missing,
            group.sizeSaved.map { .identifier(tenths($0)) } ?? .missing,
            group.visibility.map { .identifier($0.words) } ?? .missing, verdict,
            group.visibility.map { .duration($0.lowerNanos) } ?? .missing,
            group.visibility?.upperNanos.map { .duration($0) } ?? .missing,
            group.visibility.map { .integer(Int64($0.versions)) } ?? .missing,
        ]
    }

    private static func nanos(_ nanos: Double) -> ResultCell {
        .duration(max(0, Int64(nanos: nanos)))
    }

    private static func interval(_ range: ClosedRange<Double>?, scale: Double) -> ResultCell {
        guard let range else { return .missing }
        return .structured(.array([.double(range.lowerBound * scale), .double(range.upperBound * scale)]))
    }

    /// `78.2 %`; of what takes ten times as long or longer `26.4× slower`, which nobody reads out of -2540 %.
    static func improvementText(_ share: Double) -> String {
        let factor = 1 - share
        guard factor >= 10 else { return tenths(share) }
        let text =
            factor < 1_000 ? tenths(factor / 100).dropLast(2) : HumanUnits.count(Int64(nanos: factor))[...]
        return "\(text)× slower"
    }

    /// `78.2 %`
    static func tenths(_ share: Double) -> String {
        let tenths = Int(min(max((share * 1_000).rounded(), -1e12), 1e12))
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10) %"
    }

    /// `99.95 %`; what is not all is not rounded to it.
    static func hundredths(_ share: Double) -> String {
        let rounded = (share * 10_000).rounded()
        let hundredths = Int(share < 1 && rounded >= 10_000 ? 9_999 : rounded)
        let rest = String(hundredths % 100)
        return "\(hundredths / 100).\(rest.count < 2 ? "0" : "")\(rest) %"
    }

    private static func comparisonSummary(
        _ result: FleetComparisonResult, _ query: FleetComparisonQuery, zone: TimeZoneRules
    ) -> [String] {
        guard !result.groups.isEmpty else { return [] }
        var lines: [String] = []
        if let window = query.baselineWindow {
            lines.append(
                "compared with "
                    + (window.since == .distantPast
                        ? "everything until " : "the window from \(window.since.displayText(in: zone)) to ")
                    + "\(window.until.displayText(in: zone)) (\(zone.label))")
        } else if let baseline = result.baseline {
            lines.append("compared with \(DisplayText.escaped(baseline))")
        }
        let minimum = ComparisonFigures.unitsMin(query.unit)
        let few =
            result.groups.contains { $0.verdict == .tooFew }
            ? "; below \(minimum) \(query.unit.rawValue)\(query.unit == .fetch ? "e" : "")s of each side no verdict"
            : ""
        lines.append(
            "improvement is (b - x) / b of the mean; better or worse is what is so 95 times of 100\(few)")
        let hidden = result.groupCount - result.groups.count
        if hidden > 0 { lines.append("\(HumanUnits.count(hidden, "more group")); --limit shows them") }
        return lines
    }
}
